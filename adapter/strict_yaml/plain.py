"""YAML that is plain data (definitions, triage): read as strictly as the other files, without the place of each value."""

import re

from adapter.strict_yaml.nodes import MappingNode, Node, SequenceNode, TextNode, read_yaml
from adapter.strict_yaml.problem import BadFileError

Plain = str | int | bool | list["Plain"] | dict[str, "Plain"] | None

_WORDS: dict[str, Plain] = {"": None, "~": None, "null": None, "true": True, "false": False}
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})", re.ASCII)


def read_plain_yaml(text: str, name: str) -> Plain:
    """What the one document of a file says, or nothing for an empty file; raises BadFileError with all mistakes and their places.

    Without quotes `true`, `false`, `null` and whole numbers are what JSON has for them; all else is text: `no`, `012`, `1.10`
    and `2026-11-28` stay as they are written.
    """
    documents, problems = read_yaml(text, file=name)
    if problems:
        raise BadFileError(problems)
    return plain(documents[0]) if documents else None


def plain(node: Node) -> Plain:
    """What a node says, as plain data."""
    if isinstance(node, MappingNode):
        return {key.text: plain(value) for key, value in node.entries}
    if isinstance(node, SequenceNode):
        return [plain(item) for item in node.items]
    return _scalar(node)


def _scalar(node: TextNode) -> Plain:
    if not node.plain:
        return node.text
    if _INTEGER.fullmatch(node.text):
        return int(node.text)
    return _WORDS.get(node.text, node.text)
