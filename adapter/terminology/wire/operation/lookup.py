"""`$lookup` (http://hl7.org/fhir/R4/codesystem-operation-lookup.html)."""

from collections.abc import Iterator, Sequence

from adapter.json_types import JsonMapping
from adapter.terminology import messages
from adapter.terminology.code_system.concept import Concept
from adapter.terminology.code_system.definition import CodeSystem
from adapter.terminology.code_system.designation import PREFERRED_FOR_LANGUAGE, Designation, preferred
from adapter.terminology.request_context import RequestContext
from adapter.terminology.value_set.prepare import supplements_missing
from adapter.terminology.wire.context import LanguageHeader, wanted_of
from adapter.terminology.wire.operation.common import (
    DATE,
    DISPLAY_LANGUAGE,
    REQUEST_LABELS,
    SYSTEM_VERSIONS,
    TX_RESOURCE,
    USE_SUPPLEMENT,
    Invocation,
    OperationContext,
    Resource,
    overlaid,
    parameter,
    parameters,
)
from adapter.terminology.wire.parameter import Arguments, OperationParameter, ParameterType, Table

Element = JsonMapping

_ALL = "*"
TABLE = Table(
    operation="CodeSystem/$lookup",
    rows=(
        OperationParameter(name="code", kind=ParameterType.CODE, says="the code to look up"),
        OperationParameter(name="system", kind=ParameterType.URI, says="the code system of code", also=("url",)),
        OperationParameter(name="version", kind=ParameterType.TEXT, says="the version of the code system"),
        OperationParameter(name="coding", kind=ParameterType.CODING, says="the coding to look up"),
        OperationParameter(
            name="property",
            kind=ParameterType.CODE,
            says="a property that is wanted (parent, child, designation, or one of the code system); all if none is named",
            repeats=True,
        ),
        OperationParameter(name=DISPLAY_LANGUAGE.name, kind=ParameterType.TEXT, says=DISPLAY_LANGUAGE.says, also=("language",)),
        USE_SUPPLEMENT,
        *SYSTEM_VERSIONS,
        TX_RESOURCE,
        DATE,
        *REQUEST_LABELS,
    ),
)


def lookup(surroundings: OperationContext, call: Invocation) -> Resource:
    """`CodeSystem/$lookup`: what is known of a code; raises OperationRefusedError if the code or its system is not here."""
    arguments = call.arguments
    arguments.refuse_issues()
    catalog = overlaid(surroundings, arguments)
    header = LanguageHeader(languages=call.header, is_open=True)
    wanted = wanted_of(arguments, catalog, surroundings.limits, header=header)
    system, code = coded_system(arguments, wanted)
    concept = system.find(code)
    if concept is None:
        raise messages.UNKNOWN_CODE_HERE.refusal(place="code", code=code, system=system.url)
    return _said(system, concept, wanted, names=arguments.all("property"))


def coded_system(arguments: Arguments, wanted: RequestContext) -> tuple[CodeSystem, str]:
    """The code system and the code that are meant; raises OperationRefusedError if that is unclear or not here."""
    if arguments.has("code") and arguments.has("coding"):
        raise messages.SEVERAL_CODES.refusal(names="code and coding")
    coding: Element = arguments.one("coding") or {
        "system": arguments.one("system"),
        "version": arguments.one("version"),
        "code": arguments.one("code"),
    }
    if not coding.get("code") or not coding.get("system"):
        raise messages.MISSING_PARAMETER.refusal(place="code", names="code with system (or coding)")
    system = found_system(wanted, coding["system"], coding.get("version") or None)
    missing = [each for each in wanted.required_supplements if not system.has_supplement(each)]
    if missing:
        raise supplements_missing(missing)
    return system, coding["code"]


def found_system(wanted: RequestContext, url: str, version: str | None) -> CodeSystem:
    """A code system that is here; raises OperationRefusedError for another."""
    system = wanted.ruled_code_system(url, version)
    if system is None:
        raise messages.UNKNOWN_SYSTEM_HERE.refusal(place="system", system=f"{url}|{version}" if version else url)
    return system


def _said(system: CodeSystem, concept: Concept, wanted: RequestContext, *, names: Sequence[str]) -> Resource:
    designations = system.designations(concept)
    display = preferred(designations, wanted.languages) or preferred(designations, None)
    shows_all = not names or _ALL in names
    return parameters(
        parameter("name", "valueString", system.resource.get("name") or system.resource.get("title") or system.url),
        parameter("system", "valueUri", system.url),
        parameter("version", "valueString", system.version),
        parameter("code", "valueCode", concept.code),
        parameter("display", "valueString", display.value if display else None),
        parameter("definition", "valueString", concept.definition),
        parameter("abstract", "valueBoolean", value=system.is_abstract(concept)),
        *(parameter("designation", "part", _designation(each)) for each in designations if shows_all or "designation" in names),
        *(
            parameter("property", "part", each)
            for each in _properties(system, concept)
            if shows_all or each[0]["valueCode"] in names
        ),
        *(parameter("used-supplement", "valueCanonical", each.canonical) for each in system.supplements),
    )


def _designation(designation: Designation) -> list[Resource]:
    use = PREFERRED_FOR_LANGUAGE if designation.is_main else designation.use
    made = (
        parameter("language", "valueCode", designation.language),
        parameter("use", "valueCoding", use),
        parameter("value", "valueString", designation.value),
        parameter("source", "valueCanonical", designation.source),
    )
    return [each for each in made if each]


def _properties(system: CodeSystem, concept: Concept) -> Iterator[list[Resource]]:
    """All properties: whether the concept is inactive, those that are written, and its neighbours in the hierarchy."""
    yield _property("inactive", {"valueBoolean": system.is_inactive(concept)})
    for element, _ in system.properties(concept):
        if element.get("code") not in {"parent", "child", "inactive"}:
            yield _property(str(element.get("code")), {key: value for key, value in element.items() if key.startswith("value")})
    for name, neighbours in (("parent", concept.parents), ("child", concept.children)):
        for each in neighbours:
            yield _property(name, {"valueCode": each.code}, each.display)


def _property(code: str, value: Element, description: str | None = None) -> list[Resource]:
    made = [{"name": "code", "valueCode": code}, {"name": "value", **value}]
    return [*made, *([{"name": "description", "valueString": description}] if description else [])]
