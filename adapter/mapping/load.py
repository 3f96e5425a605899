"""Loads a set of mapping files into one checked library."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import Any

from adapter.fhir.table import ElementTable
from adapter.mapping.bad_mapping import BadMappingError
from adapter.mapping.check.form import Calls, MapTarget
from adapter.mapping.check.frame import did_you_mean
from adapter.mapping.check.value import Read, Value
from adapter.mapping.emit.compiled import BindingContext, CompiledMap, Opening, bind_map, open_map
from adapter.mapping.emit.shared_names import SharedNames
from adapter.mapping.function import Function
from adapter.mapping.run.library import Library
from adapter.mapping.shape import FhirShapes
from adapter.mapping.syntax.common_name import with_common_names
from adapter.mapping.syntax.extension import extended
from adapter.mapping.syntax.map_file import FileContent, MapOrder, MapSource, read_file
from adapter.mapping.types import Kind, Shape, Type
from adapter.strict_yaml.problem import Mark, Problem, problem
from adapter.terminology import Terminology


@dataclass(frozen=True, slots=True, kw_only=True)
class MappingContext:
    """What a library is checked against: FHIR's element table, functions, terminology, and the names that expressions see."""

    table: ElementTable
    functions: Mapping[str, Function]
    terminology: Terminology
    roots: Mapping[str, Shape]
    targets: Callable[[str], Shape | None]


def load_library(files: Mapping[str, str], context: MappingContext, *, sources: Mapping[str, Shape] | None = None) -> Library:
    """Check and bind all maps of these files (name to text; a later file's map replaces an earlier one of the same name).

    `sources` are the shapes of input forms, for maps that make a Case. Raises BadMappingError with all problems.
    """
    loader = _Loader(files, context, sources or {})
    library = loader.load()
    loader.refuse_mistakes()
    return library


class MapsOfForms(Mapping[str, CompiledMap]):
    """The maps of input forms, by form, each checked and bound when it is first asked for; raises BadMappingError then.

    What is wrong with several maps together, or with none, only `load_library` tells: these are maps that went through it before.
    """

    def __init__(self, files: Mapping[str, str], context: MappingContext, *, sources: Mapping[str, Shape]) -> None:
        """Read the files; `sources` are the shapes of the forms."""
        self._loader = _Loader(files, context, sources)
        self._waiting = {source.source: source for source in self._loader.maps.values() if source.source}
        self._bound: dict[str, CompiledMap] = {}

    def __contains__(self, form: object) -> bool:
        """Whether there is a map of a form, which is not bound for that."""
        return form in self._waiting

    def __getitem__(self, form: str) -> CompiledMap:
        """The map of a form."""
        if form not in self._bound:
            self._bound[form] = self._loader.alone(self._waiting[form])
        return self._bound[form]

    def __iter__(self) -> Iterator[str]:
        """The forms."""
        return iter(self._waiting)

    def __len__(self) -> int:
        """How many forms there are maps of."""
        return len(self._waiting)


def leaf_paths(shape: Shape) -> Iterator[tuple[str, ...]]:
    """The paths of all plain fields of a shape, `*` for every item of a list."""
    for name, field in shape.fields.items():
        here = (name, "*") if field.many else (name,)
        if isinstance(field.type, Shape):
            yield from ((*here, *below) for below in leaf_paths(field.type))
        else:
            yield here


def dotted_pattern(path: tuple[str, ...]) -> str:
    """A path of the Case as maps read it; a list of plain values is read as a whole."""
    path = path[:-1] if path[-1] == "*" else path
    return "case" + "".join("[*]" if step == "*" else f".{step}" for step in path)


class _Loader:
    """Binds the maps of one library."""

    def __init__(self, files: Mapping[str, str], context: MappingContext, sources: Mapping[str, Shape]) -> None:
        self.context, self.sources = context, sources
        self.problems: dict[Problem, None] = {}
        contents = [read_file(text, file=name) for name, text in files.items()]
        for mistake in chain.from_iterable(content.problems for content in contents):
            self.report(mistake)
        self.maps = _maps(contents, self.report)
        self.fragments = {fragment.name: fragment for content in contents for fragment in content.fragments}
        self.orders = [order for content in contents for order in content.orders]
        self.fhir = FhirShapes(context.table)
        self.namespace, self.bound = self._functions()
        self.used: set[str] = set()
        self.patterns: dict[str, re.Pattern[str] | None] = {}
        self.shared = SharedNames(
            names={name: text for content in contents for name, text in content.names},
            roots={name: _root(name, shape) for name, shape in context.roots.items()},
            calls=self._calls({}),
            namespace=self.namespace,
        )

    def report(self, mistake: Problem) -> None:
        """Keep a mistake, once."""
        self.problems[mistake] = None

    def refuse_mistakes(self) -> None:
        """Raise BadMappingError with all mistakes, if there are any."""
        if self.problems:
            raise BadMappingError(list(self.problems))

    def alone(self, source: MapSource) -> CompiledMap:
        """The map of an input form, which refers to no other map; raises BadMappingError."""
        bench = self._bench(source, {})
        bound = list(self._bind(source, open_map(source, bench), bench))
        self.refuse_mistakes()
        return bound[0]

    def load(self) -> Library:
        targets: dict[str, MapTarget] = {}
        benches = {name: self._bench(source, targets) for name, source in self.maps.items()}
        openings = {name: open_map(source, benches[name]) for name, source in self.maps.items()}
        targets.update((name, opening.target) for name, opening in openings.items() if self.maps[name].source is None)
        bound = [
            compiled for source in self._ordered() for compiled in self._bind(source, openings[source.name], benches[source.name])
        ]
        for fragment in self.fragments.values():
            if fragment.name not in self.used:
                self.report(problem("unused-fragment", fragment.mark, f"nothing uses `{fragment.name}`", "use it or take it out"))
        read = {name for binding in bound for name in binding.read}
        unread = (path for name, shape in self.context.roots.items() if name == "case" for path in leaf_paths(shape))
        return Library(maps=tuple(bound), unread=frozenset(path for path in unread if dotted_pattern(path) not in read))

    def _bind(self, source: MapSource, opening: Opening, bench: BindingContext) -> Iterator[CompiledMap]:
        """The bound map, unless nobody knows what it is to make."""
        if shape := self._target(source):
            yield bind_map(source, shape, opening, bench)

    def _ordered(self) -> list[MapSource]:
        order = self.orders[-1] if self.orders else MapOrder(mark=Mark(file="", line=1, column=1), names=())
        for name, mark in order.names:
            if name not in self.maps:
                self.report(problem("unknown-map", mark, f"there is no map `{name}`", "take it out, or add the map"))
        listed = [self.maps[name] for name, _ in order.names if name in self.maps]
        names = {parsed.name for parsed in listed}
        return listed + sorted(
            (parsed for parsed in self.maps.values() if parsed.name not in names), key=lambda parsed: parsed.name
        )

    def _target(self, source: MapSource) -> Shape | None:
        shape = self.context.targets(source.target)
        if shape is None and source.target in self.fhir:
            target = self.fhir(source.target)
            shape = target if isinstance(target, Shape) else None
        if shape is None:
            hint = did_you_mean(
                source.target, [*self.context.table.resource_types, "Case"], otherwise="write a FHIR resource type, or `Case`"
            )
            self.report(problem("unknown-target", source.target_mark, f"there is no type `{source.target}`", hint))
        return shape

    def _bench(self, source: MapSource, targets: dict[str, MapTarget]) -> BindingContext:
        return BindingContext(
            roots=self._roots(source),
            calls=self._calls(targets),
            fragments=self.fragments,
            pattern=self._pattern,
            report=self.report,
            namespace=self.namespace,
            constants={},
            used_fragments=self.used,
            shared=self.shared,
        )

    def _calls(self, targets: dict[str, MapTarget]) -> Calls:
        return Calls(
            functions=self.context.functions,
            bound=self.bound,
            targets=targets,
            type_of=self._type,
            terminology=self.context.terminology,
        )

    def _roots(self, source: MapSource) -> dict[str, Value]:
        roots = {name: _root(name, shape) for name, shape in self.context.roots.items()}
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
            name: partial(function.call, self.context.terminology) if function.terminology else function.call
            for name, function in self.context.functions.items()
        }
        return {f"f_{name}": call for name, call in bound.items()}, bound

    def _type(self, name: str) -> Type:
        return self.fhir(name) if name in self.fhir else Kind(name)

    def _pattern(self, name: str) -> re.Pattern[str] | None:
        if name not in self.patterns:
            text = self.context.table[name].pattern if name in self.context.table else None
            self.patterns[name] = re.compile(text) if text else None
        return self.patterns[name]


def _maps(contents: list[FileContent], report: Callable[[Problem], None]) -> dict[str, MapSource]:
    """The maps by name: the last of each name, with all extensions in the order of the files."""
    maps = {source.name: source for content in contents for source in content.maps}
    for extension in (extension for content in contents for extension in content.extensions):
        if extension.name in maps:
            maps[extension.name] = extended(maps[extension.name], extension, report)
        else:
            hint = did_you_mean(extension.name, maps, otherwise="known are: " + ", ".join(maps))
            report(problem("unknown-map", extension.mark, f"there is no map `{extension.name}` to extend", hint))
    names = {name: text for content in contents for name, text in content.names}
    whole = (source if source.source else with_common_names(source, names) for source in maps.values())
    return {source.name: source for several in whole for source in _of_each_form(several)}


def _of_each_form(source: MapSource) -> Iterator[MapSource]:
    """A map of several input forms, once for each; all but the first have the form in their names."""
    yield source
    for form in source.further:
        yield replace(source, name=f"{source.name}/{form}", source=form)


def _root(name: str, shape: Shape) -> Value:
    return Value(code=name, key=name, type=shape, origin=Read(name), reads=(Read(name),), simple=True)
