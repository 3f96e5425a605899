"""The vocabulary of problems: what can be wrong with what we were given, and why a request cannot be carried out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol, TypeAlias


class Severity(StrEnum):
    """How bad a problem is (http://hl7.org/fhir/R4/valueset-issue-severity.html)."""

    FATAL = "fatal"
    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"


class IssueType(StrEnum):
    """What kind of problem it is: the R4 issue types that the adapter uses (http://hl7.org/fhir/R4/valueset-issue-type.html)."""

    INVALID = "invalid"
    STRUCTURE = "structure"
    REQUIRED = "required"
    VALUE = "value"
    INVARIANT = "invariant"
    SECURITY = "security"
    FORBIDDEN = "forbidden"
    PROCESSING = "processing"
    NOT_SUPPORTED = "not-supported"
    DUPLICATE = "duplicate"
    NOT_FOUND = "not-found"
    TOO_LONG = "too-long"
    CODE_INVALID = "code-invalid"
    EXTENSION = "extension"
    TOO_COSTLY = "too-costly"
    BUSINESS_RULE = "business-rule"
    CONFLICT = "conflict"
    TRANSIENT = "transient"
    TIMEOUT = "timeout"
    INCOMPLETE = "incomplete"
    THROTTLED = "throttled"
    INFORMATIONAL = "informational"
    EXCEPTION = "exception"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One problem with what we were given: what is wrong, where in the input, where in the output, and what to do.

    `text` never holds a value from the input, so an issue can be logged. `field` is the case field that is blamed, as a
    path such as `billing.lines[0].modifiers[4]`, `also` the fields that it contradicts; `location` names places in the
    input (`encounter.json#/billing/lines/0`), `expression` places in the output (`Claim.item[0].modifier[4]`), and `pointer`
    the same places as JSON pointers into the Bundle (`/entry/8/resource/item/0/modifier/4`). `rule` is the id of the rule or
    check that found it. Of a terminology operation the text names codes and displays of the request, as HL7's sentences do:
    it is for the answer, never for a log; `detail` is then a tx-issue-type code, and `message_id` HL7's id of the sentence.
    """

    severity: Severity
    code: IssueType
    text: str
    rule: str | None = None
    field: str | None = None
    also: tuple[str, ...] = ()
    location: tuple[str, ...] = ()
    expression: tuple[str, ...] = ()
    pointer: tuple[str, ...] = ()
    suggestion: str | None = None
    source: str | None = None
    detail: str | None = None
    message_id: str | None = None

    def at(self, *, location: tuple[str, ...] = (), expression: tuple[str, ...] = ()) -> "Issue":
        """The same issue at other places; what is not given stays."""
        return replace(self, location=location or self.location, expression=expression or self.expression)

    @property
    def fields(self) -> tuple[str, ...]:
        """All case fields that the issue stands at, the blamed one first."""
        return () if self.field is None else (self.field, *self.also)

    @property
    def place(self) -> str | None:
        """The first place in the input, if the issue is about one."""
        return self.location[0] if self.location else None

    @property
    def is_error(self) -> bool:
        """Whether this issue is fatal or an error."""
        return self.severity in (Severity.FATAL, Severity.ERROR)

    def written(self) -> "Issue":
        """The issue itself."""
        return self


@dataclass(frozen=True, slots=True)
class PendingIssue:
    """A problem that was found and is written only if it is reported: how bad it is, who found it, and what writes it."""

    severity: Severity
    rule: str
    write: Callable[[], Issue]

    @property
    def is_error(self) -> bool:
        """Whether the issue is fatal or an error."""
        return self.severity in (Severity.FATAL, Severity.ERROR)

    def written(self) -> Issue:
        """The issue."""
        return self.write()


AnyIssue: TypeAlias = Issue | PendingIssue


class Reportable(Protocol):
    """What was found, and can be reported."""

    @property
    def severity(self) -> Severity:
        """How bad it is."""

    def written(self) -> Issue:
        """The issue that is reported."""


MOST_ISSUES = 50
"""So many issues are reported of one request; whoever builds them one by one stops after one more."""

_BY_SEVERITY = {severity: place for place, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedIssues:
    """The issues that are reported of all that were found, and of the others how many there are and how bad the worst is."""

    issues: tuple[Issue, ...] = ()
    omitted: int = 0
    worst: Severity = Severity.INFORMATION

    def beside(self, later: Sequence[Reportable], *, further: int = 0) -> "ReportedIssues":
        """The most severe of these and of what was found later, in their order; only what is reported is written.

        So many `further` ones were found of which more than are reported are among these, and none is worse.
        """
        issues: tuple[Reportable, ...] = (*self.issues, *later)
        places = _ranked(issues)
        severities = [self.worst, *(issues[place].severity for place in places[MOST_ISSUES : MOST_ISSUES + 1])]
        return ReportedIssues(
            issues=tuple(issues[place].written() for place in sorted(places[:MOST_ISSUES])),
            omitted=self.omitted + max(0, len(issues) - MOST_ISSUES) + further,
            worst=min(severities, key=_BY_SEVERITY.__getitem__),
        )

    def all(self) -> tuple[Issue, ...]:
        """The issues, and, if there are others, one that says so."""
        if not self.omitted:
            return self.issues
        text = f"there are more issues than these {MOST_ISSUES}, at least {self.omitted}; fix these first"
        more = Issue(severity=self.worst, code=IssueType.INCOMPLETE, rule="request/more", text=text)
        return (*self.issues, more)


def _ranked(issues: Sequence[Reportable]) -> list[int]:
    """The places of the issues, the most severe first."""
    ranks = [_BY_SEVERITY[issue.severity] for issue in issues]
    return sorted(range(len(issues)), key=ranks.__getitem__)


def to_raise(issues: Sequence[AnyIssue]) -> tuple[Issue, ...]:
    """The issues in their order, of too many the most severe ones and one more, for an error that is reported later."""
    return tuple(issues[place].written() for place in sorted(_ranked(issues)[: MOST_ISSUES + 1]))


def most_severe(issues: Sequence[AnyIssue]) -> tuple[Issue, ...]:
    """The issues in their order; of too many the most severe ones, and one that says that there are more."""
    return ReportedIssues().beside(issues).all()


class FailureKind(StrEnum):
    """Why a request cannot be carried out; doors translate it into an HTTP status or an exit code."""

    UNREADABLE = "unreadable"
    UNKNOWN_FORM = "unknown-form"
    TOO_LARGE = "too-large"
    INVALID = "invalid"
    SETUP = "setup"
    NOT_FOUND = "not-found"
    NOT_SUPPORTED = "not-supported"
    CONFLICT = "conflict"
    UNAVAILABLE = "unavailable"
    BAD_REQUEST = "bad-request"
    NOT_OFFERED = "not-offered"
    TOO_COSTLY = "too-costly"


class AdapterError(Exception):
    """A request that cannot be carried out; carries at least one issue. Raised as one of its kinds."""

    kind: FailureKind = FailureKind.INVALID

    def __init__(self, *issues: Issue) -> None:
        """Keep the issues; the exception's text joins theirs and so holds no patient data."""
        super().__init__("; ".join(issue.text for issue in issues))
        self.issues = issues


class InvalidError(AdapterError):
    """What was sent breaks a rule."""

    kind = FailureKind.INVALID


class UnreadableError(InvalidError):
    """What was sent cannot be read at all: it is not JSON, not a document, or not of a form that is known."""

    kind = FailureKind.UNREADABLE


class UnknownFormError(InvalidError):
    """What was sent is of a kind that this version does not read: an X12 interchange, a picture."""

    kind = FailureKind.UNKNOWN_FORM


class TooLargeError(InvalidError):
    """What was sent is beyond a limit; the issue names the limit and the setting that raises it."""

    kind = FailureKind.TOO_LARGE


class SetupError(InvalidError):
    """What the adapter was set up with cannot be used: settings, mapping files, policies, a server's address."""

    kind = FailureKind.SETUP


class NotFoundError(AdapterError):
    """What was asked for is not there."""

    kind = FailureKind.NOT_FOUND


class NotSupportedError(AdapterError):
    """What was asked for is known, but not offered here."""

    kind = FailureKind.NOT_SUPPORTED


class ConflictError(AdapterError):
    """What was sent contradicts what is already there."""

    kind = FailureKind.CONFLICT


class UnavailableError(AdapterError):
    """Something that we depend on does not answer."""

    kind = FailureKind.UNAVAILABLE
