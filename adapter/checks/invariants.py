"""The invariants of a release as its definitions state them: compiled from their FHIRPath, and asked of every value."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from adapter.checks.fhirpath.compile import Compiler, EvaluationScope
from adapter.checks.fhirpath.filter import filter_of
from adapter.checks.fhirpath.item import Item
from adapter.checks.fhirpath.tree import NotCompiledError
from adapter.checks.invariant import Invariant
from adapter.checks.narrative import PARAGRAPHS
from adapter.checks.schema import is_list
from adapter.checks.structure_walk import source_of
from adapter.fhir.resource import Resource
from adapter.fhir.table import Constraint, Element, ElementTable
from adapter.issues import Issue, IssueType, PendingIssue, Severity
from adapter.json_types import JsonList, JsonMapping, JsonValue

ADVICE = Severity.INFORMATION.value
"""The severity of what is only good practice."""

_ABSOLUTE: JsonMapping = {"pattern": "^[A-Za-z][A-Za-z0-9+.-]*:"}
_SYSTEM: JsonMapping = {
    "pattern": r"^([A-Za-z][A-Za-z0-9+.-]*://|urn:ietf:|urn:oid:[0-2](\.(0|[1-9][0-9]*))+$|"
    "urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$)"
}
_FILTERS: JsonMapping = {
    "absolute-system": _SYSTEM,
    "absolute-extension": {"properties": {"url": _ABSOLUTE}},
    "txt-1": {"pattern": PARAGRAPHS},
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

_ABSOLUTE_SYSTEM = re.compile(_SYSTEM["pattern"])


def _contains_nothing(resource: JsonValue) -> bool:
    return "contained" not in resource


_SURELY_KEPT: Mapping[str, Callable[[JsonValue], bool]] = {
    "absolute-system": lambda system: isinstance(system, str) and _ABSOLUTE_SYSTEM.search(system) is not None,
    "ref-1": lambda reference: "reference" in reference and not reference["reference"].startswith("#"),
    "dom-2": _contains_nothing,
    "dom-3": _contains_nothing,
    "dom-4": _contains_nothing,
    "dom-5": _contains_nothing,
    "dom-6": lambda resource: "div" in resource.get("text", ()),
}
"""What is asked of many values, most of which are seen at once to keep it; a test holds that these do."""


def _unless_kept(key: str, is_broken: Callable[[Item, EvaluationScope], bool]) -> Callable[[Item, EvaluationScope], bool]:
    kept = _SURELY_KEPT.get(key)
    return is_broken if kept is None else lambda item, scope: not kept(item.value) and is_broken(item, scope)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledInvariant:
    """An invariant, whether a value breaks it, and the page that states it."""

    constraint: Constraint
    source: str
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
        self._advice: dict[str, tuple[CompiledInvariant, ...]] = {}
        self._questions: dict[tuple[str, str], AskedElement | None] = {}

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
        owner = self.table[path if path in self.table else path.rpartition(".")[0]]
        source = source_of(owner, None, self.table)
        for constraint in self.constraints(path):
            key = constraint.key
            if key in _PLAIN:
                yield CompiledInvariant(constraint=constraint, is_broken=_PLAIN[key], source=source)
            elif key not in without:
                is_broken = _unless_kept(key, self._compiler.invariant(constraint.expression))
                yield CompiledInvariant(constraint=constraint, is_broken=is_broken, source=source)

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

    def advice(self, path: str) -> tuple[CompiledInvariant, ...]:
        """Those of them that are only good practice; only types of resources have such."""
        if path not in self._advice:
            self._advice[path] = tuple(rule for rule in self.compiled(path) if rule.constraint.severity == ADVICE)
        return self._advice[path]

    def question(self, owner: str, name: str) -> "AskedElement | None":
        """What is asked of the values of an element, by its name in JSON; nothing for what is no element."""
        key = owner, name
        if key not in self._questions:
            element = self.table[owner].elements.get(name.removeprefix("_"))
            self._questions[key] = None if element is None else self._question(owner, element, name)
        return self._questions[key]

    def _question(self, owner: str, element: Element, name: str) -> "AskedElement":
        kind = element.type if name == element.name else "Element"
        path = f"{owner}.{element.choice or element.name}"
        rules = self.compiled(path) if kind not in {path, "Resource"} else ()  # those of its own name are asked within
        within = () if kind == "Resource" else self.compiled(kind)
        return AskedElement(
            name=element.name,
            kind=kind,
            is_list=is_list(element),
            rules=rules,
            is_of_objects=all(rule.is_broken is _is_only_an_id for rule in (*rules, *within)),
        )

    def issues(
        self, resource: Resource, root: str, *, advice: bool = False, surely_keeps: Callable[[Resource], bool] = lambda _: False
    ) -> Iterator[PendingIssue]:
        """The invariants that a resource of sound structure breaks, in it and all that is in it; expressions begin with `root`.

        With `advice`, what is only good practice is said as well, as an information; nothing else is asked of a resource of which
        `surely_keeps` says yes, and of those in it.
        """
        item = Item(resource, str(resource["resourceType"]))
        walk = _Walk(self, item, item, surely_keeps, found=[], memo={})
        walk.whole(root)
        yield from (issue for issue in walk.found if advice or issue.severity is not Severity.INFORMATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedElement:
    """What is asked of the values of an element: `rules` are its own, beside those of their type, and `kind` is that type.

    `is_of_objects` says that all of these can be broken by objects only, not by texts and numbers.
    """

    name: str
    kind: str
    is_list: bool
    rules: tuple[CompiledInvariant, ...]
    is_of_objects: bool


class _Walk(NamedTuple):
    """The walk through one resource; `root` is the resource around a contained one. What is broken is put into `found`.

    A tuple, since there is one for each resource of a Bundle, and a frozen dataclass takes five times as long to make.
    """

    check: InvariantCheck
    resource: Item
    root: Item
    surely_keeps: Callable[[Resource], bool]
    found: list[PendingIssue]
    memo: dict[object, Any]

    def whole(self, place: str) -> None:
        """Ask the resource, and what is in it."""
        kind = self.resource.type
        if kind not in _HOLDING and self.surely_keeps(self.resource.value):
            self._ask(self.resource, self.check.advice(kind), place)  # dom-3 is surely kept only where nothing is contained
        elif kind == "Bundle" and self.surely_keeps(self.resource.value):
            for inner, at in _resources_of_entries(self.resource.value):
                self._inner(inner, place + at, is_contained=False, surely_keeps=known_to_keep)
        else:
            self.within(self.resource, place)

    def within(self, item: Item, place: str) -> None:
        """Ask a value, and what is in it."""
        self._ask(item, self.check.compiled(item.type), place)
        if isinstance(item.value, dict):
            for invariant in self.check.by_hand.get(item.type, ()):
                self.found.extend(invariant.issues(item.value, place))
            for name, value in item.value.items():
                question = self.check.question(item.type, name)
                if question is not None:
                    self._element(question, value, f"{place}.{question.name}")

    def _ask(self, item: Item, rules: tuple[CompiledInvariant, ...], place: str) -> None:
        scope = EvaluationScope(self.resource, self.root, item, self.memo)
        for rule in rules:
            if rule.is_broken(item, scope):
                severity = _SEVERITIES[rule.constraint.severity]
                self.found.append(PendingIssue(severity, f"invariant/{rule.constraint.key}", partial(_issue, rule, place)))

    def _element(self, question: AskedElement, value: JsonValue, place: str) -> None:
        """Ask the values of an element, or what stands beside them."""
        if not question.is_list:
            self._value(question, value, place)
            return
        for number, part in enumerate(value):
            if part is not None:
                self._value(question, part, f"{place}[{number}]")

    def _value(self, question: AskedElement, part: JsonValue, place: str) -> None:
        if question.kind == "Resource":
            self._inner(part, place, is_contained=question.name == "contained", surely_keeps=self.surely_keeps)
        elif isinstance(part, dict) or not question.is_of_objects:
            item = Item(part, question.kind)
            self._ask(item, question.rules, place)
            self.within(item, place)

    def _inner(self, part: Resource, place: str, *, is_contained: bool, surely_keeps: Callable[[Resource], bool]) -> None:
        """Ask a resource within this one."""
        item = Item(part, str(part["resourceType"]))
        root = self.resource if is_contained else item
        _Walk(self.check, item, root, surely_keeps, self.found, memo={}).whole(place)


def known_to_keep(_: Resource) -> bool:
    """Of resources that are known to keep all invariants, since what holds them does."""
    return True


_HOLDING = frozenset({"Bundle", "Parameters"})
"""The types of resources that hold others, beside those that contain some."""


def _resources_of_entries(bundle: Resource) -> Iterator[tuple[Resource, str]]:
    """The resources of the entries of a Bundle, those of responses too, with their places."""
    for number, entry in enumerate(bundle.get("entry", ())):
        if "resource" in entry:
            yield entry["resource"], f".entry[{number}].resource"
        if "outcome" in entry.get("response", ()):
            yield entry["response"]["outcome"], f".entry[{number}].response.outcome"


_SEVERITIES = {severity.value: severity for severity in Severity}


def _issue(rule: CompiledInvariant, place: str) -> Issue:
    return Issue(
        severity=_SEVERITIES[rule.constraint.severity],
        code=IssueType.INVARIANT,
        rule=f"invariant/{rule.constraint.key}",
        text=rule.constraint.human,
        expression=(place,),
        source=rule.source,
    )
