"""The table of the terminology operations: routes, CapabilityStatement and TerminologyCapabilities are made from it."""

from collections.abc import Callable
from dataclasses import dataclass

from adapter.terminology.operation import expand, validate_code
from adapter.terminology.operation.common import Call, Resource, Surroundings
from adapter.terminology.parameter import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation: the type that it stands on (None for the service itself), and what carries it out."""

    name: str
    type: str | None
    table: Table
    call: Callable[[Surroundings, Call], Resource]
    is_on_instance: bool = False
    definition: str = ""


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        name="validate-code",
        type="CodeSystem",
        table=validate_code.CODE_SYSTEM_TABLE,
        call=validate_code.validate_in_code_system,
        is_on_instance=True,
        definition="http://hl7.org/fhir/OperationDefinition/CodeSystem-validate-code",
    ),
    Operation(
        name="validate-code",
        type="ValueSet",
        table=validate_code.VALUE_SET_TABLE,
        call=validate_code.validate_in_value_set,
        is_on_instance=True,
        definition="http://hl7.org/fhir/OperationDefinition/ValueSet-validate-code",
    ),
    Operation(
        name="expand",
        type="ValueSet",
        table=expand.TABLE,
        call=expand.expand,
        is_on_instance=True,
        definition="http://hl7.org/fhir/OperationDefinition/ValueSet-expand",
    ),
)
