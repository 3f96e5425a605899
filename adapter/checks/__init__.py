"""Is this valid FHIR: structure, references and invariants of finished resources."""

from adapter.checks.bundle import check_bundle, check_resource

__all__ = ["check_bundle", "check_resource"]
