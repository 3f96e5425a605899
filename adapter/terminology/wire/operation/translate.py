"""`$translate`, with the parameters of R4 and of R5.

http://hl7.org/fhir/R4/conceptmap-operation-translate.html, http://hl7.org/fhir/R5/conceptmap-operation-translate.html
"""

from collections.abc import Iterable
from dataclasses import dataclass

from adapter.json_types import JsonMapping
from adapter.terminology import messages
from adapter.terminology.catalog import Catalog
from adapter.terminology.coding import Coding
from adapter.terminology.concept_map.index import ConceptMap
from adapter.terminology.concept_map.translation import Mapped, translations
from adapter.terminology.findings import silently
from adapter.terminology.request_context import RequestContext
from adapter.terminology.value_set.membership import Members, Rules
from adapter.terminology.value_set.prepare import prepared
from adapter.terminology.wire.context import LanguageHeader, wanted_of
from adapter.terminology.wire.operation.common import (
    DATE,
    REQUEST_LABELS,
    TX_RESOURCE,
    VERSIONS,
    Invocation,
    OperationContext,
    Resource,
    check_resource,
    overlaid,
    parameter,
    parameters,
)
from adapter.terminology.wire.operation.validate_code import instance
from adapter.terminology.wire.parameter import Arguments, OperationParameter, ParameterType, Table

Element = JsonMapping

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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """What is to be translated, in which direction, and in which release's words the answer is wanted."""

    codings: tuple[Coding, ...]
    is_reverse: bool
    is_r5: bool


def translate(surroundings: OperationContext, call: Invocation) -> Resource:
    """`ConceptMap/$translate`: the matches of all concept maps that fit; raises OperationRefusedError."""
    arguments = call.arguments
    arguments.refuse_issues()
    question = _question(arguments)
    catalog = overlaid(surroundings, arguments)
    wanted = wanted_of(arguments, catalog, surroundings.limits, header=LanguageHeader(languages=call.header, is_open=True))
    maps = _maps(surroundings, call, catalog)
    target = _target(arguments, wanted, question)
    found = [
        each
        for coding in question.codings
        for each in translations(maps, coding, is_reverse=question.is_reverse)
        if target.has(each)
    ]
    is_translated = any(each.is_translation for each in found)
    return parameters(
        parameter("result", "valueBoolean", value=is_translated),
        parameter("message", "valueString", None if is_translated else messages.NO_TRANSLATION.text),
        *(parameter("match", "part", _match(each, question)) for each in dict.fromkeys(found)),
    )


def _question(arguments: Arguments) -> _Question:
    """What is to be translated; raises OperationRefusedError if that is nothing, or several things."""
    names = [name for name in ("code", "coding", "codeableConcept", *_R5_SOURCE, *_R5_TARGET) if arguments.has(name)]
    if not names:
        raise messages.MISSING_PARAMETER.refusal(place="code", names="code with system, coding or codeableConcept")
    if len(names) > 1:
        raise messages.SEVERAL_CODES.refusal(names=", ".join(names))
    name, value = names[0], arguments.one(names[0])
    is_target = name in _R5_TARGET
    if name.lower().endswith("code"):
        # A target code (R5) is of the target system; where R4 asks in reverse, `system` is that of the code.
        system = arguments.one("targetSystem") if is_target else arguments.one("system")
        codings: Iterable[Element] = [{"system": system, "code": value}]
    else:
        codings = value.get("coding", []) if "oncept" in name else [value]
    made = tuple(Coding(system=each.get("system") or "", code=each.get("code") or "") for each in codings)
    if not made or not all(each.system and each.code for each in made):
        raise messages.MISSING_PARAMETER.refusal(place=name, names=f"{name} with a system")
    return _Question(
        codings=made, is_reverse=is_target or bool(arguments.one("reverse")), is_r5=name in {*_R5_SOURCE, *_R5_TARGET}
    )


def _maps(surroundings: OperationContext, call: Invocation, catalog: Catalog) -> list[ConceptMap]:
    """The concept maps that are asked; raises OperationRefusedError if the one that is named is not here."""
    arguments = call.arguments
    if call.instance is not None:
        return [ConceptMap(resource=instance(surroundings, "ConceptMap", call.instance))]
    if arguments.has("conceptMap"):
        check_resource(surroundings, "conceptMap", arguments.one("conceptMap"))
        return [ConceptMap(resource=arguments.one("conceptMap"))]
    url = arguments.one("url")
    if url is None:
        return catalog.concept_maps
    found = catalog.concept_map(url, arguments.one("conceptMapVersion"))
    if found is None:
        raise messages.UNKNOWN_CONCEPT_MAP.refusal(place="url", concept_map=url)
    return [found]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Target:
    """What a translation must be in: a code system, and a value set (its members, if it is here)."""

    system: str | None
    url: str | None
    members: Members | None

    def has(self, mapped: Mapped) -> bool:
        """Whether a translation is in it; that there is none is said of every target."""
        coding = mapped.coding
        if coding is None:
            return True
        if self.system and coding.system != self.system:
            return False
        if self.members:
            return self.members.has(silently(coding)) is True
        return self.url is None or self.url in mapped.scopes


def _target(arguments: Arguments, wanted: RequestContext, question: _Question) -> _Target:
    """What the request says of the translations: those of R5's target code are sources, all others targets."""
    is_source = question.is_r5 and question.is_reverse
    url = arguments.one("source" if is_source else "target")
    value_set = wanted.catalog.value_set(url) if url else None
    return _Target(
        system=arguments.one("system" if is_source else "targetSystem"),
        url=url,
        members=prepared(value_set, wanted, Rules()) if value_set else None,
    )


def _match(mapped: Mapped, question: _Question) -> list[Resource]:
    """One match, in the words of the release that the question was asked in; R5's are in every answer."""
    shown = mapped.asked if question.is_r5 and question.is_reverse else mapped.coding
    made = [
        parameter("equivalence", "valueCode", mapped.equivalence),
        parameter("relationship", "valueCode", mapped.relationship),
        parameter("concept", "valueCoding", _coding(shown)),
        parameter("originMap", "valueCanonical", mapped.canonical or None),
    ]
    if not question.is_r5:
        made.append(parameter("source", "valueUri", mapped.canonical.partition("|")[0] or None))
    elif question.is_reverse:
        made.append(parameter("source", "valueCoding", _coding(mapped.coding)))
    return [each for each in made if each]


def _coding(coding: Coding | None) -> Resource | None:
    if coding is None:
        return None
    display = {"display": coding.display} if coding.display else {}
    return {"system": coding.system, "code": coding.code, **display}
