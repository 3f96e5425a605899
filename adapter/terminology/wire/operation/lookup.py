"""`$lookup` (http://hl7.org/fhir/R4/codesystem-operation-lookup.html)."""

from dataclasses import replace

from adapter.fhir.resource import Resource
from adapter.terminology import core, messages
from adapter.terminology.code_system.designation import PREFERRED_FOR_LANGUAGE, Designation
from adapter.terminology.code_system.details import ConceptDetails, ConceptProperty
from adapter.terminology.coding import Coding
from adapter.terminology.wire.operation.common import (
    DATE,
    DISPLAY_LANGUAGE,
    REQUEST_LABELS,
    SYSTEM_VERSIONS,
    TX_RESOURCE,
    USE_SUPPLEMENT,
    Invocation,
    OperationContext,
    parameter,
    parameters,
)
from adapter.terminology.wire.operation.context import coding_of, context_of
from adapter.terminology.wire.parameter import Arguments, OperationParameter, ParameterType, Table

TABLE = Table(
    operation="CodeSystem/$lookup",
    needed=frozenset({"code", "system"}),
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
        replace(DISPLAY_LANGUAGE, also=("language",)),
        USE_SUPPLEMENT,
        *SYSTEM_VERSIONS,
        TX_RESOURCE,
        DATE,
        *REQUEST_LABELS,
    ),
)


def ask_lookup(surroundings: OperationContext, call: Invocation) -> ConceptDetails:
    """What is known of the code of a call; raises OperationRefusedError if the code or its system is not here."""
    context = context_of(surroundings, call)
    return core.lookup(context, _coding(call.arguments), properties=call.arguments.all("property"))


def write_lookup(details: ConceptDetails, _: Invocation) -> Resource:
    """`CodeSystem/$lookup`: the Parameters with what is known of a code."""
    return parameters(
        parameter("name", "valueString", details.name),
        parameter("system", "valueUri", details.system.url),
        parameter("version", "valueString", details.system.version),
        parameter("code", "valueCode", details.concept.code),
        parameter("display", "valueString", details.display),
        parameter("definition", "valueString", details.concept.definition),
        parameter("abstract", "valueBoolean", value=details.is_abstract),
        *(parameter("designation", "part", _designation(designation)) for designation in details.designations),
        *(parameter("property", "part", _property(property_)) for property_ in details.properties),
        *(parameter("used-supplement", "valueCanonical", supplement.canonical) for supplement in details.system.supplements),
    )


def _coding(arguments: Arguments) -> Coding:
    """The coding that is meant; raises OperationRefusedError if that is unclear."""
    if arguments.has("code") and arguments.has("coding"):
        raise messages.SEVERAL_CODES.refusal(names="code and coding")
    coding = coding_of(arguments.one("coding") or {name: arguments.one(name) for name in ("system", "version", "code")})
    if not coding.code or not coding.system:
        raise messages.MISSING_PARAMETER.refusal(place="code", names="code with system (or coding)")
    return coding


def _designation(designation: Designation) -> list[Resource]:
    use = PREFERRED_FOR_LANGUAGE if designation.is_main else designation.use
    entries = (
        parameter("language", "valueCode", designation.language),
        parameter("use", "valueCoding", use),
        parameter("value", "valueString", designation.value),
        parameter("source", "valueCanonical", designation.source),
    )
    return [entry for entry in entries if entry]


def _property(prop: ConceptProperty) -> list[Resource]:
    parts = [{"name": "code", "valueCode": prop.code}, {"name": "value", **prop.value}]
    return [*parts, *([{"name": "description", "valueString": prop.description}] if prop.description else [])]
