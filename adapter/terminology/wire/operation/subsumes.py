"""`$subsumes` (http://hl7.org/fhir/R4/codesystem-operation-subsumes.html)."""

from adapter.fhir.resource import Element, Resource
from adapter.terminology import core, messages
from adapter.terminology.code_system.subsumption import Subsumption
from adapter.terminology.coding import Coding
from adapter.terminology.wire.operation.common import (
    REQUEST_LABELS,
    SYSTEM_VERSIONS,
    TX_RESOURCE,
    Invocation,
    OperationContext,
    instance,
    parameter,
    parameters,
)
from adapter.terminology.wire.operation.context import context_of
from adapter.terminology.wire.parameter import Arguments, OperationParameter, ParameterType, Table

TABLE = Table(
    operation="CodeSystem/$subsumes",
    needed=frozenset({"codeA", "codeB", "system"}),
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


def ask_subsumes(surroundings: OperationContext, call: Invocation) -> Subsumption:
    """How the two codes of a call stand to each other; raises OperationRefusedError for unknown codes."""
    context = context_of(surroundings, call)
    resource = instance(surroundings, "CodeSystem", call.instance) if call.instance else {}
    first, second = (_side(call.arguments, letter, resource) for letter in "AB")
    return core.subsumes(context, first, second)


def write_subsumes(outcome: Subsumption, _: Invocation) -> Resource:
    """`CodeSystem/$subsumes`: equivalent, subsumes, subsumed-by or not-subsumed."""
    return parameters(parameter("outcome", "valueCode", outcome.value))


def _side(arguments: Arguments, letter: str, resource: Element) -> Coding:
    """The code of one side, in the system and version of the call; `resource` is the code system that the call is made on."""
    coding = arguments.one(f"coding{letter}")
    if coding and arguments.has(f"code{letter}"):
        raise messages.SEVERAL_CODES.refusal(names=f"code{letter} and coding{letter}")
    code = coding.get("code") if coding else arguments.one(f"code{letter}")
    system = (coding.get("system") if coding else None) or arguments.one("system") or resource.get("url")
    if not code or not system:
        raise messages.MISSING_PARAMETER.refusal(place=f"code{letter}", names=f"code{letter} with system (or coding{letter})")
    return Coding(system=system, code=code, version=arguments.one("version") or resource.get("version") or None)
