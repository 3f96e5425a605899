"""What a server's answer means: FHIR JSON, or one of our error kinds. The wording for every HTTP status is here."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from adapter.client.remark import ServerRefusalError, remarks_in
from adapter.client.wire import retry_after
from adapter.exchange import ServerAnswer
from adapter.fhir.json import read_json
from adapter.issues import (
    AdapterError,
    ConflictError,
    InvalidError,
    Issue,
    IssueType,
    NotFoundError,
    NotSupportedError,
    Severity,
    UnavailableError,
)
from adapter.json_types import JsonObject

_FIRST_REFUSAL = 300
_FIRST_MISTAKE = 400
_FIRST_FAULT = 500
_DETAILS = "; what it said is kept apart, for the user's eyes only."
_NO_DETAILS = "; it said nothing more."


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What an HTTP status means for us: the kind of error, the issue type, and what happened and what to do."""

    kind: type[AdapterError]
    code: IssueType
    text: str


_REFUSED = Meaning(kind=InvalidError, code=IssueType.PROCESSING, text="The FHIR server refused what was sent: correct it")
_LOCKED = Meaning(
    kind=UnavailableError,
    code=IssueType.FORBIDDEN,
    text="The FHIR server denies access: check the credentials and rights given to the adapter (ADAPTER_SIGN_INS)",
)
_GONE = Meaning(
    kind=NotFoundError, code=IssueType.NOT_FOUND, text="The FHIR server does not have this: check the base URL and the id"
)
_UNKNOWN = Meaning(
    kind=NotSupportedError,
    code=IssueType.NOT_SUPPORTED,
    text="The FHIR server does not offer this: look at its CapabilityStatement",
)
_CHANGED = Meaning(
    kind=ConflictError,
    code=IssueType.CONFLICT,
    text="What was sent contradicts what the FHIR server holds: read it again and decide",
)
_BROKEN = Meaning(
    kind=UnavailableError, code=IssueType.TRANSIENT, text="The FHIR server failed: try again later, and look at its log"
)

MEANINGS: Mapping[int, Meaning] = MappingProxyType(
    {
        401: _LOCKED,
        403: _LOCKED,
        404: _GONE,
        405: _UNKNOWN,
        406: _UNKNOWN,
        409: _CHANGED,
        410: _GONE,
        412: _CHANGED,
        413: Meaning(kind=InvalidError, code=IssueType.TOO_LONG, text="The FHIR server takes no body of this size: send less"),
        415: _UNKNOWN,
        422: Meaning(kind=InvalidError, code=IssueType.INVALID, text="The FHIR server finds what was sent invalid: correct it"),
        429: Meaning(kind=UnavailableError, code=IssueType.THROTTLED, text="The FHIR server is asked too often: try again later"),
        501: _UNKNOWN,
    }
)
"""The statuses with a meaning of their own; any other 4xx is `_REFUSED`, anything else `_BROKEN`."""


def json_of(answer: ServerAnswer, *, source: str) -> JsonObject:
    """The JSON object in a good answer.

    Raises the AdapterError that the status means, with a ServerRefusalError as its cause, or UnavailableError if a good
    status comes with something other than a JSON object.
    """
    body = json_or_none(answer)
    if answer.status >= _FIRST_REFUSAL:
        behind = _behind(answer, body, source=source)
        raise _refusal(answer.status, _DETAILS if behind.remarks else _NO_DETAILS, source=source) from behind
    if body is None:
        raise unusable(_oddity(answer), source=source) from _behind(answer, body, source=source)
    return body


def _behind(answer: ServerAnswer, body: JsonObject | None, *, source: str) -> ServerRefusalError:
    remarks = remarks_in(body, answer.content, source=source)
    return ServerRefusalError(answer.status, remarks, wait=retry_after(answer.headers))


def json_or_none(answer: ServerAnswer) -> JsonObject | None:
    """The JSON object in an answer of any status; nothing if it holds no JSON object."""
    try:
        body = read_json(answer.content, "answer")
    except InvalidError:
        return None
    return body if isinstance(body, dict) else None


def unusable(text: str, *, source: str) -> UnavailableError:
    """The error for an answer that is JSON, but not what FHIR says it must be."""
    return UnavailableError(Issue(severity=Severity.ERROR, code=IssueType.STRUCTURE, text=text, source=source))


def _refusal(status: int, details: str, *, source: str) -> AdapterError:
    meaning = MEANINGS.get(status, _REFUSED if _FIRST_MISTAKE <= status < _FIRST_FAULT else _BROKEN)
    text = f"{meaning.text} (HTTP {status}){details}"
    return meaning.kind(Issue(severity=Severity.ERROR, code=meaning.code, text=text, source=source))


def _oddity(answer: ServerAnswer) -> str:
    if not answer.content.strip():
        return "The FHIR server answered with an empty body: whether it carried out the request is unknown: check there."
    if "html" in answer.headers.get("Content-Type", "").lower():
        return "A web page came where FHIR was expected: check that the base URL is the FHIR endpoint."
    return "The FHIR server's answer is not a JSON object: check that the base URL is the FHIR endpoint and speaks JSON."
