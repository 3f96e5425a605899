"""What is wrong with a resource's structure, in words: a plain walk along the element table, for when the schema says no."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from adapter.checks.primitive import wrong_with
from adapter.checks.schema import choices_of, is_list, sibling_of
from adapter.fhir.table import Element, ElementTable, Type
from adapter.issues import Issue, IssueType, PendingIssue, Severity
from adapter.json_types import JsonObject, JsonValue

_NAME = re.compile(r"_?[a-zA-Z][a-zA-Z0-9]{0,63}")
_FEW = 12
_PAGES = {
    "Extension": "extensibility",
    "Narrative": "narrative",
    "Reference": "references",
    "Meta": "resource",
    "Dosage": "dosage",
    "ElementDefinition": "elementdefinition",
    "ContactDetail": "metadatatypes",
    "Expression": "metadatatypes",
    "RelatedArtifact": "metadatatypes",
    "UsageContext": "metadatatypes",
}


def explain(resource: object, table: ElementTable, place: str | None = None) -> Iterator[PendingIssue]:
    """The issues of a resource; their expressions begin with `place`, or with the resource type."""
    name = resource.get("resourceType") if isinstance(resource, dict) else None
    if not isinstance(resource, dict) or not isinstance(name, str):
        yield _issue("type", "a resource is an object with a resourceType", place or "Resource", None)
    elif name not in table.resource_types:
        what = "a data type, not a resource" if name in table else "not the name of a resource type"
        yield _issue("type", f"in {table.release} the resourceType is {what}", place or "Resource", None)
    else:
        yield from _Walk(table=table).within(resource, table[name], place or name)


def source_of(owner: Type, element: str | None, table: ElementTable) -> str:
    """The specification's page of an element, or of a type."""
    root = owner.name.partition(".")[0]
    if table[root].kind != "resource":
        return f"http://hl7.org/fhir/{table.release}/{_PAGES.get(root, 'datatypes')}.html#{root}"
    anchor = f"{owner.name}.{element}" if element else owner.name
    return f"http://hl7.org/fhir/{table.release}/{root.lower()}-definitions.html#{anchor}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Walk:
    """The walk along one table; each method yields the issues of what stands at a place."""

    table: ElementTable

    def within(self, value: object, fhir_type: Type, place: str) -> Iterator[PendingIssue]:
        """An object of a complex type, a backbone or a resource."""
        source = source_of(fhir_type, None, self.table)
        if not isinstance(value, dict):
            yield _issue("type", f"this must be an object: {fhir_type.name}", place, source)
            return
        if not value:
            yield _issue("empty", "an object is empty; leave it out", place, source)
        known = {"resourceType"} if fhir_type.kind == "resource" else set[str]()
        for element in fhir_type.elements.values():
            sibling = sibling_of(fhir_type, element, self.table)
            known |= {element.name, sibling or element.name}
            yield from self._element(value, fhir_type, element, place=place)
        yield from self._choices(value, fhir_type, place)
        yield from (_unknown(name, fhir_type.name, place) for name in value if name not in known)

    def _choices(self, value: JsonObject, fhir_type: Type, place: str) -> Iterator[PendingIssue]:
        for choice, members in choices_of(fhir_type).items():
            there = [member.name for member in members if not value.keys().isdisjoint(self._names(fhir_type, member))]
            at, source = f"{place}.{choice.removesuffix('[x]')}", source_of(fhir_type, choice, self.table)
            if len(there) > 1:
                yield _issue("choice", f"`{choice}` appears more than once, as {_listed(there)}; keep one", at, source)
            if not there and members[0].minimum:
                yield _issue("required", f"`{choice}` is required, as {_listed(member.name for member in members)}", at, source)

    def _names(self, fhir_type: Type, element: Element) -> list[str]:
        return [name for name in (element.name, sibling_of(fhir_type, element, self.table)) if name]

    def _element(self, value: JsonObject, fhir_type: Type, element: Element, *, place: str) -> Iterator[PendingIssue]:
        """An element and its sibling."""
        at, source = f"{place}.{element.name}", source_of(fhir_type, element.name, self.table)
        names = self._names(fhir_type, element)
        if element.minimum and not element.choice and value.keys().isdisjoint(names):
            yield _issue("required", f"`{element.name}` is required", at, source)
        has_both = all(name in value for name in names)
        for name in names:
            if name in value:
                may_be_null = has_both and len(names) > 1
                yield from self._values(
                    value[name], element, at, source=source, beside=name != element.name, may_be_null=may_be_null
                )

    def _values(
        self, value: object, element: Element, place: str, *, source: str, beside: bool, may_be_null: bool
    ) -> Iterator[PendingIssue]:
        """The value of an element, or its values."""
        if not is_list(element):
            yield from self._value(value, element, place, source=source, beside=beside)
            return
        if not isinstance(value, list):
            yield _issue("type", f"`{element.name}` is a list: put it in brackets, even if there is only one", place, source)
            return
        if not max(1, element.minimum) <= len(value) <= (element.maximum or len(value)):
            most = f" to {element.maximum}" if element.maximum else " or more"
            yield _issue("cardinality", f"`{element.name}` is a list of {max(1, element.minimum)}{most}", place, source)
        for number, item in enumerate(value):
            if item is not None or not may_be_null:
                yield from self._value(item, element, f"{place}[{number}]", source=source, beside=beside)

    def _value(self, value: object, element: Element, place: str, *, source: str, beside: bool) -> Iterator[PendingIssue]:
        """One value: a resource, an object, a primitive, or what stands beside a primitive."""
        fhir_type = self.table["Element" if beside else element.type]
        if fhir_type.name == "Resource":
            yield from explain(value, self.table, place)
        elif fhir_type.kind != "primitive":
            yield from self.within(value, fhir_type, place)
        elif wrong := wrong_with(value, fhir_type):
            yield _issue("value", wrong, place, source)
            return
        if not beside:
            yield from _bound(value, element, place, source=source)


def _bound(value: object, element: Element, place: str, *, source: str) -> Iterator[PendingIssue]:
    """Required codes and fixed values."""
    if element.codes is not None and not _is_coded(value, element):
        few = len(element.codes) <= _FEW
        pairs = sorted(code if isinstance(code, str) else code[1] for code in element.codes)
        suggestion = f"one of {_listed(pairs)}" if few else None
        yield _issue("code", f"`{element.name}` must be a code of the required value set", place, source, suggestion)
    if element.fixed is not None and not _holds(value, element.fixed):
        yield _issue("fixed", f"`{element.name}` is fixed to another value", place, source)


def _is_coded(value: JsonValue, element: Element) -> bool:
    codes: frozenset[Any] = element.codes or frozenset()
    if not isinstance(value, dict):
        return isinstance(value, str) and value in codes
    if element.type == "Coding":
        return _coded(value) in codes
    if element.type == "CodeableReference":
        return "concept" not in value or _has_code(value["concept"], codes)
    return value.keys() <= {"id", "extension"} or _has_code(value, codes)


def _has_code(concept: JsonValue, codes: frozenset[JsonValue]) -> bool:
    codings = concept.get("coding") if isinstance(concept, dict) else None
    there = [coding for coding in codings if isinstance(coding, dict)] if isinstance(codings, list) else []
    return any(_coded(coding) in codes for coding in there)


def _coded(coding: JsonObject) -> tuple[JsonValue, ...]:
    """The system and the code; of what is not text, nothing."""
    return tuple(part for part in (coding.get("system"), coding.get("code")) if isinstance(part, str))


def _holds(value: JsonValue, fixed: JsonValue) -> bool:
    """Whether a value holds at least what is fixed."""
    if isinstance(fixed, dict):
        return isinstance(value, dict) and all(name in value and _holds(value[name], part) for name, part in fixed.items())
    if isinstance(fixed, list):
        return isinstance(value, list) and all(any(_holds(one, part) for one in value) for part in fixed)
    return bool(value == fixed)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _unknown(name: str, kind: str, place: str) -> PendingIssue:
    """A name that may be anything is only said if it looks like the name of an element."""
    at = f"{place}.{name}" if _NAME.fullmatch(name) else place
    return _issue("unknown-element", f"{kind} has no such element", at, None)


_CODES = {"required": IssueType.REQUIRED, "value": IssueType.VALUE, "code": IssueType.CODE_INVALID}


def _issue(what: str, text: str, place: str, source: str | None, suggestion: str | None = None) -> PendingIssue:  # noqa: PLR0917 - as an issue reads
    write = partial(_written, what, text, place=place, source=source, suggestion=suggestion)
    return PendingIssue(Severity.ERROR, f"structure/{what}", write)


def _written(what: str, text: str, *, place: str, source: str | None, suggestion: str | None) -> Issue:
    return Issue(
        severity=Severity.ERROR,
        code=_CODES.get(what, IssueType.STRUCTURE),
        rule=f"structure/{what}",
        text=text,
        expression=(place,),
        source=source,
        suggestion=suggestion,
    )
