"""Filters of a value set's include or exclude: which concepts of a code system they let through.

Each operator (http://hl7.org/fhir/R4/valueset-filter-operator.html) is one function that says whether a concept passes; those
that follow the hierarchy also say which concepts come into question, so that a large code system need not be walked.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from adapter.fhir.resource import Element
from adapter.terminology import messages
from adapter.terminology.code_system.concept import Concept
from adapter.terminology.code_system.definition import CodeSystem, text_of, value_of
from adapter.terminology.code_system.pattern import PatternError, compiled

Test = Callable[[Concept], bool]

_R5_OP = "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.compose.include.filter.op"
_ITSELF = frozenset({"concept", "code"})
_DERIVED = frozenset({"status", "inactive", "deprecated", "notSelectable"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A filter that was understood: `passes` for one concept, `candidates` for those that can pass (None for all)."""

    passes: Test
    candidates: Callable[[], Iterable[Concept]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Statement:
    """A filter as the value set says it."""

    system: CodeSystem
    property: str
    op: str
    value: str
    value_set: str

    def refusal(self) -> Exception:
        return messages.FILTER_NOT_UNDERSTOOD.refusal(
            property=self.property, op=self.op, value=self.value, value_set=self.value_set, system=self.system.url
        )

    def codes(self) -> frozenset[str]:
        """The values of a list."""
        return frozenset(word.strip() for word in self.value.split(","))


def filters_of(include: Element, system: CodeSystem, *, value_set: str, place: str = "") -> list[Filter]:
    """The filters of an include or exclude; raises OperationRefusedError for those that are not understood.

    `place` is where the include stands (`ValueSet.compose.include[0]`).
    """
    filters = []
    for position, element in enumerate(include.get("filter") or ()):
        op, value = _op(element), str(element.get("value") or "")
        statement = _Statement(system=system, property=str(element.get("property")), op=op, value=value, value_set=value_set)
        if not value:
            where = f"{place}.filter[{position}]"
            raise messages.FILTER_WITHOUT_VALUE.refusal(where, system=system.url, property=statement.property, op=op)
        filters.append(_filter(statement))
    return filters


def selected(system: CodeSystem, filters: list[Filter]) -> Iterator[Concept]:
    """The concepts that pass all filters, in the order of the first one that knows its candidates."""
    source = next((test for test in filters if test.candidates), None)
    candidates = source.candidates() if source and source.candidates else system.all()
    return (concept for concept in candidates if all(test.passes(concept) for test in filters))


def _op(element: Element) -> str:
    """The operator; one of R5 comes as extension (http://hl7.org/fhir/R5/valueset-filter-operator.html)."""
    op = element.get("op")
    if op:
        return str(op)
    extensions = (element.get("_op") or {}).get("extension") or ()
    return str(next((value_of(extension) for extension in extensions if extension.get("url") == _R5_OP), ""))


def _filter(statement: _Statement) -> Filter:
    if statement.property in _ITSELF:
        return _concept_filter(statement)
    if statement.op == "exists":
        return Filter(passes=_exists(statement))
    return Filter(passes=_comparison(statement, _values_of(statement)))


def _concept_filter(statement: _Statement) -> Filter:
    """Filters on the code itself and its place in the hierarchy."""
    hierarchy = _HIERARCHY.get(statement.op)
    if hierarchy:
        return hierarchy(statement, statement.system.find(statement.value))
    return Filter(passes=_comparison(statement, lambda concept: [concept.code]), candidates=_named(statement))


def _named(statement: _Statement) -> Callable[[], Iterable[Concept]] | None:
    """The concepts that are named by code."""
    if statement.op not in {"=", "in"}:
        return None
    codes = [statement.value] if statement.op == "=" else [word.strip() for word in statement.value.split(",")]
    return lambda: [concept for concept in map(statement.system.find, codes) if concept]


def _nothing() -> Filter:
    return Filter(passes=lambda _: False, candidates=tuple)


def _is_a(_: _Statement, root: Concept | None) -> Filter:
    if root is None:
        return _nothing()
    return Filter(
        passes=lambda concept: concept is root or concept.is_below(root.code),
        candidates=lambda: chain([root], root.descendants()),
    )


def _descendent_of(_: _Statement, root: Concept | None) -> Filter:
    if root is None:
        return _nothing()
    return Filter(passes=lambda concept: concept is not root and concept.is_below(root.code), candidates=root.descendants)


def _is_not_a(_: _Statement, root: Concept | None) -> Filter:
    return Filter(passes=lambda concept: root is None or (concept is not root and not concept.is_below(root.code)))


def _generalizes(_: _Statement, root: Concept | None) -> Filter:
    if root is None:
        return _nothing()
    return Filter(passes=lambda concept: concept is root or root.is_below(concept.code))


def _child_of(_: _Statement, root: Concept | None) -> Filter:
    if root is None:
        return _nothing()
    return Filter(passes=lambda concept: root in concept.parents, candidates=lambda: root.children)


def _descendent_leaf(_: _Statement, root: Concept | None) -> Filter:
    if root is None:
        return _nothing()
    return Filter(
        passes=lambda concept: not concept.children and concept is not root and concept.is_below(root.code),
        candidates=root.descendants,
    )


_HIERARCHY: Mapping[str, Callable[[_Statement, Concept | None], Filter]] = {
    "is-a": _is_a,
    "descendent-of": _descendent_of,
    "is-not-a": _is_not_a,
    "generalizes": _generalizes,
    "child-of": _child_of,
    "descendent-leaf": _descendent_leaf,
}


def _comparison(statement: _Statement, values: Callable[[Concept], list[str]]) -> Test:
    """A comparison of texts."""
    if statement.op == "=":
        return lambda concept: statement.value in values(concept)
    if statement.op == "in":
        codes = statement.codes()
        return lambda concept: any(value in codes for value in values(concept))
    if statement.op == "not-in":
        codes = statement.codes()
        return lambda concept: not any(value in codes for value in values(concept))
    if statement.op == "regex":
        return _regex(statement, values)
    raise statement.refusal()


def _regex(statement: _Statement, values: Callable[[Concept], list[str]]) -> Test:
    try:
        pattern = compiled(statement.value)
    except PatternError:
        raise messages.PATTERN_TOO_COSTLY.refusal(value_set=statement.value_set) from None
    return lambda concept: any(map(pattern.is_match, values(concept)))


def _exists(statement: _Statement) -> Test:
    if statement.value not in {"true", "false"}:
        raise statement.refusal()
    values, is_needed = _values_of(statement), statement.value == "true"
    return lambda concept: bool(values(concept)) is is_needed


def _values_of(statement: _Statement) -> Callable[[Concept], list[str]]:
    """How the values of a property are found: those that are written, and those that the hierarchy and the status imply."""
    system, name = statement.system, statement.property
    fixed: Mapping[str, Callable[[Concept], list[str]]] = {
        "display": lambda concept: [concept.display] if concept.display else [],
        "definition": lambda concept: [concept.definition] if concept.definition else [],
        "parent": lambda concept: [parent.code for parent in concept.parents],
        "child": lambda concept: [child.code for child in concept.children],
        "status": lambda concept: [status] if (status := system.status(concept)) else [],
        "inactive": lambda concept: [_word(value=system.is_inactive(concept))],
        "deprecated": lambda concept: [_word(value=system.is_deprecated(concept))],
    }
    if name in fixed:
        return fixed[name]
    names = system.definition.not_selectable if name == "notSelectable" else {name}
    if name not in _DERIVED and not any(name in supplement.declared for supplement in (system.definition, *system.supplements)):
        raise statement.refusal()
    return lambda concept: [text_of(value) for value, _ in system.properties(concept) if value.get("code") in names]


def _word(*, value: bool) -> str:
    return "true" if value else "false"
