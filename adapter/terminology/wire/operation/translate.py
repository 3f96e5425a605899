"""`$translate`, with the parameters of R4 and of R5.

http://hl7.org/fhir/R4/conceptmap-operation-translate.html, http://hl7.org/fhir/R5/conceptmap-operation-translate.html
"""

from adapter.fhir.resource import Resource
from adapter.terminology import core, messages
from adapter.terminology.canonical import split
from adapter.terminology.coding import Coding
from adapter.terminology.concept_map.index import ConceptMap
from adapter.terminology.concept_map.translation import Mapped
from adapter.terminology.request_context import RequestContext
from adapter.terminology.translation_request import Translation, TranslationRequest
from adapter.terminology.wire.operation.common import (
    DATE,
    REQUEST_LABELS,
    TX_RESOURCE,
    VERSIONS,
    Invocation,
    OperationContext,
    checked,
    instance,
    parameter,
    parameters,
)
from adapter.terminology.wire.operation.context import coding_of, context_of
from adapter.terminology.wire.parameter import Arguments, OperationParameter, ParameterType, Table

_R4 = ("code", "coding", "codeableConcept")
_R5_SOURCE = ("sourceCode", "sourceCoding", "sourceCodeableConcept")
_R5_TARGET = ("targetCode", "targetCoding", "targetCodeableConcept")
TABLE = Table(
    operation="ConceptMap/$translate",
    rows=(
        OperationParameter(name="url", kind=ParameterType.CANONICAL, says="the concept map; all that fit if none is named"),
        OperationParameter(name="conceptMap", kind=ParameterType.RESOURCE, says="the concept map itself", holds=("ConceptMap",)),
        OperationParameter(name="conceptMapVersion", kind=ParameterType.TEXT, says="the version of the concept map"),
        OperationParameter(name="code", kind=ParameterType.CODE, says="the code to translate (R4)"),
        OperationParameter(name="coding", kind=ParameterType.CODING, says="the coding to translate (R4)"),
        OperationParameter(name="codeableConcept", kind=ParameterType.CONCEPT, says="the codings to translate (R4)"),
        OperationParameter(name="sourceCode", kind=ParameterType.CODE, says="the code to translate (R5)"),
        OperationParameter(name="sourceCoding", kind=ParameterType.CODING, says="the coding to translate (R5)"),
        OperationParameter(name="sourceCodeableConcept", kind=ParameterType.CONCEPT, says="the codings to translate (R5)"),
        OperationParameter(name="targetCode", kind=ParameterType.CODE, says="the code whose sources are wanted (R5)"),
        OperationParameter(name="targetCoding", kind=ParameterType.CODING, says="the coding whose sources are wanted (R5)"),
        OperationParameter(
            name="targetCodeableConcept", kind=ParameterType.CONCEPT, says="the codings whose sources are wanted (R5)"
        ),
        OperationParameter(name="system", kind=ParameterType.URI, says="the system of the code", also=("sourceSystem",)),
        OperationParameter(name="version", kind=ParameterType.TEXT, says="the version of the system of the code"),
        OperationParameter(
            name="source", kind=ParameterType.CANONICAL, says="the value set that the code comes from", also=("sourceScope",)
        ),
        OperationParameter(
            name="target", kind=ParameterType.CANONICAL, says="the value set that the translation is in", also=("targetScope",)
        ),
        OperationParameter(
            name="targetSystem", kind=ParameterType.URI, says="the code system that the translation is in", also=("targetsystem",)
        ),
        OperationParameter(
            name="reverse", kind=ParameterType.BOOLEAN, says="whether the code is a target whose sources are wanted (R4)"
        ),
        OperationParameter(
            name="dependency", kind=ParameterType.PARTS, says="another element that decides", repeats=True, is_supported=False
        ),
        *VERSIONS,
        TX_RESOURCE,
        DATE,
        *REQUEST_LABELS,
    ),
)


def ask_translate(surroundings: OperationContext, call: Invocation) -> Translation:
    """The matches of all concept maps that fit; raises OperationRefusedError.

    Where R5 asks for the sources of a target, `system` and `source` say where they are, otherwise `targetSystem` and `target`.
    """
    context, arguments = context_of(surroundings, call), call.arguments
    name = _asked(arguments)
    is_reverse = _is_reverse(arguments, name)
    is_source = is_reverse and name not in _R4
    request = TranslationRequest(
        codings=_codings(arguments, name),
        maps=_maps(surroundings, call, context),
        is_reverse=is_reverse,
        system=arguments.one("system" if is_source else "targetSystem"),
        scope=arguments.one("source" if is_source else "target"),
    )
    return core.translate(context, request)


def write_translate(answer: Translation, call: Invocation) -> Resource:
    """`ConceptMap/$translate`: the Parameters with the matches, in the words of the release that the call speaks."""
    name = _asked(call.arguments)
    is_r5, is_reverse = name not in _R4, _is_reverse(call.arguments, name)
    return parameters(
        parameter("result", "valueBoolean", value=answer.is_translated),
        parameter("message", "valueString", None if answer.is_translated else messages.NO_TRANSLATION.text),
        *(parameter("match", "part", _match(match, is_r5=is_r5, is_reverse=is_reverse)) for match in answer.matches),
    )


def _asked(arguments: Arguments) -> str:
    """The parameter that holds what is to be translated; raises OperationRefusedError for nothing, or several."""
    names = [name for name in (*_R4, *_R5_SOURCE, *_R5_TARGET) if arguments.has(name)]
    if not names:
        raise messages.MISSING_PARAMETER.refusal(place="code", names="code with system, coding or codeableConcept")
    if len(names) > 1:
        raise messages.SEVERAL_CODES.refusal(names=", ".join(names))
    return names[0]


def _is_reverse(arguments: Arguments, name: str) -> bool:
    return name in _R5_TARGET or arguments.one("reverse") is True


def _codings(arguments: Arguments, name: str) -> tuple[Coding, ...]:
    """What is to be translated; raises OperationRefusedError for a coding without a system or a code."""
    value = arguments.one(name)
    if name.lower().endswith("code"):
        # A target code (R5) is of the target system; where R4 asks in reverse, `system` is that of the code.
        system = arguments.one("targetSystem") if name in _R5_TARGET else arguments.one("system")
        elements = [{"system": system, "code": value}]
    else:
        elements = value.get("coding", []) if "oncept" in name else [value]
    codings = tuple(coding_of({"system": coding.get("system"), "code": coding.get("code")}) for coding in elements)
    if not codings or not all(coding.system and coding.code for coding in codings):
        raise messages.MISSING_PARAMETER.refusal(place=name, names=f"{name} with a system")
    return codings


def _maps(surroundings: OperationContext, call: Invocation, context: RequestContext) -> tuple[ConceptMap, ...]:
    """The concept maps that are asked; raises OperationRefusedError if the one that is named is not here."""
    arguments = call.arguments
    if call.instance is not None:
        return (ConceptMap(resource=instance(surroundings, "ConceptMap", call.instance)),)
    if arguments.has("conceptMap"):
        return (ConceptMap(resource=checked(surroundings, "conceptMap", arguments.one("conceptMap"))),)
    return context.needed_concept_maps(arguments.one("url"), arguments.one("conceptMapVersion"))


def _match(mapped: Mapped, *, is_r5: bool, is_reverse: bool) -> list[Resource]:
    """One match; R5's relationship is in every answer."""
    shown = mapped.question if is_r5 and is_reverse else mapped.coding
    entries = [
        parameter("equivalence", "valueCode", mapped.equivalence),
        parameter("relationship", "valueCode", mapped.relationship),
        parameter("concept", "valueCoding", _coding(shown)),
        parameter("originMap", "valueCanonical", mapped.canonical or None),
    ]
    if not is_r5:
        entries.append(parameter("source", "valueUri", split(mapped.canonical)[0] or None))
    elif is_reverse:
        entries.append(parameter("source", "valueCoding", _coding(mapped.coding)))
    return [entry for entry in entries if entry]


def _coding(coding: Coding | None) -> Resource | None:
    if coding is None:
        return None
    display = {"display": coding.display} if coding.display else {}
    return {"system": coding.system, "code": coding.code, **display}
