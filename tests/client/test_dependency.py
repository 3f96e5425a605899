"""The order in which entries can be sent one after the other."""

from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from adapter.client.dependency import dependency_groups, references_between

GRAPHS = st.integers(1, 12).flatmap(
    lambda size: st.lists(st.lists(st.integers(0, size - 1), max_size=4), min_size=size, max_size=size)
)


def entry(number: int, targets: list[int]) -> dict[str, Any]:
    resource = {
        "resourceType": "Basic",
        "id": str(number),
        "extension": [{"valueReference": refer(target)} for target in targets],
    }
    return {"fullUrl": f"urn:uuid:{number}", "resource": resource, "request": {"method": "PUT", "url": f"Basic/{number}"}}


def refer(target: int) -> dict[str, str]:
    return {"reference": f"urn:uuid:{target}" if target % 2 else f"Basic/{target}"}


@given(GRAPHS)
def test_what_is_referred_to_comes_first_unless_it_refers_back(graph: list[list[int]]) -> None:
    groups = dependency_groups([entry(number, targets) for number, targets in enumerate(graph)])
    group_of = {number: place for place, group in enumerate(groups) for number in group}

    assert sorted(group_of) == list(range(len(graph)))
    for number, targets in enumerate(graph):
        for target in targets:
            assert group_of[target] <= group_of[number]
            if group_of[target] == group_of[number] and target != number:
                assert number in reachable(graph, target)


def reachable(graph: list[list[int]], start: int) -> set[int]:
    found, waiting = set(), [start]
    while waiting:
        for target in graph[waiting.pop()]:
            if target not in found:
                found.add(target)
                waiting.append(target)
    return found


def test_a_chain_as_long_as_a_bundle_is_no_trouble() -> None:
    count = 20_000
    groups = dependency_groups([entry(number, [number + 1] if number + 1 < count else []) for number in range(count)])

    assert all(before == [after[0] + 1] for before, after in pairwise(groups))


def test_references_to_others_and_entries_without_resources_do_not_count() -> None:
    stranger = {"fullUrl": "urn:uuid:1", "resource": {"subject": {"reference": "Patient/9"}}, "request": {"method": "POST"}}

    assert references_between([stranger, {"request": {"method": "DELETE", "url": "Media/1"}}]) == [[], []]
