"""The table of the terminology operations: routes, CapabilityStatement and TerminologyCapabilities are made from it."""

from dataclasses import dataclass

from adapter.terminology.wire.operation import batch_validate_code, expand, lookup, subsumes, translate, validate_code, versions
from adapter.terminology.wire.operation.common import Carry, answering
from adapter.terminology.wire.parameter import Table

_HL7 = "http://hl7.org/fhir/OperationDefinition/"


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminologyOperation:
    """One operation: the type that it stands on (None for the service itself), and what carries it out."""

    name: str
    type: str | None
    table: Table
    call: Carry
    is_on_instance: bool = False

    @property
    def methods(self) -> tuple[str, ...]:
        """How it is called; with GET only if a query can hold all that it needs."""
        in_query = all(self.table.by_name[name].kind.is_text for name in self.table.needed)
        return ("GET", "POST") if in_query else ("POST",)

    @property
    def definition(self) -> str:
        """The canonical of the OperationDefinition."""
        return f"{_HL7}{self.type or 'CapabilityStatement'}-{self.name}"


OPERATIONS: tuple[TerminologyOperation, ...] = (
    TerminologyOperation(
        name="lookup", type="CodeSystem", table=lookup.TABLE, call=answering(lookup.ask_lookup, lookup.write_lookup)
    ),
    TerminologyOperation(
        name="validate-code",
        type="CodeSystem",
        table=validate_code.CODE_SYSTEM_TABLE,
        call=validate_code.IN_CODE_SYSTEM,
        is_on_instance=True,
    ),
    TerminologyOperation(
        name="batch-validate-code",
        type="CodeSystem",
        table=batch_validate_code.CODE_SYSTEM_TABLE,
        call=batch_validate_code.batch_in_code_system,
    ),
    TerminologyOperation(
        name="subsumes",
        type="CodeSystem",
        table=subsumes.TABLE,
        call=answering(subsumes.ask_subsumes, subsumes.write_subsumes),
        is_on_instance=True,
    ),
    TerminologyOperation(
        name="validate-code",
        type="ValueSet",
        table=validate_code.VALUE_SET_TABLE,
        call=validate_code.IN_VALUE_SET,
        is_on_instance=True,
    ),
    TerminologyOperation(
        name="batch-validate-code",
        type="ValueSet",
        table=batch_validate_code.VALUE_SET_TABLE,
        call=batch_validate_code.batch_in_value_set,
    ),
    TerminologyOperation(
        name="expand",
        type="ValueSet",
        table=expand.TABLE,
        call=answering(expand.ask_expand, expand.write_expand),
        is_on_instance=True,
    ),
    TerminologyOperation(
        name="translate",
        type="ConceptMap",
        table=translate.TABLE,
        call=answering(translate.ask_translate, translate.write_translate),
        is_on_instance=True,
    ),
    TerminologyOperation(name="versions", type=None, table=versions.TABLE, call=versions.versions),
)
"""All operations."""
