"""FHIR REST for our definitions: read, vread and search; who wants to write is answered 405 (http://hl7.org/fhir/R4/http.html)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import partial
from urllib.parse import urlencode

from flask import Request, Response

from adapter.definitions.search import MODIFIERS, Criterion, SearchParameter, found, parameters_of
from adapter.definitions.source import TYPES
from adapter.definitions.view import SUMMARIES, summarised, with_elements
from adapter.fhir.outcome import operation_outcome
from adapter.fhir.resource import Resource
from adapter.issues import Severity, UnreadableError
from adapter.json_types import JsonObject
from adapter.web.answer import json_answer
from adapter.web.query import EVERYWHERE, Pairs, check_form, pairs_of, single, unknown_issues, unknown_of
from adapter.web.refusal import not_there, wrong_parameter
from adapter.web.service import Service

PAGE = 50
"""How many definitions a page holds unless `_count` says otherwise."""

_LARGEST_PAGE = 1000
_BOTH = (
    ("_summary", f"How much of each definition: {', '.join(SUMMARIES)} (count: searches only)."),
    ("_elements", "The elements of each definition that are wanted, with commas."),
)
_UNKNOWN = "request/definition"
_ONLY_SEARCH = (
    ("_count", f"How many definitions a page holds: {PAGE} unless said, {_LARGEST_PAGE} at most, 0 for the number alone."),
    ("_offset", "Where a page begins; the links between pages hold it."),
    ("_total", "none, estimate or accurate; the total is always there and accurate."),
)
_CHOICES: Mapping[str, tuple[str, ...]] = {"_summary": SUMMARIES, "_total": ("none", "estimate", "accurate")}
_OF_READ = {name: _CHOICES.get(name, ()) for name, _ in _BOTH}
_OF_SEARCH = {name: _CHOICES.get(name, ()) for name, _ in (*_BOTH, *_ONLY_SEARCH)}


def schema_of(name: str, code: str) -> JsonObject:
    """The JSON Schema of a parameter of a read or a search."""
    if name in ("_count", "_offset"):
        return {"type": "integer", "minimum": 0, "maximum": 999_999_999}
    if name in _CHOICES:
        return {"type": "string", "enum": [value for value in _CHOICES[name] if code == "search-type" or value != "count"]}
    return {"type": "string", "minLength": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """One call: a path of a resource type, what it does in FHIR's words, and the query parameters that it knows."""

    type: str
    path: str
    code: str
    method: str = "GET"
    says: str
    call: Callable[..., Response]
    statuses: tuple[int, ...]
    parameters: tuple[tuple[str, str], ...]


def read(kind: str, service: Service, request: Request, **parts: str) -> Response:
    """`GET /fhir/{type}/{id}` and `GET /fhir/{type}/{id}/_history/{version}`; only the current version is here."""
    query = _query(request, _OF_READ)
    held = service.runtime.served_definitions.get((kind, parts["id"]))
    if held is None or parts.get("version", held["meta"]["versionId"]) != held["meta"]["versionId"]:
        what = "version of this definition" if held else f"{kind} of this id"
        raise not_there(_UNKNOWN, f"there is no {what}; GET /fhir/{kind} lists all")
    if query.get("_summary") == "count":
        raise UnreadableError(wrong_parameter("_summary", "`count` is for searches; a definition has no number"))
    answer = json_answer(_view(service, kind, query)(held))
    answer.set_etag(held["meta"]["versionId"], weak=True)
    if "lastUpdated" in held["meta"]:
        answer.headers["Last-Modified"] = _http_date(held["meta"]["lastUpdated"])
    return answer


def search(kind: str, service: Service, request: Request) -> Response:
    """`GET /fhir/{type}`: a searchset Bundle with links between pages.

    A parameter that is not known is refused with `Prefer: handling=strict`; otherwise it is left out, and an entry of the mode
    `outcome` names it (http://hl7.org/fhir/R4/search.html#errors).
    """
    check_form(request)
    parameters = {parameter.name: parameter for parameter in parameters_of(kind)}
    criteria = _criteria(parameters, request)
    known = {*_OF_SEARCH, *EVERYWHERE}
    unknown = [(number, name) for number, name in unknown_of(request, known) if name.partition(":")[0] not in parameters]
    if unknown and _is_strict(request):
        raise UnreadableError(*unknown_issues(unknown, parameters, text="take it out", severity=Severity.ERROR))
    query = _query(request, _OF_SEARCH, others=True)
    view = _view(service, kind, query)
    held = [definition for (of, _), definition in service.runtime.served_definitions.items() if of == kind]
    matches = found(held, criteria)
    count, offset = _number(query, "_count", PAGE), _number(query, "_offset", 0)
    count = 0 if query.get("_summary") == "count" else min(count, _LARGEST_PAGE)
    page = matches[offset : offset + count]
    url = f"{service.address(request)}/fhir/{kind}"
    entries = [_match(url, view(definition)) for definition in page]
    if unknown:
        outcome = operation_outcome(unknown_issues(unknown, parameters, text="it was left out", severity=Severity.WARNING))
        entries.append({"resource": outcome, "search": {"mode": "outcome"}})
    left_out = {"_offset", *(name for _, name in unknown)}
    kept = [(name, value) for name, value in pairs_of(request) if name not in left_out]
    bundle = {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": len(matches),
        "link": [*_links(url, kept, offset=offset, count=count, total=len(matches))],
        **({"entry": entries} if entries else {}),
    }
    return json_answer(bundle)


def _criteria(parameters: Mapping[str, SearchParameter], request: Request) -> list[Criterion]:
    """What is searched for; raises UnreadableError for modifiers and empty values."""
    criteria: list[Criterion] = []
    for written, value in pairs_of(request):
        name, colon, modifier = written.partition(":")
        if name in parameters:
            criteria.append(_criterion(parameters[name], modifier if colon else None, value))
    return criteria


def _criterion(parameter: SearchParameter, modifier: str | None, value: str) -> Criterion:
    if modifier is not None and modifier not in MODIFIERS[parameter.type]:
        allowed = ", ".join(f":{modifier}" for modifier in MODIFIERS[parameter.type]) or "none"
        text = f"this modifier is not known here; known for this parameter: {allowed}"
        raise UnreadableError(wrong_parameter(parameter.name, text))
    if not value:
        raise UnreadableError(wrong_parameter(parameter.name, "the parameter is empty; give it a value, or leave it out"))
    return Criterion(parameter=parameter, modifier=modifier, value=value)


def _query(request: Request, allowed: Mapping[str, tuple[str, ...]], *, others: bool = False) -> dict[str, str]:
    """The parameters that a read or a search has beside its criteria; raises UnreadableError for what cannot be taken."""
    query = single(request, allowed, others=others)
    if "_elements" in query and query.get("_summary", "false") != "false":
        raise UnreadableError(wrong_parameter("_elements", "`_elements` and `_summary` exclude each other; send one of them"))
    return query


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= len("999999999")):
        raise UnreadableError(wrong_parameter(name, "this must be a whole number from 0 on"))
    return int(text)


def _view(service: Service, type_name: str, query: Mapping[str, str]) -> Callable[[Resource], Resource]:
    """Definitions as `_elements` or `_summary` want them; raises UnreadableError for elements that R4 does not have."""
    kind = service.runtime.release.table[type_name]
    if "_elements" not in query:
        summary = query.get("_summary", "false")
        return partial(summarised, summary="false" if summary == "count" else summary, kind=kind)  # type: ignore[arg-type]  # one of SUMMARIES
    names = [word.strip() for word in query["_elements"].split(",")]
    if not all(name in kind.elements for name in names):
        text = f"a name is not an element of {type_name} in R4; check the spelling"
        raise UnreadableError(wrong_parameter("_elements", text))
    return partial(with_elements, names=names, kind=kind)


def _match(url: str, resource: Resource) -> Resource:
    return {"fullUrl": f"{url}/{resource['id']}", "resource": resource, "search": {"mode": "match"}}


def _links(url: str, kept: Pairs, *, offset: int, count: int, total: int) -> Iterator[Resource]:
    """The links of a page; those to other pages only if there are any."""

    def link(relation: str, start: int) -> Resource:
        pairs = [*kept, ("_offset", str(start))] if start else kept
        return {"relation": relation, "url": url + (f"?{urlencode(pairs)}" if pairs else "")}

    yield link("self", offset)
    if not count or (offset == 0 and total <= count):
        return
    yield link("first", 0)
    if offset:
        yield link("previous", max(0, offset - count))
    if offset + count < total:
        yield link("next", offset + count)
    yield link("last", max(0, (total - 1) // count * count))


def _is_strict(request: Request) -> bool:
    wishes = [word.strip().lower() for word in request.headers.get("Prefer", "").replace(";", ",").split(",")]
    return "handling=strict" in wishes


def _http_date(instant: str) -> str:
    return format_datetime(datetime.fromisoformat(instant), usegmt=True)


def _interactions() -> Iterator[Interaction]:
    for kind in TYPES:
        rows = tuple((parameter.name, parameter.says) for parameter in parameters_of(kind))
        searched = (*rows, *_BOTH, *_ONLY_SEARCH)
        on_type, one = f"/fhir/{kind}", f"/fhir/{kind}/{{id}}"
        reading = partial(read, kind)
        for method, path in (("GET", on_type), ("POST", f"{on_type}/_search")):
            yield Interaction(
                type=kind,
                path=path,
                code="search-type",
                method=method,
                says=f"Search for a {kind}.",
                call=partial(search, kind),
                statuses=(200,),
                parameters=searched,
            )
        for path, code, says in (
            (one, "read", f"Read a {kind}."),
            (f"{one}/_history/{{version}}", "vread", f"Read a {kind}, if it has this version."),
        ):
            yield Interaction(type=kind, path=path, code=code, says=says, call=reading, statuses=(200, 404), parameters=_BOTH)


INTERACTIONS: tuple[Interaction, ...] = tuple(_interactions())
"""All calls: routes, OpenAPI and CapabilityStatement are made from them."""


def declared(kind: str) -> JsonObject:
    """What the CapabilityStatement says of a type besides its operations; nothing for types that are not held here."""
    codes = [interaction.code for interaction in INTERACTIONS if interaction.type == kind]
    if not codes:
        return {}
    return {
        "interaction": [{"code": code} for code in dict.fromkeys(codes)],
        "versioning": "versioned",
        "readHistory": False,
        "updateCreate": False,
        "conditionalCreate": False,
        "conditionalRead": "not-match",
        "conditionalUpdate": False,
        "conditionalDelete": "not-supported",
        "searchParam": [
            {
                "name": parameter.name,
                "definition": parameter.definition(kind),
                "type": parameter.type,
                "documentation": parameter.says,
            }
            for parameter in parameters_of(kind)
        ],
    }
