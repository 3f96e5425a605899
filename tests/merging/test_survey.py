"""Which fields documents say where the Case has them, met in one walk."""

from typing import Any

from adapter.merging.merge import merge
from adapter.merging.survey import Survey, survey
from adapter.readers.document import NATIVE, ReadDocument


def surveyed(*trees: dict[str, Any]) -> Survey:
    return survey(merge([ReadDocument(name=f"{place}.json", form=NATIVE, tree=tree) for place, tree in enumerate(trees)]))


def test_a_field_is_met_with_its_name_and_with_each_place_that_says_it() -> None:
    of_case = surveyed({"encounter": {"id": "e"}, "patient": {"mrn": "1", "weight": 3}}, {"patient": {"mrn": "1", "sex": None}})

    assert of_case.fields["patient", "mrn"] == ("patient.mrn", ("0.json#/patient/mrn", "1.json#/patient/mrn"))
    assert of_case.fields["patient", "weight"] == ("patient.weight", ("0.json#/patient/weight",))
    assert ("patient", "sex") not in of_case.fields
    assert of_case.is_sure(("patient", "sex"))


def test_an_item_is_met_at_its_place_in_each_list() -> None:
    of_case = surveyed(
        {"encounter": {"id": "e"}, "phenotypes": [{"hpo": "HP:1"}, None, {"hpo": "HP:2"}]}, {"phenotypes": [{"hpo": "HP:2"}]}
    )

    assert of_case.fields["phenotypes", 2, "hpo"] == (
        "phenotypes[2].hpo",
        ("0.json#/phenotypes/2/hpo", "1.json#/phenotypes/0/hpo"),
    )
    assert ("phenotypes", 1) not in of_case.fields


def test_one_ai_report_is_met_by_its_name_and_stands_for_the_list() -> None:
    of_case = surveyed({"encounter": {"id": "e"}, "ai": {"run_id": "r"}})

    assert of_case.fields["analyses", 0, "run_id"] == ("ai.run_id", ("0.json#/ai/run_id",))
    assert of_case.fields["analyses",] == ("analyses", ("0.json#/ai",))


def test_parts_of_what_is_a_text_in_a_document_are_not_sure() -> None:
    of_case = surveyed({"encounter": {"id": "e"}, "place": "text"}, {"place": {"code": "c", "in": {"it": 1}}})

    assert ("place", "code") not in of_case.fields
    assert not of_case.is_sure(("place", "code"))
    assert of_case.fields["place", "in", "it"] == ("place.in.it", ("1.json#/place/in/it",))


def test_insurances_may_stand_elsewhere() -> None:
    of_case = surveyed({"encounter": {"id": "e"}, "coverage": {"member_id": "1"}})

    assert ("coverage", "member_id") not in of_case.fields
    assert not of_case.is_sure(("coverage", "member_id"))
