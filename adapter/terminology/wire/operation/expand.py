"""`$expand` (http://hl7.org/fhir/R4/valueset-operation-expand.html)."""

from collections.abc import Iterator
from uuid import UUID, uuid5

from adapter.fhir.json import canonical_bytes
from adapter.json_types import JsonMapping
from adapter.terminology import messages
from adapter.terminology.catalog import ValueSet
from adapter.terminology.request_context import RequestContext, for_value_set
from adapter.terminology.value_set.entry import Declared, Show, shown
from adapter.terminology.value_set.expanded import Expanded, Task
from adapter.terminology.value_set.expansion import expanded
from adapter.terminology.value_set.prepare import supplements_missing
from adapter.terminology.value_set.text_filter import Search
from adapter.terminology.wire.context import LanguageHeader, of_value_set, wanted_of
from adapter.terminology.wire.operation.common import (
    DATE,
    DISPLAY_LANGUAGE,
    REQUEST_LABELS,
    TX_RESOURCE,
    USE_SUPPLEMENT,
    VERSIONS,
    Invocation,
    OperationContext,
    Resource,
    overlaid,
)
from adapter.terminology.wire.operation.validate_code import value_set_of
from adapter.terminology.wire.parameter import Arguments, OperationParameter, ParameterType, Table

Element = JsonMapping

_IDENTIFIERS = UUID("6f6f3c0e-6f0b-5c8f-9d0e-0731a0731a07")
_UNCLOSED = "http://hl7.org/fhir/StructureDefinition/valueset-unclosed"
_KEPT = ("language", "url", "identifier", "version", "name", "title", "status", "experimental", "date", "immutable")
# The parameters that an expansion repeats, and the type that each is repeated in.
_REPEATED = {
    "filter": "valueString",
    "designation": "valueString",
    "excludeNested": "valueBoolean",
    "activeOnly": "valueBoolean",
    "includeDesignations": "valueBoolean",
    "includeDefinition": "valueBoolean",
    "excludeNotForUI": "valueBoolean",
    "excludePostCoordinated": "valueBoolean",
    "offset": "valueInteger",
    "count": "valueInteger",
}

TABLE = Table(
    operation="ValueSet/$expand",
    rows=(
        OperationParameter(name="url", kind=ParameterType.CANONICAL, says="the value set"),
        OperationParameter(name="valueSet", kind=ParameterType.RESOURCE, says="the value set itself", holds=("ValueSet",)),
        OperationParameter(name="valueSetVersion", kind=ParameterType.TEXT, says="the version of the value set"),
        OperationParameter(
            name="context", kind=ParameterType.URI, says="an element whose binding names the value set", is_supported=False
        ),
        OperationParameter(
            name="contextDirection", kind=ParameterType.CODE, says="whether the context is read or written", is_supported=False
        ),
        OperationParameter(name="filter", kind=ParameterType.TEXT, says="words that the codes or their designations must have"),
        OperationParameter(name="offset", kind=ParameterType.INTEGER, says="how many codes come before the page"),
        OperationParameter(
            name="count", kind=ParameterType.INTEGER, says="how many codes are on a page; 0 asks for the total only"
        ),
        OperationParameter(name="includeDesignations", kind=ParameterType.BOOLEAN, says="whether designations are shown"),
        OperationParameter(
            name="designation",
            kind=ParameterType.TEXT,
            says="which designations are shown: system|code of a use, or urn:ietf:bcp:47|language",
            repeats=True,
        ),
        OperationParameter(
            name="includeDefinition", kind=ParameterType.BOOLEAN, says="whether the definition of the value set is in the answer"
        ),
        OperationParameter(name="activeOnly", kind=ParameterType.BOOLEAN, says="whether inactive concepts are left out"),
        OperationParameter(
            name="excludeNested", kind=ParameterType.BOOLEAN, says="whether the codes are listed without hierarchy"
        ),
        OperationParameter(
            name="excludeNotForUI", kind=ParameterType.BOOLEAN, says="whether concepts that only group others are left out"
        ),
        OperationParameter(
            name="excludePostCoordinated",
            kind=ParameterType.BOOLEAN,
            says="whether post-coordinated codes are left out; there are none",
        ),
        OperationParameter(name="property", kind=ParameterType.TEXT, says="a property that is shown (* for all)", repeats=True),
        OperationParameter(
            name="versionsMatch", kind=ParameterType.BOOLEAN, says="whether one code in several versions counts once"
        ),
        OperationParameter(
            name="exclude-system",
            kind=ParameterType.CANONICAL,
            says="a code system that is left out",
            repeats=True,
            is_supported=False,
        ),
        DISPLAY_LANGUAGE,
        USE_SUPPLEMENT,
        *VERSIONS,
        TX_RESOURCE,
        DATE,
        *REQUEST_LABELS,
    ),
)


def expand(surroundings: OperationContext, call: Invocation) -> Resource:
    """`ValueSet/$expand`: the value set with its expansion; raises OperationRefusedError."""
    call.arguments.refuse_issues()
    header = LanguageHeader(languages=call.header, is_open=True)
    catalog = overlaid(surroundings, call.arguments)
    wanted = wanted_of(call.arguments, catalog, surroundings.limits, header=header)
    value_set = value_set_of(surroundings, call, wanted)
    arguments = of_value_set(TABLE, call.arguments, value_set)
    _check_paging(arguments)
    wanted = for_value_set(wanted_of(arguments, catalog, surroundings.limits, header=header), value_set, is_open=True)
    made = expanded(value_set, _task(arguments, wanted))
    used = {value for name, value in made.parameters if name == "used-supplement"}
    missing = [each for each in wanted.required_supplements if not any(_is_canonical(each, other) for other in used)]
    if missing:
        raise supplements_missing(missing)
    body = _body(value_set, is_whole=bool(arguments.one("includeDefinition")))
    content = _expansion(made, arguments, wanted)
    identifier = uuid5(_IDENTIFIERS, canonical_bytes([body, content]).decode())
    return {**body, "expansion": {"identifier": f"urn:uuid:{identifier}", "timestamp": surroundings.now, **content}}


def _is_canonical(asked: str, canonical: str) -> bool:
    return canonical == asked or canonical.partition("|")[0] == asked


def _check_paging(arguments: Arguments) -> None:
    for name in ("offset", "count"):
        if (arguments.one(name) or 0) < 0:
            raise messages.WRONG_TYPE.refusal(place=name, name=name, type="number that is not negative")


def _task(arguments: Arguments, wanted: RequestContext) -> Task:
    has_page = arguments.has("count")
    return Task(
        wanted=wanted,
        search=Search(arguments.one("filter")),
        is_flat=bool(arguments.one("excludeNested")) or bool(arguments.one("offset")),
        leaves_out_abstract=bool(arguments.one("excludeNotForUI")),
        versions_match=arguments.one("versionsMatch"),
        limit=None if has_page else wanted.limits.expansion,
        page=_page(arguments),
    )


def _page(arguments: Arguments) -> tuple[int, int] | None:
    count, offset = arguments.one("count"), arguments.one("offset") or 0
    return None if count is None else (offset, offset + count)


def _body(value_set: ValueSet, *, is_whole: bool) -> Resource:
    """The value set around the expansion: what identifies it, or all of its definition."""
    resource = value_set.resource
    names = [name for name in resource if name not in {"id", "text", "expansion"}] if is_whole else _KEPT
    return {"resourceType": "ValueSet", **{name: resource[name] for name in names if name in resource}}


def _expansion(made: Expanded, arguments: Arguments, wanted: RequestContext) -> Resource:
    count, offset = arguments.one("count"), arguments.one("offset")
    is_tree = made.is_tree and (count is None or count > made.total)
    listed = made.roots if is_tree else made.entries[(offset or 0) - made.passed :][:count]
    declared = Declared()
    show = Show(
        languages=wanted.languages,
        properties=arguments.all("property"),
        with_designations=bool(arguments.one("includeDesignations")),
        designation_filters=arguments.all("designation"),
        with_version=made.shows_versions,
    )
    contains = [shown(each, show, declared, nested=is_tree) for each in listed]
    extensions = declared.to_json()
    if made.is_fragment:
        extensions.append({"url": _UNCLOSED, "valueBoolean": True})
    return {
        **({"extension": extensions} if extensions else {}),
        **({"total": made.total} if made.is_counted else {}),
        **({"offset": offset} if offset is not None else {}),
        "parameter": [*_repeated(arguments, made, wanted), *_used(made)],
        **({"contains": contains} if contains else {}),
    }


def _repeated(arguments: Arguments, made: Expanded, wanted: RequestContext) -> Iterator[Resource]:
    """The parameters that made a difference, as the expansion repeats them."""
    for name, kind in _REPEATED.items():
        for value in arguments.all(name):
            yield {"name": name, kind: value}
    if wanted.languages:
        yield {"name": "displayLanguage", "valueCode": str(wanted.languages)}
    if made.versions_match:
        yield {"name": "versionsMatch", "valueBoolean": True}


def _used(made: Expanded) -> Iterator[Resource]:
    for name, value in made.parameters:
        yield {"name": name, "valueUri": value}
