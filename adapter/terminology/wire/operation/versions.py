"""`$versions` (http://hl7.org/fhir/R4/capabilitystatement-operation-versions.html): which FHIR versions the service speaks."""

from adapter.fhir.resource import Resource
from adapter.terminology.wire.operation.common import Invocation, OperationContext, parameter, parameters
from adapter.terminology.wire.parameter import OperationParameter, ParameterType, Table

_VERSION = "4.0"
TABLE = Table(
    operation="$versions",
    rows=(
        OperationParameter(
            name="nocache",
            kind=ParameterType.TEXT,
            says="what keeps the caches of HL7's clients away; it changes nothing",
            repeats=True,
        ),
    ),
)


def versions(_: OperationContext, call: Invocation) -> Resource:
    """`$versions`: R4 and nothing else; raises OperationRefusedError for parameters."""
    call.arguments.refuse_issues()
    return parameters(parameter("version", "valueCode", _VERSION), parameter("default", "valueCode", _VERSION))
