"""FHIR REST for our definitions: read, vread and search; who wants to write is answered 405 (http://hl7.org/fhir/R4/http.html)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from flask import Request, Response

from adapter.fhir.json import canonical_bytes, pretty_bytes
from adapter.fhir.outcome import operation_outcome
from adapter.issues import Issue, IssueType, NotFoundError, Severity, UnreadableError
from adapter.terminology.definition_search import MODIFIERS, Criterion, SearchParameter, found, parameters_of
from adapter.terminology.definition_view import SUMMARIES, Resource, summarised, with_elements
from adapter.terminology.definitions import TYPES
from adapter.web.answer import FHIR_JSON, JSON, bytes_answer
from adapter.web.request import RefusedError
from adapter.web.service import Service

PAGE = 50
"""How many definitions a page holds unless `_count` says otherwise."""

_LARGEST_PAGE = 1000
_FORMATS: Mapping[str, str] = {"json": FHIR_JSON, FHIR_JSON: FHIR_JSON, JSON: JSON, "text/json": JSON}
_BOTH = (
    ("_format", "The form of the answer: json. XML is not written here."),
    ("_pretty", "Whether the JSON is indented: true or false."),
    ("_summary", f"How much of each definition: {', '.join(SUMMARIES)} (count: searches only)."),
    ("_elements", "The elements of each definition that are wanted, with commas."),
)
_ONLY_SEARCH = (
    ("_count", f"How many definitions a page holds: {PAGE} unless said, {_LARGEST_PAGE} at most, 0 for the number alone."),
    ("_offset", "Where a page begins; it stands in the links between pages."),
    ("_total", "none, estimate or accurate; the total is always there and accurate."),
)
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "_pretty": ("true", "false"),
    "_summary": SUMMARIES,
    "_total": ("none", "estimate", "accurate"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """One call: a path of a resource type, what it does in FHIR's words, and the query parameters that it knows."""

    type: str
    path: str
    code: str
    says: str
    call: Callable[..., Response]
    statuses: tuple[int, ...]
    parameters: tuple[tuple[str, str], ...]


def read(kind: str, service: Service, request: Request, **parts: str) -> Response:
    """`GET /fhir/{type}/{id}` and `GET /fhir/{type}/{id}/_history/{version}`; only the current version is here."""
    media_type = _form(request)
    query = _single(request, [name for name, _ in _BOTH])
    held = service.runtime.served_definitions.get((kind, parts["id"]))
    if held is None or parts.get("version", held["meta"]["versionId"]) != held["meta"]["versionId"]:
        what = "version of this definition" if held else f"{kind} of this id"
        raise NotFoundError(_issue(IssueType.NOT_FOUND, f"there is no {what}; GET /fhir/{kind} lists all"))
    if query.get("_summary") == "count":
        raise UnreadableError(_wrong("_summary", "`count` is for searches; a definition has no number"))
    tag = f'W/"{held["meta"]["versionId"]}"'
    if request.if_none_match.contains_weak(held["meta"]["versionId"]):
        answer = Response(status=HTTPStatus.NOT_MODIFIED)
    else:
        answer = _answer(_view(service, held, query), media_type, query)
    answer.headers["ETag"] = tag
    if "lastUpdated" in held["meta"]:
        answer.headers["Last-Modified"] = _http_date(held["meta"]["lastUpdated"])
    return answer


def search(kind: str, service: Service, request: Request) -> Response:
    """`GET /fhir/{type}`: a searchset Bundle with links between pages.

    A parameter that is not known is refused with `Prefer: handling=strict`; otherwise it is left out, and an entry of the mode
    `outcome` names it (http://hl7.org/fhir/R4/search.html#errors).
    """
    media_type = _form(request)
    criteria, unknown = _criteria(kind, request)
    if unknown and _is_strict(request):
        raise UnreadableError(*(_unknown(name, kind, Severity.ERROR) for name in unknown))
    query = _single(request, [name for name, _ in (*_BOTH, *_ONLY_SEARCH)])
    held = [each for (of, _), each in service.runtime.served_definitions.items() if of == kind]
    matches = found(held, criteria)
    count, offset = _number(query, "_count", PAGE), _number(query, "_offset", 0)
    count = 0 if query.get("_summary") == "count" else min(count, _LARGEST_PAGE)
    page = matches[offset : offset + count]
    entries = [_match(request, _view(service, each, query)) for each in page]
    if unknown:
        outcome = operation_outcome([_unknown(name, kind, Severity.WARNING) for name in unknown])
        entries.append({"resource": outcome, "search": {"mode": "outcome"}})
    bundle = {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(matches),
        "link": [*_links(request, unknown, offset=offset, count=count, total=len(matches))],
        **({"entry": entries} if entries else {}),
    }
    return _answer(bundle, media_type, query)


def _criteria(kind: str, request: Request) -> tuple[list[Criterion], list[str]]:
    """What is searched for, and the parameters that nobody knows; raises UnreadableError for modifiers and empty values."""
    parameters = {each.name: each for each in parameters_of(kind)}
    others = {name for name, _ in (*_BOTH, *_ONLY_SEARCH)}
    criteria: list[Criterion] = []
    unknown: list[str] = []
    for written, value in request.args.items(multi=True):
        name, colon, modifier = written.partition(":")
        if name in parameters:
            criteria.append(_criterion(parameters[name], modifier if colon else None, value))
        elif written not in others and written not in unknown:
            unknown.append(written)
    return criteria, unknown


def _criterion(parameter: SearchParameter, modifier: str | None, value: str) -> Criterion:
    if modifier is not None and modifier not in MODIFIERS[parameter.type]:
        allowed = ", ".join(f":{each}" for each in MODIFIERS[parameter.type]) or "none"
        raise UnreadableError(_wrong(parameter.name, f"this modifier is not known here; known for this parameter: {allowed}"))
    if not value:
        raise UnreadableError(_wrong(parameter.name, "the parameter is empty; give it a value, or leave it out"))
    return Criterion(parameter=parameter, modifier=modifier, value=value)


def _single(request: Request, names: Sequence[str]) -> dict[str, str]:
    """The parameters of these names, each once; raises UnreadableError for one that is unknown on a read, repeated, or unfit."""
    query: dict[str, str] = {}
    for name, values in request.args.lists():
        if name not in names:
            if "_count" in names:
                continue  # a search has looked at the others
            raise UnreadableError(_wrong(name, f"there is no such query parameter; known are: {', '.join(names)}"))
        if len(values) > 1:
            raise UnreadableError(_wrong(name, "the parameter stands more than once; send it once"))
        if name in _CHOICES and values[0] not in _CHOICES[name]:
            raise UnreadableError(_wrong(name, f"this must be one of {', '.join(_CHOICES[name])}"))
        query[name] = values[0]
    if "_elements" in query and query.get("_summary", "false") != "false":
        raise UnreadableError(_wrong("_elements", "`_elements` and `_summary` exclude each other; send one of them"))
    return query


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= len("999999999")):
        raise UnreadableError(_wrong(name, "this must be a whole number from 0 on"))
    return int(text)


def _view(service: Service, held: Resource, query: Mapping[str, str]) -> Resource:
    """A definition as `_elements` or `_summary` want it; raises UnreadableError for elements that R4 does not have."""
    if "_elements" not in query:
        summary = query.get("_summary", "false")
        return summarised(held, "false" if summary == "count" else summary)  # type: ignore[arg-type]  # one of SUMMARIES
    names = [each.strip() for each in query["_elements"].split(",")]
    known = service.runtime.release.table[held["resourceType"]].elements
    if not all(each in known for each in names):
        raise UnreadableError(_wrong("_elements", f"a name is no element of {held['resourceType']} in R4; check the spelling"))
    return with_elements(held, names)


def _match(request: Request, resource: Resource) -> Resource:
    url = f"{request.host_url}fhir/{resource['resourceType']}/{resource['id']}"
    return {"fullUrl": url, "resource": resource, "search": {"mode": "match"}}


def _links(request: Request, unknown: Sequence[str], *, offset: int, count: int, total: int) -> Iterator[Resource]:
    """The links of a page; those to other pages only if there are any."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in unknown and name != "_offset"]

    def link(relation: str, start: int) -> Resource:
        said = [*kept, ("_offset", str(start))] if start else kept
        return {"relation": relation, "url": request.base_url + (f"?{urlencode(said)}" if said else "")}

    yield link("self", offset)
    if not count or (offset == 0 and total <= count):
        return
    yield link("first", 0)
    if offset:
        yield link("previous", max(0, offset - count))
    if offset + count < total:
        yield link("next", offset + count)
    yield link("last", max(0, (total - 1) // count * count))


def _form(request: Request) -> str:
    """The media type of the answer, by `_format` or else by Accept; raises RefusedError (406)."""
    said = request.args.get("_format")
    if said is not None:
        # A plus sign in a query is a space, unless it was escaped.
        wanted = [said.split(";")[0].strip().replace(" ", "+")]
    else:
        accepted = [*request.accept_mimetypes] or [("*/*", 1)]
        wanted = [each.split(";")[0].strip() for each, quality in accepted if quality > 0]
    for each in wanted:
        if each in ("*/*", "application/*"):
            return FHIR_JSON
        if each.lower() in _FORMATS:
            return _FORMATS[each.lower()]
    text = "definitions are given as JSON only, and XML was asked for: send `Accept: application/fhir+json` or `_format=json`"
    raise RefusedError(HTTPStatus.NOT_ACCEPTABLE, text)


def _is_strict(request: Request) -> bool:
    wishes = [each.strip().lower() for each in request.headers.get("Prefer", "").replace(";", ",").split(",")]
    return "handling=strict" in wishes


def _answer(value: Resource, media_type: str, query: Mapping[str, str]) -> Response:
    made = pretty_bytes(value) if query.get("_pretty") == "true" else canonical_bytes(value)
    return bytes_answer(made, media_type=media_type)


def _http_date(instant: str) -> str:
    from datetime import datetime  # noqa: PLC0415 - only reads need it
    from email.utils import format_datetime  # noqa: PLC0415 - as above

    return format_datetime(datetime.fromisoformat(instant), usegmt=True)


def _unknown(name: str, kind: str, severity: Severity) -> Issue:
    known = ", ".join(each.name for each in parameters_of(kind))
    text = "there is no such search parameter here" + (", so it was left out" if severity is Severity.WARNING else "")
    suggestion = f"known are: {known}"
    return Issue(
        severity=severity,
        code=IssueType.NOT_SUPPORTED,
        rule="request/parameter",
        text=text,
        suggestion=suggestion,
        location=(f"query#/{name}",),
    )


def _wrong(name: str, text: str) -> Issue:
    return Issue(
        severity=Severity.ERROR, code=IssueType.INVALID, rule="request/parameter", text=text, location=(f"query#/{name}",)
    )


def _issue(code: IssueType, text: str) -> Issue:
    return Issue(severity=Severity.ERROR, code=code, rule="request/definition", text=text)


def _interactions() -> Iterator[Interaction]:
    for kind in TYPES:
        rows = tuple((each.name, each.says) for each in parameters_of(kind))
        searched = (*rows, *_BOTH, *_ONLY_SEARCH)
        on_type, one = f"/fhir/{kind}", f"/fhir/{kind}/{{id}}"
        reading = partial(read, kind)
        yield Interaction(
            type=kind,
            path=on_type,
            code="search-type",
            says=f"Search for a {kind}.",
            call=partial(search, kind),
            statuses=(200, 400, 406),
            parameters=searched,
        )
        for path, code, says in (
            (one, "read", f"Read a {kind}."),
            (f"{one}/_history/{{version}}", "vread", f"Read a {kind}, if it has this version."),
        ):
            yield Interaction(
                type=kind, path=path, code=code, says=says, call=reading, statuses=(200, 304, 400, 404, 406), parameters=_BOTH
            )


INTERACTIONS: tuple[Interaction, ...] = tuple(_interactions())
"""All calls: routes, OpenAPI and CapabilityStatement are made from them."""


def declared(kind: str) -> dict[str, Any]:
    """What the CapabilityStatement says of a type besides its operations; nothing for types that are not held here."""
    codes = [each.code for each in INTERACTIONS if each.type == kind]
    if not codes:
        return {}
    return {
        "interaction": [{"code": code} for code in codes],
        "versioning": "versioned",
        "readHistory": False,
        "updateCreate": False,
        "conditionalCreate": False,
        "conditionalRead": "not-match",
        "conditionalUpdate": False,
        "conditionalDelete": "not-supported",
        "searchParam": [
            {"name": each.name, "definition": each.definition(kind), "type": each.type, "documentation": each.says}
            for each in parameters_of(kind)
        ],
    }
