"""Fields are found by their place in a document as they are found step by step, and lineage reads the same in both its forms."""

from dataclasses import replace
from typing import Any

import orjson
import pytest

from adapter.case_field import CaseFields
from adapter.conversion import Conversion
from adapter.lineage import Trail
from adapter.merging.merge import merge
from adapter.merging.survey import Survey
from adapter.path import leaves
from adapter.readers.document import NATIVE, ReadDocument
from tests.examples.ground import conversion_of, example_names
from tests.long_lists import in_both

of_examples = pytest.mark.parametrize("name", [name for name in example_names() if conversion_of(name).trail])
ENCOUNTER, REPORT = in_both(12).values()


def fields_in(*trees: dict[str, Any]) -> CaseFields:
    documents = [ReadDocument(name=f"{place}~/.json", form=NATIVE, tree=tree) for place, tree in enumerate(trees)]
    return CaseFields(merged=merge(documents), judgement=_trail(conversion_of("complete")).judgement)


def _trail(conversion: Conversion) -> Trail:
    assert conversion.trail is not None
    return conversion.trail


def documents() -> list[CaseFields]:
    second = {**REPORT, "ai": {**REPORT["ai"], "run_id": "another"}}
    card, other = {"member_id": "1", "payer": {"name": "P"}}, {"member_id": "2"}
    lines = {"billing": {"lines": [{"code": "0731T"}]}}
    return [
        fields_in(ENCOUNTER, REPORT),
        fields_in({**ENCOUNTER, **REPORT}),
        fields_in(ENCOUNTER, REPORT, second),
        fields_in({**ENCOUNTER, **REPORT, "analyses": [second["ai"]]}),
        fields_in({**ENCOUNTER, "coverages": [card, other]}, REPORT),
        fields_in({**ENCOUNTER, **lines}, {**REPORT, **lines}),
        fields_in({**ENCOUNTER, "place": "text"}, {**REPORT, "place": {"code": "c"}}),
        fields_in({**ENCOUNTER, "place": None}, {**REPORT, "place": {"code": "c"}}),
    ]


def assert_same_step_by_step(fields: CaseFields) -> None:
    step_by_step = replace(fields)
    step_by_step.__dict__["_survey"] = Survey({}, frozenset(fields.merged.tree), set())
    for leaf in leaves(fields.merged.tree):
        paths = [("case", *leaf[:depth]) for depth in range(1, len(leaf) + 1)]
        for path in (*paths, ("case", *leaf, "code")):
            assert fields.behind((path,)) == step_by_step.behind((path,)), path


def test_fields_are_found_by_their_place_as_step_by_step() -> None:
    for fields in documents():
        assert_same_step_by_step(fields)


@of_examples
def test_fields_of_examples_are_found_by_their_place_as_step_by_step(name: str) -> None:
    trail = _trail(conversion_of(name))

    assert_same_step_by_step(CaseFields(merged=trail.merged, judgement=trail.judgement))


@of_examples
def test_the_json_of_lineage_says_what_its_entries_say(name: str) -> None:
    conversion = conversion_of(name)

    assert b"".join(_trail(conversion).lineage_json()) == orjson.dumps([entry._asdict() for entry in conversion.lineage.entries])


def test_of_a_long_list_the_list_is_named_and_the_place_that_holds_it() -> None:
    known = fields_in(ENCOUNTER, REPORT).behind((("case", "phenotypes", "*", "hpo"),))

    assert known.fields == ("phenotypes[*].hpo",)
    assert known.positions == ("0~/.json#/phenotypes", "1~/.json#/phenotypes")
