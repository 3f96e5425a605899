"""Whatever stands in whatever field: a Bundle, or an OperationOutcome with a place; never a 5xx, never the value itself."""

import json
from collections.abc import Iterator
from copy import deepcopy
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from adapter.fhir.json import canonical_bytes
from adapter.path import at, pattern
from tests.examples.ground import EXAMPLES, example_names
from tests.rounds import ROUNDS
from tests.seconds import within
from tests.web.ground import client, json_of, logged, refusal

CANARY = "Zz-canary-value"
Path = tuple[str | int, ...]


def paths(value: Any, path: Path = ()) -> Iterator[Path]:  # noqa: ANN401 - JSON
    """Every field and every item of a document."""
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, child in children:
        yield (*path, step)
        yield from paths(child, (*path, step))


DOCUMENTS = {
    (name, file.name): json.loads(file.read_bytes())
    for name in example_names()
    for file in sorted((EXAMPLES / name).glob("*.json"))
    if file.name not in {"bundle.json", "issues.json"}
}
FIELDS = [(name, file, path) for (name, file), tree in DOCUMENTS.items() for path in paths(tree)]
ODD: list[Any] = [
    None,
    CANARY,
    "",
    " ",
    [],
    {},
    [None],
    {CANARY: CANARY},
    [CANARY, CANARY],
    True,
    0,
    -1,
    10**12,
    2**63,
    Decimal("1.50"),
    "2024-02-30",
    "9" * 5000,
    "<script>\u202e\U0001f600",
    [[[[]]]],
]


def changed(tree: Any, path: Path, value: Any) -> Any:  # noqa: ANN401 - JSON
    made = deepcopy(tree)
    at(made, path[:-1])[path[-1]] = value  # type: ignore[index]  # the path is of this tree
    return made


def without(tree: Any, path: Path) -> Any:  # noqa: ANN401 - JSON
    made = deepcopy(tree)
    del at(made, path[:-1])[path[-1]]  # type: ignore[attr-defined]  # the path is of this tree
    return made


def hold_the_line(name: str, file: str, tree: Any) -> None:  # noqa: ANN401 - JSON
    """Send all documents of an example with one of them replaced."""
    contents = {each: canonical_bytes(own) for (example, each), own in DOCUMENTS.items() if example == name}
    contents[file] = canonical_bytes(tree)

    def send() -> TestResponse:
        return client().post("/convert", data={"document": [(BytesIO(each), name) for name, each in contents.items()]})

    with logged() as lines:
        answer = within(2, send)
    assert CANARY not in "".join(lines)
    if answer.status_code == 200:
        assert json_of(answer)["resourceType"] == "Bundle"
        return
    assert answer.status_code in {400, 422}
    issues = [issue for issue in refusal(answer, answer.status_code) if issue["severity"] in {"error", "fatal"}]
    assert all(issue.get("location") for issue in issues)
    assert CANARY not in "".join(issue["details"]["text"] for issue in issues)


SMALL = "preauthorization-before-visit"
MISSING = object()
PER_FIELD = 6
CHUNKS = 12
FIRST_OF_PATTERN = {(file, pattern(path)): (name, file, path) for name, file, path in reversed(FIELDS)}
"""Every field of every form, as it stands in the first example that has it."""
CHANGES: list[tuple[str, str, Path, Any]] = [
    *((name, file, path, odd) for name, file, path in FIELDS if name == SMALL for odd in ODD),
    *((*field, MISSING) for field in FIRST_OF_PATTERN.values()),
    *(
        (*field, ODD[(number + more) % len(ODD)])
        for number, field in enumerate(FIRST_OF_PATTERN.values())
        for more in range(PER_FIELD)
    ),
]


def test_five_thousand_changed_documents_are_sent() -> None:
    assert len(CHANGES) >= 5_000


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_field_can_hold_anything_or_be_missing(chunk: int) -> None:
    for name, file, path, odd in CHANGES[chunk::CHUNKS]:
        tree = DOCUMENTS[name, file]
        hold_the_line(name, file, without(tree, path) if odd is MISSING else changed(tree, path, odd))


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text(max_size=20) | st.sampled_from(ODD),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=250 * ROUNDS, deadline=None, derandomize=True)
@given(field=st.sampled_from(FIELDS), value=values)
def test_any_field_can_hold_any_value(field: tuple[str, str, Path], value: Any) -> None:  # noqa: ANN401 - JSON
    name, file, path = field
    hold_the_line(name, file, changed(DOCUMENTS[name, file], path, value))
