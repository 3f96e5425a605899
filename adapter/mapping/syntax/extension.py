"""Applies an extension to a map: elements are added, replaced and removed before the map is checked."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from difflib import get_close_matches

from adapter.mapping.syntax.map_file import Extension, MapSource
from adapter.strict_yaml.nodes import MappingNode, Node, SequenceNode, TextNode
from adapter.strict_yaml.problem import Problem, problem

Entries = dict[str, tuple[TextNode, Node]]


def extended(source: MapSource, extension: Extension, report: Callable[[Problem], None]) -> MapSource:
    """The map with the changes of the extension; what does not fit is reported."""
    editor = _Editor(report)
    entries: Entries = {key.text: (key, value) for key, value in source.body.entries}
    for name in extension.remove:
        if editor.knows(name, entries):
            del entries[name.text]
    for key, value in extension.replace.entries:
        if editor.knows(key, entries):
            entries[key.text] = (key, value)
    body = editor.added(source.body._replace(entries=tuple(entries.values())), extension.add)
    return replace(source, body=body, lets=(*source.lets, *extension.lets))


@dataclass(frozen=True, slots=True)
class _Editor:
    """Changes elements of a map, and reports what cannot be changed so."""

    report: Callable[[Problem], None]

    def knows(self, name: TextNode, entries: Entries) -> bool:
        """Whether the map makes an element of this name, so that it can be replaced or removed."""
        if name.text in entries:
            return True
        near = get_close_matches(name.text, entries, n=1, cutoff=0.5)
        hint = f"did you mean `{near[0]}`?" if near else "say `add` for a new element"
        self.report(problem("extends", name.mark, f"the map has no element `{name.text}`", hint))
        return False

    def added(self, base: MappingNode, more: MappingNode) -> MappingNode:
        """An object with more elements; entries of lists are appended, objects are added to."""
        entries: Entries = {key.text: (key, value) for key, value in base.entries}
        for key, value in more.entries:
            known = entries.get(key.text)
            entries[key.text] = (key, value) if known is None else (known[0], self._joined(known[1], value, key))
        return base._replace(entries=tuple(entries.values()))

    def _joined(self, known: Node, more: Node, key: TextNode) -> Node:
        if isinstance(known, SequenceNode) and isinstance(more, SequenceNode):
            return known._replace(items=(*known.items, *more.items))
        if isinstance(known, MappingNode) and isinstance(more, MappingNode):
            return self.added(known, more)
        message = f"the map makes `{key.text}` already"
        self.report(
            problem("extends", key.mark, message, "say `replace` to make it differently; `add` appends entries to a list")
        )
        return known
