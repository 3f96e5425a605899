"""The plain, lineage and explain variants of a map cannot disagree."""

from collections import Counter
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, reject, settings

from adapter.case import Case
from adapter.mapping.bad_mapping import BadMappingError
from adapter.mapping.emit.compiled import CompiledMap
from adapter.mapping.emit.support import Report
from adapter.mapping.load import load_library
from adapter.mapping.run.library import Library, MappedResource, references_of
from adapter.mapping.run.origin import Origin, origins
from adapter.path import leaves
from tests.mapping.grammar import PROBE, cases, maps
from tests.mapping.ground import mapping_context, roots_of

PROPERTY = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


def library_of(text: str) -> Library:
    try:
        return load_library({"probe.yaml": text}, replace(mapping_context(), targets={"Probe": PROBE}.get))
    except BadMappingError:
        reject()


def said(reports: list[tuple[CompiledMap, Report]]) -> list[tuple[int, tuple[int, ...], str]]:
    return [(place, indexes, refusal.message) for _, (place, indexes, refusal) in reports]


def probes(library: Library, roots: tuple[object, ...]) -> list[MappedResource]:
    resources, _ = library.run(roots)
    return resources


def traced(library: Library, made: MappedResource, roots: tuple[object, ...], *, explain: bool = False) -> list[Origin]:
    trace = library.retrace(made, references_of(library.maps, roots), roots, explain=explain)
    _, groups = made.map.make("explain" if explain else "lineage")
    return list(origins(trace, groups, made.resource, made.map.around(made.place)))


def empties(value: Any) -> bool:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return not value or any(map(empties, value.values()))
    if isinstance(value, list):
        return not value or any(map(empties, value))
    return value is None or not isinstance(value, str | int | bool)


def found_at(value: Any, path: tuple[str | int, ...]) -> Any:  # noqa: ANN401 - JSON
    """What is at a path, or None."""
    for step in path:
        there = step in value if isinstance(value, dict) else isinstance(value, list) and int(step) < len(value)
        if not there:
            return None
        value = value[step]
    return value


@PROPERTY
@given(text=maps(), case=cases())
def test_a_map_makes_plain_values_and_nothing_empty(text: str, case: Case) -> None:
    for made in probes(library_of(text), roots_of(case)):
        assert not empties(made.resource)


@PROPERTY
@given(text=maps(), case=cases())
def test_every_variant_makes_the_same_and_reports_the_same(text: str, case: Case) -> None:
    library, roots = library_of(text), roots_of(case)
    plain, plain_reports = library.run(roots)
    noted, noted_reports = library.run(roots, lineage=True)

    assert [made.resource for made in plain] == [made.resource for made in noted]
    assert said(plain_reports) == said(noted_reports)
    for one, other in zip(plain, noted, strict=True):
        assert library.retrace(one, references_of(library.maps, roots), roots) == other.trace
        library.retrace(
            one, references_of(library.maps, roots), roots, explain=True
        )  # which holds what it makes to the resource that there is


@PROPERTY
@given(text=maps(), case=cases())
def test_lineage_covers_every_leaf_exactly_once(text: str, case: Case) -> None:
    library, roots = library_of(text), roots_of(case)
    for made in probes(library, roots):
        expected = Counter(leaves({name: value for name, value in made.resource.items() if name != "resourceType"}))

        actual = Counter(each.element for each in traced(library, made, roots))

        assert expected == actual


@PROPERTY
@given(text=maps(), case=cases())
def test_what_explain_calls_missing_is_not_there(text: str, case: Case) -> None:
    library, roots = library_of(text), roots_of(case)
    for made in probes(library, roots):
        for each in traced(library, made, roots, explain=True):
            there = found_at(made.resource, each.element)
            if each.missing is None:
                assert there is not None
            else:
                assert there is None or isinstance(there, list), "only an entry of a list can be missing from what is there"


@PROPERTY
@given(text=maps(), case=cases())
def test_explain_tells_the_same_of_what_is_there_as_lineage(text: str, case: Case) -> None:
    library, roots = library_of(text), roots_of(case)
    for made in probes(library, roots):
        explained = [each for each in traced(library, made, roots, explain=True) if each.missing is None]

        assert traced(library, made, roots) == explained


@PROPERTY
@given(text=maps(), case=cases())
def test_every_item_that_lineage_names_is_in_the_case(text: str, case: Case) -> None:
    library, roots = library_of(text), roots_of(case)
    tree = case.model_dump(mode="json")
    for made in probes(library, roots):
        for path in (source[1:] for origin in traced(library, made, roots) for source in origin.sources):
            assert "*" in path or found_at(tree, path[:-1]) is not None or all(isinstance(step, str) for step in path)
