"""The definitions of a FHIR release, and the codes of its value sets; for `make_element_table.py`."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Node = dict[str, Any]

STRUCTURE = "http://hl7.org/fhir/StructureDefinition/"
KINDS = {"primitive-type": "primitive", "complex-type": "complex", "resource": "resource"}
PARENT = {"parent", "subsumedBy"}


def many(value: object) -> list[Any]:
    """XML does not say what is a list."""
    return [] if value is None else value if isinstance(value, list) else [value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Definitions:
    """The definitions of a release: structures by type name, profiles, value sets and code systems by URL."""

    structures: dict[str, Node] = field(default_factory=dict)
    profiles: dict[str, Node] = field(default_factory=dict)
    value_sets: dict[str, Node] = field(default_factory=dict)
    code_systems: dict[str, Node] = field(default_factory=dict)

    def add(self, kind: str, node: Node) -> None:
        """Keep a definition unless an earlier file made it."""
        if kind == "StructureDefinition":
            if node.get("derivation") == "constraint":
                self.profiles.setdefault(node["url"], node)
            elif node["kind"] in KINDS:
                self.structures.setdefault(node["type"], node)
        elif kind == "ValueSet":
            self.value_sets.setdefault(node["url"], node)
        elif kind == "CodeSystem":
            self.code_systems.setdefault(node["url"], node)


class NotEnumerable(Exception):  # noqa: N818 - an outcome, not an error
    """The codes of a value set are not listed in the definitions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """Value sets as codes by system."""

    definitions: Definitions

    def expand(self, url: str) -> dict[str, list[str]] | None:
        """Sorted codes by system, or nothing when the codes cannot be listed."""
        try:
            codes = self.codes(url.partition("|")[0])
        except NotEnumerable:
            return None
        by_system: dict[str, list[str]] = {}
        for system, code in sorted(codes):
            by_system.setdefault(system, []).append(code)
        return by_system

    def codes(self, url: str) -> set[tuple[str, str]]:
        """The (system, code) pairs of a value set; raises NotEnumerable."""
        if url not in self.definitions.value_sets:
            raise NotEnumerable(url)
        compose = self.definitions.value_sets[url].get("compose", {})
        included = [self.included(part) for part in many(compose.get("include"))]
        excluded = [self.included(part) for part in many(compose.get("exclude"))]
        if not included:
            raise NotEnumerable(url)
        return set[tuple[str, str]]().union(*included).difference(*excluded)

    def included(self, part: Node) -> set[tuple[str, str]]:
        """What fulfils every condition of an include (http://hl7.org/fhir/R4/valueset.html#compositions)."""
        found = [self.codes(url.partition("|")[0]) for url in many(part.get("valueSet"))]
        if "system" in part:
            found.append({(part["system"], code) for code in self.of_system(part)})
        return set.intersection(*found)

    def of_system(self, part: Node) -> set[str]:
        """The codes that an include takes from its code system; only those that may be chosen."""
        if "concept" in part:
            return {concept["code"] for concept in many(part["concept"])}
        system = self.definitions.code_systems.get(part["system"].partition("|")[0])
        if system is None or system["content"] != "complete":
            raise NotEnumerable(part["system"])
        concepts = list(concepts_of(many(system.get("concept")), frozenset()))
        parents = {concept["code"]: above for concept, above in concepts}
        selectable = {concept["code"] for concept, _ in concepts if is_selectable(concept)}
        return selectable.intersection(*(filtered(parents, each) for each in many(part.get("filter"))))


def concepts_of(concepts: list[Node], above: frozenset[str]) -> Iterator[tuple[Node, frozenset[str]]]:
    """Each concept with the codes directly above it, whether by nesting or by a property."""
    for concept in concepts:
        named = {item["valueCode"] for item in many(concept.get("property")) if item["code"] in PARENT}
        yield concept, above | named
        yield from concepts_of(many(concept.get("concept")), frozenset({concept["code"]}))


def is_selectable(concept: Node) -> bool:
    """Whether a concept may be used, or is for grouping only (http://hl7.org/fhir/R4/codesystem-concept-properties.html)."""
    flags = (item["valueBoolean"] for item in many(concept.get("property")) if item["code"] == "notSelectable")
    return str(next(flags, False)).lower() == "false"


def filtered(parents: dict[str, frozenset[str]], condition: Node) -> set[str]:
    """The codes that fulfil a filter (http://hl7.org/fhir/R4/valueset-filter-operator.html)."""
    root = condition["value"]
    match condition["property"], condition["op"]:
        case "concept" | "code", "is-a":
            return {root} | below(parents, root)
        case "concept" | "code", "descendent-of":
            return below(parents, root)
        case "concept" | "code", "is-not-a":
            return set(parents) - {root} - below(parents, root)
        case other:
            raise NotImplementedError(other)


def below(parents: dict[str, frozenset[str]], root: str) -> set[str]:
    """The codes below a code, at any depth."""
    found = {root}
    while more := {code for code, above in parents.items() if above & found} - found:
        found |= more
    return found - {root}
