"""Our definitions as FHIR: read from files, made from rules and policies, searched and shown as a server does."""
