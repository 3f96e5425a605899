"""The line from documents to a Conversion: what it refuses, what its switches do, and that nothing depends on order or chance."""

import json
import re
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest

from adapter.case import Case
from adapter.conversion import Conversion, Options
from adapter.issues import MOST_ISSUES, FailureKind, Issue, IssueType, Severity, most_severe
from adapter.readers.document import Document
from tests.examples.ground import EXAMPLES, OPTIONS, conversion_of, documents_of, example_names, pipeline

BILLING = json.loads((EXAMPLES / "infant-final-report" / "encounter.json").read_bytes())["billing"]


def encounter(**changed: Any) -> Document:  # noqa: ANN401 - JSON
    """An encounter document of the product's example with some top-level parts changed."""
    tree = json.loads((EXAMPLES / "infant-final-report" / "encounter.json").read_bytes())
    return Document(name="encounter.json", content=json.dumps(tree | changed).encode())


def refusal_of(*documents: Document) -> Conversion:
    made = pipeline().convert(documents, OPTIONS)

    assert made.content is None
    assert made.bundle is None
    assert made.has_errors
    assert made.lineage.entries == ()
    assert made.unread_fields.fields == ()
    return made


def test_without_documents_it_is_said_what_to_send() -> None:
    (issue,) = refusal_of().issues

    assert issue.rule == "document/none"
    assert "send the encounter" in issue.text


def test_documents_of_two_encounters_are_refused_with_both_places() -> None:
    first, second = encounter(), documents_of(EXAMPLES / "complete")[0]
    made = refusal_of(Document(name="one.json", content=first.content), Document(name="two.json", content=second.content))

    assert made.case is None
    assert made.explanation is None
    ids = [issue for issue in made.issues if issue.location == ("one.json#/id", "two.json#/id")]
    assert len(ids) == 1


def test_a_document_of_another_tool_must_have_its_shape() -> None:
    tree = json.loads((EXAMPLES / "face2gene-lab" / "face2gene.json").read_bytes())
    tree["case_data"]["suggested_syndromes"] = 7
    made = refusal_of(encounter(), Document(name="lab.json", content=json.dumps(tree).encode()))

    assert [(issue.rule, issue.location) for issue in made.issues] == [
        ("document/shape", ("lab.json#/case_data/suggested_syndromes",))
    ]


def test_a_document_of_no_known_form_is_refused() -> None:
    made = refusal_of(encounter(), Document(name="other.json", content=b'{"rows": []}'))

    assert [(issue.rule, issue.location) for issue in made.issues] == [("document/form", ("other.json#",))]


def lab_beside_encounter(form: str) -> Conversion:
    named = [replace(document, form=form) for document in documents_of(EXAMPLES / "face2gene-lab")]
    return pipeline().convert(named, OPTIONS)


@pytest.mark.parametrize("form", ["face2gene_lab", "case"])
def test_a_form_that_is_named_is_that_of_the_documents_that_may_be_of_it(form: str) -> None:
    assert lab_beside_encounter(form).content == conversion_of("face2gene-lab").content


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("pedia", "no document here is of the form pedia, which the sender names; what is here is case and face2gene_lab"),
        ("xyz", r"no such input form \(known are: .*\bpedia\b"),
        ("face2gene", r"no such input form; did you mean face2gene_lab\?"),
    ],
)
def test_a_form_that_no_document_has_is_refused(form: str, words: str) -> None:
    made = lab_beside_encounter(form)

    assert made.failure is FailureKind.UNREADABLE
    assert re.search(words, made.issues[0].text)


def test_a_feature_that_is_said_and_denied_is_refused_with_both_places() -> None:
    tree = json.loads((EXAMPLES / "complete" / "encounter.json").read_bytes())
    count = len(tree["phenotypes"])
    tree["phenotypes"] += [{**tree["phenotypes"][0], "presence": "absent"}]
    made = refusal_of(Document(name="encounter.json", content=json.dumps(tree).encode()))

    assert [(issue.rule, issue.location) for issue in made.issues] == [
        ("document/contradiction", ("encounter.json#/phenotypes/0/presence", f"encounter.json#/phenotypes/{count}/presence"))
    ]


def test_another_name_of_a_code_is_told_and_the_first_is_kept() -> None:
    documents = documents_of(EXAMPLES / "complete")
    tree = json.loads((EXAMPLES / "complete" / "encounter.json").read_bytes())
    other = {"phenotypes": [{**tree["phenotypes"][0], "display": "Another name"}]}
    made = pipeline().convert([*documents, Document(name="other.json", content=json.dumps(other).encode())], OPTIONS)

    assert made.content == pipeline().convert(documents, OPTIONS).content
    assert [issue.location for issue in made.issues if issue.rule == "document/label"] == [
        ("encounter.json#/phenotypes/0/display", "other.json#/phenotypes/0/display")
    ]


@pytest.mark.parametrize("name", example_names())
def test_the_same_documents_give_the_same_bytes_in_any_order(name: str) -> None:
    documents = documents_of(EXAMPLES / name)
    first, second = pipeline().convert(documents, OPTIONS), pipeline().convert(documents[::-1], OPTIONS)

    assert first.content == second.content
    assert first.issues == second.issues


@pytest.mark.parametrize("name", example_names())
def test_lineage_noted_on_the_way_is_the_lineage_worked_out_afterwards(name: str) -> None:
    documents = documents_of(EXAMPLES / name)
    noted, afterwards = pipeline().convert(documents, OPTIONS, lineage=True), pipeline().convert(documents, OPTIONS)

    assert noted.content == afterwards.content
    assert noted.lineage == afterwards.lineage


def resources_with(options: Options) -> list[dict[str, Any]]:
    made = pipeline().convert(documents_of(EXAMPLES / "complete"), options)
    assert made.bundle is not None
    return [entry["resource"] for entry in made.bundle["entry"]]


@pytest.mark.parametrize(
    ("profiles", "begins"),
    [("none", set()), ("own", {"https://0731t-adapter.invalid/fhir/"}), ("uscore", {"http://hl7.org/fhir/us/core/"})],
)
def test_resources_claim_the_profiles_that_are_asked_for(profiles: Any, begins: set[str]) -> None:  # noqa: ANN401 - a switch
    claimed = {
        profile for made in resources_with(Options(profiles=profiles)) for profile in made.get("meta", {}).get("profile", ())
    }

    assert bool(claimed) is bool(begins)
    assert all(any(each.startswith(begin) for begin in begins) for each in claimed)


def test_all_profiles_are_those_of_each_kind_and_more() -> None:
    def claimed(profiles: Any) -> set[str]:  # noqa: ANN401 - a switch
        return {
            profile for made in resources_with(Options(profiles=profiles)) for profile in made.get("meta", {}).get("profile", ())
        }

    assert claimed("own") | claimed("uscore") < claimed("all")


@pytest.mark.parametrize(("label", "codes"), [("device", {"DEVAST"}), ("ai", {"AIAST"}), ("both", {"DEVAST", "AIAST"})])
def test_what_the_ai_said_is_labelled_as_asked(label: Any, codes: set[str]) -> None:  # noqa: ANN401 - a switch
    labels = {
        security["code"]
        for made in resources_with(Options(ai_label=label))
        for security in made.get("meta", {}).get("security", ())
        if security["code"] in {"DEVAST", "AIAST"}
    }

    assert labels == codes


def test_narratives_can_be_left_out() -> None:
    assert all("text" in resource for resource in resources_with(Options()))
    assert not any("text" in resource for resource in resources_with(Options(narrative=False)))


def test_the_case_and_what_became_of_the_rules_come_with_it() -> None:
    made = pipeline().convert(documents_of(EXAMPLES / "infant-final-report"), OPTIONS)

    assert isinstance(made.case, Case)
    assert made.explanation is not None


@pytest.mark.parametrize(
    ("orders", "proposed", "sequences", "pointed", "nowhere"),
    [
        ((None, None), (), [1, 2], [1, 2], [2]),
        ((2, 1), (), [2, 1], [1, 2], [2]),
        ((3, None), (), [3, 2], [2, 3], [0]),
        ((None, 3), (), [1, 3], [1, 3], [1]),
        ((None, None), (0,), [2], [2], [2]),
        ((2, 1), (1,), [2], [2], [2]),
    ],
    ids=["by place", "by order", "first by order", "last by order", "by place beside the AI's", "by order beside the AI's"],
)
def test_pointers_find_the_diagnosis_that_the_rules_find(
    orders: tuple[int | None, ...], proposed: tuple[int, ...], sequences: list[int], pointed: list[int], nowhere: list[int]
) -> None:
    tree = json.loads((EXAMPLES / "infant-final-report" / "encounter.json").read_bytes())
    diagnoses = [
        {"icd10cm": f"Q87.{at}", "certainty": "confirmed", "source": "ai" if at in proposed else "clinician", "order": order}
        for at, order in enumerate(orders)
    ]
    tree["billing"]["lines"][0]["dx_pointers"] = [1, 2, 3]
    tree["diagnoses"] = [{name: value for name, value in diagnosis.items() if value is not None} for diagnosis in diagnoses]
    made = pipeline().convert([Document(name="encounter.json", content=json.dumps(tree).encode())], OPTIONS)
    assert made.bundle is not None
    claim = next(entry["resource"] for entry in made.bundle["entry"] if entry["resource"]["resourceType"] == "Claim")

    assert [each["sequence"] for each in claim["diagnosis"]] == sequences
    assert claim["item"][0]["diagnosisSequence"] == pointed
    assert [issue.field for issue in made.issues if issue.rule == "DX-01"] == [
        f"billing.lines[0].dx_pointers[{place}]" for place in nowhere
    ]


def test_a_day_where_a_time_is_needed_is_told_at_the_day() -> None:
    tree = json.loads((EXAMPLES / "infant-final-report" / "encounter.json").read_bytes())
    made = pipeline().convert([encounter(images=[tree["images"][0] | {"uploaded_at": "2099-03-02"}])], OPTIONS)

    places = [issue.location for issue in made.issues if issue.rule == "map/instant"]
    assert places == [("encounter.json#/images/0/uploaded_at",)]


def test_the_day_of_a_signature_without_a_time_stands_in_the_provenance() -> None:
    tree = json.loads((EXAMPLES / "infant-final-report" / "encounter.json").read_bytes())
    made = pipeline().convert([encounter(review=tree["review"] | {"signed_at": "2099-03-02"})], OPTIONS)
    assert made.bundle is not None
    resources = [entry["resource"] for entry in made.bundle["entry"]]
    (review,) = [one for one in resources if one["resourceType"] == "Provenance" and "occurredDateTime" in one]

    assert (review["occurredDateTime"], "recorded" in review) == ("2099-03-02", False)
    assert review["_recorded"]["extension"][0]["valueCode"] == "unknown"
    assert [issue for issue in made.issues if issue.rule == "map/instant"] == []


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59-05:00", "0001-01-01T00:00:00Z"])
def test_the_ends_of_the_calendar_are_times_like_others(moment: str) -> None:
    """Systems write them for never: a consent that does not expire, a time that nobody filled in."""
    encounter, report = documents_of(EXAMPLES / "infant-final-report")
    tree = json.loads(encounter.content)
    tree["consent"]["expires"] = tree["encounter"]["start"] = tree["review"]["signed_at"] = moment
    tree["images"][0]["captured_at"] = tree["billing"]["created"] = moment

    made = pipeline().convert([replace(encounter, content=json.dumps(tree).encode()), report])

    assert made.failure is None


def test_a_missing_insurance_is_told_once_by_the_name_of_its_field() -> None:
    made = pipeline().convert([encounter(coverage=None)], OPTIONS)

    (issue,) = [issue for issue in made.issues if issue.is_error and "coverage" in issue.text]
    assert issue.rule == "COV-01"
    assert issue.text.startswith("`coverage` is missing")


@pytest.mark.parametrize(
    ("changed", "refused"),
    [
        ({"images": [{"id": number} for number in range(300)]}, True),
        ({"images": [{"id": str(number), "x": 1} for number in range(300)]}, True),
        ({"billing": BILLING | {"lines": [BILLING["lines"][0] | {"dx_pointers": [*range(100, 400)]}]}}, False),
    ],
    ids=["values", "unknown fields", "rules"],
)
def test_no_more_than_fifty_issues_are_told_and_one_that_there_are_more(changed: dict[str, Any], *, refused: bool) -> None:
    made = pipeline().convert([encounter(**changed)], OPTIONS)

    assert (made.content is None) is refused
    assert len(made.problems) == MOST_ISSUES + 1
    assert made.problems[-1].rule == "request/more"
    assert sum(issue.is_error for issue in made.problems[:-1]) == MOST_ISSUES or not made.problems[-1].is_error


MANY = 300
LAB = json.loads((EXAMPLES / "face2gene-lab" / "face2gene.json").read_bytes())
LINES = [{**BILLING["lines"][0], "units": 0, "pos": "99", "modifiers": ["22", "XX"], "dx_pointers": [9]}] * MANY


@pytest.mark.parametrize(
    "documents",
    [
        [encounter(billing=BILLING | {"lines": LINES})],
        [encounter(images=[{"id": str(number), "x": 1} for number in range(MANY)])],
        [encounter(images=[{"id": number} for number in range(MANY)])],
        [encounter(phenotypes=[{"hpo": "HP:0000316", "label": "a", "onset": "x"}] * MANY)],
        [
            encounter(),
            Document(
                name="ai.json",
                content=json.dumps(
                    {
                        "id": "enc-infant-final-report",
                        "ai": {"tool": {"vendor": "V", "product": "P", "version": "1"}},
                        "phenotypes": [{"hpo": f"HP:{number:07}", "label": "a"} for number in range(1, MANY)],
                    }
                ).encode(),
            ),
        ],
        [encounter(), Document(name="l.json", content=json.dumps(LAB | {f"x{number}": 1 for number in range(MANY)}).encode())],
        [Document(name="p.json", content=json.dumps({"resourceType": "Patient"} | {f"x{n}": 1 for n in range(MANY)}).encode())],
        [Document(name="a.json", content=json.dumps({"id": "\x00", "images": ["\x01"] * MANY}).encode())],
    ],
    ids=["rules", "unknown fields", "values", "forms", "features without a source", "unread fields", "FHIR", "characters"],
)
def test_of_one_request_no_more_than_fifty_issues_are_built(documents: list[Document]) -> None:
    with patch.object(Issue, "__init__", autospec=True, side_effect=Issue.__init__) as build:
        made = pipeline().convert(documents, OPTIONS)

    assert len(made.problems) <= MOST_ISSUES + 1
    assert build.call_count <= MOST_ISSUES + 2


def test_fields_that_are_not_read_are_counted_where_they_are_too_many_to_be_told() -> None:
    strange = {f"strange_{number}": number for number in range(MANY)}
    visit = Document(name="encounter.json", content=(EXAMPLES / "face2gene-lab" / "encounter.json").read_bytes())
    made = pipeline().convert([visit, Document(name="lab.json", content=json.dumps(LAB | strange).encode())], OPTIONS)
    told = sum((issue.rule or "").startswith("coverage/") for issue in made.problems)

    assert len(made.unread_fields.fields) > MANY > told
    assert f"at least {len(made.unread_fields.fields) - told};" in made.problems[-1].text


def test_of_too_many_issues_the_most_severe_are_told_in_their_order() -> None:
    issues = [
        Issue(severity=severity, code=IssueType.VALUE, text=str(place))
        for place, severity in enumerate([*[Severity.INFORMATION] * 60, Severity.ERROR, Severity.WARNING])
    ]
    *told, more = most_severe(issues)

    assert [issue.text for issue in told] == [*map(str, range(48)), "60", "61"]
    assert more.severity is Severity.INFORMATION
    assert more.text == "there are more issues than these 50, at least 12; fix these first"
