"""Which earlier claims count on a day."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from adapter.cli import adapter
from adapter.conversion import Options
from adapter.issues import Issue
from adapter.readers.document import Document
from adapter.rules.circumstances import Circumstances
from adapter.rules.judgement import judge
from adapter.rules.lookback import ASIDE, weighed
from tests.examples.ground import EXAMPLES, documents_of, pipeline
from tests.rules.ground import LINE, STOPPED, case_of

RENDERING: dict[str, Any] = {"practitioners[0].role": "rendering"}
NO_ROLE: dict[str, Any] = {"practitioners[0].role": None}
OTHER_NPI = {"practitioners[0].npi": "1245319599"}


def replacing(claim: str, relationship: str = "prior") -> dict[str, Any]:
    tree = case_of({}).model_dump(mode="json")["billing"]
    return {"billing": tree | {"related": [{"claim": claim, "relationship": relationship}]}}


@pytest.mark.parametrize(
    ("now", "before", "aside"),
    [
        ({}, {}, None),
        ({}, {"id": "OTHER"}, None),
        ({}, STOPPED, None),
        ({}, {"patient.mrn": "MRN-2"}, "other-patient"),
        (
            {"patient": {"mrn": "MRN-1", "mrn_system": "urn:a"}},
            {"patient": {"mrn": "MRN-1", "mrn_system": "urn:b"}},
            "other-patient",
        ),
        ({"patient": {"mrn": "MRN-1", "mrn_system": "urn:a"}}, {}, None),
        (RENDERING, RENDERING | OTHER_NPI, "other-provider"),
        (RENDERING, RENDERING, None),
        (RENDERING, RENDERING | OTHER_NPI | {"practitioners[0].npi": None}, None),
        (NO_ROLE, NO_ROLE | OTHER_NPI, None),
        (NO_ROLE, NO_ROLE | {"organization.npi": "1245319599"}, "other-provider"),
        ({}, {"organization": None}, None),
        ({"organization": None}, {}, None),
        ({}, {"billing": None}, "no-claim"),
        ({}, {"billing.use": "preauthorization"}, "no-claim"),
        ({}, {"billing.use": "predetermination"}, "no-claim"),
        ({}, {"procedure.status": "entered-in-error"}, "void"),
        ({}, {"procedure.status": "not-done"}, "void"),
        (replacing("OTHER"), {"id": "OTHER"}, "replaced"),
        (replacing("OTHER/claim"), {"id": "OTHER"}, "replaced"),
        (replacing("PAYER-77"), {}, "replaced"),
        (replacing("PAYER-77"), {"id": "OTHER"}, None),
        (replacing("OTHER", "associated"), {"id": "OTHER"}, None),
        (replacing("PAYER-77", "associated"), {}, None),
    ],
)
def test_an_earlier_claim_counts_unless_something_shows_that_it_does_not(
    now: dict[str, Any], before: dict[str, Any], aside: str | None
) -> None:
    case, earlier = case_of(now), case_of(before)

    assert weighed(case, (earlier,)) == (aside,)
    found = {issue.rule for issue in judge(case, circumstances=Circumstances(prior=(earlier,))).issues}
    assert ("UNT-01" in found) == (aside is None and bool(before != {"billing": None}))


def test_of_two_earlier_claims_the_one_that_the_other_replaces_does_not_count() -> None:
    first, second = case_of({"id": "FIRST"}), case_of({"id": "SECOND"} | replacing("FIRST"))

    assert weighed(case_of({}), (first, second)) == ("replaced", None)


def test_every_reason_is_said_in_words() -> None:
    assert all(text.endswith(".") for text in ASIDE.values())
    assert set(ASIDE) == {"other-patient", "other-provider", "no-claim", "void", "replaced"}


def test_a_corrected_claim_after_an_amended_report_is_not_a_second_unit() -> None:
    earlier = case_of({})
    amended = {"review.status": "amended", "review.amendment": "corrected", "review.amended_at": "2024-05-03"}

    forgotten = judge(case_of(amended), circumstances=Circumstances(prior=(earlier,)))
    replacement = replacing("PAYER-77")["billing"] | {"frequency": "replacement"}
    named = judge(case_of(amended | {"billing": replacement}), circumstances=Circumstances(prior=(earlier,)))

    assert [issue.rule for issue in forgotten.issues if issue.rule != "COV-02"] == ["UNT-01"]
    assert [issue.rule for issue in named.issues if issue.rule != "COV-02"] == []
    assert named.claim == "active"


def test_a_claim_that_voids_an_earlier_one_is_cancelled() -> None:
    void = case_of({"procedure.status": "entered-in-error"} | replacing("PAYER-77"))

    assert judge(void, circumstances=Circumstances(prior=(case_of({}),))).claim == "cancelled"


def example(name: str = "infant-final-report", **changed: Any) -> Document:  # noqa: ANN401 - JSON
    tree = json.loads((EXAMPLES / name / "encounter.json").read_bytes())
    return Document(name="earlier.json", content=json.dumps(tree | changed).encode())


def converted(*prior: Document) -> tuple[Issue, ...]:
    made = pipeline().convert(documents_of(EXAMPLES / "infant-final-report"), Options(), prior=prior)
    assert made.facts is not None
    return made.issues


def test_an_earlier_encounter_is_looked_at_by_the_line() -> None:
    found = [issue for issue in converted(example(id="case-0000")) if issue.rule == "UNT-01"]

    assert [(issue.field, issue.expression) for issue in found] == [(f"{LINE}.units", ("Claim.item[0].quantity.value",))]


def test_an_earlier_encounter_that_does_not_count_is_told_with_its_document() -> None:
    found = [issue for issue in converted(example(billing=None), example("complete")) if "prior/" in (issue.rule or "")]

    assert [(issue.rule, issue.location) for issue in found] == [
        ("prior/no-claim", ("earlier.json#",)),
        ("prior/other-patient", ("earlier.json#",)),
    ]


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"encounter": 7}'])
def test_an_earlier_encounter_that_can_not_be_read_refuses_the_conversion(content: bytes) -> None:
    prior = Document(name="earlier.json", content=content)

    made = pipeline().convert(documents_of(EXAMPLES / "infant-final-report"), Options(), prior=[prior])

    assert made.bundle is None
    assert made.has_errors


@pytest.mark.parametrize("command", [("convert",), ("rules", "explain")])
def test_earlier_encounters_are_named_on_the_command_line(command: tuple[str, ...], tmp_path: Path) -> None:
    earlier = tmp_path / "march.json"
    earlier.write_bytes(example(id="case-0000").content)
    folder = EXAMPLES / "infant-final-report"

    alone, beside = (
        CliRunner().invoke(adapter, [*command, str(folder), *prior], standalone_mode=False)
        for prior in ((), ("--prior", str(earlier)))
    )

    assert [("With an earlier claim" in result.output) for result in (alone, beside)] == [False, True]


def test_the_switches_of_the_rules_reach_them() -> None:
    options = Options(sunset="2022-07-01", sunset_verified=True, to_public_server=True)

    made = pipeline().convert([example(test=False)], options)

    found = {issue.rule: issue for issue in made.issues}
    assert found["DOS-02"].is_error
    assert found["PRI-03"].location == ("earlier.json#/test",)
    assert made.explanation is not None
