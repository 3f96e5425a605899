"""What a case can say of several insurances, referrals, addresses, deaths and withdrawals, and what becomes of it."""

from typing import Any

import orjson
import pytest

from adapter.conversion import Conversion
from adapter.readers.document import Document
from tests.examples.ground import EXAMPLES, OPTIONS, pipeline

Tree = dict[str, Any]


def encounter_of(name: str) -> Tree:
    tree: Tree = orjson.loads((EXAMPLES / name / "encounter.json").read_bytes())
    return tree


def converted(tree: Tree, *reports: Tree) -> Conversion:
    documents = [Document(name=f"{number}.json", content=orjson.dumps(each)) for number, each in enumerate((tree, *reports))]
    return pipeline().convert(documents, OPTIONS)


def made(conversion: Conversion, kind: str) -> list[Tree]:
    assert conversion.bundle, conversion.issues
    return [entry["resource"] for entry in conversion.bundle["entry"] if entry["resource"]["resourceType"] == kind]


def rules_of(conversion: Conversion) -> set[str | None]:
    return {issue.rule for issue in conversion.issues}


def test_the_second_insurance_has_its_own_payer_and_is_not_the_focal_one() -> None:
    conversion = converted(encounter_of("secondary-insurance"))
    (claim,) = made(conversion, "Claim")

    assert [(insurance["sequence"], insurance["focal"], "preAuthRef" in insurance) for insurance in claim["insurance"]] == [
        (1, True, True),
        (2, False, False),
    ]
    assert claim["referral"] == {"type": "ServiceRequest", "identifier": {"value": "INV-REF-0078"}}
    assert len({cover["payor"][0]["reference"] for cover in made(conversion, "Coverage")}) == 2


def test_two_insurances_with_one_payer_have_one_payer() -> None:
    tree = encounter_of("secondary-insurance")
    tree["coverages"][1]["payer"] = tree["payer"]
    conversion = converted(tree)

    assert len({cover["payor"][0]["reference"] for cover in made(conversion, "Coverage")}) == 1


def test_roles_have_their_codes_or_else_words() -> None:
    conversion = converted(encounter_of("secondary-insurance"))
    (claim,), (procedure,) = made(conversion, "Claim"), made(conversion, "Procedure")

    roles = [(member["role"]["coding"][0]["code"], member["role"].get("text")) for member in claim["careTeam"]]
    assert roles == [("primary", None), ("supervisor", None), ("other", "Referring practitioner")]
    functions = [performer.get("function", {}).get("coding", [{}])[0].get("code") for performer in procedure["performer"]]
    assert functions == [None, "ATND"]


@pytest.mark.parametrize("frequency", ["original", "replacement", "void"])
def test_the_frequency_of_a_claim_is_an_extension_of_ours(frequency: str) -> None:
    tree = encounter_of("secondary-insurance")
    tree["billing"] |= {"frequency": frequency, "related": [{"claim": "INV-1", "relationship": "prior"}]}
    (claim,) = made(converted(tree), "Claim")

    (extension,) = claim["extension"]
    assert extension["url"].endswith("/StructureDefinition/claim-frequency")
    assert extension["valueCode"] == frequency
    assert claim["related"][0]["reference"] == {"value": "INV-1"}


def test_a_billing_address_stands_beside_that_of_the_clinic() -> None:
    clinic = next(each for each in made(converted(encounter_of("secondary-insurance")), "Organization") if "address" in each)

    assert [address.get("use") for address in clinic["address"]] == [None, "billing"]


def test_a_withdrawal_of_the_training_leaves_the_analysis_as_it_was() -> None:
    tree = encounter_of("secondary-insurance")
    tree["consent"]["withdrawn_at"] = "2026-03-12T09:11:00-04:00"
    conversion = converted(tree)
    (consent,) = made(conversion, "Consent")

    assert "PRI-01" not in rules_of(conversion)
    assert "end" not in consent["provision"]["period"]
    ends = [part.get("period", {}).get("end") for part in consent["provision"]["provision"]]
    assert ends == [None, None, "2026-03-12T09:11:00-04:00"]


@pytest.mark.parametrize("withdrawn", [[], ["analysis"]])
def test_a_withdrawal_of_the_analysis_covers_nothing_that_came_after(withdrawn: list[str]) -> None:
    tree = encounter_of("secondary-insurance")
    tree["consent"] |= {"withdrawn_at": "2026-03-12T09:11:00-04:00", "withdrawn": withdrawn}

    assert "PRI-01" in rules_of(converted(tree))


@pytest.mark.parametrize(
    ("patient", "said"),
    [
        ({"deceased": True}, {"deceasedBoolean": True}),
        ({"deceased_at": "2026-04"}, {"deceasedDateTime": "2026-04"}),
        ({"deceased": True, "deceased_at": "2026-04-02"}, {"deceasedDateTime": "2026-04-02"}),
    ],
)
def test_a_patient_may_have_died(patient: Tree, said: Tree) -> None:
    tree = encounter_of("infant-final-report")
    tree["patient"] |= patient
    (resource,) = made(converted(tree), "Patient")

    assert {name: value for name, value in resource.items() if name.startswith("deceased")} == said


@pytest.mark.parametrize(
    ("part", "change", "rule"),
    [
        ("patient", {"deceased": False, "deceased_at": "2026-04-02"}, "document/deceased"),
        ("coverage", {"payer": {"name": "Another"}}, "document/one-payer"),
    ],
)
def test_what_contradicts_itself_is_refused(part: str, change: Tree, rule: str) -> None:
    tree = encounter_of("infant-final-report")
    tree[part] |= change
    conversion = converted(tree)

    assert conversion.bundle is None
    assert rules_of(conversion) == {rule}


def reports_of(name: str) -> list[Tree]:
    return [orjson.loads(path.read_bytes()) for path in sorted((EXAMPLES / name).glob("ai_report*.json"))]


def test_ids_of_one_run_stay_when_another_one_turns_up() -> None:
    encounter, reports = encounter_of("two-analyses"), reports_of("two-analyses")
    whole = converted(encounter, *reports)
    all_ids = {each["id"] for kind in ("Observation", "Device", "Provenance") for each in made(whole, kind)}

    for report in reports:
        alone = converted(encounter, report)
        assert {each["id"] for kind in ("Observation", "Device", "Provenance") for each in made(alone, kind)} <= all_ids


def test_a_run_that_was_redone_is_cancelled_outside_the_report_and_told() -> None:
    conversion = converted(encounter_of("two-analyses"), *reports_of("two-analyses"))
    (report,) = made(conversion, "DiagnosticReport")
    (failed,) = [each for each in made(conversion, "Observation") if each["status"] == "cancelled"]
    revisions = [
        entity for run in made(conversion, "Provenance") for entity in run.get("entity", []) if entity["role"] == "revision"
    ]

    assert failed["code"]["coding"][0]["code"] == "failed-analysis"
    assert f"urn:uuid:{failed['id']}" not in [result["reference"] for result in report["result"]]
    assert [revision["what"]["reference"] for revision in revisions] == [f"urn:uuid:{failed['id']}"]
    assert "document/superseded" in rules_of(conversion)


def test_the_order_of_ai_reports_and_their_names_change_nothing() -> None:
    encounter, reports = encounter_of("two-analyses"), reports_of("two-analyses")

    assert converted(encounter, *reports).content == converted(encounter, *reports[::-1]).content


def test_a_feature_that_one_source_gives_twice_is_one() -> None:
    tree = encounter_of("infant-final-report")
    once = converted(tree)
    tree["phenotypes"] *= 2

    assert converted(tree).content == once.content
