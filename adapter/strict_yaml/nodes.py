"""Reads YAML strictly, with positions: only text, lists and mappings; no tags, no anchors, no key twice."""

from collections.abc import Iterator
from typing import NamedTuple

import yaml

from adapter.strict_yaml.problem import Mark, Problem, problem

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DEEPEST = 100
"""How deeply lists and mappings may be nested."""


class TextNode(NamedTuple):
    """A text; `plain` if it stood without quotes.

    A tuple, as marks are: a file of ours has hundreds of nodes, and a frozen dataclass takes several times as long to make.
    """

    mark: Mark
    text: str
    plain: bool


class SequenceNode(NamedTuple):
    """A list of nodes."""

    mark: Mark
    items: "tuple[Node, ...]"


class MappingNode(NamedTuple):
    """Keys with their values, in order."""

    mark: Mark
    entries: "tuple[tuple[TextNode, Node], ...]"


Node = TextNode | SequenceNode | MappingNode


def read_yaml(text: str, *, file: str) -> tuple[list[Node], list[Problem]]:
    """The documents of a YAML stream, and what is wrong with it; a stream that is not YAML gives no documents."""
    reader = _Reader(file)
    try:
        return list(reader.documents(yaml.parse(text, Loader=_LOADER))), reader.problems
    except yaml.MarkedYAMLError as error:
        at = error.problem_mark or error.context_mark
        mark = Mark(file=file, line=at.line + 1 if at else 1, column=at.column + 1 if at else 1)
        hint = (
            "in flow style ({…} or […]) put expressions in quotes" if reader.in_flow else "check indentation, quotes and colons"
        )
        return [], [*reader.problems, problem("yaml", mark, f"this is not YAML: {error.problem}", hint)]
    except _TooDeepError as error:
        hint = f"at most {DEEPEST} lists and mappings may be nested"
        return [], [*reader.problems, problem("yaml-nesting", error.mark, "this is nested too deeply", hint)]
    except (yaml.reader.ReaderError, UnicodeEncodeError):
        return [], [
            problem("yaml", Mark(file=file, line=1, column=1), "a character that YAML does not allow", "save the file as UTF-8")
        ]


class _TooDeepError(Exception):
    """A list or mapping that stands in too many others."""

    def __init__(self, mark: Mark) -> None:
        super().__init__(str(mark))
        self.mark = mark


class _Reader:
    """Turns YAML events into nodes."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.in_flow = 0
        self.depth = 0

    def documents(self, events: Iterator[yaml.Event]) -> Iterator[Node]:
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                node = self._node(next(events), events)
                if not (isinstance(node, TextNode) and not node.text):
                    yield node

    def _node(self, event: yaml.Event, events: Iterator[yaml.Event]) -> Node:
        mark = self._mark(event)
        if getattr(event, "tag", None) not in (None, "!"):
            self.problems.append(problem("yaml-tag", mark, "YAML tags are not allowed", "write the value as plain text"))
        if getattr(event, "anchor", None):  # an alias has the one that it stands for
            self.problems.append(
                problem("yaml-anchor", mark, "YAML anchors and aliases are not allowed", "use a fragment (`use:`)")
            )
        if isinstance(event, yaml.CollectionStartEvent):
            return self._collection(mark, event, events)
        return self._text(mark, event)

    def _collection(self, mark: Mark, start: yaml.CollectionStartEvent, events: Iterator[yaml.Event]) -> Node:
        if self.depth == DEEPEST:
            raise _TooDeepError(mark)
        self.depth += 1
        self.in_flow += bool(start.flow_style)
        is_list = isinstance(start, yaml.SequenceStartEvent)
        node = self._list(mark, events) if is_list else self._mapping(mark, events)
        self.in_flow -= bool(start.flow_style)
        self.depth -= 1
        return node

    def _text(self, mark: Mark, event: yaml.Event) -> TextNode:
        text, plain = getattr(event, "value", ""), getattr(event, "style", None) in (None, "")
        if (
            plain
            and self.in_flow
            and text.startswith("=")
            and (text.count("(") != text.count(")") or text.count("[") != text.count("]"))
        ):
            hint = "put the expression in quotes, or use block style"
            self.problems.append(problem("flow-expression", mark, "in flow style a comma or bracket ends an expression", hint))
        return TextNode(mark, text, plain)

    def _list(self, mark: Mark, events: Iterator[yaml.Event]) -> SequenceNode:
        items = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(self._node(event, events))
        return SequenceNode(mark=mark, items=tuple(items))

    def _mapping(self, mark: Mark, events: Iterator[yaml.Event]) -> MappingNode:
        entries: dict[str, tuple[TextNode, Node]] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key, value = self._node(event, events), self._node(next(events), events)
            if not isinstance(key, TextNode):
                self.problems.append(problem("yaml-key", key.mark, "a key must be a text", "write `name: value`"))
            elif key.text in entries:
                first = entries[key.text][0].mark
                hint = f"it first appears on line {first.line}; keep one of the two"
                self.problems.append(problem("duplicate-key", key.mark, f"the key `{key.text}` appears here twice", hint))
            else:
                entries[key.text] = (key, value)
        return MappingNode(mark=mark, entries=tuple(entries.values()))

    def _mark(self, event: yaml.Event) -> Mark:
        at = event.start_mark
        return Mark(self.file, at.line + 1, at.column + 1) if at else Mark(self.file, 1, 1)
