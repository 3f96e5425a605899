"""What a checked map will make, as far as that is known before any document comes: its outline."""

from collections.abc import Iterator

from adapter.fhir.outline import (
    Anything,
    ListOutline,
    ObjectOutline,
    Outline,
    Scalar,
    certain_leaves,
    joined,
    outline_of_constant,
)
from adapter.mapping.check.bound import Item, Leaf, ListNode, Node, ObjectNode, Wrapped, is_nothing
from adapter.mapping.check.value import Value
from adapter.mapping.types import Kind
from adapter.path import leaf_names

_REFERENCE = ObjectOutline({"reference": Scalar("uuid")}, frozenset({"reference"}))
_NARRATIVE = ObjectOutline({"status": outline_of_constant("generated"), "div": Scalar("xhtml")}, frozenset({"status", "div"}))
_CODING = ObjectOutline(
    {"system": Scalar("url"), "code": Scalar("code"), "display": Scalar("string"), "extension": Anything()}, frozenset()
)
_OF_FUNCTIONS = {"Coding": _CODING, "Reference": _REFERENCE, "Narrative": _NARRATIVE}
"""What the functions give that make elements: all of a type make the same members."""


def outline_of_resource(body: ObjectNode, target: str) -> ObjectOutline:
    """The outline of the resources that a map makes; their type and id are always there."""
    outline = _object(body)
    own = {"resourceType": outline_of_constant(target), "id": Scalar("id")}
    return ObjectOutline({**outline.members, **own}, outline.certain | own.keys())


def has_only_made_references(body: ObjectNode) -> bool:
    """Whether every reference in what a map makes comes from `ref(…)`, which leads to a resource of the same Bundle."""
    return all(_is_made(node) for node in _leaves_named_reference(body))


def _object(node: ObjectNode) -> ObjectOutline:
    members = {name: _outline(child) for name, child in node.entries if not is_nothing(child)}
    stands_back = {name for name, _ in node.rivals}
    certain = frozenset(name for name, child in node.entries if child.certain and name not in stands_back)
    return ObjectOutline(members, certain)


def _outline(node: Node) -> Outline:
    if isinstance(node, ListNode):
        return ListOutline(joined(_item(item) for item in node.items if not is_nothing(item)))
    return outline_of_value(node.value) if isinstance(node, Leaf) else _object(node)


def _item(item: Item) -> Outline:
    return outline_of_value(item.leaf.value) if isinstance(item, Wrapped) else _outline(item)


def outline_of_value(value: Value) -> Outline:
    """What is known of what an expression gives, if it gives something."""
    if value.is_constant:
        return outline_of_constant(value.constant)
    single = Anything() if value.explicit_null else _single(value)
    return ListOutline(single) if value.many else single


def leaves_of_value(value: Value) -> tuple[str, ...] | None:
    """The names of all plain values in what an expression gives, behind its own, if they are the same whatever comes in."""
    if value.is_constant and not value.reads:
        return tuple(leaf_names(value.constant, ""))
    return certain_leaves(outline_of_value(value))


def _single(value: Value) -> Outline:
    branches = [branch for branch in value.branches if not branch.is_nothing]
    if branches and (all(branch.is_constant for branch in branches) or not isinstance(value.type, Kind)):
        return joined(map(outline_of_value, branches))
    if value.outline is not None:
        return value.outline
    if isinstance(value.type, Kind):
        return Anything() if value.type.name == "any" else Scalar(value.type.name, value.type.codes)
    return _OF_FUNCTIONS.get(str(value.type), Anything())


def _leaves_named_reference(node: Node | Item, name: str = "") -> Iterator[Leaf]:
    if isinstance(node, ListNode):
        for item in node.items:
            yield from _leaves_named_reference(item)
    elif isinstance(node, ObjectNode):
        for member, child in node.entries:
            yield from _leaves_named_reference(child, member)
    elif isinstance(node, Leaf) and name == "reference":
        yield node


def _is_made(leaf: Leaf) -> bool:
    return bool(leaf.value.targets)
