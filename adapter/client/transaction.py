"""A transaction and its result: what the server did with every entry."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from adapter.client.loose import dict_in, list_in, text_in
from adapter.client.remark import Remark, ServerRefusalError, remarks_of
from adapter.client.server_answer import unusable
from adapter.issues import InvalidError, Issue, IssueType, Severity, UnavailableError
from adapter.json_types import JsonList, JsonMapping, JsonObject

_LOCATION = re.compile(
    r"(?:.*/)?(?P<reference>[A-Z][A-Za-z]+/[A-Za-z0-9.-]{1,64})(?:/_history/(?P<version>[A-Za-z0-9.-]{1,64}))?"
)
_STATUS = re.compile(r"\s*([1-5][0-9]{2})\b")
_ENTRY = re.compile(r"Bundle\.entry\[([0-9]+)\]")
_HARMLESS = frozenset({"GET", "HEAD", "PUT", "DELETE"})
_CREATED = 201


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryResult:
    """What became of one entry: HTTP status, `Type/id`, the version that the server now holds, and what it said.

    `outcome` is the server's OperationOutcome as sent, empty if there was none; it may quote patient data.
    """

    status: int
    reference: str | None
    version: str | None
    etag: str | None
    remarks: tuple[Remark, ...]
    outcome: JsonObject = field(repr=False)

    @property
    def was_created(self) -> bool:
        """Whether the resource was not there before."""
        return self.status == _CREATED


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionResult:
    """The results of all entries, in the order of the Bundle that was sent."""

    entries: tuple[EntryResult, ...]


def check_is_transaction(bundle: JsonMapping) -> None:
    """Raise InvalidError unless `bundle` is a Bundle of type transaction in which every entry has a request."""
    entries = bundle.get("entry", [])
    if bundle.get("type") != "transaction" or not all(dict_in(entry, "request") for entry in entries):
        text = "This is not a Bundle of type transaction with a request in every entry (bdl-3): send one that is."
        raise InvalidError(Issue(severity=Severity.ERROR, code=IssueType.INVALID, text=text, expression=("Bundle",)))


def about_entries(refusal: BaseException | None, bundle: JsonMapping) -> BaseException | None:
    """A refusal of a transaction whose remarks say which entry they are about, if the server gave its place in the Bundle."""
    if not isinstance(refusal, ServerRefusalError):
        return refusal
    entries = list_in(bundle, "entry")
    remarks = tuple(_about_entry(remark, entries) for remark in refusal.remarks)
    return ServerRefusalError(refusal.status, remarks, wait=refusal.wait)


def _about_entry(remark: Remark, entries: JsonList) -> Remark:
    places = (_ENTRY.match(path) for path in remark.issue.expression)
    place = next((int(match[1]) for match in places if match), len(entries))
    return replace(remark, about=_name_of(entries[place])) if place < len(entries) else remark


def _name_of(entry: JsonMapping) -> str:
    """An entry as people find it in the Bundle: where it is put, else by its type and fullUrl."""
    request = entry["request"]
    return str(request["url"]) if request.get("method") == "PUT" else f"{request.get('url')} {entry.get('fullUrl', '')}".strip()


def is_repeatable(bundle: JsonMapping) -> bool:
    """Whether sending it twice is the same as sending it once: no plain POST, no PATCH, nothing bound to a version."""
    return all(_entry_is_repeatable(entry["request"]) for entry in bundle.get("entry", []))


def _entry_is_repeatable(request: JsonMapping) -> bool:
    if "ifMatch" in request:
        return False
    return request.get("method") in _HARMLESS or (request.get("method") == "POST" and "ifNoneExist" in request)


def transaction_result(answer: JsonObject, *, count: int, source: str) -> TransactionResult:
    """The result that a server's answer states; raises UnavailableError if it does not say what became of all `count` entries."""
    entries = [_entry_result(dict_in(entry, "response"), source=source) for entry in list_in(answer, "entry")]
    if answer.get("type") != "transaction-response" or len(entries) != count:
        raise _unclear(source)
    return TransactionResult(entries=tuple(entries))


def single_result(status: int, headers: Mapping[str, str], outcome: JsonObject, *, source: str) -> EntryResult:
    """The result of a request for one resource, in the form of an entry's."""
    location = _LOCATION.fullmatch(headers.get("Location") or headers.get("Content-Location") or "")
    etag = headers.get("ETag")
    return EntryResult(
        status=status,
        reference=location["reference"] if location else None,
        version=(location["version"] if location else None) or _version(etag),
        etag=etag,
        remarks=remarks_of(outcome, source=source),
        outcome=outcome,
    )


def _entry_result(response: JsonObject, *, source: str) -> EntryResult:
    status = _STATUS.match(text_in(response, "status") or "")
    if status is None:
        raise _unclear(source)
    location, etag = _LOCATION.fullmatch(text_in(response, "location") or ""), text_in(response, "etag")
    outcome = dict_in(response, "outcome")
    return EntryResult(
        status=int(status[1]),
        reference=location["reference"] if location else None,
        version=(location["version"] if location else None) or _version(etag),
        etag=etag,
        remarks=remarks_of(outcome, source=source),
        outcome=outcome,
    )


def _version(etag: str | None) -> str | None:
    return etag.removeprefix("W/").strip('"') if etag else None


def _unclear(source: str) -> UnavailableError:
    text = "The FHIR server does not say what became of every entry: the transaction may have been carried out; look there."
    return unusable(text, source=source)
