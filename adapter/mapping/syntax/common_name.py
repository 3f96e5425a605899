"""Gives a map the common names that it mentions, as if they stood in its `let`."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from adapter.mapping.syntax.map_file import MapSource, Text
from adapter.strict_yaml.nodes import MappingNode, Node, SequenceNode, TextNode

_WORD = re.compile(r"[A-Za-z_]\w*")


def with_common_names(source: MapSource, names: Mapping[str, Text]) -> MapSource:
    """The map with those common names that it mentions and does not define itself; they come before its own."""
    own = {name for name, _ in source.lets}
    known = {word for text in _texts(source) for word in _WORD.findall(text)}
    for name in reversed(tuple(names)):  # a name may stand on one that is defined before it
        if name in known:
            known.update(_WORD.findall(names[name].text))
    needed = tuple((name, text) for name, text in names.items() if name in known and name not in own)
    return replace(source, common=needed) if needed else source


def _texts(source: MapSource) -> Iterator[str]:
    yield from (text.text for _, text in source.lets)
    if source.when:
        yield source.when.text
    yield from _expressions(source.body)


def _expressions(node: Node) -> Iterator[str]:
    if isinstance(node, TextNode):
        yield node.text
    children = node.items if isinstance(node, SequenceNode) else ()
    children = tuple(value for _, value in node.entries) if isinstance(node, MappingNode) else children
    for child in children:
        yield from _expressions(child)
