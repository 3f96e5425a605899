"""Loads a set of mapping files into one checked library, and runs it."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from adapter.fhir.table import ElementTable
from adapter.issues import ConflictError, Issue, IssueType, Severity
from adapter.mapping.check.form import Calls, Target
from adapter.mapping.check.value import Read, Value
from adapter.mapping.emit.compiled import Bench, CompiledMap, Report, Trace, bind_map, target_of
from adapter.mapping.function import Function
from adapter.mapping.problem import BadMappingError
from adapter.mapping.shape import FhirShapes
from adapter.mapping.syntax.tree import FileContent, FragmentSource, MapSource, Order, read_file
from adapter.mapping.types import Kind, Shape, Type
from adapter.strict_yaml.problem import Mark, Problem, problem
from adapter.terminology import Terminology


class Made(NamedTuple):
    """One resource that a map made: the map, the item of its loop that it was made for, and what the lineage variant noted.

    A tuple, since there is one for each resource of each conversion, and a frozen dataclass takes five times as long to make.
    """

    map: CompiledMap
    item: object
    place: int
    identity: str
    resource: dict[str, Any]
    trace: Trace | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a library is checked against: FHIR's element table, functions, terminology, and the names that expressions see."""

    table: ElementTable
    functions: Mapping[str, Function]
    terminology: Terminology
    roots: Mapping[str, Shape]
    targets: Callable[[str], Shape | None]


@dataclass(slots=True, kw_only=True)
class Library:
    """Checked maps in the order of their resources."""

    maps: tuple[CompiledMap, ...]
    unread: frozenset[tuple[str, ...]] = frozenset()
    """Fields of the Case that no map reads, as paths with `*` for every item of a list."""

    @property
    def read(self) -> frozenset[str]:
        """All source paths that some map reads; `*` stands for every item of a list."""
        return frozenset().union(*(each.read for each in self.maps))

    def run(self, roots: tuple[object, ...], *, lineage: bool = False) -> tuple[list[Made], list[tuple[CompiledMap, Report]]]:
        """Make all resources for the roots (in the order of `Surroundings.roots`), with `lineage` by the variant that notes it.

        Gives the resources, and what functions could not convert. Raises ConflictError if two things would get one id.
        """
        reports: list[tuple[CompiledMap, Report]] = []
        found: list[Report] = []
        references: dict[str, object] = {}
        planned: list[tuple[CompiledMap, int, object, str]] = []
        for each in self.maps:
            keyed = each.keys(*roots, found)
            _hand_over(found, each, reports)
            if each.target.loop == "list":
                references[each.name] = {id(item): "urn:uuid:" + identity for _, item, identity in keyed}
            else:
                references[each.name] = "urn:uuid:" + keyed[0][2] if keyed else None
            planned += [(each, *key) for key in keyed]
        if len({identity for *_, identity in planned}) < len(planned):
            raise _collision(planned)
        made = []
        for each, index, item, identity in planned:
            trace: Trace | None = [] if lineage else None
            make, note = (each.traced, trace.append) if trace is not None else (each.plain, None)
            resource = make(*roots, references, found, note, identity, item, index)
            made.append(Made(each, item, index, identity, resource, trace))
            _hand_over(found, each, reports)
        return made, reports

    def retrace(self, made: Made, references: Mapping[str, object], roots: tuple[object, ...], *, explain: bool = False) -> Trace:
        """What the lineage (or explain) variant notes when it makes the same resource again, unless it was noted already.

        `references` are those of all resources of the conversion (`references_of`).
        """
        if made.trace is not None and not explain:
            return made.trace
        trace: Trace = []
        make, _ = made.map.make("explain" if explain else "lineage")
        again = make(*roots, references, [], trace.append, made.identity, made.item, made.place)
        assert again == made.resource  # noqa: S101 - all variants come from one tree
        return trace


def _hand_over(found: list[Report], each: CompiledMap, reports: list[tuple[CompiledMap, Report]]) -> None:
    if found:
        reports += [(each, report) for report in found]
        found.clear()


def references_of(made: Iterable[Made], maps: Iterable[CompiledMap]) -> dict[str, object]:
    """The references by map, and by item where a map makes several resources."""
    references: dict[str, Any] = {each.name: {} if each.target.loop == "list" else None for each in maps}
    for each in made:
        if each.map.target.loop == "list":
            references[each.map.name][id(each.item)] = "urn:uuid:" + each.identity
        else:
            references[each.map.name] = "urn:uuid:" + each.identity
    return references


def _collision(planned: list[tuple[CompiledMap, int, object, str]]) -> ConflictError:
    first: dict[str, CompiledMap] = {}
    issues = []
    for each, index, _, identity in planned:
        if identity in first:
            text = (
                f"two things have the same business key: item {index + 1} of `{each.name}` and one of `{first[identity].name}`; "
                "send each thing once, or give them different keys"
            )
            fields = tuple(_readable(read.text, index) for read in (each.identity.value.reads if each.identity else ()))
            field_name = next((name.removeprefix("case.") for name in fields if "[" in name), None)
            issues.append(
                Issue(severity=Severity.ERROR, code=IssueType.CONFLICT, rule="map/id-collision", text=text, field=field_name)
            )
        first.setdefault(identity, each)
    return ConflictError(*issues)


def _readable(text: str, index: int) -> str:
    return text.replace("{}", str(index), 1)


def load_library(files: Mapping[str, str], surroundings: Surroundings, *, sources: Mapping[str, Shape] | None = None) -> Library:
    """Check and bind all maps of these files (name to text; a later file's map replaces an earlier one of the same name).

    `sources` are the shapes of input forms, for maps that make a Case. Raises BadMappingError with all problems.
    """
    problems: dict[Problem, None] = {}

    def report(each: Problem) -> None:
        problems[each] = None

    contents = [read_file(text, file=name) for name, text in files.items()]
    for each in (found for content in contents for found in content.problems):
        report(each)
    library = _Loader(contents, surroundings, sources or {}, report).load()
    if problems:
        raise BadMappingError(list(problems))
    return library


def leaf_paths(shape: Shape) -> Iterator[tuple[str, ...]]:
    """The paths of all plain fields of a shape, `*` for every item of a list."""
    for name, each in shape.fields.items():
        here = (name, "*") if each.many else (name,)
        if isinstance(each.type, Shape):
            yield from ((*here, *below) for below in leaf_paths(each.type))
        else:
            yield here


def dotted_pattern(path: tuple[str, ...]) -> str:
    """A path of the Case as maps read it; a list of plain values is read as a whole."""
    path = path[:-1] if path[-1] == "*" else path
    return "case" + "".join("[*]" if step == "*" else f".{step}" for step in path)


class _Loader:
    """Binds the maps of one library."""

    def __init__(
        self,
        contents: list[FileContent],
        surroundings: Surroundings,
        sources: Mapping[str, Shape],
        report: Callable[[Problem], None],
    ) -> None:
        self.surroundings, self.sources, self.report = surroundings, sources, report
        self.maps = {each.name: each for content in contents for each in content.maps}
        self.fragments = {each.name: each for content in contents for each in content.fragments}
        self.orders = [each for content in contents for each in content.orders]
        self.fhir = FhirShapes(surroundings.table)
        self.namespace, self.bound = self._functions()
        self.constants: dict[str, object] = {}
        self.used: set[str] = set()
        self.patterns: dict[str, re.Pattern[str] | None] = {}

    def load(self) -> Library:
        targets: dict[str, Target] = {}
        benches = {name: self._bench(each, targets) for name, each in self.maps.items()}
        for name, each in self.maps.items():
            if each.source is None:
                targets[name] = target_of(each, benches[name])
        bound = [bind_map(each, shape, benches[each.name]) for each in self._ordered() if (shape := self._target(each))]
        for fragment in self.fragments.values():
            if fragment.name not in self.used:
                self.report(problem("unused-fragment", fragment.mark, f"nothing uses `{fragment.name}`", "use it or take it out"))
        read = {name for each in bound for name in each.read}
        unread = (path for name, shape in self.surroundings.roots.items() if name == "case" for path in leaf_paths(shape))
        return Library(maps=tuple(bound), unread=frozenset(path for path in unread if dotted_pattern(path) not in read))

    def _ordered(self) -> list[MapSource]:
        order = self.orders[-1] if self.orders else Order(mark=Mark(file="", line=1, column=1), names=())
        for name, mark in order.names:
            if name not in self.maps:
                self.report(problem("unknown-map", mark, f"there is no map `{name}`", "take it out, or add the map"))
        listed = [self.maps[name] for name, _ in order.names if name in self.maps]
        names = {each.name for each in listed}
        return listed + sorted((each for each in self.maps.values() if each.name not in names), key=lambda each: each.name)

    def _target(self, source: MapSource) -> Shape | None:
        shape = self.surroundings.targets(source.target)
        if shape is None and source.target in self.fhir:
            made = self.fhir(source.target)
            shape = made if isinstance(made, Shape) else None
        if shape is None:
            self.report(
                problem(
                    "unknown-target", source.mark, f"there is no type `{source.target}`", "write a FHIR resource type, or `Case`"
                )
            )
        return shape

    def _bench(self, source: MapSource, targets: dict[str, Target]) -> Bench:
        calls = Calls(
            functions=self.surroundings.functions,
            bound=self.bound,
            targets=targets,
            type_of=self._type,
            terminology=self.surroundings.terminology,
        )
        return Bench(
            roots=self._roots(source),
            calls=calls,
            fragments=self.fragments,
            pattern=self._pattern,
            report=self.report,
            namespace=self.namespace,
            constants=self.constants,
            used_fragments=self.used,
        )

    def _roots(self, source: MapSource) -> dict[str, Value]:
        roots = {name: _root(name, shape) for name, shape in self.surroundings.roots.items()}
        if source.source is None:
            return roots
        shape = self.sources.get(source.source)
        if shape is None:
            known = ", ".join(sorted(self.sources)) or "none"
            self.report(
                problem("unknown-source", source.mark, f"there is no input form `{source.source}`", f"known are: {known}")
            )
            shape = Shape(source.source, {})
        document = Value(code="source", key="", type=shape, origin=Read(""), simple=True)
        return {"": document, **{name: value for name, value in roots.items() if name == "options"}}

    def _functions(self) -> tuple[dict[str, object], dict[str, Callable[..., Any]]]:
        bound = {
            name: partial(each.call, self.surroundings.terminology) if each.terminology else each.call
            for name, each in self.surroundings.functions.items()
        }
        return {f"f_{name}": call for name, call in bound.items()}, bound

    def _type(self, name: str) -> Type:
        return self.fhir(name) if name in self.fhir else Kind(name)

    def _pattern(self, name: str) -> re.Pattern[str] | None:
        if name not in self.patterns:
            text = self.surroundings.table[name].pattern if name in self.surroundings.table else None
            self.patterns[name] = re.compile(text) if text else None
        return self.patterns[name]


def _root(name: str, shape: Shape) -> Value:
    return Value(code=name, key=name, type=shape, origin=Read(name), reads=(Read(name),), simple=True)


__all__ = ["FragmentSource", "Library", "Made", "Surroundings", "load_library"]
