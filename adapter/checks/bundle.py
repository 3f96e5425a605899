"""All checks of a resource or a Bundle: structure, then what only holds for what has a sound structure."""

import re
from collections.abc import Iterator

from adapter.checks.references import check_references
from adapter.checks.release import Release
from adapter.fhir.bundle import Resource, expression_roots
from adapter.fhir.json import canonical_bytes
from adapter.issues import Issue

_ENTRY = re.compile(r"Bundle\.entry\[(\d+)\]\.resource")


def check_resource(resource: Resource, release: Release, root: str | None = None) -> list[Issue]:
    """What is wrong with one resource by itself; expressions begin with `root`, or with the resource type."""
    if resource.get("resourceType") == "Bundle":
        return check_bundle(resource, release)
    issues = list(release.structure.issues(resource, root))
    return issues if _has_error(issues) else [*issues, *release.invariants(resource, root or resource["resourceType"])]


def check_bundle(bundle: Resource, release: Release, content: bytes | None = None) -> list[Issue]:
    """What is wrong with a Bundle and all resources in it; `content` are its canonical bytes, if they are there already.

    An expression begins with the resource type where the Bundle holds one resource of it (`Claim.item[0]`), otherwise with the
    entry (`Bundle.entry[21].resource`). Invariants are asked of resources, references of a Bundle of sound structure.
    """
    issues = list(release.structure.issues(bundle))
    is_sound = not _has_error(issues)
    issues += _check_entries(bundle, release, is_sound=is_sound)
    if is_sound:
        issues += check_references(bundle, release, canonical_bytes(bundle) if content is None else content)
    return _rerooted(issues, bundle) if issues else issues


def _check_entries(bundle: Resource, release: Release, *, is_sound: bool) -> Iterator[Issue]:
    entries = bundle.get("entry")
    for number, entry in enumerate(entries if isinstance(entries, list) else ()):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict) and (is_sound or release.structure.is_valid(resource)):
            yield from release.invariants(resource, f"Bundle.entry[{number}].resource")


def _has_error(issues: list[Issue]) -> bool:
    return any(issue.is_error for issue in issues)


def _rerooted(issues: list[Issue], bundle: Resource) -> list[Issue]:
    """The issues as `expression_roots` names the entries."""
    roots = expression_roots(bundle)
    return [
        issue.at(expression=tuple(_ENTRY.sub(lambda found: roots[int(found[1])], each, count=1) for each in issue.expression))
        for issue in issues
    ]
