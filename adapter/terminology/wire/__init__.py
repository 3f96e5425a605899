"""Operations as FHIR sends them: Parameters in, Parameters out, each held to a table of its parameters."""
