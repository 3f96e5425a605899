"""What an invariant is: a rule of FHIR, of US Core or of our own profiles that no cardinality can say."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from adapter.issues import Issue, IssueType, Severity

Resource = dict[str, Any]
US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invariant:
    """A rule by its key; `breaks` gives the paths (`.item[0]`, or nothing for the resource) at which a resource breaks it.

    With `profile` it counts only for resources that claim a profile whose URL begins so.
    """

    key: str
    text: str
    source: str
    breaks: Callable[[Resource], Iterator[str]]
    profile: str | None = None

    def issues(self, resource: Resource, root: str) -> Iterator[Issue]:
        """The issues of a resource; expressions begin with `root`."""
        if self.profile is None or claims(resource, self.profile):
            for path in self.breaks(resource):
                yield Issue(
                    severity=Severity.ERROR,
                    code=IssueType.INVARIANT,
                    rule=f"invariant/{self.key}",
                    text=self.text,
                    expression=(f"{root}{path}",),
                    source=self.source,
                )


def claims(resource: Resource, profile: str) -> bool:
    """Whether a resource claims a profile whose URL begins so."""
    return any(each.startswith(profile) for each in resource.get("meta", {}).get("profile", ()))


def has_code(concept: Resource | None, system: str, *codes: str) -> bool:
    """Whether a CodeableConcept has one of these codes of a system."""
    codings = (concept or {}).get("coding", ())
    return any(each.get("system") == system and each.get("code") in codes for each in codings)
