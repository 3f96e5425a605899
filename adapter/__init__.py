"""The 0731T FHIR adapter: encounters and AI facial reports in, FHIR R4 out."""
