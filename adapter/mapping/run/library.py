"""Runs the checked maps of a library over one case."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from sys import maxsize
from typing import NamedTuple

from pydantic import BaseModel

from adapter.fhir.resource_id import stable_id
from adapter.issues import ConflictError, Issue, IssueType, Severity
from adapter.json_types import JsonObject
from adapter.mapping.emit.compiled import CompiledMap
from adapter.mapping.emit.support import Places, Report, Run, Trace
from adapter.readers.step_budget import StepBudget

Reports = list[tuple[CompiledMap, Report]]
"""What functions could not convert, with the map that called them."""


class Plan(NamedTuple):
    """One resource that is going to be made: its map, the place and the item of the map's loop, and its id."""

    map: CompiledMap
    place: Places
    item: object
    identity: str


class MappedResource(NamedTuple):
    """One resource that a map made: the map, the item of its loop that it was made for, and what the lineage variant noted.

    A tuple, since there is one for each resource of each conversion, and a frozen dataclass takes five times as long to make.
    """

    map: CompiledMap
    item: object
    place: Places
    identity: str
    resource: JsonObject
    trace: Trace | None


@dataclass(slots=True, kw_only=True)
class Library:
    """Checked maps in the order of their resources."""

    maps: tuple[CompiledMap, ...]
    unread: frozenset[tuple[str, ...]] = frozenset()
    """Fields of the Case that no map reads, as paths with `*` for every item of a list."""

    @property
    def read(self) -> frozenset[str]:
        """All source paths that some map reads; `*` stands for every item of a list."""
        return frozenset().union(*(compiled.read for compiled in self.maps))

    def run(
        self, roots: tuple[object, ...], *, lineage: bool = False, budget: StepBudget | None = None, most: int = maxsize
    ) -> tuple[list[MappedResource], Reports]:
        """Make all resources for the roots (in the order of `MappingContext.roots`), with `lineage` by the variant that notes it.

        Gives the resources, and what functions could not convert. Raises ConflictError if two things would get one id, and
        TooLargeError as soon as the `budget` is spent, without which nothing that is made is counted, or loops pass `most` items.
        """
        reports: Reports = []
        references: dict[str, object] = {}
        run = Run(references=references, names=_names(self.maps, roots), most=most)
        planned: list[Plan] = []
        for compiled in self.maps:
            plans = _plans(compiled, roots, run)
            references[compiled.name] = _references(compiled, plans)
            if run.reports:
                _hand_over(run, compiled, reports)
            planned += _once(plans) if plans and compiled.source.equal == "one" else plans
        if len({plan.identity for plan in planned}) < len(planned):
            planned = _once_over_maps(planned)
        resources = (_noted if lineage else _plain)(planned, roots, run, reports)
        return list(resources if budget is None else _within(budget, resources)), reports

    def retrace(
        self, resource: MappedResource, references: Mapping[str, object], roots: tuple[object, ...], *, explain: bool = False
    ) -> Trace:
        """What the lineage (or explain) variant notes when it makes the same resource again.

        `references` are those of all resources of the conversion (`references_of`).
        """
        trace: Trace = []
        make, _ = resource.map.make("explain" if explain else "lineage")
        run = Run(references=references, names=_names([resource.map], roots), note=trace.append)
        again = make(*roots, run, resource.identity, resource.item, resource.place)
        assert again == resource.resource  # noqa: S101 - all variants come from one tree
        return trace


def _names(maps: Sequence[CompiledMap], roots: tuple[object, ...]) -> tuple[object, ...]:
    """What the names that maps share stand for."""
    return maps[0].bench.shared.values(*roots) if maps else ()


def _within(budget: StepBudget, resources: Iterable[MappedResource]) -> Iterator[MappedResource]:
    for resource in resources:
        budget = budget.after([resource.resource])
        yield resource


def _separated(plans: list[Plan], equal: str) -> list[Plan]:
    """The plans with ids of their own, if the map numbers items that are equal in all that makes the id.

    The first keeps the id, the second is the second of this id, and so on; they are numbered by what they say, so that the order
    of the list changes nothing.
    """
    if equal != "number" or len({plan.identity for plan in plans}) == len(plans):
        return plans
    alike: dict[str, list[Plan]] = {}
    for plan in plans:
        alike.setdefault(plan.identity, []).append(plan)
    numbered = {
        plan.place: plan.identity if number == 1 else stable_id("equal", plan.identity, str(number))
        for same in alike.values()
        for number, plan in enumerate(sorted(same, key=_content), start=1)
    }
    return [plan._replace(identity=numbered[plan.place]) for plan in plans]


def _content(plan: Plan) -> str:
    item = _innermost(plan.item)
    return item.model_dump_json() if isinstance(item, BaseModel) else repr(item)


def _innermost(item: object) -> object:
    """The item of the innermost loop: by it other maps refer to what was made."""
    return item[-1] if isinstance(item, tuple) else item


def _once(plans: list[Plan]) -> list[Plan]:
    """One plan of each id, for the item that says most."""
    alike: dict[str, list[Plan]] = {}
    for plan in plans:
        alike.setdefault(plan.identity, []).append(plan)
    if len(alike) == len(plans):
        return plans
    ranked = [sorted(same, key=lambda plan: (-len(_content(plan)), _content(plan))) for same in alike.values()]
    return [best for best, *_ in ranked]


def _once_over_maps(planned: list[Plan]) -> list[Plan]:
    """The plans without those that another map has made already, where both make `one` of what has one id."""
    first: dict[str, Plan] = {}
    kept = []
    for plan in planned:
        before = first.setdefault(plan.identity, plan)
        if before is plan or not before.map.source.equal == plan.map.source.equal == "one":
            kept.append(plan)
    if len(first) < len(kept):
        raise _collision(kept)
    return kept


def _plain(planned: Iterable[Plan], roots: tuple[object, ...], run: Run, reports: Reports) -> Iterator[MappedResource]:
    """What is planned, made."""
    for compiled, place, item, identity in planned:
        resource = compiled.plain(*roots, run, identity, item, place)
        if run.reports:
            _hand_over(run, compiled, reports)
        yield MappedResource(compiled, item, place, identity, resource, None)


def _noted(planned: Iterable[Plan], roots: tuple[object, ...], run: Run, reports: Reports) -> Iterator[MappedResource]:
    """What is planned, made by the variant that notes the lineage."""
    for compiled, place, item, identity in planned:
        trace: Trace = []
        resource = compiled.traced(*roots, replace(run, note=trace.append), identity, item, place)
        if run.reports:
            _hand_over(run, compiled, reports)
        yield MappedResource(compiled, item, place, identity, resource, trace)


def _hand_over(run: Run, compiled: CompiledMap, reports: Reports) -> None:
    """Keep what functions could not convert, with the map that called them; a run with a note shares its list."""
    reports += [(compiled, report) for report in run.reports]
    run.reports.clear()


def _plans(compiled: CompiledMap, roots: tuple[object, ...], run: Run) -> list[Plan]:
    """What a map is going to make, one plan for each item, even where several make one resource."""
    plans = [Plan(compiled, place, item, identity) for place, item, identity in compiled.keys(*roots, run)]
    return _separated(plans, compiled.source.equal) if len(plans) > 1 else plans


def _references(compiled: CompiledMap, plans: Sequence[Plan]) -> object:
    """The references to what one map makes, by item where it makes several resources."""
    if compiled.target.loop == "list":
        return {id(_innermost(item)): "urn:uuid:" + identity for _, _, item, identity in plans}
    return "urn:uuid:" + plans[0].identity if plans else None


def references_of(maps: Iterable[CompiledMap], roots: tuple[object, ...]) -> dict[str, object]:
    """The references by map, and by item where a map makes several resources; as `Library.run` had them."""
    maps = tuple(maps)
    run = Run(names=_names(maps, roots))
    return {compiled.name: _references(compiled, _plans(compiled, roots, run)) for compiled in maps}


def _collision(planned: list[Plan]) -> ConflictError:
    first: dict[str, CompiledMap] = {}
    issues = []
    for compiled, index, _, identity in planned:
        if identity in first:
            places = index if isinstance(index, tuple) else (index,)
            text = (
                f"two things have the same business key: item {places[-1] + 1} of `{compiled.name}` and one of "
                f"`{first[identity].name}`; send each thing once, or give them different keys"
            )
            fields = tuple(_readable(read.text, places) for read in (compiled.identity.value.reads if compiled.identity else ()))
            field_name = next((name.removeprefix("case.") for name in fields if "[" in name), None)
            issues.append(
                Issue(severity=Severity.ERROR, code=IssueType.CONFLICT, rule="map/id-collision", text=text, field=field_name)
            )
        first.setdefault(identity, compiled)
    return ConflictError(*issues)


def _readable(text: str, places: tuple[int, ...]) -> str:
    for place in places:
        text = text.replace("{}", str(place), 1)
    return text
