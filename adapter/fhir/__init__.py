"""FHIR as a language: what each release says about its types, read from the official definitions."""
