"""`$subsumes` (http://hl7.org/fhir/R4/codesystem-operation-subsumes.html)."""

from adapter.terminology import messages
from adapter.terminology.code_system.concept import Concept
from adapter.terminology.code_system.definition import CodeSystem
from adapter.terminology.wire.context import LanguageHeader, wanted_of
from adapter.terminology.wire.operation.common import (
    REQUEST_LABELS,
    SYSTEM_VERSIONS,
    TX_RESOURCE,
    Invocation,
    OperationContext,
    Resource,
    overlaid,
    parameter,
    parameters,
)
from adapter.terminology.wire.operation.lookup import found_system
from adapter.terminology.wire.operation.validate_code import instance
from adapter.terminology.wire.parameter import Arguments, OperationParameter, ParameterType, Table

TABLE = Table(
    operation="CodeSystem/$subsumes",
    rows=(
        OperationParameter(name="codeA", kind=ParameterType.CODE, says="the first code"),
        OperationParameter(name="codeB", kind=ParameterType.CODE, says="the second code"),
        OperationParameter(name="system", kind=ParameterType.URI, says="the code system of the codes", also=("url",)),
        OperationParameter(name="version", kind=ParameterType.TEXT, says="the version of the code system"),
        OperationParameter(name="codingA", kind=ParameterType.CODING, says="the first coding"),
        OperationParameter(name="codingB", kind=ParameterType.CODING, says="the second coding"),
        *SYSTEM_VERSIONS,
        TX_RESOURCE,
        *REQUEST_LABELS,
    ),
)


def subsumes(surroundings: OperationContext, call: Invocation) -> Resource:
    """`CodeSystem/$subsumes`: how two codes stand to each other; raises OperationRefusedError for unknown codes."""
    arguments = call.arguments
    arguments.refuse_issues()
    catalog = overlaid(surroundings, arguments)
    wanted = wanted_of(arguments, catalog, surroundings.limits, header=LanguageHeader(languages=call.header, is_open=True))
    resource = instance(surroundings, "CodeSystem", call.instance) if call.instance else {}
    sides = [_side(arguments, letter, resource.get("url")) for letter in "AB"]
    systems = {url for url, _ in sides}
    if len(systems) > 1:
        raise messages.DIFFERENT_SYSTEMS.refusal()
    version = arguments.one("version") or resource.get("version") or None
    system = found_system(wanted, systems.pop(), version)
    first, second = (_found(system, code) for _, code in sides)
    return parameters(parameter("outcome", "valueCode", outcome(first, second)))


def outcome(first: Concept, second: Concept) -> str:
    """How two concepts of one code system stand to each other; two that are above each other mean the same."""
    if first is second:
        return "equivalent"
    is_above, is_below = second.is_below(first.code), first.is_below(second.code)
    if is_above and is_below:
        return "equivalent"
    return "subsumes" if is_above else "subsumed-by" if is_below else "not-subsumed"


def _side(arguments: Arguments, letter: str, url: str | None) -> tuple[str, str]:
    """The system and the code of one side."""
    coding = arguments.one(f"coding{letter}")
    if coding and arguments.has(f"code{letter}"):
        raise messages.SEVERAL_CODES.refusal(names=f"code{letter} and coding{letter}")
    code = coding.get("code") if coding else arguments.one(f"code{letter}")
    system = (coding.get("system") if coding else None) or arguments.one("system") or url
    if not code or not system:
        raise messages.MISSING_PARAMETER.refusal(place=f"code{letter}", names=f"code{letter} with system (or coding{letter})")
    return system, code


def _found(system: CodeSystem, code: str) -> Concept:
    concept = system.find(code)
    if concept is None:
        raise messages.UNKNOWN_CODE_HERE.refusal(code=code, system=system.url)
    return concept
