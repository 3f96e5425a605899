"""A real case of the Face2Gene LAB interface (PEDIA, 2018) beside an invented encounter, and changes of it."""

import copy
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapter.checks.second_opinion import second_opinion
from adapter.conversion import Conversion, Options
from adapter.fhir.json import read_json
from adapter.path import leaves
from adapter.readers.document import Document
from tests.examples.ground import pipeline

FILE = "samples/face2gene/pedia_123_lab_v18.2.1.json"
OWN = "https://0731t-adapter.invalid/fhir"
SCORE_KINDS = {"gestalt_score": "similarity-score", "feature_score": "feature-score"}

ENCOUNTER: dict[str, Any] = {
    "id": "case-0102",
    "test": True,
    "patient": {"mrn": "100102", "mrn_system": "urn:oid:1.2.3", "family": "Invented", "given": ["Nobody"], "sex": "male"},
    "organization": {"name": "Invented Children's Genetics Clinic"},
    "encounter": {"id": "case-0102-visit", "status": "finished", "start": "2018-09-06", "mode": "in-person"},
    "consent": {"status": "active", "date": "2018-09-05", "given_by": "guardian", "analysis": True},
    "procedure": {"status": "completed", "started_at": "2018-09-06"},
}


@pytest.fixture(scope="module")
def sent(test_data: Path) -> bytes:
    """Give the bytes of the real file; without it the test is skipped."""
    path = test_data / FILE
    if not path.exists():
        pytest.skip(f"there is no {FILE} in the folder of test data")
    return path.read_bytes()


@pytest.fixture(scope="module")
def real(sent: bytes) -> dict[str, Any]:
    tree: dict[str, Any] = read_json(sent, "face2gene.json")
    return tree


@pytest.fixture(scope="module")
def converted(sent: bytes) -> Conversion:
    return convert(sent)


def convert(face2gene: bytes, **options: Any) -> Conversion:  # noqa: ANN401 - as Options takes them
    documents = [
        Document(name="encounter.json", content=json.dumps(ENCOUNTER).encode()),
        Document(name="face2gene.json", content=face2gene),
    ]
    return pipeline().convert(documents, Options(version="0.1.0", **options))


def resources(conversion: Conversion, kind: str, code: str | None = None) -> list[dict[str, Any]]:
    assert conversion.bundle is not None
    found = [entry["resource"] for entry in conversion.bundle["entry"] if entry["resource"]["resourceType"] == kind]
    return [each for each in found if code is None or code in codes_of(each.get("code", {}))]


def codes_of(concept: dict[str, Any]) -> list[str]:
    return [coding["code"] for coding in concept.get("coding", ())]


def part(observation: dict[str, Any], code: str) -> list[dict[str, Any]]:
    return [component for component in observation.get("component", ()) if code in codes_of(component["code"])]


def test_nothing_objects_to_the_real_case(converted: Conversion) -> None:
    assert [issue for issue in converted.issues if issue.is_error] == []
    assert converted.bundle is not None
    assert list(second_opinion(converted.bundle)) == []


def test_the_candidates_keep_the_order_of_the_list(converted: Conversion, real: dict[str, Any]) -> None:
    candidates = resources(converted, "Observation", "candidate-syndrome")
    names = [candidate["valueCodeableConcept"]["text"] for candidate in candidates]

    assert [part(candidate, "rank")[0]["valueInteger"] for candidate in candidates] == list(range(1, 101))
    assert names == [hit["syndrome"]["syndrome_name"] for hit in real["case_data"]["suggested_syndromes"]]


def test_a_group_carries_its_series_and_what_has_no_number_its_name(converted: Conversion) -> None:
    candidates = resources(converted, "Observation", "candidate-syndrome")
    codings = [first_kind(codes_of(candidate["valueCodeableConcept"])) for candidate in candidates]

    assert Counter(codings) == {"entry": 77, "series": 17, "none": 6}
    assert {coding["system"] for candidate in candidates for coding in candidate["valueCodeableConcept"].get("coding", ())} == {
        "http://www.omim.org",
        "http://purl.obolibrary.org/obo/mondo.owl",
        "https://www.orpha.net",
    }


def first_kind(codes: list[str]) -> str:
    """What of OMIM the first code is; two hits have the number 0, which is not one of OMIM and is reported."""
    return "none" if not codes else "series" if codes[0].startswith("PS") else "entry"


def test_scores_keep_kind_direction_and_digits(converted: Conversion, real: dict[str, Any]) -> None:
    candidates = resources(converted, "Observation", "candidate-syndrome")
    for observation, hit in zip(candidates, real["case_data"]["suggested_syndromes"], strict=True):
        for field, code in SCORE_KINDS.items():
            score = next(each for each in part(observation, code) if "valueQuantity" in each)
            extensions = {extension["url"]: extension for extension in score["extension"]}

            assert str(score["valueQuantity"]["value"]) == str(hit[field])
            assert extensions[f"{OWN}/StructureDefinition/score-direction"]["valueCode"] == "higher"
            assert extensions[f"{OWN}/StructureDefinition/score-native-field"]["valueString"] == field


def test_a_gestalt_score_of_nothing_means_that_the_face_said_nothing(converted: Conversion, real: dict[str, Any]) -> None:
    candidates = resources(converted, "Observation", "candidate-syndrome")
    for observation, hit in zip(candidates, real["case_data"]["suggested_syndromes"], strict=True):
        evidence = codes_of(part(observation, "evidence")[0]["valueCodeableConcept"])

        assert evidence == [said_by(hit)]
        assert ("method" in observation) == (hit["gestalt_score"] > 0)


def said_by(hit: dict[str, Any]) -> str:
    face, features = hit["gestalt_score"] > 0, hit["feature_score"] > 0
    return "evidence-both" if face and features else "evidence-face" if face else "evidence-features"


def test_a_candidate_is_said_by_ai_and_no_condition(converted: Conversion, real: dict[str, Any]) -> None:
    conditions = {resource["code"]["text"] for resource in resources(converted, "Condition")}
    proposed = {hit["syndrome"]["syndrome_name"] for hit in real["case_data"]["suggested_syndromes"]}
    chosen = {selected_syndrome["syndrome"]["syndrome_name"] for selected_syndrome in real["case_data"]["selected_syndromes"]}
    for resource in resources(converted, "Observation", "candidate-syndrome"):
        assert resource["status"] == "preliminary"
        assert "DEVAST" in [label["code"] for label in resource["meta"]["security"]]

    assert conditions == chosen
    assert not (conditions - chosen) & proposed


def test_the_clinicians_diagnoses_keep_their_certainty(converted: Conversion) -> None:
    said = {resource["code"]["text"]: codes_of(resource["verificationStatus"]) for resource in resources(converted, "Condition")}

    assert said == {
        "Mucopolysaccharidosis, Type II; MPS2": ["differential"],
        "Mucopolysaccharidoses": ["differential"],
        "Coffin-Siris Syndrome": ["confirmed"],
    }


def test_the_features_are_all_there(converted: Conversion, real: dict[str, Any]) -> None:
    sent = {
        selected_feature["feature"]["hpo_full_id"]: selected_feature["feature"]["feature_name"]
        for selected_feature in real["case_data"]["selected_features"]
    }
    features = {
        code: resource for resource in resources(converted, "Observation") for code in codes_of(resource["code"]) if code in sent
    }

    assert len(features) == 18
    assert {code: each["code"]["text"] for code, each in features.items()} == sent
    assert {feature["valueCodeableConcept"]["text"] for feature in features.values()} == {"Present"}


def test_the_measurements_keep_percentile_and_deviation(converted: Conversion) -> None:
    found = {
        resource["code"]["text"]: (
            resource["code"]["coding"][0]["code"],
            str(resource["valueQuantity"]["value"]),
            resource["valueQuantity"]["code"],
            [str(part["valueQuantity"]["value"]) for part in resource["component"]],
        )
        for resource in resources(converted, "Observation")
        if resource["code"].get("text") in ("Height", "Weight", "Head Circumference")
    }

    assert found == {
        "Height": ("8302-2", "115", "cm", ["11.36", "-1.22"]),
        "Weight": ("29463-7", "22", "kg", ["41.18", "-0.25"]),
        "Head Circumference": ("9843-4", "54", "cm", ["91.67", "1.43"]),
    }


def test_the_molecular_finding_is_no_candidate(converted: Conversion) -> None:
    (finding,) = resources(converted, "Observation", "69548-6")
    said = {codes_of(component["code"])[0]: component["valueCodeableConcept"] for component in finding["component"]}

    assert said["48018-6"]["text"] == "ARID1B"
    assert {(coding["system"], coding["code"]) for coding in said["48018-6"]["coding"]} == {
        ("http://www.ncbi.nlm.nih.gov/gene", "57492"),
        ("http://www.omim.org", "614556"),
    }
    assert said["48004-6"]["text"] == "NM_020732.3:c.5737C>T"
    assert said["53037-8"]["text"] == "PATHOGENIC"
    assert said["53034-5"]["text"] == "HETEROZYGOUS"


def test_the_suggested_genes_carry_no_number_of_the_vendor(converted: Conversion, real: dict[str, Any]) -> None:
    (genes,) = resources(converted, "Observation", "suggested-genes")

    assert len(genes["component"]) == len(real["case_data"]["suggested_genes"])
    assert not any("gene_id" in str(component) or "7000" in str(component) for component in genes["component"])


def test_a_time_without_zone_is_reported_and_only_its_day_is_kept(converted: Conversion) -> None:
    candidate = resources(converted, "Observation", "candidate-syndrome")[0]
    told = {(issue.rule, issue.location) for issue in converted.issues if issue.rule == "map/local_time"}

    assert candidate["effectiveDateTime"] == "2018-09-06"
    assert told == {("map/local_time", ("face2gene.json#/updated_at",))}
    assert [resource for resource in resources(converted, "Provenance") if "AI software" in resource["text"]["div"]] == []


@pytest.mark.parametrize(("zone", "offset"), [("Europe/Berlin", "+02:00"), ("-04:00", "-04:00")])
def test_the_zone_of_the_sender_gives_the_exact_time(sent: bytes, zone: str, offset: str) -> None:
    conversion = convert(sent, zone=zone)
    candidate = resources(conversion, "Observation", "candidate-syndrome")[0]
    (run,) = [resource for resource in resources(conversion, "Provenance") if "AI software" in resource["text"]["div"]]

    assert candidate["effectiveDateTime"] == "2018-09-06T06:17:41" + offset
    assert run["recorded"] == "2018-09-06T06:17:41" + offset
    assert [issue for issue in conversion.issues if issue.rule == "map/local_time"] == []


def test_every_field_is_read_or_reported_with_its_reason(converted: Conversion, real: dict[str, Any]) -> None:
    unread = [field for field in converted.unread_fields.fields if field.positions[0].startswith("face2gene.json#")]
    reported = {position for each in unread for position in each.positions}
    reported |= {place for issue in converted.issues if issue.rule == "map/syndrome_codes" for place in issue.location}
    used = {position for entry in converted.lineage.entries for position in entry.positions}
    silent = {place for place in filled_places(real) if place not in reported and place not in used}
    decides_a_note = {f"face2gene.json#/case_data/selected_syndromes/{place}/syndrome/is_group" for place in range(3)}

    assert [each.field for each in unread if each.reason is None] == []
    assert silent == decides_a_note


def filled_places(tree: dict[str, Any]) -> Iterator[str]:
    for path in leaves(tree):
        value: Any = tree
        for step in path:
            value = value[step]
        if value not in (None, ""):
            yield "face2gene.json#/" + "/".join(map(str, path))


def test_no_value_of_the_file_stands_in_an_issue(converted: Conversion) -> None:
    texts = " ".join(f"{issue.text} {issue.suggestion}" for issue in converted.issues)

    assert not any(value in texts for value in ("REDACTED", "Charité", "123#PEDIA", "redacted@example.org"))


def changed(real: dict[str, Any], path: str, value: object) -> bytes:
    """The file with another value at a path, or without it."""
    tree = copy.deepcopy(real)
    *before, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    place: Any = tree
    for step in before:
        place = place[step]
    if value is LEFT_OUT:
        del place[last]
    else:
        place[last] = value
    return json.dumps(tree, default=float).encode()


LEFT_OUT = object()
VARIANTS = {
    "an absent feature": ("case_data/selected_features/0/is_present", "0"),
    "no features": ("case_data/selected_features", LEFT_OUT),
    "no measurements": ("case_data/measurements", LEFT_OUT),
    "a measurement without its value": ("case_data/measurements/0/value", None),
    "a measurement with an unusual unit": ("case_data/measurements/0/units", "FURLONG"),
    "a percentile that is not a number": ("case_data/measurements/0/percentile", "<1"),
    "no genes": ("case_data/suggested_genes", LEFT_OUT),
    "no molecular entries": ("case_data/genomic_entries", LEFT_OUT),
    "a molecular entry without a gene": ("case_data/genomic_entries/0/gene", None),
    "a molecular entry without variants": ("case_data/genomic_entries/0/variants", []),
    "no chosen syndromes": ("case_data/selected_syndromes", LEFT_OUT),
    "a syndrome without a name": ("case_data/suggested_syndromes/0/syndrome/syndrome_name", ""),
    "a syndrome's number as a number": ("case_data/suggested_syndromes/0/syndrome/omim_id", 239850),
    "a syndrome without scores": ("case_data/suggested_syndromes/0", {"syndrome": {"syndrome_name": "Alone"}}),
    "no candidates": ("case_data/suggested_syndromes", []),
    "no gender": ("case_data/gender", None),
    "an unknown gender": ("case_data/gender", "Unspecified"),
    "another field": ("case_data/new_field", "new"),
    "no time": ("updated_at", None),
    "no version": ("case_data/algo_version", LEFT_OUT),
    "a name that only looks empty": ("case_data/suggested_syndromes/0/syndrome/syndrome_name", "  "),
    "a feature without its name": ("case_data/selected_features/0/feature/feature_name", ""),
    "a feature without its term": ("case_data/selected_features/0/feature/hpo_full_id", None),
    "a feature with a term of another vocabulary": ("case_data/selected_features/0/feature/hpo_full_id", "SNOMED:1"),
    "a feature that may be there": ("case_data/selected_features/0/is_present", "maybe"),
    "a feature of which nobody says whether it is there": ("case_data/selected_features/0/is_present", None),
    "features as numbers": ("case_data/selected_features/0/is_present", 0),
    "features as yes or no": ("case_data/selected_features/0/is_present", False),
    "scores as text": ("case_data/suggested_syndromes/0/gestalt_score", "0.25"),
    "the number of the case as text": ("lab_case_id", "123"),
    "a group as a number": ("case_data/suggested_syndromes/0/syndrome/is_group", 0),
    "null for the candidates": ("case_data/suggested_syndromes", None),
    "null for the features": ("case_data/selected_features", None),
    "null for the genes": ("case_data/suggested_genes", None),
    "null for the selected syndromes": ("case_data/selected_syndromes", None),
    "a selected syndrome without a name": ("case_data/selected_syndromes/0/syndrome/syndrome_name", None),
    "a syndrome with several numbers": ("case_data/suggested_syndromes/0/syndrome/omim_id", [239850, 135900]),
    "a measurement with a blank unit": ("case_data/measurements/0/units", ""),
    "null for the measurements": ("case_data/measurements", None),
    "a measurement without its label": ("case_data/measurements/0/label", None),
}
DROPPED = {
    "a measurement without its value": "measurements/0",
    "a feature without its term": "selected_features/0",
    "a feature with a term of another vocabulary": "selected_features/0",
    "a feature that may be there": "selected_features/0",
    "a feature of which nobody says whether it is there": "selected_features/0",
    "a selected syndrome without a name": "selected_syndromes/0",
    "a measurement without its label": "measurements/0",
}
"""What of the file nothing can be made of, which is told."""


@pytest.fixture(scope="module")
def brief(real: dict[str, Any]) -> dict[str, Any]:
    """The file with few candidates and genes."""
    few = {name: real["case_data"][name][:3] for name in ("suggested_syndromes", "suggested_genes")}
    return {**real, "case_data": {**real["case_data"], **few}}


@pytest.mark.parametrize("change", sorted(VARIANTS))
def test_a_changed_file_is_converted_or_refused_at_the_place(brief: dict[str, Any], change: str) -> None:
    path, value = VARIANTS[change]
    conversion = convert(changed(brief, path, value))
    errors = [issue for issue in conversion.issues if issue.is_error]

    told = {issue.location for issue in conversion.issues if issue.rule == "coverage/dropped"}

    assert told == {(f"face2gene.json#/case_data/{DROPPED[change]}",) for _ in range(change in DROPPED)}
    if conversion.bundle is None:
        assert errors
        assert all(issue.location for issue in errors)
    else:
        assert errors == []
        assert list(second_opinion(conversion.bundle)) == []


@pytest.mark.parametrize("is_present", [None, "", "maybe", 2])
def test_no_feature_is_absent_unless_the_tool_says_so(brief: dict[str, Any], is_present: object) -> None:
    conversion = convert(changed(brief, "case_data/selected_features/0/is_present", is_present))

    assert conversion.case is not None
    assert len(conversion.case.phenotypes) == 17
    assert {feature.presence for feature in conversion.case.phenotypes} == {"present"}


def test_another_order_of_keys_changes_nothing(real: dict[str, Any], sent: bytes) -> None:
    assert convert(json.dumps(backwards(real), default=float).encode()).content == convert(sent).content


def backwards(value: Any) -> Any:  # noqa: ANN401 - JSON
    """A tree with the members of each object in the opposite order."""
    if isinstance(value, list):
        return [backwards(item) for item in value]
    return {key: backwards(value[key]) for key in reversed(value)} if isinstance(value, dict) else value
