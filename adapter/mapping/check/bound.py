"""A map after it is checked: what is to be made, with every expression bound."""

from dataclasses import dataclass
from typing import Literal

from adapter.mapping.check.value import BROKEN, Value
from adapter.strict_yaml.problem import Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """An element whose value one expression or literal gives; `text` is how it stands in the file."""

    mark: Mark
    value: Value
    text: str

    @property
    def certain(self) -> bool:
        """Whether there is always a value."""
        return not self.value.optional and not self.value.explicit_null

    @property
    def inline(self) -> bool:
        """Whether it can stand in a literal."""
        return self.certain


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """`for`: the local that holds the item, the variable of its index, and the list (or the single value)."""

    mark: Mark
    local: str
    index: str
    source: Value
    kind: Literal["list", "single"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectNode:
    """An object: its elements in order, under what condition, and for what (loops from the outer to the inner)."""

    mark: Mark
    entries: "tuple[tuple[str, Node], ...]"
    loops: tuple[Loop, ...] = ()
    lets: tuple[tuple[str, Value], ...] = ()
    when: Value | None = None
    arguments: tuple[tuple[str, Value], ...] = ()
    """The names of the fragments in it, worked out when `when` holds."""
    rivals: "tuple[tuple[str, tuple[str, ...]], ...]" = ()
    """For a member of a choice the members before it, any of which takes its place."""

    @property
    def filled(self) -> bool:
        """Whether it has something in it whenever it is made."""
        return any(child.certain for _, child in self.entries)

    @property
    def certain(self) -> bool:
        """Whether it is always made."""
        return self.when is None and self.filled and not any(loop.kind == "list" or loop.source.optional for loop in self.loops)

    @property
    def inline(self) -> bool:
        """Whether it can stand in a literal."""
        return (
            self.filled
            and not (self.loops or self.lets or self.when or self.arguments)
            and all(child.inline for _, child in self.entries)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ListNode:
    """A list of things or leaves, each perhaps made several times or not at all."""

    mark: Mark
    items: "tuple[Item, ...]"

    @property
    def certain(self) -> bool:
        """Whether it always has an item."""
        return any(_always(item) for item in self.items)

    @property
    def inline(self) -> bool:
        """Whether it can stand in a literal."""
        return bool(self.items) and all(item.inline for item in self.items)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapped:
    """A plain value of a list that stands under `for`, `when` or `let`."""

    thing: ObjectNode
    leaf: Leaf

    @property
    def mark(self) -> Mark:
        """Its place in the file."""
        return self.leaf.mark

    @property
    def certain(self) -> bool:
        """Whether there is always a value."""
        return self.leaf.certain and not self.thing.loops and self.thing.when is None

    inline = False


Item = Leaf | ObjectNode | Wrapped
Node = Leaf | ObjectNode | ListNode


def _always(item: Item) -> bool:
    thing = item.thing if isinstance(item, Wrapped) else item
    if isinstance(thing, ObjectNode) and thing.loops:
        filled = item.leaf.certain if isinstance(item, Wrapped) else thing.filled
        return filled and thing.when is None and not any(loop.source.optional for loop in thing.loops)
    return item.certain


def is_nothing(node: Node | Item) -> bool:
    """Whether it is known that this is never made."""
    return node.value.is_nothing if isinstance(node, Leaf) else isinstance(node, ListNode) and all(map(is_nothing, node.items))


def is_repeated(item: Item) -> bool:
    """Whether an item may be made several times."""
    thing = item.thing if isinstance(item, Wrapped) else item
    return isinstance(thing, ObjectNode) and any(loop.kind == "list" for loop in thing.loops)


def is_constant(node: Node | Item) -> bool:
    """Whether a part is the same for every input: it is made once and shared, nobody changes resources after they are made."""
    if isinstance(node, Leaf):
        return node.value.is_constant
    children = (
        [child for _, child in node.entries]
        if isinstance(node, ObjectNode)
        else list(node.items)
        if isinstance(node, ListNode)
        else []
    )
    return node.inline and bool(children) and all(map(is_constant, children))


def constant_of(node: Node | Item) -> object:
    """The value of a constant part."""
    if isinstance(node, Leaf):
        return node.value.constant
    if isinstance(node, ObjectNode):
        return {name: constant_of(child) for name, child in node.entries}
    return [constant_of(item) for item in node.items] if isinstance(node, ListNode) else None


def is_broken(node: Node) -> bool:
    """Whether an element is made from what has a mistake of its own, which was reported there."""
    return isinstance(node, Leaf) and node.value.key == BROKEN.key
