"""A map that is checked, with its variants compiled when they are first needed."""

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from sys import maxsize
from threading import RLock
from types import CodeType
from typing import Any, Final

from adapter.fhir.outline import ObjectOutline
from adapter.json_types import JsonMapping, JsonObject
from adapter.mapping.check.bind import BodyBinder
from adapter.mapping.check.bound import Leaf, Loop, ObjectNode
from adapter.mapping.check.expression import Binder
from adapter.mapping.check.foreseen import has_only_made_references, outline_of_resource
from adapter.mapping.check.form import Calls, MapTarget
from adapter.mapping.check.frame import Frame, Place, tuple_code
from adapter.mapping.check.value import Mode, Scope, Value
from adapter.mapping.emit.generate import LINE, Generator, _At
from adapter.mapping.emit.line_table import with_lines
from adapter.mapping.emit.shared_names import SharedNames
from adapter.mapping.emit.site import Group
from adapter.mapping.emit.support import Places, Report, Run, Trace, defined
from adapter.mapping.syntax.expression_tree import expression_tree, names_in
from adapter.mapping.syntax.map_file import FragmentSource, MapSource, Text
from adapter.mapping.types import Kind, Shape
from adapter.path import Path, parse
from adapter.strict_yaml.nodes import TextNode
from adapter.strict_yaml.problem import Problem

_COMPILING: Final = RLock()
"""Held while a variant is written and compiled: a map's frame counts names, and two threads may ask at the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The bound header of a map: its loops from the outer to the inner, names and condition, within their frame."""

    frame: Frame
    common: tuple[tuple[str, Value], ...]
    loops: tuple[Loop, ...]
    lets: tuple[tuple[str, Value], ...]
    when: Value | None
    scope: Scope
    needs: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class BindingContext:
    """What is needed to bind the maps of a library: types, functions, fragments, and where problems go."""

    roots: Mapping[str, Value]
    calls: Calls
    fragments: Mapping[str, FragmentSource]
    pattern: Callable[[str], re.Pattern[str] | None]
    report: Callable[[Problem], None]
    namespace: dict[str, object]
    constants: dict[str, object]
    used_fragments: set[str]
    shared: SharedNames

    def frame(self, places: list[Place]) -> Frame:
        """A new frame."""
        return Frame(report=self.report, places=places, constants=self.constants, roots=self.roots)


def bind_header(source: MapSource, bench: BindingContext, places: list[Place], *, early: bool) -> Header:
    """Bind the header of a map; `early` where references to other maps' resources cannot be known yet."""
    frame = bench.frame(places)
    binder = Binder(frame, replace(bench.calls, early=early))
    bodies = BodyBinder(frame, binder, bench.fragments, bench.pattern, bench.used_fragments)
    scope = Scope(names={}, roots=bench.roots)
    names = _needed(source, source.common) if early else source.common
    common, scope = bodies.lets(names, scope)
    common = bench.shared.taken([name for name, _ in names], common)
    loops: list[Loop] = []
    for head in source.loops:
        loop, scope = bodies.loop(head, scope)
        loops += [loop] if loop else []
    texts = source.lets
    if early:
        texts = _needed(source, source.lets)
    lets, scope = bodies.lets(texts, scope)
    when = binder.text(source.when.text, source.when.mark, scope) if source.when else None
    if when:
        scope = scope.knowing(when.known)
    needs = _conjuncts(binder, source, scope) if source.when else frozenset()
    needs |= {loop.source.key for loop in loops if loop.kind == "single"}
    return Header(frame=frame, common=common, loops=tuple(loops), lets=lets, when=when, scope=scope, needs=needs)


def _needed(source: MapSource, lets: tuple[tuple[str, Text], ...]) -> tuple[tuple[str, Text], ...]:
    """Those of these names that decide what is made and under which id."""
    identity = {key.text: value for key, value in source.body.entries}.get("id")
    texts = [source.when.text if source.when else "", identity.text[1:] if isinstance(identity, TextNode) else ""]
    names = {name for text in texts for name in names_in(text)}
    for name, text in reversed((*source.common, *source.lets)):
        if name in names:
            names |= names_in(text.text)
    return tuple((name, text) for name, text in lets if name in names)


def _conjuncts(binder: Binder, source: MapSource, scope: Scope) -> frozenset[str]:
    assert source.when is not None  # noqa: S101 - the caller has seen to it
    try:
        tree = expression_tree(source.when.text)
    except SyntaxError:
        return frozenset()
    parts = tree.values if isinstance(tree, ast.BoolOp) and isinstance(tree.op, ast.And) else [tree]
    values = [binder.bind(part, source.when.mark, scope) for part in parts]
    return frozenset(value.key for value in values if value is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What decides which resources a map makes and under which ids, bound before the rest, since other maps refer to it.

    `target` is what those need to know; `identity` makes the id.
    """

    header: Header
    places: list[Place]
    identity: Value | None
    target: MapTarget


def open_map(source: MapSource, bench: BindingContext) -> Opening:
    """Bind what of a map others refer to; of a map that none can refer to, since it makes a Case, the whole header."""
    places: list[Place] = []
    header = bind_header(source, bench, places, early=source.source is None)
    loops = header.loops
    node = {key.text: value for key, value in source.body.entries}.get("id")
    binder = Binder(header.frame, replace(bench.calls, early=True))
    text = node.text if isinstance(node, TextNode) else ""
    identity = binder.text(text[1:], node.mark, header.scope) if node and text.startswith("=") else None
    item = loops[-1].source.key if loops else ""
    target = MapTarget(
        name=source.name,
        type=source.target,
        loop="none" if not loops else "list" if any(loop.kind == "list" for loop in loops) else "single",
        item=f"{item}[]" if loops and loops[-1].kind == "list" else item,
        needs=header.needs,
        reads=identity.reads if identity else (),
    )
    return Opening(header=header, places=places, identity=identity, target=target)


@dataclass(kw_only=True, repr=False, eq=False)
class CompiledMap:
    """A checked map: `keys` decides what is made and under which id, `make` makes one resource."""

    source: MapSource
    target: MapTarget
    bench: BindingContext
    places: list[Place]
    read: frozenset[str]
    identity: Leaf | None
    body: ObjectNode
    header: Header
    early: Header
    _variants: dict[str, tuple[Callable[..., Any], list[Group]]] = field(default_factory=dict)
    _readers: dict[str, frozenset[int]] = field(default_factory=dict)

    @cached_property
    def name(self) -> str:
        """The name of the map."""
        return self.source.name

    @cached_property
    def keys(self) -> Callable[..., list[tuple[Places, object, str]]]:
        """`keys(*roots, run)`: what is made, as a list of (index of the item, item or None, id).

        A map with loops in each other has a tuple of indexes, and a tuple of items, from the outer to the inner.
        """
        return self._variant("keys", self._keys_code)[0]

    @cached_property
    def plain(self) -> Callable[..., JsonObject]:
        """The plain variant of `make`."""
        return self.make("plain")[0]

    @cached_property
    def traced(self) -> Callable[..., JsonObject]:
        """The lineage variant of `make`."""
        return self.make("lineage")[0]

    def prepare(self) -> None:
        """Compile what every conversion needs, so that the first one need not wait."""
        if self.source.source is None:
            self._variant("keys", self._keys_code)
        self.make("plain")

    @cached_property
    def outline(self) -> ObjectOutline:
        """What is known of the resources that it makes, whatever comes in."""
        return outline_of_resource(self.body, self.source.target)

    @cached_property
    def read_paths(self) -> frozenset[Path]:
        """All source paths that it may read; `*` stands for every item of a list."""
        return frozenset(map(parse, self.read))

    @cached_property
    def ignored(self) -> frozenset[tuple[Path, str]]:
        """The source paths that it leaves out on purpose, with the reasons."""
        return frozenset((parse(text.text), reason) for text, reason in self.source.ignored)

    @cached_property
    def walked(self) -> frozenset[Path]:
        """The items of lists that it goes through, one after the other, as patterns."""
        return frozenset(path for group in self.make("lineage")[1] for site in group.sites for path in site.walked)

    @property
    def has_only_made_references(self) -> bool:
        """Whether every reference in what it makes leads to a resource of the same Bundle."""
        return has_only_made_references(self.body)

    def around(self, place: Places) -> dict[str, int]:
        """The indexes of the loops around the whole map, by their variables, for `origins`."""
        places = place if isinstance(place, tuple) else (place,)
        loops = zip(self.header.loops, places, strict=False)
        return {loop.index: index for loop, index in loops if loop.kind == "list"}

    def make(self, mode: Mode) -> tuple[Callable[..., JsonObject], list[Group]]:
        """`make(*roots, run, resource_id, item, index)`: the resource; and the groups that the run's `note` counts."""
        return self._variant(mode, partial(self._make_code, mode))

    def document(self, tree: JsonMapping, options: object, most: int = maxsize) -> tuple[JsonObject, list[Report]]:
        """What a source map makes of a parsed document, and what could not be converted; its loops pass `most` items."""
        run = Run(most=most)
        return self.plain(tree, options, run, "", None, 0), run.reports

    def document_trace(self, tree: JsonMapping, options: object) -> tuple[Trace, list[Group]]:
        """What the lineage variant of a source map notes, and the groups that it counts."""
        trace: Trace = []
        make, groups = self.make("lineage")
        make(tree, options, Run(note=trace.append), "", None, 0)
        return trace, groups

    def groups_that_read(self, pattern: str) -> frozenset[int]:
        """The groups of the lineage variant that are made from a source path (`case.images[*].url`) or from something in it."""
        if pattern not in self._readers:
            groups = self.make("lineage")[1] if any(reaches(read, pattern) for read in self.read) else []
            self._readers[pattern] = frozenset(
                number
                for number, group in enumerate(groups)
                if any(reaches(read.text.replace("{}", "*"), pattern) for site in group.sites for read in site.reads)
            )
        return self._readers[pattern]

    def _variant(self, name: str, write: Callable[[], Generator]) -> tuple[Callable[..., Any], list[Group]]:
        with _COMPILING:
            if name not in self._variants:
                self._compile(name, write)
            return self._variants[name]

    def _compile(self, name: str, write: Callable[[], Generator]) -> None:
        generator = write()
        code = _compiled(self._signature(name), generator, self.source.mark.file)
        self._variants[name] = (defined(code, "make", {**self.bench.namespace, **self.bench.constants}), generator.groups)

    def _signature(self, name: str) -> str:
        roots = ", ".join(value.code for value in self.bench.roots.values())
        if name == "keys":
            return f"{roots}, run"
        loops = self.header.loops
        item, index = (loops[0].local, loops[0].index) if len(loops) == 1 else ("_item", "_index")
        return f"{roots}, run, resource_id, {item}, {index}"

    def _keys_code(self) -> Generator:
        early = self.early
        generator = Generator(early.frame, "plain", [])
        identity = self.identity.value.code if self.identity else "''"
        with generator.marked(self.source.mark):
            generator.emit("keyed = []")
            for loop in early.loops:
                generator.enter(loop)
            item, index = _joined([loop.local for loop in early.loops], "None"), _joined(_indexes(early.loops), "0")
            generator.names(early.lets)
            if early.when is not None:
                generator.open(f"if {early.when.condition}:", early.when.mark)
            with generator.marked(self.identity.mark if self.identity else None):
                generator.emit(f"keyed.append(({index}, {item}, {identity}))")
            generator.close()
            generator.emit("return keyed")
            generator.insert_names(early.common, 0)
            generator.insert_hoists()
        return generator

    def _make_code(self, mode: Mode) -> Generator:
        header = self.header
        groups: list[Group] = []
        generator = Generator(header.frame, mode, groups)
        with generator.marked(self.source.mark):
            if len(header.loops) > 1:
                generator.emit(f"{_joined([loop.local for loop in header.loops], '')} = _item")
                generator.emit(f"{_joined([loop.index for loop in header.loops], '')} = _index")
            place = len(generator.lines)
            start = "" if self.identity is None else f"'resourceType': {self.source.target!r}, "
            code = generator.thing(self.body, _At(), start=start)
            generator.emit(f"return {code}")
            generator.insert_names((*header.common, *header.lets), place)
            generator.insert_hoists()
        return generator


def _indexes(loops: tuple[Loop, ...]) -> list[str]:
    return [loop.index if loop.kind == "list" else "0" for loop in loops]


def _joined(names: list[str], nothing: str) -> str:
    """The code of nothing, of one name, or of a tuple of several."""
    return nothing if not names else names[0] if len(names) == 1 else tuple_code(names)


def reaches(read: str, pattern: str) -> bool:
    """Whether a source path is the pattern or leads into it."""
    return read == pattern or read.startswith((pattern + ".", pattern + "["))


def bind_map(source: MapSource, shape: Shape, opening: Opening, bench: BindingContext) -> CompiledMap:
    """Check a map and bind all of its expressions; its problems go to the bench."""
    places = opening.places
    whole = source.source is None
    header = bind_header(source, bench, places, early=False) if whole else opening.header
    bodies = BodyBinder(
        header.frame, Binder(header.frame, bench.calls), bench.fragments, bench.pattern, bench.used_fragments, whole
    )
    body = bodies.thing(source.body, shape, _body_scope(header, opening.target) if whole else header.scope)
    bodies.check_lets(source.common, header.common)
    bodies.check_lets(source.lets, header.lets)
    identity = None
    if whole:
        body, identity = _with_identity(source, body, opening)
    return CompiledMap(
        source=source,
        target=opening.target,
        bench=bench,
        places=places,
        read=frozenset(header.frame.read | opening.header.frame.read),
        identity=identity,
        body=body,
        header=header,
        early=opening.header,
    )


def _body_scope(header: Header, target: MapTarget) -> Scope:
    """What the elements of a resource see: also its own id."""
    own = Value(code="resource_id", key="resource_id", type=Kind("id"), reads=target.reads, functions=("stable_id",), simple=True)
    return header.scope.with_name("resource_id", own)


def _with_identity(source: MapSource, body: ObjectNode, opening: Opening) -> tuple[ObjectNode, Leaf | None]:
    """The body whose `id` is taken from a parameter, and the `id` as the opening makes it."""
    leaf = dict(body.entries).get("id")
    if not isinstance(leaf, Leaf) or not leaf.certain:
        if leaf is not None or all(key.text != "id" for key, _ in source.body.entries):
            mark = leaf.mark if isinstance(leaf, Leaf) else source.mark
            hint = "write `id: =stable_id('…', …)`"
            opening.header.frame.error("required-missing", mark, "each resource needs an `id` that is always there", hint)
        return body, None
    entries = (
        ("id", replace(leaf, value=leaf.value._replace(code="resource_id"))),
        *(entry for entry in body.entries if entry[0] != "id"),
    )
    return replace(body, entries=entries), replace(leaf, value=opening.identity or leaf.value)


def _compiled(signature: str, generator: Generator, file: str) -> CodeType:
    lines, marks = [f"def make({signature}):"], [1]
    for text, line in generator.lines:
        start, *parts = text.split(LINE)
        lines += [start, *parts[1::2]]
        marks += [line, *map(int, parts[0::2])]
    return with_lines(compile("\n".join(lines), file, "exec"), marks)


__all__ = ["BindingContext", "CompiledMap", "Report", "Run", "Trace", "bind_map", "open_map"]
