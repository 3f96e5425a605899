"""Whether a resource is built as its FHIR release says: a compiled schema answers, the explanation only runs when it says no."""

from collections.abc import Iterator
from functools import cache
from typing import Literal

from jsonschema_rs import Draft202012Validator, RegexOptions

from adapter.checks.explanation import explain
from adapter.checks.schema import schema_of
from adapter.fhir.bundle import Resource
from adapter.fhir.table import ElementTable, packaged_table
from adapter.issues import Issue, IssueType, Severity


class StructureCheck:
    """The structure check of one element table (http://hl7.org/fhir/R4/json.html).

    Checked are unknown elements, cardinality, types, patterns of primitives, required bindings, choices, fixed values and
    emptiness, in a resource and in all resources in it. A resource of a type that the table does not know was not checked, which
    is a warning.
    """

    def __init__(self, table: ElementTable) -> None:
        """Compile the table's schema; patterns run in linear time, whatever the text."""
        self._table = table
        self._schema = Draft202012Validator(schema_of(table), pattern_options=RegexOptions(), validate_formats=True)

    def is_valid(self, resource: Resource) -> bool:
        """Whether nothing is wrong."""
        return self._schema.is_valid(resource)

    def issues(self, resource: Resource, root: str | None = None) -> Iterator[Issue]:
        """What is wrong; expressions begin with `root`, or with the resource type."""
        if self.is_valid(resource):
            return
        issues = list(explain(resource, self._table, root))
        yield from issues or [_unexplained(root or str(resource["resourceType"]))]


@cache
def structure_check(release: Literal["R4", "R5"] = "R4") -> StructureCheck:
    """The structure check of a release; compiled when it is first asked for."""
    return StructureCheck(packaged_table(release))


def check_structure(resource: Resource, root: str | None = None) -> Iterator[Issue]:
    """What is wrong with the structure of an R4 resource; expressions begin with `root`, or with the resource type."""
    return structure_check().issues(resource, root)


def _unexplained(place: str) -> Issue:
    """What the schema refuses and the explanation does not know; a test holds both to the same answer."""
    return Issue(
        severity=Severity.ERROR,
        code=IssueType.STRUCTURE,
        rule="structure/other",
        text="the resource is not built as FHIR says",
        expression=(place,),
    )
