"""Is this valid FHIR: structure, references and invariants of finished resources."""

from typing import Any

from adapter.checks.invariants import INVARIANTS
from adapter.checks.references import entry_issues, reference_issues, references_resolve
from adapter.checks.structure import structure_check
from adapter.fhir.bundle import expression_roots
from adapter.fhir.json import canonical_bytes
from adapter.issues import Issue

Resource = dict[str, Any]


def check_resource(resource: Resource, root: str | None = None) -> list[Issue]:
    """What is wrong with one resource by itself; expressions begin with `root`, or the resource's type."""
    if resource.get("resourceType") == "Bundle":
        return check_bundle(resource)
    issues = list(structure_check().issues(resource, root))
    return issues or _invariant_issues(resource, root)


def check_bundle(bundle: Resource, content: bytes | None = None) -> list[Issue]:
    """What is wrong with a Bundle and all resources in it; `content` are its bytes, if they are there already.

    What is right is settled quickly; only what is not is looked at again, to say where and why.
    """
    structure = structure_check()
    issues = [] if structure.is_valid(bundle) else list(structure.issues(bundle))
    if issues:
        return issues
    roots = expression_roots(bundle)
    resources = [
        (entry["resource"], root) for entry, root in zip(bundle.get("entry", ()), roots, strict=True) if "resource" in entry
    ]
    for resource, root in resources:
        if not structure.is_valid(resource) or "contained" in resource:
            issues += structure.issues(resource, root)
    if issues:
        return issues
    for resource, root in resources:
        issues += _invariant_issues(resource, root)
    if not references_resolve(bundle, content if content is not None else canonical_bytes(bundle)):
        issues += reference_issues(bundle)
    return issues + list(entry_issues(bundle))


def _invariant_issues(resource: Resource, root: str | None) -> list[Issue]:
    name = resource["resourceType"]
    return [issue for each in INVARIANTS.get(name, ()) for issue in each.issues(resource, root or name)]


__all__ = ["check_bundle", "check_resource"]
