"""`$expand` (http://hl7.org/fhir/R4/valueset-operation-expand.html)."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid5

from adapter.fhir.json import canonical_bytes
from adapter.fhir.resource import Resource
from adapter.terminology import core, messages
from adapter.terminology.catalog import ValueSet
from adapter.terminology.value_set.expanded import Expansion, ExpansionRequest
from adapter.terminology.wire.contains import Declared, Show, shown
from adapter.terminology.wire.operation.common import (
    DATE,
    DISPLAY_LANGUAGE,
    REQUEST_LABELS,
    TX_RESOURCE,
    USE_SUPPLEMENT,
    VERSIONS,
    Invocation,
    OperationContext,
)
from adapter.terminology.wire.operation.context import value_set_of
from adapter.terminology.wire.parameter import Arguments, OperationParameter, ParameterType, Table

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
    needed=frozenset({"url"}),
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
        # Clients send the filter with every keystroke, the first time without any text.
        OperationParameter(
            name="filter",
            kind=ParameterType.TEXT,
            says="words that the codes or their designations must have",
            is_empty_absent=True,
        ),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedExpansion:
    """An expansion with what it was asked with: the arguments of the call and of the value set, and the time."""

    expansion: Expansion
    arguments: Arguments
    now: str


def ask_expand(surroundings: OperationContext, call: Invocation) -> AskedExpansion:
    """The codes of the value set of a call; raises OperationRefusedError."""
    value_set, context, arguments = value_set_of(surroundings, call, TABLE, is_open=True)
    expansion = core.expand(context, value_set, _request(arguments))
    return AskedExpansion(expansion=expansion, arguments=arguments, now=surroundings.now)


def write_expand(question: AskedExpansion, _: Invocation) -> Resource:
    """`ValueSet/$expand`: the value set with its expansion."""
    body = _body(question.expansion.value_set, is_whole=bool(question.arguments.one("includeDefinition")))
    content = _content(question.expansion, question.arguments)
    identifier = uuid5(_IDENTIFIERS, canonical_bytes([body, content]).decode())
    return {**body, "expansion": {"identifier": f"urn:uuid:{identifier}", "timestamp": question.now, **content}}


def _request(arguments: Arguments) -> ExpansionRequest:
    """What of the value set is wanted; raises OperationRefusedError for a negative number."""
    for name in ("offset", "count"):
        if (arguments.one(name) or 0) < 0:
            raise messages.WRONG_TYPE.refusal(place=name, name=name, type="a number that is not negative")
    return ExpansionRequest(
        text=arguments.one("filter"),
        is_flat=bool(arguments.one("excludeNested")),
        leaves_out_abstract=bool(arguments.one("excludeNotForUI")),
        versions_match=arguments.one("versionsMatch"),
        offset=arguments.one("offset") or 0,
        count=arguments.one("count"),
    )


def _body(value_set: ValueSet, *, is_whole: bool) -> Resource:
    """The value set around the expansion: what identifies it, or all of its definition."""
    resource = value_set.resource
    names = [name for name in resource if name not in {"id", "text", "expansion"}] if is_whole else _KEPT
    return {"resourceType": "ValueSet", **{name: resource[name] for name in names if name in resource}}


def _content(expansion: Expansion, arguments: Arguments) -> Resource:
    """ValueSet.expansion without what identifies it."""
    offset, declared = arguments.one("offset"), Declared()
    show = Show(
        languages=expansion.languages,
        properties=arguments.all("property"),
        with_designations=bool(arguments.one("includeDesignations")),
        designation_filters=arguments.all("designation"),
        with_version=expansion.shows_versions,
    )
    contains = [shown(entry, show, declared, nested=expansion.is_tree) for entry in expansion.entries]
    extensions = declared.to_json()
    if expansion.is_fragment:
        extensions.append({"url": _UNCLOSED, "valueBoolean": True})
    return {
        **({"extension": extensions} if extensions else {}),
        **({} if expansion.total is None else {"total": expansion.total}),
        **({} if offset is None else {"offset": offset}),
        "parameter": [*_repeated(arguments, expansion), *({"name": name, "valueUri": value} for name, value in expansion.used)],
        **({"contains": contains} if contains else {}),
    }


def _repeated(arguments: Arguments, expansion: Expansion) -> Iterator[Resource]:
    """The parameters that made a difference, as the expansion repeats them."""
    for name, kind in _REPEATED.items():
        for value in arguments.all(name):
            yield {"name": name, kind: value}
    if expansion.languages:
        yield {"name": "displayLanguage", "valueCode": str(expansion.languages)}
    if expansion.versions_match:
        yield {"name": "versionsMatch", "valueBoolean": True}
