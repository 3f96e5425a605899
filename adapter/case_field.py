"""What is known of the fields of a Case: which documents say them, where, and how they came to be there."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import chain, groupby
from operator import itemgetter
from typing import NamedTuple

from adapter.mapping.emit.entry_text import entry_sources
from adapter.mapping.emit.site import Reading, ReadTemplate
from adapter.merging.merge import Merged
from adapter.merging.runs import NUMBERED_BY
from adapter.merging.singular import case_path
from adapter.merging.survey import Survey, survey
from adapter.path import Path, dotted, matching, parse, pattern
from adapter.readers.document import MappedDocument
from adapter.rules.judgement import Judgement
from adapter.rules.state import DERIVED_FROM

_MOST_ITEMS = 10


class KnownFields(NamedTuple):
    """Fields of the Case that are there, where documents say them, and how maps of other input forms made them.

    A tuple, since there is one for each field that lineage asks of.
    """

    fields: tuple[str, ...] = ()
    positions: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    through: tuple[str, ...] = ()


_NOTHING = KnownFields()
_NUMBERING = "adapter.merging.runs.with_runs"
"""What makes the number of a run that has none."""


class _Run:
    """Fields of the Case that are behind a value one after the other, whatever the indexes of loops; known by being itself."""

    __slots__ = ("paths",)

    def __init__(self, paths: tuple[Path, ...]) -> None:
        self.paths = paths


class _Plan(NamedTuple):
    """The fields of the Case behind a reading: those without loops in runs, each other one as a template; and the options.

    `is_one` says that it is one field.
    """

    parts: tuple[_Run | ReadTemplate, ...]
    options: tuple[str, ...]
    is_one: bool


@dataclass(frozen=True, kw_only=True)
class CaseFields:
    """Looks up the fields of a Case, each once however many elements were made from it."""

    merged: Merged
    judgement: Judgement

    def behind(self, paths: tuple[Path, ...]) -> KnownFields:
        """What is known of all fields behind some source paths."""
        if paths not in self._by_paths:
            self._by_paths[paths] = self._join(paths)
        return self._by_paths[paths]

    def read_at(self, reading: Reading, indexes: Mapping[str, int]) -> KnownFields:
        """What is known of all fields behind a reading at these indexes of the loops."""
        by_indexes = self._by_reading.get(reading)
        if by_indexes is None:
            by_indexes = self._by_reading[reading] = {}
        loops = reading.loops
        key = tuple(map(indexes.get, loops)) if len(loops) > 1 else indexes.get(loops[0]) if loops else None
        known = by_indexes.get(key)
        if known is None:
            plan = _plan_of(reading)
            known = by_indexes[key] = self._filled(plan, indexes) if plan else self._join(reading.filled(indexes))
        return known

    def item_at(self, reading: Reading, indexes: Mapping[str, int], place: int) -> KnownFields:
        """What is known of an item of the list that a reading of one path leads to."""
        (path,) = reading.filled(indexes)
        return self.behind(((*path, place),))

    def text_of(self, known: KnownFields) -> str:
        """The JSON of the fields and their places, written once for what was given here."""
        text = self._texts.get(id(known))
        if text is None:
            text = self._texts[id(known)] = entry_sources(known.fields, known.positions)
        return text

    @cached_property
    def _by_paths(self) -> dict[tuple[Path, ...], KnownFields]:
        return {}

    @cached_property
    def _by_reading(self) -> dict[Reading, dict[Hashable, KnownFields]]:
        return {}

    @cached_property
    def _texts(self) -> dict[int, str]:
        """By identity: what was given stays as long as this does."""
        return {}

    @cached_property
    def _by_run(self) -> dict[_Run, KnownFields]:
        return {}

    def _filled(self, plan: _Plan, indexes: Mapping[str, int]) -> KnownFields:
        """What is known of the fields of a plan: what of them hangs on no loop is put together once."""
        parts = [self._run(part) if isinstance(part, _Run) else self._known(part.filled(indexes)) for part in plan.parts]
        known = parts[0] if plan.is_one else _settled(_in_a_row(parts))
        return _with_options(known, plan.options) if plan.options else known

    def _run(self, run: _Run) -> KnownFields:
        if run not in self._by_run:
            self._by_run[run] = _in_a_row([self._known(path) for path in run.paths])
        return self._by_run[run]

    def _join(self, paths: tuple[Path, ...]) -> KnownFields:
        fields = dict.fromkeys(chain.from_iterable(map(self._case_paths, paths)))
        known = [self._known(path) for path in fields]
        return _with_options(_together(known), _options_in(paths))

    def _known(self, path: Path) -> KnownFields:
        known = self._by_path.get(path)
        if known is None:
            known = self._by_path[path] = self._look_up(path)
        return known

    @cached_property
    def _by_path(self) -> dict[Path, KnownFields]:
        """What is known of each field, for the beginning of those that the survey met."""
        return {path: KnownFields((name,), positions) for path, (name, positions) in self._survey.fields.items()}

    @cached_property
    def _survey(self) -> Survey:
        return survey(self.merged)

    def _look_up(self, path: Path) -> KnownFields:
        if "*" not in path:
            return self._one(path)
        paths = matching(self.merged.tree, path)
        if len(paths) <= _MOST_ITEMS:
            return _together([self._known(item) for item in paths])
        # Every element that was made from a long list would name all of its items: the list is named instead.
        whole = self._known(path[: path.index("*")])
        return whole._replace(fields=(self._name(path),), positions=tuple(_common_places(whole.positions)))

    def _one(self, path: Path) -> KnownFields:
        places = [] if self._survey.is_sure(path) else self.merged.sources(path, null=False)
        if not places:
            return self._unsaid(path)
        sources = [
            source for document, own in places if isinstance(document, MappedDocument) for source in document.made_from(own)
        ]
        return KnownFields(
            (self._name(path),),
            _joined([document.positions(own) for document, own in places]),
            _joined([source.functions for source in sources]),
            _joined([(source.place,) for source in sources]),
        )

    def _unsaid(self, path: Path) -> KnownFields:
        """What is known of a field that no document says: nothing, unless it is the number that was made for a run."""
        if path[-1] != "run_id" or not matching(self.merged.tree, path):
            return _NOTHING
        known = _together([self._known((*path[:-1], *number)) for number in NUMBERED_BY])
        return known._replace(functions=(*known.functions, _NUMBERING))

    def _name(self, path: Path) -> str:
        return dotted(self.merged.named(path))

    def _case_paths(self, path: Path) -> list[Path]:
        """The fields of the Case that a source path leads to, or by which what it leads to was judged."""
        return _case_paths(path) + (self._blamed_by_errors if _is_verdict(path) else [])

    @cached_property
    def _blamed_by_errors(self) -> list[Path]:
        return [case_path(parse(issue.field)) for issue in self.judgement.issues if issue.is_error and issue.field]


@lru_cache(maxsize=4096)
def _plan_of(reading: Reading) -> _Plan | None:
    """The plan of a reading; None where only the case tells which fields it means, or two of its paths may be one field."""
    paths = reading.filled({})
    if any(map(_is_verdict, paths)):
        return None
    pairs = zip(paths, reading.templates, strict=True)
    fields = dict.fromkeys(field for path, template in pairs for field in _fields_of(path, template))
    if len({pattern(field) for field, _ in fields}) < len(fields):
        return None
    parts: list[_Run | ReadTemplate] = []
    for template, same in groupby(fields, key=itemgetter(1)):
        parts.append(template or _Run(tuple(field for field, _ in same)))
    return _Plan(tuple(parts), _options_in(paths), is_one=len(fields) == 1)


def _fields_of(path: Path, template: ReadTemplate) -> list[tuple[Path, ReadTemplate | None]]:
    """The fields of the Case that a source path leads to, each with its template if loops have a part in it."""
    if not template.holes:
        return [(field, None) for field in _case_paths(path)]
    ((root, *before), loop), *further = template.holes
    return [(path[1:], replace(template, holes=((tuple(before), loop), *further)))] if root == "case" else []


def _case_paths(path: Path) -> list[Path]:
    """The fields of the Case that a source path leads to, or that what it leads to is derived from."""
    if path[0] == "case":
        return [path[1:]] if path[1:] else []
    return [parse(field) for field in DERIVED_FROM.get(str(path[-1]), ())] if path[0] == "judgement" else []


def _is_verdict(path: Path) -> bool:
    """Whether a path leads to the status of the claim, which hangs on all that is wrong with the case."""
    return path[0] == "judgement" and path[-1] == "claim"


def _options_in(paths: tuple[Path, ...]) -> tuple[str, ...]:
    return tuple(f"options#/{dotted(path[1:])}" for path in paths if path[0] == "options" and len(path) > 1)


def _with_options(known: KnownFields, options: tuple[str, ...]) -> KnownFields:
    fields, positions, functions, through = known
    return KnownFields(fields, positions + options, functions, through) if options else known


def _in_a_row(fields: Sequence[KnownFields]) -> KnownFields:
    """Several fields as one, without repeats of what is said of them."""
    if len(fields) == 1:
        return fields[0]
    if not fields:
        return _NOTHING
    names, positions, functions, through = zip(*fields, strict=True)
    return KnownFields(tuple(chain.from_iterable(names)), _joined(positions), _joined(functions), _joined(through))


def _together(fields: Sequence[KnownFields]) -> KnownFields:
    """Several fields as one, without repeats."""
    return fields[0] if len(fields) == 1 else _settled(_in_a_row(fields))


def _settled(known: KnownFields) -> KnownFields:
    """What is known of several fields: that a number was made counts for more than one only beside what maps made."""
    return known if known.through or not known.functions else KnownFields(known.fields, known.positions)


def _joined(parts: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """All parts one after the other without repeats."""
    return tuple(dict.fromkeys(chain.from_iterable(parts))) if any(parts) else ()


def _common_places(positions: Iterable[str]) -> Iterator[str]:
    """For each document the innermost place (`name#/pointer`) that holds all of these places in it."""
    common: dict[str, list[str]] = {}
    for position in positions:
        name, _, pointer = position.partition("#")
        steps_here = pointer.split("/")
        before = common.setdefault(name, steps_here)
        same = next((at for at, (one, other) in enumerate(zip(before, steps_here, strict=False)) if one != other), None)
        common[name] = before[: min(len(before), len(steps_here)) if same is None else same]
    return (f"{name}#{'/'.join(shared)}" for name, shared in common.items())
