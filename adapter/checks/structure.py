"""Whether a resource is built as its FHIR release says: a compiled schema answers, the explanation only runs when it says no."""

from collections.abc import Iterable, Iterator

from jsonschema_rs import Draft202012Validator

from adapter.checks.schema import FiltersOf, schema_of, validator_of
from adapter.checks.structure_walk import explain
from adapter.fhir.resource import Resource
from adapter.fhir.table import ElementTable
from adapter.issues import AnyIssue, Issue, IssueType, Severity

_MOST_COMPILATIONS = 4
"""How often types are added; then all are compiled, so that no series of odd resources keeps the adapter compiling."""


class StructureCheck:
    """The structure check of one element table (http://hl7.org/fhir/R4/json.html).

    Checked are unknown elements, cardinality, types, patterns of primitives, required bindings, choices, fixed values and
    emptiness, in a resource and in all resources in it. The types of the first resource are compiled when it comes, others when
    they are met.
    """

    def __init__(self, table: ElementTable, filters: FiltersOf = lambda _: ()) -> None:
        """Hold the table, and what else must hold for a resource to be valid; patterns run in linear time, whatever the text."""
        self._table = table
        self._filters = filters
        self._expected: frozenset[str] = frozenset()
        self._known: frozenset[str] = frozenset()
        self._schema: Draft202012Validator | None = None
        self._compilations = 0

    def expect(self, types: Iterable[str]) -> None:
        """Say which resource types will be met, so that they are compiled together with the first one."""
        self._expected |= frozenset(types).intersection(self._table.resource_types)

    def _compile(self, met: frozenset[str]) -> Draft202012Validator:
        """The schema of the types that were met now, before, or are expected."""
        self._compilations += 1
        known = self._known | self._expected | met
        if self._compilations == _MOST_COMPILATIONS:
            known = frozenset(self._table.resource_types)
        schema = schema_of(self._table, sorted(known), self._filters)
        self._schema = validator_of(schema)
        self._known = known
        return self._schema

    def is_valid(self, resource: Resource) -> bool:
        """Whether nothing is wrong."""
        if self._schema is not None and self._schema.is_valid(resource):
            return True
        met = frozenset(_types_within(resource)).intersection(self._table.resource_types)
        if met <= self._known:
            return False
        return self._compile(met).is_valid(resource)

    def issues(self, resource: Resource, root: str | None = None) -> Iterator[AnyIssue]:
        """What is wrong; expressions begin with `root`, or with the resource type."""
        if self.is_valid(resource):
            return
        issues = explain(resource, self._table, root)
        yield next(issues, None) or _unexplained(root or str(resource["resourceType"]))
        yield from issues


def _types_within(value: object) -> Iterator[str]:
    """Everything that is called a resource type, at any depth."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            name = part.get("resourceType")
            if isinstance(name, str):
                yield name
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part


def _unexplained(place: str) -> Issue:
    """What the schema refuses and the explanation does not know; a test holds both to the same answer."""
    return Issue(
        severity=Severity.ERROR,
        code=IssueType.STRUCTURE,
        rule="structure/other",
        text="the resource does not have the structure that FHIR defines",
        expression=(place,),
    )
