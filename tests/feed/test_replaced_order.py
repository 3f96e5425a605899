"""An order that was called off gives way to another one of the visit."""

import json

from adapter.conversion import Conversion
from adapter.readers.document import Document
from tests.feed.ground import FIRST, LAST, LATER, case_of, charged, ordered, places, registered, resulted, together

ADT = registered("adt", "A04", FIRST)
FINAL = resulted("final", "F", FIRST, "Wrong", placer="P-1^EHR", filler="F-1^LAB")
BACK = resulted("back", "X", LATER, placer="P-1^EHR", filler="F-1^LAB")
RIGHT = resulted("right", "F", LAST, "Right", placer="P-2^EHR", filler="F-2^LAB")


def ids_of(made: Conversion) -> dict[str, tuple[str, str]]:
    """The id and the status of each resource that is ours, by type."""
    assert made.bundle is not None, made.issues
    resources = [entry["resource"] for entry in made.bundle["entry"]]
    kinds = ("DiagnosticReport", "Procedure", "Claim", "Patient", "Encounter")
    return {found["resourceType"]: (found["id"], found.get("status")) for found in resources if found["resourceType"] in kinds}


def test_the_right_report_of_another_order_is_another_report() -> None:
    before, after = ids_of(together(ADT, FINAL, BACK)), ids_of(made := together(ADT, FINAL, BACK, RIGHT))

    assert before["DiagnosticReport"][1] == "entered-in-error"
    assert after["DiagnosticReport"][1] == "final"
    assert all(before[kind][0] != after[kind][0] for kind in ("DiagnosticReport", "Procedure"))
    assert before["Patient"] == after["Patient"]
    assert before["Encounter"] == after["Encounter"]
    assert [number["value"] for number in case_of(made)["order_numbers"]] == ["P-2", "F-2"]
    assert {found[0] for found in places(made, "replaced")} == {"final.hl7#MSH-9", "back.hl7#MSH-9"}


def test_an_order_that_was_called_off_gives_way_to_the_next_one() -> None:
    first = ordered("first", "NW", placer="P-1^EHR", filler="")
    off = ordered("off", "CA", placer="P-1^EHR", filler="", at=LATER)
    made = together(ADT, first, off, ordered("next", "NW", placer="P-2^EHR", filler="", at=LATER), RIGHT)

    assert case_of(made)["procedure"]["status"] == "completed"
    assert case_of(made)["review"]["conclusion"] == "Right"


def test_the_number_of_the_case_is_the_same_before_and_after_the_result() -> None:
    off, again = ordered("off", "CA", placer="P-1^EHR", filler=""), ordered("next", "NW", placer="P-2^EHR", filler="")

    assert case_of(together(ADT, off, again))["id"] == case_of(together(ADT, off, again, RIGHT))["id"] == "V-1/P-2"


def test_a_charge_for_the_former_order_is_not_billed_for_the_other_one() -> None:
    charge = charged("dft")
    named = Document(name="dft.hl7", content=charge.content.replace(b"||0731T", b"F-1^LAB||0731T"))
    made = together(ADT, FINAL, BACK, RIGHT, named)

    assert "billing" not in case_of(made)
    assert "billing" in case_of(together(ADT, FINAL, BACK, RIGHT, charge))
    assert "dft.hl7#MSH-9" in {found[0] for found in places(made, "replaced")}


def test_a_case_that_has_a_number_of_its_own_keeps_it() -> None:
    own = Document(name="own.json", content=json.dumps({"id": "V-1"}).encode())

    assert case_of(together(ADT, own, FINAL, BACK, RIGHT))["id"] == "V-1"


def test_a_right_report_under_the_old_number_is_told() -> None:
    again = resulted("again", "F", LAST, "Right", placer="P-1^EHR", filler="F-1^LAB")
    made = together(ADT, FINAL, BACK, again)

    assert case_of(made)["review"]["conclusion"] == "Right"
    assert [found[-1] for found in places(made, "restored")] == ["back.hl7#MSH-9"]
    assert not places(together(ADT, FINAL, again), "restored")


def test_two_orders_that_both_stand_are_a_contradiction() -> None:
    made = together(ADT, FINAL, RIGHT)

    assert not places(made, "replaced")
    assert made.case is None
