"""Documents that arrive over time, in any order, twice, corrected, taken back: what the destination holds at the end."""

import json
from collections.abc import Callable, Mapping

import pytest

from tests.delivery.ground import bench, fhir_outlet
from tests.delivery.stories import STORIES, Expected
from tests.delivery.strict_fhir import Json, StrictFhir, serving
from tests.delivery.tale import Tale


def status_of(resource: Json) -> str:
    if resource["resourceType"] == "Patient":
        return "active" if resource.get("active", True) else "inactive"
    return str(resource.get("status"))


def statuses(server: StrictFhir, kind: str) -> list[str]:
    return sorted(map(status_of, server.of(kind)))


def unsaid(tale: Tale, words: list[str]) -> list[str]:
    """Those of some words that no resource has."""
    everything = json.dumps(tale.server.held)
    return [one for one in words if one not in everything]


def subjects(tale: Tale) -> list[str]:
    """The identifiers of those whom visits are about."""
    server = tale.server
    return [str(server.held[visit["subject"]["reference"]]["identifier"]) for visit in server.of("Encounter")]


def candidates(tale: Tale) -> int:
    found = [one for one in tale.server.of("Observation") if "andidate" in json.dumps(one)]
    return len([one for one in found if one["status"] != "entered-in-error"]) // 2


LISTS: Mapping[str, Callable[[Tale, list[str]], bool]] = {
    "says": lambda tale, words: unsaid(tale, words) == [],
    "says not": lambda tale, words: unsaid(tale, words) == words,
    "kept": lambda tale, kinds: tale.kept() >= set(kinds),
    "subject": lambda tale, numbers: bool(subjects(tale)) and all(numbers[0] in one for one in subjects(tale)),
}
COUNTS: Mapping[str, Callable[[Tale, int], bool]] = {
    "candidates": lambda tale, least: candidates(tale) >= least,
    "in error": lambda tale, number: statuses(tale.server, "Observation").count("entered-in-error") == number,
}


def holds(tale: Tale, name: str, value: int | list[str]) -> bool:
    """Whether one thing is as expected."""
    if isinstance(value, int):
        return COUNTS[name](tale, value) if name in COUNTS else len(tale.server.of(name)) == value
    if name in LISTS:
        return LISTS[name](tale, value)
    if name.startswith("no "):
        return set(statuses(tale.server, name.removeprefix("no "))).isdisjoint(value)
    found = statuses(tale.server, name)
    return len(found) == len(value) and all(one in choice.split() for one, choice in zip(found, value, strict=True))


def wrong(tale: Tale, expected: Expected) -> dict[str, list[str]]:
    """What is not as expected, with what there is of it."""
    return {
        name: statuses(tale.server, name.removeprefix("no ")) for name, value in expected.items() if not holds(tale, name, value)
    }


ON_BOTH = [*(("sqlite", name) for name in STORIES), *(("postgres", name) for name in [*STORIES][::3])]
"""What a server does otherwise than a file shows in every third of them as well."""


@pytest.mark.parametrize(("store_address", "name"), ON_BOTH, indirect=["store_address"])
def test_at_the_end_of_a_story_the_destination_holds_what_it_should(name: str, store_address: str) -> None:
    steps, expected = STORIES[name]
    server = StrictFhir()
    with serving(server) as url, bench(store_address, fhir_outlet(url)) as desk:
        tale = Tale(desk, server)
        for step in steps:
            tale.tell(step)
        tale.work()

        assert wrong(tale, expected) == {}
        assert server.complaints == []
        assert tale.most_writes in (None, server.writes)
