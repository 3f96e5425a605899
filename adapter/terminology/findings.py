"""What a validation finds on its way: issues, the words of its message, and systems that nobody here knows."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from adapter.issues import Issue
from adapter.terminology import messages
from adapter.terminology.canonical import joined
from adapter.terminology.catalog import Catalog
from adapter.terminology.code_system.concept import Concept
from adapter.terminology.code_system.definition import CodeSystem
from adapter.terminology.code_system.designation import Designation
from adapter.terminology.coding import Coding

_MOST_STEPS = 5_000


@dataclass(slots=True)
class Report:
    """The findings of one request, in order and each once; made by that request and read when it is done."""

    _issues: dict[Issue, None] = field(default_factory=dict)
    words: dict[str, None] = field(default_factory=dict)
    unknown: dict[str, None] = field(default_factory=dict)
    steps: int = 0
    _by_place: dict[str | None, list[Issue]] = field(default_factory=dict)

    @property
    def issues(self) -> list[Issue]:
        """The issues in the order in which they were found."""
        return list(self._issues)

    def add(self, issue: Issue, *, is_said: bool = False) -> None:
        """Add an issue; `is_said` puts its words into the message although it is not an error."""
        if issue not in self._issues:
            self._issues[issue] = None
            self._by_place.setdefault(issue.place, []).append(issue)
        if is_said:
            self.words[issue.text] = None

    def replace(self, issues: Iterable[Issue]) -> None:
        """Put other issues in the place of all that were found."""
        self._issues = dict.fromkeys(issues)

    def add_unknown(self, issue: Issue, canonical: str) -> None:
        """Add the issue that a code system is not here, and remember which."""
        self.add(issue)
        self.unknown[canonical] = None

    def take_back(self, ids: Collection[str | None], place: str) -> None:
        """Remove issues of a place that turned out not to matter, by the ids of their messages."""
        for issue in self._by_place.get(place, ()):
            if issue.message_id in ids:
                self._issues.pop(issue, None)

    def step(self, value_set: str) -> None:
        """Count a step of work; raises OperationRefusedError if a request needs far too many."""
        self.steps += 1
        if self.steps > _MOST_STEPS:
            raise messages.EXPANSION_TOO_COSTLY.refusal(value_set=value_set, limit=_MOST_STEPS)

    @property
    def has_errors(self) -> bool:
        """Whether something is wrong."""
        return any(issue.severity == "error" for issue in self._issues)

    @property
    def message(self) -> str:
        """All errors and what else is to be said, in one line."""
        errors = [issue.text for issue in self._issues if issue.severity == "error"]
        return "; ".join(sorted({*errors, *self.words}))


@dataclass(slots=True)
class CodeFacts:
    """What is known of one coding: the concept in its code system, and the designations that count.

    `is_only_listed` says that nobody here may hold the code system, so that the value set's list is all there is.
    """

    system: CodeSystem | None = None
    concept: Concept | None = None
    version: str | None = None
    language: str = "en"
    designations: list[Designation] = field(default_factory=list)
    inactive: bool = False
    is_only_listed: bool = False
    status: str | None = None
    normal: str | None = None

    def see(self, system: CodeSystem, concept: Concept, more: list[Designation] | None = None) -> None:
        """Keep a concept with its designations, and with those that a value set adds."""
        self.system, self.concept = system, concept
        self.designations = [*system.designations(concept), *(more or ())]

    def see_status(self, system: CodeSystem, concept: Concept) -> None:
        """Keep whether the concept is still to be used."""
        self.inactive = self.inactive or system.is_inactive(concept)
        self.status = self.status or system.status(concept)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeQuery:
    """A coding that is looked for, with what is known of it and what is found wrong on the way."""

    coding: Coding
    facts: CodeFacts
    report: Report


def silently(coding: Coding) -> CodeQuery:
    """A coding that is looked for while what is found on the way interests nobody."""
    return CodeQuery(coding=coding, facts=CodeFacts(), report=Report())


def misnamed_system(catalog: Catalog, url: str, *, place: str) -> Issue | None:
    """The issue that what is named as code system is a value set or a supplement."""
    if catalog.value_set(url):
        return messages.SYSTEM_IS_VALUE_SET.issue(place, system=url)
    supplement = catalog.supplement(url)
    return messages.SYSTEM_IS_SUPPLEMENT.issue(place, system=supplement.canonical) if supplement else None


def unknown_system(catalog: Catalog, system: str, version: str | None, *, place: str | None) -> tuple[Issue, str]:
    """The issue that says that a code system (or this version of it) is not here, and the canonical to name."""
    if not version:
        return messages.UNKNOWN_SYSTEM.issue(place, system=system), system
    versions = catalog.code_system_versions(system)
    if not versions:
        return messages.UNKNOWN_SYSTEM_NO_VERSIONS.issue(place, system=system, version=version), system
    issue = messages.UNKNOWN_SYSTEM_VERSION.issue(place, system=system, version=version, versions=enumerated(versions))
    return issue, joined(system, version)


def enumerated(versions: list[str]) -> str:
    """Versions as messages list them: `1.0.0 or 1.2.0`, `1.0.0, 1.1.0 and 1.2.0`."""
    word = " or " if len(versions) == 2 else " and "  # noqa: PLR2004 - a pair
    return word.join(part for part in (", ".join(versions[:-1]), versions[-1]) if part)


def unknown_code(system: CodeSystem, coding: Coding) -> Issue:
    """The issue that says that a code system has no such code; of a fragment only a warning."""
    place, code = coding.at("code"), coding.code
    if not system.is_complete:
        return messages.UNKNOWN_CODE_IN_FRAGMENT.issue(place, code=code, system=system.url, version=system.version or "")
    if not system.version:
        return messages.UNKNOWN_CODE_WITHOUT_VERSION.issue(place, code=code, system=system.url)
    return messages.UNKNOWN_CODE.issue(place, code=code, system=system.url, version=system.version)
