"""Nothing costs more than its size: the cost per item is flat, and a list beyond its limit is refused by name."""

import gc
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapter.assembly import load
from adapter.fhir.json import canonical_bytes
from adapter.issues import FailureKind
from adapter.merging.merge import merge
from adapter.readers.document import Document, ReadDocument
from adapter.settings import Settings
from tests.examples.ground import EXAMPLES, ROOT, pipeline
from tests.feed.ground import FIRST, registered
from tests.feed.test_feed_growth import added
from tests.long_lists import BASES, PublishedList, documents, in_both, published_lists
from tests.rounds import ROUNDS
from tests.seconds import within

ENCOUNTER, REPORT = BASES["encounter"], BASES["ai-report"]
LISTS = {str(listed): listed for listed in published_lists()}
SIZES = (10, 100, 1_000, 5_000) if ROUNDS > 1 else (10, 100, 1_000)
STEEPEST = 4.0
"""How many times more a further item may cost at the end of a long list: a quadratic cost would be ten times as high."""
CHEAP = 0.000_05
"""So many seconds for an item are cheap: a machine with other work measures less than that with any factor."""


@pytest.fixture(autouse=True)
def _without_collector() -> Iterator[None]:
    """What the garbage collector does in between says nothing of the code."""
    gc.disable()
    yield
    gc.enable()


def slopes(cost: Callable[[int], float]) -> list[float]:
    """What a further item costs, from size to size; the first call of all loads what is loaded once."""
    cost(1)
    costs = [cost(size) for size in SIZES]
    pairs = zip(SIZES[1:], SIZES, costs[1:], costs, strict=False)
    return [max((more - less) / (longer - shorter), CHEAP) for longer, shorter, more, less in pairs]


def is_flat(cost: Callable[[int], float]) -> bool:
    """Whether a further item costs as much in a long list as in a short one; a machine with other work has a second chance."""
    return any(last < STEEPEST * max(before) for *before, last in (slopes(cost) for _ in range(2)))


def of_conversion(sent: list[Document]) -> float:
    """Processor seconds of a conversion with the places of its issues and its lineage."""
    started = time.process_time()
    made = pipeline().convert(sent)
    assert made.issues
    assert made.lineage.entries or made.content is None
    return time.process_time() - started


def of_table(size: int) -> float:
    """Processor seconds of reading a table of so many rows."""
    header, row, *_ = (EXAMPLES / "ai-report-as-a-table" / "ai_report.csv").read_bytes().splitlines(keepends=True)
    table = Document(name="table.csv", content=header + row * size)
    started = time.process_time()
    (read,) = pipeline().readers.read(table)
    assert len(read.tree["rows"]) == size
    return time.process_time() - started


def test_a_row_costs_the_same_in_a_long_table() -> None:
    short, long = (min(of_table(size) for _ in range(3)) / size for size in (500, 4_000))

    assert long < 2 * short


@pytest.mark.parametrize("listed", LISTS.values(), ids=LISTS)
def test_an_item_costs_the_same_in_a_long_list(listed: PublishedList) -> None:
    assert is_flat(lambda size: of_conversion(listed.documents(size)))


def merged(size: int) -> list[Document]:
    return documents(in_both(size))


def unknown(size: int) -> list[Document]:
    patient = {**ENCOUNTER["patient"], **{f"x{number}": 1 for number in range(size)}}
    return documents({"encounter": {**ENCOUNTER, "patient": patient}, "ai-report": REPORT})


def photographs_inside(size: int) -> list[Document]:
    """Photographs that are refused, one by one."""
    images = [{**image, "data": "AAAA"} for image in LISTS["encounter:images"].items(size)]
    return documents({"encounter": {**ENCOUNTER, "images": images}})


@pytest.mark.parametrize("make", [merged, unknown, photographs_inside])
def test_an_item_costs_the_same_in_what_is_merged_or_refused(make: Callable[[int], list[Document]]) -> None:
    assert is_flat(lambda size: of_conversion(make(size)))


def test_a_message_costs_the_same_in_a_long_file() -> None:
    def cost(count: int) -> float:
        messages = (registered("1", "A08", FIRST, person=f"N{n}^Mia").content + b"NTE|1||" + b"x" * 4_000 for n in range(count))
        return of_conversion([Document(name="file.hl7", content=b"\r".join(messages))])

    assert is_flat(cost)


def test_an_addendum_costs_the_same_among_a_thousand() -> None:
    def cost(size: int) -> float:
        return of_conversion([registered("adt", "A04", FIRST), *(added(place, f"A-{place}") for place in range(size))])

    assert is_flat(cost)


def test_a_document_costs_the_same_among_many_that_each_add_an_item() -> None:
    def cost(size: int) -> float:
        numbers = [{"kind": "filler", "value": f"F-{place}"} for place in range(size)]
        documents = [
            ReadDocument(name=str(place), form="case", tree={"order_numbers": [item]}) for place, item in enumerate(numbers)
        ]
        started = time.process_time()
        merged = merge(documents)
        assert len({merged.positions(("order_numbers", place)) for place in range(size)}) == size
        return time.process_time() - started

    assert is_flat(cost)


def test_every_list_of_the_forms_is_found_in_their_schemas() -> None:
    assert len(LISTS) >= 29
    assert {"encounter:billing.lines.*.modifiers", "ai-report:ai.candidates.*.codes", "encounter:patient.given"} <= LISTS.keys()


def test_an_element_names_as_many_places_in_a_long_list_as_in_a_short_one() -> None:
    short, long = (
        max(len(entry.positions) for entry in pipeline().convert(merged(size)).lineage.entries) for size in (100, 1_000)
    )

    assert short == long


STATUS = Path("/proc/self/status")
MEMORY = f"""
from pathlib import Path
from tests.test_growth import merged, pipeline
conversion = pipeline().convert(merged(2_000), lineage=True)
assert len(conversion.to_answer("https://adapter.example/fhir")) > 20_000_000
assert len(conversion.lineage.entries) > 2_000
print(Path("{STATUS}").read_text().partition("VmHWM:")[2].split()[0])
"""
"""Prints the most kilobytes that the process has had; `getrusage` would tell those of the process that started it."""


@pytest.mark.skipif(not STATUS.exists(), reason="only Linux says how much memory a process has had")
def test_two_thousand_features_in_two_documents_take_less_than_200_megabytes_with_their_lineage() -> None:
    done = subprocess.run([sys.executable, "-c", MEMORY], cwd=ROOT, capture_output=True, text=True, check=True)

    assert int(done.stdout) <= 200_000


def test_a_list_beyond_its_limit_is_refused_by_name() -> None:
    made = load(Settings(max_items=100)).convert(LISTS["encounter:phenotypes"].documents(101))

    assert made.failure is FailureKind.TOO_LARGE
    assert [issue.location for issue in made.issues] == [("encounter.json#/phenotypes",)]
    assert "ADAPTER_MAX_ITEMS" in (made.issues[0].suggestion or "")


def test_a_document_of_many_resources_is_refused_before_it_is_read() -> None:
    resources = [{"resource": {"resourceType": "Basic"}}] * 60 + [{"resource": {"resourceType": "Patient"}}] * 50
    content = canonical_bytes({"resourceType": "Bundle", "entry": resources})
    made = load(Settings(max_items=100)).convert([Document(name="bundle.json", content=content)])

    assert made.failure is FailureKind.TOO_LARGE
    assert "111 resources, and one may have 110" in made.issues[0].text


def in_two_lists(size: int, *names: str) -> list[Document]:
    """Documents of which some elements are made for every pair of items of two lists."""
    lists = {name: LISTS[f"encounter:{name}"].items(size) for name in names}
    return documents({"encounter": {**ENCOUNTER, **lists}, "ai-report": REPORT})


@pytest.mark.parametrize(
    "sent", [unknown(600), in_two_lists(40, "phenotypes", "orders")], ids=["values that are read", "elements that are made"]
)
def test_a_request_that_takes_more_steps_than_its_budget_is_refused_by_name(sent: list[Document]) -> None:
    assert load(Settings()).convert(sent).failure is not FailureKind.TOO_LARGE

    made = load(Settings(max_steps=700)).convert(sent)

    assert made.failure is FailureKind.TOO_LARGE
    assert [issue.rule for issue in made.issues] == ["request/steps"]
    assert "ADAPTER_MAX_STEPS" in (made.issues[0].suggestion or "")


def test_a_request_that_is_counted_and_within_its_budget_is_carried_out() -> None:
    made = load(Settings(max_steps=10_000)).convert(LISTS["encounter:phenotypes"].documents(40))

    assert made.failure is None
    assert made.content is not None


def test_what_is_made_for_every_pair_of_two_lists_is_bounded_by_the_budget() -> None:
    """The output of two lists can be as large as their product: at the limits of items it would be gigabytes."""
    made = within(30, lambda: pipeline().convert(in_two_lists(3_000, "phenotypes", "orders")))

    assert made.failure is FailureKind.TOO_LARGE


def test_what_loops_of_maps_go_through_is_bounded_though_nothing_is_made_of_it() -> None:
    """Every candidate looks for every photograph among those that its run read."""
    images = LISTS["encounter:images"].items(150)
    read = [{"id": image["id"], "status": "not-used"} for image in images]
    candidates = [{"rank": number + 1, "name": f"n{number}"} for number in range(150)]
    trees = {
        "encounter": {**ENCOUNTER, "images": [{**image, "data": None} for image in images]},
        "ai-report": {**REPORT, "ai": {**REPORT["ai"], "images": read, "candidates": candidates}},
    }
    made = within(5, lambda: pipeline().convert(documents(trees)))

    assert [issue.rule for issue in made.issues] == ["request/steps"]
    assert made.failure is FailureKind.TOO_LARGE


def test_a_list_at_its_limit_is_taken() -> None:
    assert load(Settings(max_items=100)).convert(LISTS["encounter:phenotypes"].documents(100)).content is not None
