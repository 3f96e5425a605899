"""A mapping file before it is checked against types: maps and fragments with their headers and bodies."""

import re
from dataclasses import dataclass

from adapter.strict_yaml.nodes import MappingNode, Node, SequenceNode, TextNode, read_yaml
from adapter.strict_yaml.problem import Mark, Problem, problem

_LOOP = re.compile(r"^\s*([A-Za-z_]\w*)\s+in\s+(.+)$", re.DOTALL)
_NEXT_LOOP = re.compile(r"\s+for\s+(?=[A-Za-z_]\w*\s+in\s)")
_SIGNATURE = re.compile(r"^\s*([A-Za-z_]\w*)\s*\(([\w\s,?]*)\)\s*$")
_NAME = re.compile(r"^[A-Za-z_][\w./-]*$")
_MAP_KEYS = ("map", "target", "for", "when", "let", "equal", "resource")
EQUAL = ("refuse", "number", "one")
_SOURCE_KEYS = ("map", "target", "source", "let", "ignore", "case")
_NAMES_KEYS = ("names",)
_EXTENSION_KEYS = ("extends", "let", "add", "replace", "remove")
_FRAGMENT_KEYS = ("fragment", "target", "elements")
STRUCTURE_KEYS = ("for", "when", "let", "use")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """An expression (without `=`), with its place."""

    text: str
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopHead:
    """`for: name in expression`."""

    name: str
    source: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class MapSource:
    """A map as it stands in its file."""

    name: str
    mark: Mark
    target: str
    target_mark: Mark
    source: str | None
    loops: tuple[LoopHead, ...]
    when: Text | None
    lets: tuple[tuple[str, Text], ...]
    ignored: tuple[tuple[Text, str], ...]
    body: MappingNode
    common: tuple[tuple[str, Text], ...] = ()
    """The names of the library that the map mentions; they do not depend on the items of its loops."""
    equal: str = "refuse"
    """What becomes of items with one id: refused, numbered, or one resource for all of them."""
    further: tuple[str, ...] = ()
    """The input forms that it reads besides `source`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FragmentSource:
    """A fragment as it stands in its file; `optional` are the parameters that are passed by name, or not at all."""

    name: str
    mark: Mark
    parameters: tuple[str, ...]
    optional: frozenset[str]
    target: str
    body: MappingNode


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """What is to change in a map: elements to add, to replace and to remove, and names for them."""

    name: str
    mark: Mark
    lets: tuple[tuple[str, Text], ...]
    add: MappingNode
    replace: MappingNode
    remove: tuple[TextNode, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapOrder:
    """The order of the maps' resources in the Bundle."""

    mark: Mark
    names: tuple[tuple[str, Mark], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileContent:
    """All that one mapping file holds."""

    maps: tuple[MapSource, ...]
    fragments: tuple[FragmentSource, ...]
    extensions: tuple[Extension, ...]
    names: tuple[tuple[str, Text], ...]
    orders: tuple[MapOrder, ...]
    problems: tuple[Problem, ...]


def read_file(text: str, *, file: str) -> FileContent:
    """The content of a mapping file; its problems are in it."""
    documents, problems = read_yaml(text, file=file)
    reader = _FileReader(problems)
    for document in documents:
        reader.document(document)
    reader.check_names()
    return FileContent(
        maps=tuple(reader.maps),
        fragments=tuple(reader.fragments),
        extensions=tuple(reader.extensions),
        names=tuple(reader.names),
        orders=tuple(reader.orders),
        problems=tuple(reader.problems),
    )


class _FileReader:
    """Sorts the documents of one file."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        self.maps: list[MapSource] = []
        self.fragments: list[FragmentSource] = []
        self.extensions: list[Extension] = []
        self.names: list[tuple[str, Text]] = []
        self.orders: list[MapOrder] = []

    def document(self, node: Node) -> None:
        keys = {key.text: value for key, value in node.entries} if isinstance(node, MappingNode) else {}
        if "map" in keys and isinstance(node, MappingNode):
            self._map(node, keys)
        elif "names" in keys and isinstance(node, MappingNode):
            self._known(node, _NAMES_KEYS)
            self.names += self.lets(keys["names"])
        elif "extends" in keys and isinstance(node, MappingNode):
            self._extension(node, keys)
        elif "fragment" in keys and isinstance(node, MappingNode):
            self._fragment(node, keys)
        elif "order" in keys and isinstance(node, MappingNode):
            self._order(node, keys["order"])
        else:
            self._say(
                "not-a-map", node.mark, "this is neither a map, an extension, a fragment nor an order", "begin with `map: name`"
            )

    def check_names(self) -> None:
        """Report what stands in this file twice; only another file replaces a map."""
        for sources in (self.maps, self.fragments):
            first: dict[str, MapSource | FragmentSource] = {}
            for source in sources:
                if source.name in first:
                    hint = f"it first appears on line {first[source.name].mark.line}; give one of the two another name"
                    self._say("duplicate-key", source.mark, f"`{source.name}` is in this file twice", hint)
                first.setdefault(source.name, source)

    def _map(self, node: MappingNode, keys: dict[str, Node]) -> None:
        reads_form = "source" in keys
        self._known(node, _SOURCE_KEYS if reads_form else _MAP_KEYS)
        body = keys.get("case" if reads_form else "resource")
        name, target = self._word(keys["map"], "map"), self._word(keys.get("target"), "target", node)
        form, *further = self._forms(keys["source"]) if reads_form else [None]
        if not isinstance(body, MappingNode):
            self._say(
                "not-a-map",
                node.mark,
                "the map makes nothing",
                "add `resource:` with the elements below it; a map with a `source` has `case:`",
            )
        elif name and target:
            source = MapSource(
                name=name,
                mark=node.mark,
                target=target,
                target_mark=keys["target"].mark,
                source=form,
                further=tuple(filter(None, further)),
                loops=self.loops(keys["for"]) if "for" in keys else (),
                when=self.expression(keys["when"]) if "when" in keys else None,
                lets=self.lets(keys["let"]) if "let" in keys else (),
                ignored=self._ignored(keys["ignore"]) if "ignore" in keys else (),
                body=body,
                equal=self._equal(keys["equal"]) if "equal" in keys else "refuse",
            )
            self.maps.append(source)

    def _forms(self, node: Node) -> list[str | None]:
        """The input forms of a map: one, or a list of them."""
        items = node.items if isinstance(node, SequenceNode) and node.items else (node,)
        return [self._word(item, "source") for item in items]

    def _equal(self, node: Node) -> str:
        if isinstance(node, TextNode) and node.text in EQUAL:
            return node.text
        self._say("equal", node.mark, "this is not a way to treat items with one id", "write one of: " + ", ".join(EQUAL))
        return "refuse"

    def _fragment(self, node: MappingNode, keys: dict[str, Node]) -> None:
        self._known(node, _FRAGMENT_KEYS)
        signature = keys["fragment"]
        match = _SIGNATURE.match(signature.text) if isinstance(signature, TextNode) else None
        target, body = self._word(keys.get("target"), "target", node), keys.get("elements")
        if match is None:
            self._say(
                "fragment", signature.mark, "a fragment needs a name and parameters", "write `fragment: human_name(person)`"
            )
        elif not isinstance(body, MappingNode):
            self._say("fragment", node.mark, "the fragment makes nothing", "add `elements:` with the elements below it")
        elif target:
            words = [word.strip() for word in match[2].split(",") if word.strip()]
            fragment = FragmentSource(
                name=match[1],
                mark=node.mark,
                parameters=tuple(word.rstrip("?") for word in words),
                optional=frozenset(word.rstrip("?") for word in words if word.endswith("?")),
                target=target,
                body=body,
            )
            self.fragments.append(fragment)

    def _extension(self, node: MappingNode, keys: dict[str, Node]) -> None:
        self._known(node, _EXTENSION_KEYS)
        name = self._word(keys["extends"], "extends")
        removed = keys.get("remove", SequenceNode(mark=node.mark, items=()))
        items = removed.items if isinstance(removed, SequenceNode) else (removed,)
        changes = {key: self._elements(keys[key]) for key in ("add", "replace") if key in keys}
        nothing = MappingNode(mark=node.mark, entries=())
        if name:
            extension = Extension(
                name=name,
                mark=keys["extends"].mark,
                lets=self.lets(keys["let"]) if "let" in keys else (),
                add=changes.get("add") or nothing,
                replace=changes.get("replace") or nothing,
                remove=tuple(item for item in items if isinstance(item, TextNode)),
            )
            self.extensions.append(extension)

    def _elements(self, node: Node) -> MappingNode | None:
        if isinstance(node, MappingNode):
            return node
        self._say("extends", node.mark, "elements are needed here", "write them below it, as in the map")
        return None

    def _order(self, node: MappingNode, names: Node) -> None:
        self._known(node, ("order",))
        items = names.items if isinstance(names, SequenceNode) else ()
        texts = tuple((item.text, item.mark) for item in items if isinstance(item, TextNode))
        self.orders.append(MapOrder(mark=node.mark, names=texts))

    def _known(self, node: MappingNode, known: tuple[str, ...]) -> None:
        for key, _ in node.entries:
            if key.text not in known:
                self._say("unknown-key", key.mark, f"there is no key `{key.text}` here", "known are: " + ", ".join(known))

    def _word(self, node: Node | None, key: str, parent: Node | None = None) -> str | None:
        if isinstance(node, TextNode) and _NAME.match(node.text):
            return node.text
        mark = node.mark if node else parent.mark if parent else Mark(file="", line=1, column=1)
        self._say("not-a-map", mark, f"`{key}` needs a name", f"write `{key}: name`")
        return None

    def _ignored(self, node: Node) -> tuple[tuple[Text, str], ...]:
        if isinstance(node, MappingNode):
            pairs = [(Text(text=key.text, mark=key.mark), value) for key, value in node.entries]
            if all(isinstance(value, TextNode) and value.text for _, value in pairs):
                return tuple((key, value.text) for key, value in pairs if isinstance(value, TextNode))
        self._say("ignore", node.mark, "each ignored field needs its reason", "write `field: reason`")
        return ()

    def loops(self, node: Node) -> tuple[LoopHead, ...]:
        """`name in expression`, and perhaps ` for name in expression` again for a loop within it."""
        parts = _loop_parts(node.text) if isinstance(node, TextNode) else [""]
        matches = [match for match in map(_LOOP.match, parts) if match]
        if len(matches) < len(parts):
            self._say("for", node.mark, "this is not a loop", "write `for: item in list`")
            return ()
        return tuple(LoopHead(name=match[1], source=Text(text=match[2], mark=node.mark)) for match in matches)

    def expression(self, node: Node) -> Text | None:
        """`=expression`."""
        if isinstance(node, TextNode) and node.text.startswith("="):
            return Text(text=node.text[1:], mark=node.mark)
        self._say("expression", node.mark, "an expression is needed here", "begin it with `=`")
        return None

    def lets(self, node: Node) -> tuple[tuple[str, Text], ...]:
        """Names with their expressions."""
        if not isinstance(node, MappingNode):
            self._say("let", node.mark, "`let` needs names", "write `let:` and below it `name: =expression`")
            return ()
        pairs = [(key.text, self.expression(value)) for key, value in node.entries]
        return tuple((name, text) for name, text in pairs if text is not None)

    def _say(self, code: str, mark: Mark, message: str, hint: str) -> None:
        self.problems.append(problem(code, mark, message, hint))


def _loop_parts(text: str) -> list[str]:
    """The parts of `a in x for b in y`; a `for` within brackets belongs to its expression."""
    parts, start = [], 0
    for match in _NEXT_LOOP.finditer(text):
        before = text[start : match.start()]
        if all(before.count(opening) == before.count(closing) for opening, closing in ("()", "[]")):
            parts.append(before)
            start = match.end()
    return [*parts, text[start:]]


def read_structure(
    node: MappingNode, problems: list[Problem]
) -> tuple[tuple[LoopHead, ...], Text | None, tuple[tuple[str, Text], ...]]:
    """The `for`, `when` and `let` of an object."""
    reader = _FileReader(problems)
    keys = {key.text: value for key, value in node.entries}
    loops = reader.loops(keys["for"]) if "for" in keys else ()
    when = reader.expression(keys["when"]) if "when" in keys else None
    return loops, when, reader.lets(keys["let"]) if "let" in keys else ()
