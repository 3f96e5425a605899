"""All checks of a resource or a Bundle: structure, then what only holds for what has a sound structure."""

import re
from collections.abc import Iterable, Iterator
from functools import partial

from adapter.checks.claimed import profile_issues
from adapter.checks.invariants import known_to_keep
from adapter.checks.map_proof import Proved
from adapter.checks.quick import has_ordered_periods, is_decided
from adapter.checks.references import check_references, is_sound, mistyped
from adapter.checks.release import Release
from adapter.fhir.bundle import expression_roots
from adapter.fhir.json import canonical_bytes
from adapter.fhir.resource import Resource
from adapter.issues import AnyIssue, Issue, PendingIssue

NOTHING = Proved()
"""Nothing is known of a Bundle that somebody else made."""

_ENTRY = re.compile(r"Bundle\.entry\[(\d+)\]\.resource")


def check_resource(
    resource: Resource, release: Release, root: str | None = None, *, advice: bool = False, most: int | None = None
) -> list[AnyIssue]:
    """What is wrong with one resource by itself; expressions begin with `root`, or with the resource type.

    With `advice`, what is only good practice is said as well. After `most` errors of structure no more are looked for.
    """
    if resource.get("resourceType") == "Bundle":
        return check_bundle(resource, release, advice=advice, most=most)
    issues = _until(release.structure.issues(resource, root), most)
    return (
        issues if _has_error(issues) else [*issues, *_rules(resource, release, root or resource["resourceType"], advice=advice)]
    )


def check_bundle(
    bundle: Resource,
    release: Release,
    content: bytes | None = None,
    *,
    advice: bool = False,
    proved: Proved = NOTHING,
    most: int | None = None,
) -> list[AnyIssue]:
    """What is wrong with a Bundle and all resources in it; `content` are its canonical bytes, if they are there already.

    An expression begins with the resource type where the Bundle holds one resource of it (`Claim.item[0]`), otherwise with the
    entry (`Bundle.entry[21].resource`). Invariants are asked of resources, references of a Bundle of sound structure. What is
    `proved` is not asked again. `most` is that of `check_resource`.
    """
    content = canonical_bytes(bundle) if content is None else content
    is_quick = not advice and (proved.structure or release.quick.is_valid(bundle))
    if (
        is_quick
        and (proved.references or is_sound(bundle, release, content))
        and (proved.periods or has_ordered_periods(content))
    ):
        issues = list(_own_rules(bundle, release))
    else:
        issues = _all_issues(bundle, release, content, advice=advice, most=most)
    return _rerooted(issues, bundle) if issues else issues


def _until(issues: Iterable[AnyIssue], most: int | None) -> list[AnyIssue]:
    """The issues up to the last of `most` errors; without a number all of them."""
    kept, errors = list[AnyIssue](), 0
    for issue in issues:
        kept.append(issue)
        errors += issue.is_error
        if errors == most:
            break
    return kept


def _all_issues(bundle: Resource, release: Release, content: bytes, *, advice: bool, most: int | None) -> list[AnyIssue]:
    """By the full checks."""
    surely_keeps = release.quick.is_valid(bundle) and is_decided(content)
    issues: list[AnyIssue] = [] if surely_keeps else _until(release.structure.issues(bundle), most)
    if _has_error(issues):
        sound = ((place, resource) for place, resource in _resources(bundle) if release.structure.is_valid(resource))
        return [*issues, *(issue for place, resource in sound for issue in _rules(resource, release, place, advice=advice))]
    keeps = known_to_keep if surely_keeps else release.surely_keeps
    issues += release.invariants.issues(bundle, "Bundle", advice=advice, surely_keeps=keeps)
    issues += _own_rules(bundle, release)
    issues += check_references(bundle, release, content)
    if advice:
        issues += (
            issue for place, resource in [("Bundle", bundle), *_resources(bundle)] for issue in profile_issues(resource, place)
        )
    return issues


def _rules(resource: Resource, release: Release, root: str, *, advice: bool) -> Iterator[AnyIssue]:
    yield from release.invariants.issues(resource, root, advice=advice, surely_keeps=release.surely_keeps)
    yield from release.own_rules(resource, root)
    yield from mistyped(resource, release, root)
    if advice:
        yield from profile_issues(resource, root)


def _own_rules(bundle: Resource, release: Release) -> Iterator[AnyIssue]:
    for number, resource in _numbered(bundle):
        if release.own_rules(resource, resource["resourceType"]):  # most break none, and need no place
            yield from release.own_rules(resource, f"Bundle.entry[{number}].resource")
    yield from release.bundle_rules(bundle)


def _resources(bundle: Resource) -> Iterator[tuple[str, Resource]]:
    """The resources of the entries, each with its place; what is no entry or no resource is left out."""
    return ((f"Bundle.entry[{number}].resource", resource) for number, resource in _numbered(bundle))


def _numbered(bundle: Resource) -> Iterator[tuple[int, Resource]]:
    """The same resources, each with the number of its entry, which is 0 for the first."""
    entries = bundle.get("entry")
    for number, entry in enumerate(entries if isinstance(entries, list) else ()):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict):
            yield number, resource


def _has_error(issues: list[AnyIssue]) -> bool:
    return any(issue.is_error for issue in issues)


def _rerooted(issues: list[AnyIssue], bundle: Resource) -> list[AnyIssue]:
    """The issues as `expression_roots` names the entries."""
    roots = expression_roots(bundle)
    return [PendingIssue(issue.severity, issue.rule or "", partial(_with_root, issue, roots)) for issue in issues]


def _with_root(pending: AnyIssue, roots: list[str]) -> Issue:
    issue = pending.written()
    return issue.at(
        expression=tuple(_ENTRY.sub(lambda match: roots[int(match[1])], place, count=1) for place in issue.expression)
    )
