"""What an invariant is: a rule of FHIR, of US Core or of our own profiles that no cardinality can say."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, TypeAlias

from adapter.fhir.resource import Resource
from adapter.fhir.table import packaged_table
from adapter.issues import Issue, IssueType, PendingIssue, Severity

Breaks: TypeAlias = Callable[[Resource], Iterable[str]]
"""The paths (`.item[0]`, or an empty one for the resource itself) at which a resource breaks a rule."""

TERMINOLOGY = "http://terminology.hl7.org/CodeSystem/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Invariant:
    """A rule by its key in the specification, in our words, with the page that states it.

    With `counts` the rule counts only for resources of which that says yes.
    """

    key: str
    human: str
    source: str
    breaks: Breaks
    severity: Severity = Severity.ERROR
    counts: Callable[[Resource], bool] | None = None

    def issues(self, resource: Resource, root: str) -> list[PendingIssue]:
        """One issue per place at which the resource breaks the rule; expressions begin with `root`."""
        paths = [*self.breaks(resource)]
        return self.at(paths, root) if paths else []

    def at(self, paths: Iterable[str], root: str) -> list[PendingIssue]:
        """One issue per path at which a resource is known to break the rule."""
        return [PendingIssue(self.severity, self.rule, partial(self._issue, root + path)) for path in paths]

    @property
    def rule(self) -> str:
        """The rule that its issues name."""
        return f"invariant/{self.key}"

    def _issue(self, expression: str) -> Issue:
        return Issue(
            severity=self.severity,
            code=IssueType.INVARIANT,
            rule=self.rule,
            text=self.human,
            expression=(expression,),
            source=self.source,
        )


def claims(resource: Resource, profile: str) -> bool:
    """Whether a resource claims a profile whose URL begins so."""
    for canonical in resource["meta"].get("profile", ()) if "meta" in resource else ():
        if canonical is not None and canonical.startswith(profile):
            return True
    return False


def has_code(concept: Resource | None, system: str, *codes: str) -> bool:
    """Whether a CodeableConcept has one of these codes of a system."""
    return any(coding.get("system") == system and coding.get("code") in codes for coding in (concept or {}).get("coding", ()))


def has_choice(part: Resource, kind: str, choice: str) -> bool:
    """Whether a choice of a type (`Observation`, `value[x]`) is there, as whatever member."""
    return not _members(kind, choice).isdisjoint(part)


@cache
def _members(kind: str, choice: str) -> frozenset[str]:
    """The names of a choice's members in JSON, with those of their siblings."""
    names = {element.name for element in packaged_table("R4")[kind].elements.values() if element.choice == choice}
    return frozenset(names | {"_" + name for name in names})


def each_of(part: Resource, name: str) -> list[tuple[str, Resource]]:
    """The values of an element that is a list of objects, each with its path."""
    return [(f".{name}[{number}]", value) for number, value in enumerate(part.get(name, ()))]


def pairs_of(concept: Resource) -> list[tuple[Any, Any]]:
    """(system, code) of each coding of a CodeableConcept."""
    return [(coding.get("system"), coding.get("code")) for coding in concept.get("coding", ())]
