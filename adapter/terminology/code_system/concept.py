"""Concepts of a code system in an index: by code, with parents and children, made once."""

from collections.abc import Iterable, Iterator, Sequence

from adapter.json_types import JsonMapping

_PARENT = frozenset({"parent", "subsumedBy"})
_CHILD = frozenset({"child"})


class Concept:
    """One concept: its code, the element of the CodeSystem that defines it, and its neighbours in the hierarchy."""

    __slots__ = ("children", "code", "element", "parents")

    def __init__(self, code: str, element: JsonMapping) -> None:
        """Hold a concept that has no neighbours yet."""
        self.code = code
        self.element = element
        self.parents: list[Concept] = []
        self.children: list[Concept] = []

    @property
    def display(self) -> str | None:
        """The display in the language of the code system."""
        return self.element.get("display") or None

    @property
    def definition(self) -> str | None:
        """What the concept means."""
        return self.element.get("definition") or None

    def descendants(self) -> "Iterator[Concept]":
        """Everything below, each once, parents before children, in the order of the code system."""
        seen = {self.code}
        waiting = list(reversed(self.children))
        while waiting:
            concept = waiting.pop()
            if concept.code not in seen:
                seen.add(concept.code)
                yield concept
                waiting.extend(reversed(concept.children))

    def is_below(self, code: str) -> bool:
        """Whether a concept of this code is above this one."""
        seen: set[str] = set()
        waiting = list(self.parents)
        while waiting:
            concept = waiting.pop()
            if concept.code == code:
                return True
            if concept.code not in seen:
                seen.add(concept.code)
                waiting.extend(concept.parents)
        return False


class Concepts:
    """The concepts of a code system: `by_code` in the order of the definition, `roots` without parents."""

    def __init__(self, elements: Iterable[JsonMapping], *, ignores_case: bool, parent_codes: Sequence[str] = ()) -> None:
        """Index the concepts; of two with one code the first counts."""
        self.by_code: dict[str, Concept] = {}
        self._index(elements)
        self._link(_PARENT | set(parent_codes))
        self.roots = [concept for concept in self.by_code.values() if not concept.parents]
        self._folded = {code.lower(): code for code in reversed(self.by_code)} if ignores_case else {}

    def find(self, code: str) -> Concept | None:
        """The concept of a code; if the code system ignores case, also of one that is written differently."""
        concept = self.by_code.get(code)
        return concept or self.by_code.get(self._folded.get(code.lower(), ""))

    def _index(self, elements: Iterable[JsonMapping]) -> None:
        waiting: list[tuple[JsonMapping, Concept | None]] = [(element, None) for element in elements]
        waiting.reverse()
        while waiting:
            element, parent = waiting.pop()
            code = element.get("code")
            if isinstance(code, str) and code not in self.by_code:
                concept = self.by_code[code] = Concept(code, element)
                if parent:
                    concept.parents.append(parent)
                    parent.children.append(concept)
                waiting.extend((child, concept) for child in reversed(element.get("concept") or ()))

    def _link(self, parent_codes: frozenset[str] | set[str]) -> None:
        """The hierarchy that is said by properties (http://hl7.org/fhir/R4/codesystem-concept-properties.html: parent, child)."""
        for concept in self.by_code.values():
            for prop in concept.element.get("property") or ():
                name = prop.get("code")
                if name in parent_codes or name in _CHILD:
                    other = self.by_code.get(str(prop.get("valueCode") or ""))
                    if other is not None and other is not concept:
                        above, below = (concept, other) if name in _CHILD else (other, concept)
                        _connect(above, below)


def _connect(above: Concept, below: Concept) -> None:
    if above not in below.parents:
        below.parents.append(above)
        above.children.append(below)
