"""`$versions` (http://hl7.org/fhir/R4/capabilitystatement-operation-versions.html): which FHIR versions the service speaks."""

from adapter.terminology.wire.operation.common import Call, OperationContext, Resource, parameter, parameters
from adapter.terminology.wire.parameter import Kind, Parameter, Table

_VERSION = "4.0"
TABLE = Table(
    operation="$versions",
    rows=(Parameter(name="nocache", kind=Kind.TEXT, says="what keeps the caches of HL7's clients away; it changes nothing"),),
)


def versions(_: OperationContext, call: Call) -> Resource:
    """`$versions`: R4 and nothing else; raises RefusedError for parameters."""
    call.arguments.refuse_issues()
    return parameters(parameter("version", "valueCode", _VERSION), parameter("default", "valueCode", _VERSION))
