"""The workbench: documents become FHIR, and everyone sees why. Nothing that is sent here is kept."""
