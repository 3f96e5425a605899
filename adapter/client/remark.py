"""What a FHIR server says in an OperationOutcome: issues that may be logged, apart from its own words, which may not."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from adapter.client.loose import dict_in, list_in, text_in
from adapter.client.words import readable_words
from adapter.issues import AdapterError, Issue, IssueType, Severity

_SEVERITY = {severity.value: severity for severity in Severity}
_TYPE = {kind.value: kind for kind in IssueType}
_MESSAGE_ID = "http://hl7.org/fhir/StructureDefinition/operationoutcome-message-id"

# What may stand in a loggable issue: ids of messages and element paths; neither can hold a sentence or a quoted value.
_SAFE_ID = re.compile(r"[\w.:/#@^-]{1,200}", re.ASCII)
# How HAPI names a place in an entry of a Bundle: `Bundle.entry[3].resource/*Claim/7c1a…*/.item[0]`, which is `Claim.item[0]`.
_IN_BUNDLE = re.compile(r"Bundle\.entry\[[0-9]+\]\.resource(/\*|\.ofType\()(?P<type>[A-Za-z]+)(/[^*]*\*/|\))")
_SAFE_PATH = re.compile(r"[A-Z][A-Za-z]*(\.[A-Za-z]+(\[[0-9]+\])?|\.ofType\([A-Za-z]+\))*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One issue of a server's OperationOutcome.

    `issue` may be logged; its `rule` is the server's message id. `words` are the server's own (details and diagnostics): they
    may quote patient data, so they are for the user's eyes only and never part of a log, an exception or this value's repr.
    `about` is the entry of a transaction that is meant, if the server says which.
    """

    issue: Issue
    words: str = field(repr=False)
    about: str | None = None


class ServerRefusalError(Exception):
    """A server's refusal, with its `remarks`; the cause of the AdapterError that the client raises. Its text holds no data.

    `wait` is how many seconds the server asks to wait before the next try, if it says so.
    """

    def __init__(self, status: int, remarks: tuple[Remark, ...], *, wait: float | None = None) -> None:
        """Keep what the server said beside the HTTP status."""
        super().__init__(f"HTTP {status}, {len(remarks)} remarks")
        self.status = status
        self.remarks = remarks
        self.wait = wait


def remarks_behind(error: AdapterError) -> tuple[Remark, ...]:
    """What the server said when it refused, for the user's eyes; nothing if it said nothing that could be read."""
    return error.__cause__.remarks if isinstance(error.__cause__, ServerRefusalError) else ()


def wait_behind(error: AdapterError) -> float | None:
    """How many seconds the server asks to wait before the next try, if it says so."""
    return error.__cause__.wait if isinstance(error.__cause__, ServerRefusalError) else None


def is_outcome(value: object) -> bool:
    """Whether `value` is an OperationOutcome."""
    return text_in(value, "resourceType") == "OperationOutcome"


def remarks_of(outcome: object, *, source: str) -> tuple[Remark, ...]:
    """The remarks of an OperationOutcome, in its order; nothing if `outcome` is something else. `source` says who spoke."""
    return tuple(_remark(issue, source) for issue in list_in(outcome, "issue")) if is_outcome(outcome) else ()


def remarks_in(outcome: object, content: bytes, *, source: str) -> tuple[Remark, ...]:
    """The remarks of a refusal, whatever its body is: an OperationOutcome, or one remark with the words of another body."""
    if remarks := remarks_of(outcome, source=source):
        return remarks
    words = readable_words(content)
    text = "The FHIR server refused without an OperationOutcome; read its answer."
    issue = Issue(severity=Severity.ERROR, code=IssueType.PROCESSING, text=text, source=source)
    return (Remark(issue=issue, words=words),) if words else ()


def status_behind(error: AdapterError) -> int | None:
    """The HTTP status with which the server refused; nothing if there was no answer."""
    return error.__cause__.status if isinstance(error.__cause__, ServerRefusalError) else None


def _remark(issue: object, source: str) -> Remark:
    message_id = _message_id(issue)
    loggable = Issue(
        severity=_SEVERITY.get(text_in(issue, "severity") or "", Severity.ERROR),
        code=_TYPE.get(text_in(issue, "code") or "", IssueType.PROCESSING),
        text=f"The FHIR server reports {message_id or 'a problem'}; read its own words in the server's outcome.",
        rule=message_id,
        expression=tuple(_paths(issue)),
        source=source,
    )
    return Remark(issue=loggable, words=_words(issue))


def _paths(issue: object) -> Iterator[str]:
    for path in list_in(issue, "expression") or list_in(issue, "location"):
        if isinstance(path, str):
            plain = _IN_BUNDLE.sub(r"\g<type>", path)
            if _SAFE_PATH.fullmatch(plain):
                yield plain


def _message_id(issue: object) -> str | None:
    ids = [
        text_in(extension, "valueString") for extension in list_in(issue, "extension") if text_in(extension, "url") == _MESSAGE_ID
    ]
    codes = [text_in(coding, "code") for coding in list_in(dict_in(issue, "details"), "coding")]
    return next((text for text in (*ids, *codes) if text and _SAFE_ID.fullmatch(text)), None)


def _words(issue: object) -> str:
    texts = (text_in(dict_in(issue, "details"), "text"), text_in(issue, "diagnostics"))
    return " ".join(text for text in texts if text) or "The server gave no details."
