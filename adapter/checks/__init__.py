"""Is this valid FHIR: structure, references and invariants of finished resources, along a `Release`."""

from adapter.checks.full_check import check_bundle, check_resource
from adapter.checks.release import Release, r4, release_of

__all__ = ["Release", "check_bundle", "check_resource", "r4", "release_of"]
