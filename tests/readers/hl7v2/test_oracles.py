"""Our reader agrees with python-hl7 on every value of real messages, and with hl7apy on the group of every segment."""

import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import hl7
import pytest
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.core import Element
from hl7apy.parser import parse_message

from adapter.path import at, leaves
from adapter.readers.hl7v2.message import Segment
from adapter.readers.hl7v2.reader import Hl7Document
from tests.readers.hl7v2.ground import message, read

FOLDER = Path(os.environ.get("ADAPTER_TEST_DATA", "")) / "samples" / "hl7v2"
SAMPLES = sorted(FOLDER.glob("*.hl7")) if os.environ.get("ADAPTER_TEST_DATA") else []
POSITION = re.compile(
    r"(?P<segment>\w{3})(\[(?P<occurrence>\d+)\])?-(?P<field>\d+)(\[(?P<repetition>\d+)\])?"
    r"(\.(?P<component>\d+))?(\.(?P<part>\d+))?"
)
STRAY = {
    "ADT-A04-01.hl7": {"PD1-17"},
    "BAR-P01-02.hl7": {"PD1-17"},
    "v2-to-fhir_MDM_T02.hl7": {"TXA-12.2", "OBX[3]-3.1", "OBX[2]-5[1].1"},
}
"""Values in which a separator stands where the standard has no parts: ours keeps the text, theirs its first part.

In OBX[2]-5 the sender writes a line end as an escape: ours is a line feed, theirs the carriage return that was escaped.
"""
NEWER = {
    "COMMON_ORDER",
    "ORDER_DOCUMENT",
    "SPECIMEN_OBSERVATION",
    "OBXNTE_SUPPGRP",
    "OBSERVATION",
    "VISIT",
    "PATIENT_OBSERVATION",
}
"""Groups that HL7 added, renamed or removed between versions: ours are those of the newest version, theirs of the message's."""


@pytest.fixture(params=SAMPLES or [Path("none")], ids=lambda file: file.name)
def sample(request: pytest.FixtureRequest) -> Path:
    if not SAMPLES:
        pytest.skip("ADAPTER_TEST_DATA names no folder of test data")
    return Path(request.param)


def normalised(content: bytes) -> str:
    """A message as both libraries need it: without a byte order mark and empty lines, with carriage returns."""
    return "\r".join(line for line in re.split(r"[\r\n]+", content.decode("utf-8-sig")) if line.strip()) + "\r"


def theirs(oracle: hl7.Message, position: str) -> str:
    found = POSITION.fullmatch(position)
    assert found
    numbers = [int(found[name] or 1) for name in ("occurrence", "field", "repetition", "component", "part")]
    return str(oracle.unescape(oracle.extract_field(found["segment"], *numbers)))


def differences(document: Hl7Document, text: str) -> set[str]:
    """The positions at which python-hl7 has another value."""
    oracle = hl7.parse(text)
    places = {document.position(leaf): at(document.tree, leaf) for leaf in leaves(document.tree)}
    return {
        place for place, value in places.items() if not place.startswith(("MSH-1", "MSH-2")) and theirs(oracle, place) != value
    }


def test_every_value_is_that_of_python_hl7(sample: Path) -> None:
    (document,) = read(sample.read_bytes())

    assert differences(document, normalised(sample.read_bytes())) == STRAY.get(sample.name, set())


def test_every_field_that_python_hl7_sees_is_there(sample: Path) -> None:
    (document,) = read(sample.read_bytes())
    oracle = hl7.parse(normalised(sample.read_bytes()))
    ours = Counter(segment.name for segment in document.segments.values())
    fields = {(segment.name, segment.occurrence, number) for segment, number in fields_of(document)}

    assert ours == Counter(str(part[0]) for part in oracle)
    assert fields == {(*place, number) for place, part in numbered(oracle) for number in filled(part)}


def fields_of(document: Hl7Document) -> Iterator[tuple[Segment, int]]:
    """The fields from the third on that hold something."""
    for path, segment in document.segments.items():
        content = at(document.tree, path)
        assert isinstance(content, dict)
        yield from ((segment, int(number)) for number in content if number.isdigit() and int(number) > 2)


def numbered(oracle: hl7.Message) -> Iterator[tuple[tuple[str, int], hl7.Segment]]:
    counts: Counter[str] = Counter()
    for part in oracle:
        counts[str(part[0])] += 1
        yield (str(part[0]), counts[str(part[0])]), part


def filled(part: hl7.Segment) -> list[int]:
    return [number for number in range(3, len(part)) if re.search(r"[^\^&~]", str(part[number]))]


def groups(element: Element, name: str, path: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple[str, ...]]]:
    for child in element.children:
        if child.classname == "Segment":
            yield child.name, tuple(step for step in path if step not in NEWER)
        else:
            yield from groups(child, name, (*path, child.name.removeprefix(f"{name}_")))


def grouped(text: str) -> tuple[Counter[tuple[str, tuple[str, ...]]], Counter[tuple[str, tuple[str, ...]]]]:
    """Each segment with its groups, as ours and as hl7apy has them."""
    (document,) = read(text)
    oracle = parse_message(text, validation_level=VALIDATION_LEVEL.TOLERANT, find_groups=True)
    ours = (
        (segment.name, tuple(step for step in path[:-1] if isinstance(step, str) and step not in {*NEWER, segment.name}))
        for path, segment in document.segments.items()
    )
    return Counter(ours), Counter(groups(oracle, oracle.name))


GROUPED = ["LAB-ORU-1", "MDM-T02-01", "single_message", "DFT-P03-01", "DFT-P11-02", "BAR-P01-02"]


@pytest.mark.parametrize("name", GROUPED)
def test_every_segment_is_in_the_group_that_hl7apy_finds(name: str) -> None:
    if not SAMPLES:
        pytest.skip("ADAPTER_TEST_DATA names no folder of test data")
    ours, expected = grouped(normalised((FOLDER / f"{name}.hl7").read_bytes()))

    assert ours == expected


@pytest.mark.parametrize("count", [1, 7])
def test_observations_are_in_the_group_that_hl7apy_finds(count: int) -> None:
    order = ["OBR|1|A", *(part for number in range(count) for part in (f"OBX|{number}|NM|X||1", "NTE|1||n"))]
    ours, expected = grouped(message("PID|1||1", "PV1|1|O", *order, *order))

    assert ours == expected
