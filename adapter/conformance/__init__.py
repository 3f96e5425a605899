"""Does a FHIR server take, keep, validate and give back 0731T data: cases as files, for any server (docs/conformance.md)."""
