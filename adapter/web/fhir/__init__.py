"""FHIR's calls: definitions, terminology operations, `$validate`, the package and the CapabilityStatement."""
