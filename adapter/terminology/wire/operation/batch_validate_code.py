"""`$batch-validate-code`: many validations in one request, answered in their order.

http://hl7.org/fhir/6.0.0-ballot3/valueset-operation-batch-validate-code.html
"""

from dataclasses import replace

from adapter.fhir.resource import Resource
from adapter.terminology import messages
from adapter.terminology.operation_error import OperationRefusedError
from adapter.terminology.wire.operation import validate_code
from adapter.terminology.wire.operation.common import TX_RESOURCE, Carry, Invocation, OperationContext, overlaid, parameters
from adapter.terminology.wire.parameter import Arguments, OperationParameter, ParameterType, Table, read_parameters
from adapter.terminology.wire.tx_outcome import tx_outcome

_MOST = 5_000
_VALIDATION = OperationParameter(
    name="validation",
    kind=ParameterType.RESOURCE,
    says="the parameters of one validation; the other parameters of the request hold for all, where these do not say otherwise",
    repeats=True,
    holds=("Parameters",),
)
_NEEDED = frozenset({"validation"})
CODE_SYSTEM_TABLE = Table(
    operation="CodeSystem/$batch-validate-code", rows=(_VALIDATION, *validate_code.CODE_SYSTEM_TABLE.rows), needed=_NEEDED
)
VALUE_SET_TABLE = Table(
    operation="ValueSet/$batch-validate-code", rows=(_VALIDATION, *validate_code.VALUE_SET_TABLE.rows), needed=_NEEDED
)


def batch_in_code_system(surroundings: OperationContext, call: Invocation) -> Resource:
    """`CodeSystem/$batch-validate-code`; raises OperationRefusedError if the request as a whole cannot be read."""
    return _batch(surroundings, call, validate_code.CODE_SYSTEM_TABLE, carry_out=validate_code.IN_CODE_SYSTEM)


def batch_in_value_set(surroundings: OperationContext, call: Invocation) -> Resource:
    """`ValueSet/$batch-validate-code`; raises OperationRefusedError if the request as a whole cannot be read."""
    return _batch(surroundings, call, validate_code.VALUE_SET_TABLE, carry_out=validate_code.IN_VALUE_SET)


def _batch(surroundings: OperationContext, call: Invocation, table: Table, *, carry_out: Carry) -> Resource:
    arguments = call.arguments
    arguments.refuse_issues()
    validations = arguments.all("validation")
    if not validations:
        raise messages.MISSING_PARAMETER.refusal(place="validation", names="validation")
    if len(validations) > _MOST:
        raise messages.TOO_MANY.refusal(what="validation", limit=_MOST)
    # The definitions of the request are indexed once for all validations.
    inside = replace(surroundings, catalog=overlaid(surroundings, arguments))
    left_out = {"validation", TX_RESOURCE.name}
    shared = {name: values for name, values in arguments.values.items() if name not in left_out}

    def answer(body: Resource) -> Resource:
        try:
            own = read_parameters(table, body)
            merged = Arguments(values={**shared, **own.values}, issues=own.issues)
            return carry_out(inside, replace(call, arguments=merged))
        except OperationRefusedError as error:
            return tx_outcome(error.issues)

    return parameters(*({"name": "validation", "resource": answer(validation)} for validation in validations))
