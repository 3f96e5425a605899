"""What a FHIR release says about its types: elements in order, cardinality, types, targets, codes and patterns.

The tables are made from the official definitions by `scripts/make_element_table.py`. A type is a row `[kind, base, pattern,
elements]`; an element is `[name, type or types of a choice, minimum, maximum, {targets, codes, fixed}]`, or only its name
when it is just as in the base; codes are listed by value set and system, `null` where the definitions do not list them. Beside
them stand the names of the elements that belong to the summary (Σ), by type, and the invariants `[key, severity, sentence,
expression]`, by the path of the type or element that they are stated for.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Literal, TypeAlias

import orjson

from adapter.json_types import JsonList, JsonMapping, JsonObject

Fixed: TypeAlias = str | int | float | bool | JsonList | JsonObject | None
Codes: TypeAlias = frozenset[str] | frozenset[tuple[str, str]]

_Shape: TypeAlias = Literal["code", "coding"]
_SHAPE: Mapping[str, _Shape] = {
    "code": "code",
    "string": "code",
    "uri": "code",
    "Coding": "coding",
    "CodeableConcept": "coding",
    "CodeableReference": "coding",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """An element of a type, under its name in JSON: a choice is one element per type (http://hl7.org/fhir/R4/elementdefinition.html).

    `type` is a FHIR type code (`string`, `Reference`, `Resource`) or the path of a backbone type (`Claim.item`). `maximum` is
    None for `*`. `choice` is `value[x]` for a member of a choice; `minimum` is then the choice's, on each member. `targets`
    are the resource types that a Reference or canonical may point at, () for any. `codes` are those of a required binding:
    codes for code, string and uri, (system, code) for Coding, CodeableConcept and CodeableReference; None when nothing is
    required or the definitions do not list the codes (languages, MIME types). `fixed` is a fixed or pattern value. `summary` says
    whether the element belongs to the summary (Σ, http://hl7.org/fhir/R4/search.html#summary).
    """

    name: str
    type: str
    minimum: int
    maximum: int | None
    choice: str | None
    targets: tuple[str, ...]
    codes: Codes | None
    fixed: Fixed
    summary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """An invariant as the definitions state it (http://hl7.org/fhir/R4/conformance-rules.html#constraints).

    `severity` is `error`, `warning`, or `information` for what is only good practice; `expression` the FHIRPath that must hold.
    """

    key: str
    severity: str
    human: str
    expression: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """A type of FHIR with its elements in FHIR order, inherited ones (id, extension, meta) included.

    `pattern` is the definition's regular expression for a primitive; a value must match it as a whole. A primitive's elements
    are those beside its value (`_birthDate` in JSON). Abstract types such as Resource are types as well.
    """

    name: str
    kind: Literal["primitive", "complex", "backbone", "resource"]
    base: str | None
    elements: Mapping[str, Element]
    pattern: str | None


class ElementTable:
    """The types of one FHIR release, by type code or path: `table["Claim.item"]`; a type is built when it is first asked for.

    `release` is R4 or R5, `version` the exact version (4.0.1), `resource_types` the resources that the table knows, sorted.
    """

    def __init__(self, content: JsonMapping) -> None:
        """Hold a table as `load_table` reads it."""
        self.release: str = content["release"]
        self.version: str = content["version"]
        self.resource_types: tuple[str, ...] = tuple(content["resources"])
        self._rows: Mapping[str, JsonList] = content["types"]
        self._listed: Mapping[str, Mapping[str, list[str]] | None] = content["codes"]
        self._summary: Mapping[str, list[str]] = content.get("summary", {})
        self._constraints: Mapping[str, list[list[str]]] = content.get("constraints", {})
        self._types: dict[str, Type] = {}
        self._stated: dict[str, tuple[Constraint, ...]] = {}
        self._codes: dict[tuple[str, _Shape], Codes | None] = {}

    def __contains__(self, name: object) -> bool:
        return name in self._rows

    def __getitem__(self, name: str) -> Type:
        if name not in self._types:
            self._types[name] = self._type(name)
        return self._types[name]

    def is_primitive(self, name: str) -> bool:
        """Whether a name is that of a primitive type; the type is not built for the answer."""
        return name in self and self._rows[name][0] == "primitive"

    @property
    def paths(self) -> tuple[str, ...]:
        """All types, by type code or path, abstract ones included."""
        return tuple(self._rows)

    def constraints(self, path: str) -> tuple[Constraint, ...]:
        """The invariants stated for a type, or for an element of a type (`Organization.telecom`); not those of its base."""
        if path not in self._stated:
            rows = self._constraints.get(path, ())
            self._stated[path] = tuple(
                Constraint(key=key, severity=severity, human=human, expression=text) for key, severity, human, text in rows
            )
        return self._stated[path]

    def _type(self, name: str) -> Type:
        kind, base, pattern, _ = self._rows[name]
        summary = frozenset(self._summary.get(name, ()))
        rows = self._elements(name).values()
        elements = {element.name: element for row in rows for element in self._expanded(row, summary)}
        return Type(name=name, kind=kind, base=base, pattern=pattern, elements=MappingProxyType(elements))

    def _elements(self, name: str) -> dict[str, JsonList]:
        """The rows of a type's elements, by name, inherited ones filled in."""
        _, base, _, rows = self._rows[name]
        inherited = self._elements(base) if base else {}
        full = (inherited[row] if isinstance(row, str) else row for row in rows)
        return {row[0]: row for row in full}

    def _expanded(self, row: JsonList, summary: frozenset[str]) -> Iterator[Element]:
        """An element, or every member of a choice."""
        name, types, *_ = row
        if isinstance(types, str):
            yield self._element(row, name, types, summary=name in summary)
            return
        for kind in types:
            member = name.removesuffix("[x]") + kind[0].upper() + kind[1:]
            yield self._element(row, member, kind, summary=name in summary)

    def _element(self, row: JsonList, name: str, kind: str, *, summary: bool) -> Element:
        written, types, minimum, maximum, *facts = row
        fact: JsonMapping = facts[0] if facts else {}
        return Element(
            name=name,
            type=kind,
            minimum=minimum,
            maximum=maximum,
            choice=None if isinstance(types, str) else written,
            targets=tuple(fact.get("targets", {}).get(kind, ())),
            codes=self._bound(fact.get("codes"), kind),
            fixed=fact.get("fixed"),
            summary=summary,
        )

    def _bound(self, value_set: str | None, kind: str) -> Codes | None:
        """The codes of a value set, one set for all elements bound to it."""
        if value_set is None or kind not in _SHAPE:
            return None
        key = (value_set, _SHAPE[kind])
        if key not in self._codes:
            self._codes[key] = _codes(self._listed[value_set], shape=_SHAPE[kind])
        return self._codes[key]


def _codes(listed: Mapping[str, list[str]] | None, *, shape: _Shape) -> Codes | None:
    if listed is None:
        return None
    if shape == "code":
        return frozenset(code for codes in listed.values() for code in codes)
    return frozenset((system, code) for system, codes in listed.items() for code in codes)


def load_table(content: bytes) -> ElementTable:
    """Read a table from the bytes that `scripts/make_element_table.py` wrote."""
    return ElementTable(orjson.loads(content))


@cache
def packaged_table(release: Literal["R4", "R5"]) -> ElementTable:
    """The table of a release, R4 4.0.1 or R5 5.0.0, that comes with the adapter; read once."""
    return load_table(resources.files("adapter.fhir").joinpath(f"{release.lower()}.json").read_bytes())
