"""Writes the Python code of a bound map, in one of three variants made from the same tree.

`plain` makes the thing. `lineage` also tells `note`, for each group of elements that was made, the group's number with the
places in the output and the indexes of the loops (but not that of the loop around the whole map, which its caller knows).
`explain` notes as well what was not made and why.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from adapter.mapping.check.bound import (
    Item,
    Leaf,
    ListNode,
    Loop,
    Node,
    ObjectNode,
    Wrapped,
    constant_of,
    is_constant,
    is_nothing,
    is_repeated,
)
from adapter.mapping.check.foreseen import leaves_of_value
from adapter.mapping.check.frame import Frame, tuple_code
from adapter.mapping.check.value import Mode, Value
from adapter.mapping.emit.site import OUT, Group, Site, SitePath
from adapter.strict_yaml.problem import Mark

_WORD = re.compile(r"[A-Za-z_]\w*")

LINE = "\0"
"""Stands in code around the number of the YAML line to which the rest belongs."""


class _At(NamedTuple):
    """Where the generator stands: path in the output, output places, and loops around with the output list that each fills."""

    path: SitePath = ()
    outs: tuple[str, ...] = ()
    loops: tuple[str, ...] = ()
    fills: tuple[int, ...] = ()

    def down(self, *steps: str | int) -> "_At":
        return self._replace(path=(*self.path, *steps))

    def item(self, out: str) -> "_At":
        return self._replace(path=(*self.path, OUT), outs=(*self.outs, out))


class Slot(NamedTuple):
    """Where a value goes: the element of an object that a local holds, or (without a name) the next place in a list.

    Where it is `alone`, the element is a list of which it is the only item.
    """

    local: str
    name: str | None = None
    alone: bool = False

    def code(self, value: str) -> str:
        """The statement that puts a value there."""
        if self.name is None:
            return f"{self.local}.append({value})"
        return f"{self.local}[{self.name!r}] = " + (f"[{value}]" if self.alone else value)


@dataclass(slots=True)
class Generator:
    """Collects the lines of one function with the YAML line of each."""

    frame: Frame
    mode: Mode
    groups: list[Group]
    lines: list[tuple[str, int]] = field(default_factory=list)
    _indent: int = 1
    _line: int = 1

    def emit(self, text: str) -> None:
        """One line of code."""
        self.lines.append(("  " * self._indent + text, self._line))

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """A line that opens a block; the block itself comes within `with`."""
        self.emit(head)
        self._indent += 1
        yield
        self._indent -= 1

    @contextmanager
    def marked(self, mark: Mark | None) -> Iterator[None]:
        """What is emitted within belongs to this place in the file, if one is given."""
        before, self._line = self._line, mark.line if mark else self._line
        yield
        self._line = before

    def insert_hoists(self) -> None:
        """Put what is worked out once at the start of the function, as far as it is used."""
        start = [("note", "run.note")] if self.mode != "plain" else []
        self._insert([*start, *((local, code) for local, code, _ in self.frame.hoists.values())], 0, 1)

    def open(self, head: str, mark: Mark | None = None) -> None:
        """A line that opens a block, and its place in the file if it has one of its own."""
        with self.marked(mark):
            self.emit(head)
        self._indent += 1

    def enter(self, loop: Loop) -> None:
        """Open the block of a loop around the whole map."""
        if loop.kind == "list":
            self.open(f"for {loop.index}, {loop.local} in enumerate(_through(run, {loop.source.code})):", loop.mark)
        else:
            self.emit(f"{loop.local} = {loop.source.code}")
            self.open(f"if {loop.local} is not None:")

    def close(self) -> None:
        """End all open blocks."""
        self._indent = 1

    def thing(self, thing: ObjectNode, at: _At, *, start: str = "") -> str:
        """Emit the statements that make an object without its loop and condition; gives the code of the object.

        `start` is the code of entries that stand before all others (`'resourceType': 'Claim', `).
        """
        if not (thing.lets or thing.arguments) and all(child.inline for _, child in thing.entries):
            sites: list[Site] = []
            code = "{" + start + self._inline_entries(thing, at, sites) + "}"
            self._note(tuple(sites), at)
            return code
        self.names(thing.lets)
        self.names(thing.arguments)
        local, sites = self.frame.fresh("d"), []
        entries = list(thing.entries)
        head = []
        while entries and entries[0][1].inline:
            name, child = entries.pop(0)
            head.append(self._pair(name, child, at, sites))
        self.emit(f"{local} = {{{start}{', '.join(head)}}}")
        rivals = dict(thing.rivals)
        for name, child in entries:
            with self.marked(child.mark):
                self._member(local, (name, child), rivals.get(name, ()), at, sites)
        self._note(tuple(sites), at)
        return local

    def _member(self, local: str, entry: tuple[str, Node], rivals: tuple[str, ...], at: _At, sites: list[Site]) -> None:
        """An element that is made unless another member of its choice is there."""
        name, child = entry
        put, inner = Slot(local, name), at.down(name)
        if not rivals:
            self._entry(put, child, inner, sites)
            return
        with self.block("if " + " and ".join(f"{rival!r} not in {local}" for rival in rivals) + ":"):
            noted: list[Site] = []
            self._entry(put, child, inner, noted)
            self._note(tuple(noted), at)
        if self.mode == "explain":
            with self.block("else:"):
                text = child.text if isinstance(child, Leaf) else name
                site = Site(path=inner.path, mark=child.mark, text=text, reads=(), functions=(), constant=False)
                self._note((site,), at, "another member of the choice is there")

    def names(self, lets: tuple[tuple[str, Value], ...]) -> None:
        """Emit the assignments of a `let`."""
        for local, value in lets:
            with self.marked(value.mark):
                self.emit(f"{local} = {value.code}")

    def insert_names(self, lets: tuple[tuple[str, Value], ...], place: int) -> None:
        """Put the assignments of those names that are used in what was emitted since before it."""
        marks = {local: value.mark.line if value.mark else self._line for local, value in lets}
        self._insert([(local, value.code) for local, value in lets], place, marks)

    def _insert(self, names: Sequence[tuple[str, str]], place: int, marks: Mapping[str, int] | int) -> None:
        body, self.lines = self.lines[place:], self.lines[:place]
        used = {word for text, _ in body for word in _WORD.findall(text)}
        needed: list[tuple[str, int]] = []
        for local, code in reversed(names):
            if local in used:
                used.update(_WORD.findall(code))
                needed.append((f"  {local} = {code}", marks if isinstance(marks, int) else marks[local]))
        self.lines += [*reversed(needed), *body]

    def _inline_entries(self, thing: ObjectNode, at: _At, sites: list[Site]) -> str:
        return ", ".join(self._pair(name, child, at, sites) for name, child in thing.entries)

    def _pair(self, name: str, child: Node, at: _At, sites: list[Site]) -> str:
        return f"{name!r}: {_line_of(child)}{self._inline(child, at.down(name), sites)}"

    def _inline(self, node: Node | Item, at: _At, sites: list[Site]) -> str:
        if isinstance(node, ObjectNode | ListNode) and is_constant(node):
            self._inline_code(node, at, sites)
            return self.frame.constant(constant_of(node))
        return self._inline_code(node, at, sites)

    def _inline_code(self, node: Node | Item, at: _At, sites: list[Site]) -> str:
        if isinstance(node, Leaf):
            if self.mode != "plain":  # which notes nothing: most of what is generated is never asked where it came from
                sites.append(_site(node, at))
            return self.frame.constant(node.value.constant) if isinstance(node.value.constant, dict) else _code(node.value)
        if isinstance(node, ObjectNode):
            return "{" + self._inline_entries(node, at, sites) + "}"
        items = node.items if isinstance(node, ListNode) else ()
        return (
            "[" + ", ".join(_line_of(item) + self._inline(item, at.down(place), sites) for place, item in enumerate(items)) + "]"
        )

    def _entry(self, put: Slot, child: Node, at: _At, sites: list[Site]) -> None:
        if child.inline:
            self.emit(put.code(self._inline(child, at, sites)))
        elif isinstance(child, Leaf):
            self._optional_leaf(put, child, at)
        elif isinstance(child, ObjectNode):
            self._conditional(put, child, at)
        else:
            self._list(put, child, at)

    def _list(self, put: Slot, child: ListNode, at: _At) -> None:
        """A list that may be empty; one that is never longer than one item is made when its item is."""
        made = [item for item in child.items if not is_nothing(item)]
        if len(made) <= 1 and not any(map(is_repeated, made)):
            for item in child.items:
                with self.marked(item.mark):
                    self._item(put._replace(alone=True), item, at, 0)
            return
        local = self.several(child, at)
        with self.block(f"if {local}:") if not child.certain else nullcontext():
            self.emit(put.code(local))

    def _optional_leaf(self, put: Slot, leaf: Leaf, at: _At) -> None:
        if leaf.value.is_nothing:
            if self.mode == "explain":
                self._note((_site(leaf, at),), at, "nothing was found")
            return
        local = self.frame.fresh("w")
        if leaf.value.many:
            test = f"if {local} := {leaf.value.code}:"
            code = f"list({local})"
        elif leaf.value.parted:
            condition, code = leaf.value.parted
            test = f"if {condition}:"
        else:
            condition = "not in _nothing" if leaf.value.explicit_null else "is not None"
            test = f"if ({local} := {leaf.value.code}) {condition}:"
            code = local
        with self.block(test):
            self.emit(put.code(code))
            self._note_leaf(leaf, at)
        self._missing(leaf, at, "nothing was found")

    def _conditional(self, put: Slot, thing: ObjectNode, at: _At) -> None:
        with self._entered(thing, at) as inner:
            self._put(put, thing, inner)

    def _put(self, put: Slot, thing: ObjectNode, at: _At) -> None:
        code = self.thing(replace(thing, lets=(), arguments=()), at)
        with self.block(f"if {code}:") if not thing.filled else nullcontext():
            self.emit(put.code(code))

    @contextmanager
    def _entered(self, thing: ObjectNode, at: _At) -> Iterator[_At]:
        """Open the loop, the names and the condition of a thing; gives where its items stand."""
        indent = self._indent
        inner = at
        for loop in thing.loops:
            self._missing_loop(loop, inner)
            if loop.kind == "list":
                inner = inner._replace(loops=(*inner.loops, loop.index), fills=(*inner.fills, len(inner.outs)))
                counted = self.mode != "plain" or loop.index in self.frame.indexed
                head = (
                    f"{loop.index}, {loop.local} in enumerate(_through(run, {loop.source.code}))"
                    if counted
                    else f"{loop.local} in _through(run, {loop.source.code})"
                )
                self.open(f"for {head}:", loop.mark)
            else:
                with self.marked(loop.mark):
                    self.emit(f"{loop.local} = {loop.source.code}")
                if loop.source.optional:
                    self.open(f"if {loop.local} is not None:")
        self.names(thing.lets)
        if thing.when is not None:
            self._missing_when(thing, inner)
            self.open(f"if {thing.when.condition}:", thing.when.mark)
        self.names(thing.arguments)
        yield inner
        self._indent = indent

    def several(self, several: ListNode, at: _At) -> str:
        """Emit the statements that make a list; gives the local that holds it."""
        local, head = self.frame.fresh("l"), list[str]()
        items = list(enumerate(several.items))
        while items and items[0][1].inline:
            place, item = items.pop(0)
            with self.marked(item.mark):
                sites: list[Site] = []
                head.append(self._inline(item, at.item(str(place)), sites))
                self._note(tuple(sites), at.item(str(place)))
        self.emit(f"{local} = [{', '.join(head)}]")
        certain = len(head)
        for place, item in items:
            with self.marked(item.mark):
                # As long as all items are certain to be there, the place of the next one is known now.
                self._item(Slot(local), item, at, place if certain == place else None)
            certain += item.certain
        return local

    def _item(self, put: Slot, item: Item, at: _At, place: int | None) -> None:
        local = put.local
        thing = item.thing if isinstance(item, Wrapped) else item if isinstance(item, ObjectNode) else None
        if thing is None:
            self._value(put, item, self._placed(local, at, place))  # type: ignore[arg-type]  # only a Leaf is left
            return
        with self._entered(thing, at) as inner:
            placed = self._placed(local, inner, None if inner.loops != at.loops else place)
            if isinstance(item, Wrapped):
                self._value(put, item.leaf, placed)
            else:
                self._put(put, thing, placed)

    def _value(self, put: Slot, leaf: Leaf, at: _At) -> None:
        if leaf.certain:
            self._note_leaf(leaf, at)
            self.emit(put.code(_code(leaf.value)))
        else:
            self._optional_leaf(put, leaf, at)

    def _placed(self, local: str, at: _At, place: int | None) -> _At:
        if self.mode == "plain" or place is not None:
            return at.item(str(place))
        out = self.frame.fresh("o")
        self.emit(f"{out} = len({local})")
        return at.item(out)

    def _note(self, sites: tuple[Site, ...], at: _At, missing: str | None = None) -> None:
        if self.mode == "plain" or not sites:
            return
        self.groups.append(Group(sites=sites, loops=at.loops, fills=at.fills, missing=missing))
        self.emit(f"note({tuple_code((str(len(self.groups) - 1), *at.outs, *at.loops))})")

    def _note_leaf(self, leaf: Leaf, at: _At) -> None:
        if self.mode != "plain":
            self._note((_site(leaf, at),), at)

    def _missing(self, leaf: Leaf, at: _At, why: str) -> None:
        if self.mode == "explain":
            with self.block("else:"):
                self._note((_site(leaf, at),), at, why)

    def _missing_loop(self, loop: Loop, at: _At) -> None:
        if self.mode == "explain":
            there = " is not None" if loop.kind == "single" else ""
            with self.block(f"if not ({loop.source.code}{there}):"):
                self._note((_header(loop.mark, at, "for", loop.source),), at, "the list of `for` is empty")

    def _missing_when(self, thing: ObjectNode, at: _At) -> None:
        if self.mode == "explain" and thing.when is not None:
            with self.block(f"if not ({thing.when.condition}):"):
                self._note((_header(thing.mark, at, "when", thing.when),), at, "the condition of `when` does not hold")


def _line_of(node: Node | Item) -> str:
    """Where the code of a leaf begins within a line, for its own line in tracebacks: no literal in code holds such a mark."""
    return f"{LINE}{node.mark.line}{LINE}" if isinstance(node, Leaf) and not node.value.is_constant else ""


def _code(value: Value) -> str:
    return f"list({value.code})" if value.many else value.code


def _site(leaf: Leaf, at: _At) -> Site:
    value = leaf.value
    return Site(
        path=at.path,
        mark=leaf.mark,
        text=leaf.text,
        reads=value.reads,
        functions=value.functions,
        constant=value.is_constant,
        leaves=leaves_of_value(value),
    )


def _header(mark: Mark, at: _At, name: str, value: Value) -> Site:
    return Site(
        path=at.path, mark=mark, text=f"{name}: {value.key}", reads=value.reads, functions=value.functions, constant=False
    )
