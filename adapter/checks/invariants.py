"""The invariants of a release as its definitions state them: compiled from their FHIRPath, and asked of every value."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from adapter.checks.fhirpath.compile import Compiler, EvaluationScope
from adapter.checks.fhirpath.filter import filter_of
from adapter.checks.fhirpath.item import Item
from adapter.checks.fhirpath.tree import NotCompiledError
from adapter.checks.invariant import Invariant
from adapter.checks.schema import is_list
from adapter.checks.structure_walk import source_of
from adapter.fhir.resource import Resource
from adapter.fhir.table import Constraint, Element, ElementTable
from adapter.issues import Issue, IssueType, PendingIssue, Severity
from adapter.json_types import JsonList, JsonMapping, JsonValue

ADVICE = Severity.INFORMATION.value
"""The severity of what is only good practice."""

_NARRATIVE = (
    r'^<div xmlns="http://www\.w3\.org/1999/xhtml">(<p>(<b>[^<]*</b>)?[^<]*</p>)*<p>(<b>)?[^<]*[^<\s][^<]*(</b>[^<]*)?</p></div>$'
)
_ABSOLUTE: JsonMapping = {"pattern": "^[A-Za-z][A-Za-z0-9+.-]*:"}
_SYSTEM: JsonMapping = {
    "pattern": r"^([A-Za-z][A-Za-z0-9+.-]*://|urn:ietf:|urn:oid:[0-2](\.(0|[1-9][0-9]*))+$|"
    "urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$)"
}
_FILTERS: JsonMapping = {
    "absolute-system": _SYSTEM,
    "absolute-extension": {"properties": {"url": _ABSOLUTE}},
    "txt-1": {"pattern": _NARRATIVE},
    "txt-2": True,  # as txt-1
    "ele-1": True,  # only what has an id of its own can have nothing else, and the filter of every element's id is closed
    "per-1": True,  # the bytes are looked at (`quick`)
    "ref-1": True,  # the references are followed (`references`)
}
"""What invariants let pass that are not filtered by their expression."""


def _is_only_an_id(item: Item, _: EvaluationScope) -> bool:
    return isinstance(item.value, dict) and item.value.keys() == {"id"}


_PLAIN: Mapping[str, Callable[[Item, EvaluationScope], bool]] = {"ele-1": _is_only_an_id}
"""What is asked of so many values that it does not go through FHIRPath; a test holds it to its expression."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledInvariant:
    """An invariant, and whether a value breaks it."""

    constraint: Constraint
    is_broken: Callable[[Item, EvaluationScope], bool]


class InvariantCheck:
    """The invariants of an element table, those of some types added, some written by hand, and some left to others."""

    def __init__(
        self,
        table: ElementTable,
        *,
        added: Mapping[str, tuple[Constraint, ...]],
        by_hand: Mapping[str, tuple[Invariant, ...]],
        left_out: Collection[str],
    ) -> None:
        """Hold the table; the invariants of a type are compiled when they are first asked."""
        self.table = table
        self.by_hand = by_hand
        self._added = added
        self._left_out = frozenset(left_out)
        self._compiler = Compiler(table)
        self._compiled: dict[str, tuple[CompiledInvariant, ...]] = {}

    def constraints(self, path: str) -> Iterator[Constraint]:
        """The invariants that are asked of a type, with those of its bases, or of an element."""
        kind: str | None = path
        while kind is not None:
            stated = (*self.table.constraints(kind), *self._added.get(kind, ()))
            yield from (constraint for constraint in stated if constraint.key not in self._left_out)
            kind = self.table[kind].base if kind in self.table else None

    def compiled(self, path: str) -> tuple[CompiledInvariant, ...]:
        """The invariants of a type or an element that can be asked; `not_compiled` says which cannot."""
        if path not in self._compiled:
            self._compiled[path] = tuple(self._compile(path))
        return self._compiled[path]

    def not_compiled(self, path: str) -> Iterator[tuple[Constraint, str]]:
        """The invariants that use what is not in our part of FHIRPath, with what that is."""
        for constraint in self.constraints(path):
            try:
                self._compiler.invariant(constraint.expression)
            except NotCompiledError as error:
                yield constraint, str(error)

    def _compile(self, path: str) -> Iterator[CompiledInvariant]:
        without = {constraint.key for constraint, _ in self.not_compiled(path)}
        without |= {invariant.key for invariant in self.by_hand.get(path, ())}
        for constraint in self.constraints(path):
            if constraint.key in _PLAIN:
                yield CompiledInvariant(constraint=constraint, is_broken=_PLAIN[constraint.key])
            elif constraint.key not in without:
                yield CompiledInvariant(constraint=constraint, is_broken=self._compiler.invariant(constraint.expression))

    def filters(self, path: str) -> JsonList:
        """JSON Schemas of what surely breaks no invariant of a type or an element, but for what is only good practice."""
        owner, _, name = path.rpartition(".")
        if name == "id" and owner and self.table[owner].kind != "resource":
            return [False]
        schemas: JsonList = [
            _FILTERS[constraint.key] if constraint.key in _FILTERS else self._filter(path, constraint)
            for constraint in self.constraints(path)
            if constraint.severity != ADVICE
        ]
        return [schema for schema in schemas if schema is not True]

    def _filter(self, path: str, constraint: Constraint) -> JsonValue:
        owner, _, name = path.rpartition(".")
        if path in self.table:
            return filter_of(constraint.expression, path, self.table)
        kinds = {element.type for element in self.table[owner].elements.values() if name in {element.name, element.choice}}
        return filter_of(constraint.expression, kinds.pop(), self.table) if len(kinds) == 1 else False

    def issues(self, resource: Resource, root: str, *, advice: bool = False) -> Iterator[PendingIssue]:
        """The invariants that a resource of sound structure breaks, in it and all that is in it; expressions begin with `root`.

        With `advice`, what is only good practice is said as well, as an information.
        """
        item = Item(resource, str(resource["resourceType"]))
        issues = _Walk(check=self, resource=item, root=item, memo={}).within(item, root)
        yield from (issue for issue in issues if advice or issue.severity is not Severity.INFORMATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walk:
    """The walk through one resource; `root` is the resource around a contained one."""

    check: InvariantCheck
    resource: Item
    root: Item
    memo: dict[object, Any]

    def within(self, item: Item, place: str) -> Iterator[PendingIssue]:
        """What a value breaks, and what is in it."""
        yield from self._broken(item, item.type, place)
        for invariant in self.check.by_hand.get(item.type, ()):
            yield from invariant.issues(item.value, place)
        elements = self.check.table[item.type].elements
        for name in item.value if isinstance(item.value, dict) else ():
            element = elements.get(name.removeprefix("_"))
            if element is not None:
                yield from self._element(item, element, name, place=place)

    def _broken(self, item: Item, path: str, place: str) -> Iterator[PendingIssue]:
        for invariant in self.check.compiled(path):
            scope = EvaluationScope(self.resource, self.root, item, self.memo)
            if invariant.is_broken(item, scope):
                owner = path if path in self.check.table else path.rpartition(".")[0]
                source = source_of(self.check.table[owner], None, self.check.table)
                severity = _SEVERITIES[invariant.constraint.severity]
                yield PendingIssue(severity, _rule(invariant.constraint), partial(_issue, invariant.constraint, place, source))

    def _element(self, owner: Item, element: Element, name: str, *, place: str) -> Iterator[PendingIssue]:
        """The values of an element, or what stands beside them."""
        kind = element.type if name == element.name else "Element"
        at = f"{place}.{element.name}"
        if not is_list(element):
            yield from self._value(owner, element, owner.value[name], kind=kind, place=at)
            return
        for number, part in enumerate(owner.value[name]):
            if part is not None:
                yield from self._value(owner, element, part, kind=kind, place=f"{at}[{number}]")

    def _value(self, owner: Item, element: Element, part: JsonValue, *, kind: str, place: str) -> Iterator[PendingIssue]:
        if kind == "Resource":
            yield from self._resource(owner, element, part, place)
            return
        item, path = Item(part, kind), f"{owner.type}.{element.choice or element.name}"
        if path != kind:  # what is named after its element has its invariants once, and they are asked within
            yield from self._broken(item, path, place)
        yield from self.within(item, place)

    def _resource(self, owner: Item, element: Element, part: Resource, place: str) -> Iterator[PendingIssue]:  # noqa: PLR0917 - one value
        item = Item(part, str(part["resourceType"]))
        is_contained = element.name == "contained"
        root = owner if is_contained else item
        yield from _Walk(check=self.check, resource=item, root=root, memo={}).within(item, place)


_SEVERITIES = {severity.value: severity for severity in Severity}


def _rule(constraint: Constraint) -> str:
    return f"invariant/{constraint.key}"


def _issue(constraint: Constraint, place: str, source: str) -> Issue:
    return Issue(
        severity=_SEVERITIES[constraint.severity],
        code=IssueType.INVARIANT,
        rule=_rule(constraint),
        text=constraint.human,
        expression=(place,),
        source=source,
    )
