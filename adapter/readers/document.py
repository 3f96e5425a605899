"""A document as it was sent, and as it was read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from adapter.fhir.json import read_json
from adapter.issues import InvalidError, Issue, IssueType, Severity

Path = tuple[str | int, ...]
NATIVE = "case"
"""The form of the adapter's own documents: parts of the Case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Bytes with a name; `form` names the input form, if the sender said which (`case`, `face2gene_lab`, …)."""

    name: str
    content: bytes
    form: str | None = None


@dataclass(frozen=True, kw_only=True)
class ReadDocument:
    """A document that was read: its form and its tree of JSON values (decimals as Decimal)."""

    name: str
    form: str
    tree: dict[str, Any]

    def positions(self, path: Path) -> tuple[str, ...]:
        """`name#/json/pointer` of what the value at a path was read from, or of the nearest value above it that is there."""
        return (f"{self.name}#{pointer(self.nearest(path))}",)

    def nearest(self, path: Path) -> Path:
        """The longest beginning of the path that leads to a value."""
        value: Any = self.tree
        for depth, step in enumerate(path):
            here = isinstance(value, dict) and step in value
            if not here and not (isinstance(value, list) and isinstance(step, int) and step < len(value)):
                return path[:depth]
            value = value[step]
        return path

    def has(self, path: Path) -> bool:
        """Whether there is a value at the path (a bare text stands for its own parts)."""
        near = self.nearest(path)
        if len(near) == len(path):
            return True
        value: Any = self.tree
        for step in near:
            value = value[step]
        return len(near) == len(path) - 1 and isinstance(value, str) and bool(path) and isinstance(path[-1], str)


@dataclass(frozen=True, kw_only=True)
class MappedDocument(ReadDocument):
    """A document of another form, turned into the form of the Case.

    `trace` gives for each of its leaves the positions that it was made from: places in the original, options (`options#/zone`),
    or the line of the map (`file:line:column`) where the map alone gives it. `read` are the patterns (with `*`) of all that its
    map reads, `ignored` those that the map leaves out on purpose, with the reason.
    """

    original: ReadDocument
    trace: Callable[[], dict[Path, tuple[str, ...]]]
    read: frozenset[Path]
    ignored: Mapping[Path, str]

    @cached_property
    def origins(self) -> dict[Path, tuple[str, ...]]:
        """The positions of each leaf, worked out when first asked for."""
        return self.trace()

    def positions(self, path: Path) -> tuple[str, ...]:
        """What the value at a path, or all below it, was made from."""
        near = self.nearest(path)
        found = (position for leaf, positions in self.origins.items() if leaf[: len(near)] == near for position in positions)
        return tuple(dict.fromkeys(found))


def pointer(path: Path) -> str:
    """The JSON pointer (RFC 6901) of a path."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def dotted(path: Path) -> str:
    """`billing.lines[0].units`: a path as issues name a field."""
    return "".join(f"[{step}]" if isinstance(step, int) or step == "*" else f".{step}" for step in path).removeprefix(".")


def read_document(document: Document, marks: Mapping[str, frozenset[str]]) -> ReadDocument:
    """Read a JSON document and find its form.

    `marks` gives for each input form the top-level fields by which it is known. Raises InvalidError.
    """
    tree = read_json(document.content, document.name)
    if not isinstance(tree, dict):
        raise InvalidError(_issue(document.name, "a document is a JSON object at its top level, not a list or a plain value"))
    form = document.form or next((name for name, keys in marks.items() if keys <= tree.keys()), NATIVE)
    if form != NATIVE and form not in marks:
        known = ", ".join([NATIVE, *sorted(marks)])
        raise InvalidError(_issue(document.name, f"there is no such input form; known are: {known}"))
    return ReadDocument(name=document.name, form=form, tree=tree)


def _issue(name: str, text: str) -> Issue:
    return Issue(severity=Severity.ERROR, code=IssueType.STRUCTURE, rule="document/form", text=text, location=(f"{name}#",))
