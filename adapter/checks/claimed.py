"""Profiles that a resource claims: which of them nothing here, or only a part of them, was checked against."""

from collections.abc import Iterator

from adapter.checks.us_core import US_CORE
from adapter.fhir.resource import Resource
from adapter.issues import Issue, IssueType, Severity

_OF_FHIR = "http://hl7.org/fhir/StructureDefinition/"
_OURS = ("claim-0731t", "procedure-0731t", "candidate-syndrome", "facial-image")


def profile_issues(resource: Resource, root: str) -> Iterator[Issue]:
    """An information for each claimed profile that is not checked as a whole; the definition of the type itself is."""
    for at, profile in enumerate(resource["meta"].get("profile", ()) if "meta" in resource else ()):
        url = (profile or "").partition("|")[0]
        if url and url != f"{_OF_FHIR}{resource['resourceType']}":
            yield _issue(url, f"{root}.meta.profile[{at}]")


def _issue(url: str, expression: str) -> Issue:
    is_partly_held = url.startswith(US_CORE) or url.rpartition("/")[2] in _OURS
    how = "only the invariants were checked of" if is_partly_held else "not checked against"
    return Issue(
        severity=Severity.INFORMATION,
        code=IssueType.INFORMATIONAL,
        rule="profile/not-checked",
        text=f"{how} {url}",
        expression=(expression,),
        suggestion="ask a FHIR server that holds the profile",
    )
