"""What FHIR documents say of how they were sent: that there is more, that a server failed, that something is to be deleted."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from adapter.issues import Issue, IssueType, Severity
from adapter.json_types import JsonObject
from adapter.readers.placed_resource import PlacedResource, listed, versioned

_MOST_PLACES = 3
_OTHER_PAGES = ("next", "previous", "prev")
_TYPES = (
    "document",
    "message",
    "transaction",
    "transaction-response",
    "batch",
    "batch-response",
    "history",
    "searchset",
    "collection",
)
_FIRST = {"document": "Composition", "message": "MessageHeader"}
_CODES = frozenset(IssueType)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Remark:
    """What is told of places in documents of one kind."""

    rule: str
    severity: Severity
    code: IssueType
    text: str
    suggestion: str

    def at(self, places: Sequence[str]) -> Issue:
        """The issue, with the first of its places."""
        more = f" ({len(places)} places)" if len(places) > _MOST_PLACES else ""
        return Issue(
            severity=self.severity,
            code=self.code,
            rule=self.rule,
            text=self.text + more,
            suggestion=self.suggestion,
            location=tuple(places[:_MOST_PLACES]),
        )


_Told = Iterator[tuple[_Remark, str]]

_MORE_PAGES = _Remark(
    rule="bundle/more",
    severity=Severity.WARNING,
    code=IssueType.INCOMPLETE,
    text="this is one page of several, and the one that this link leads to was not sent",
    suggestion="send all pages together, as files of one encounter or as entries of one Bundle",
)
_MORE_FOUND = _Remark(
    rule="bundle/more",
    severity=Severity.WARNING,
    code=IssueType.INCOMPLETE,
    text="the server has more than was sent: `total` is greater than the number of entries that it counts",
    suggestion="send what is missing as well, or check that it is not of this encounter",
)
_FAILED = _Remark(
    rule="bundle/failed",
    severity=Severity.ERROR,
    code=IssueType.INCOMPLETE,
    text="the server did not do what was asked for here (`response.status`), so a part of what was meant to be sent is missing",
    suggestion="ask the server again; take the entry out if the encounter is whole without it",
)
_WITHOUT_RESOURCE = _Remark(
    rule="bundle/no-resource",
    severity=Severity.WARNING,
    code=IssueType.INCOMPLETE,
    text="this entry has no resource, so nothing can be read from it",
    suggestion="send the resource itself; a server returns what it stored on `Prefer: return=representation`",
)
_DELETED = _Remark(
    rule="bundle/deleted",
    severity=Severity.WARNING,
    code=IssueType.NOT_SUPPORTED,
    text="this entry deletes a resource; nothing is deleted by it here",
    suggestion="say of a resource that no longer holds that it is `entered-in-error` or `cancelled`, and send it",
)
_DELETED_AND_SENT = _Remark(
    rule="bundle/deleted",
    severity=Severity.ERROR,
    code=IssueType.CONFLICT,
    text="this entry deletes a resource that was sent as well, so nobody can know whether it still holds",
    suggestion="take out the resource or the entry that deletes it",
)
_HISTORY_ENDS = _Remark(
    rule="bundle/deleted",
    severity=Severity.INFORMATION,
    code=IssueType.INFORMATIONAL,
    text="the newest that this history says of a resource is that it was deleted, so no version of it is read",
    suggestion="nothing, if that is so",
)
_NOT_NEWEST_FIRST = _Remark(
    rule="bundle/history",
    severity=Severity.ERROR,
    code=IssueType.CONFLICT,
    text="this history is not in its order: a version that was written later comes after an older one of the same resource",
    suggestion="send the newest version first, as FHIR has it, or the newest version only",
)
_ASKED_FOR = _Remark(
    rule="bundle/request",
    severity=Severity.WARNING,
    code=IssueType.NOT_SUPPORTED,
    text="this entry asks a server for something; nobody is asked here, so nothing is read from it",
    suggestion="send what the server answers",
)
_PATCH = _Remark(
    rule="bundle/request",
    severity=Severity.ERROR,
    code=IssueType.NOT_SUPPORTED,
    text="this entry changes a resource by a patch; patches are not applied here",
    suggestion="send the resource as it is after the change",
)
_UNKNOWN_TYPE = _Remark(
    rule="bundle/type",
    severity=Severity.WARNING,
    code=IssueType.CODE_INVALID,
    text="this type of Bundle is not one of FHIR R4; its resources are read as those of a collection",
    suggestion=f"use one of {', '.join(_TYPES)}",
)
_FAILED_MESSAGE = _Remark(
    rule="bundle/failed",
    severity=Severity.ERROR,
    code=IssueType.PROCESSING,
    text="this message answers another one, which could not be processed; it says nothing of an encounter",
    suggestion="send the message that was answered, once it is right",
)
_WITHDRAWN = _Remark(
    rule="bundle/withdrawn",
    severity=Severity.ERROR,
    code=IssueType.BUSINESS_RULE,
    text="this document was entered in error, so nothing of it holds",
    suggestion="send the document that replaces it",
)
_OUTCOMES = {
    "fatal": (Severity.ERROR, "reports an error", "ask it again in the way that it accepts, and send what it answers then"),
    "error": (Severity.ERROR, "reports an error", "ask it again in the way that it accepts, and send what it answers then"),
    "warning": (Severity.WARNING, "warns of it", "read its words in the OperationOutcome, and check that what was sent is whole"),
}
_REMARKED = (Severity.INFORMATION, "remarks on it", "read its words in the OperationOutcome")


def bundle_remarks(resources: Sequence[PlacedResource], place_of: Callable[[str], str | None]) -> Iterator[Issue]:
    """The issues of all documents together, one of each kind with its places; `place_of` is where what a URL leads to stands.

    An error stands at what keeps the resources from being read as what they say.
    """
    bundles = [resource for resource in resources if resource.kind == "Bundle"]
    pages = {url for bundle in bundles for relation, url in _links(bundle) if relation == "self"}
    places: dict[_Remark, list[str]] = {}
    told = chain(
        *(_of_bundle(bundle, pages) for bundle in bundles),
        *(_of_entries(bundle, place_of) for bundle in bundles),
        *(_OF_RESOURCE[resource.kind](resource) for resource in resources if resource.kind in _OF_RESOURCE),
    )
    for remark, place in told:
        places.setdefault(remark, []).append(place)
    for remark, of_remark in places.items():
        yield remark.at(of_remark)


def _links(bundle: PlacedResource) -> list[tuple[str, str]]:
    return [(str(link.get("relation")), str(link.get("url"))) for link in listed(bundle.whole.get("link"))]


def _of_bundle(bundle: PlacedResource, pages: set[str]) -> _Told:
    """What the Bundle itself says: its type, its pages, how much there is."""
    kind = str(bundle.whole.get("type", "collection"))
    if kind not in _TYPES:
        yield _UNKNOWN_TYPE, bundle.position("type")
    if kind in _FIRST and _type_of_entry(next(iter(bundle.entries), {})) != _FIRST[kind]:
        yield _not_first(kind), bundle.position()
    others = [(url, at) for at, (relation, url) in enumerate(_links(bundle)) if relation in _OTHER_PAGES]
    for url, at in others:
        if url not in pages:
            yield _MORE_PAGES, bundle.position("link", at)
    if not others and kind in ("searchset", "history") and _counted(bundle) < bundle.whole.get("total", 0):
        yield _MORE_FOUND, bundle.position("total")


def _type_of_entry(entry: JsonObject) -> str | None:
    return entry["resource"]["resourceType"] if "resource" in entry else None


def _counted(bundle: PlacedResource) -> int:
    """How many entries the total counts: those that match, not what was included with them."""
    return sum(entry.get("search", {}).get("mode", "match") == "match" for entry in bundle.entries)


def _not_first(kind: str) -> _Remark:
    return _Remark(
        rule="bundle/type",
        severity=Severity.WARNING,
        code=IssueType.STRUCTURE,
        text=f"a Bundle of the type {kind} begins with its {_FIRST[kind]}, and this one does not; it is read all the same",
        suggestion="check that it was sent whole, or send it as a collection",
    )


def _of_entries(bundle: PlacedResource, place_of: Callable[[str], str | None]) -> _Told:
    """What the entries say of themselves beside their resources."""
    is_history = bundle.whole.get("type") == "history"
    for at, entry in enumerate(bundle.entries):
        remark = None if at in bundle.older else _of_entry(entry, place_of, is_history=is_history)
        if remark:
            yield remark, bundle.position("entry", at)
        if remark is _DELETED_AND_SENT and (sent := place_of(_url(entry))):
            yield remark, sent
        if "outcome" in entry.get("response", {}) and remark is not _FAILED:
            yield from _of_outcome(entry["response"]["outcome"], bundle.position("entry", at, "response", "outcome"))
    if is_history:
        yield from ((_NOT_NEWEST_FIRST, bundle.position("entry", at)) for at in _out_of_order(bundle.entries))


def _of_entry(entry: JsonObject, place_of: Callable[[str], str | None], *, is_history: bool) -> _Remark | None:
    """What is to be told of an entry, if anything."""
    method = entry.get("request", {}).get("method")
    if str(entry.get("response", {}).get("status", "")).lstrip().startswith(("4", "5")):
        return _FAILED
    if method == "PATCH":
        return _PATCH
    if method == "DELETE" and (place_of(_url(entry)) or "resource" in entry):
        return _DELETED_AND_SENT
    if method == "DELETE":
        return _HISTORY_ENDS if is_history else _DELETED
    if "resource" in entry:
        return None
    return _ASKED_FOR if method in ("GET", "HEAD") and "response" not in entry else _WITHOUT_RESOURCE


def _url(entry: JsonObject) -> str:
    return str(entry["request"].get("url"))


def _out_of_order(entries: Sequence[JsonObject]) -> Iterator[int]:
    """The entries of a history that were written after another version of their resource which comes before them."""
    last: dict[str, datetime] = {}
    for at, entry in enumerate(entries):
        name, time = versioned(entry), _time_of(entry)
        if name and time:
            if time > last.setdefault(name, time):
                yield at
            last[name] = time


def _time_of(entry: JsonObject) -> datetime | None:
    written = entry.get("resource", {}).get("meta", {}).get("lastUpdated") or entry.get("response", {}).get("lastModified")
    try:
        return datetime.fromisoformat(written) if written else None
    except ValueError:
        return None


def _of_outcome(outcome: JsonObject, place: str) -> _Told:
    """What a server says of what it did: the words of it may be about the patient, so they are not repeated."""
    for at, issue in enumerate(listed(outcome.get("issue"))):
        severity, says, suggestion = _OUTCOMES.get(str(issue.get("severity")), _REMARKED)
        code = IssueType(issue["code"]) if issue.get("code") in _CODES else IssueType.PROCESSING
        text = f"the server that sent this {says} ({code.value})"
        remark = _Remark(rule="bundle/outcome", severity=severity, code=code, text=text, suggestion=suggestion)
        yield remark, f"{place}/issue/{at}"


def _of_message(header: PlacedResource) -> _Told:
    if header.resource.get("response", {}).get("code") in ("fatal-error", "transient-error"):
        yield _FAILED_MESSAGE, header.position("response", "code")


def _of_document(composition: PlacedResource) -> _Told:
    if composition.resource.get("status") == "entered-in-error":
        yield _WITHDRAWN, composition.position("status")


_OF_RESOURCE: Mapping[str, Callable[[PlacedResource], _Told]] = {
    "OperationOutcome": lambda outcome: _of_outcome(outcome.resource, outcome.position()),
    "MessageHeader": _of_message,
    "Composition": _of_document,
}
