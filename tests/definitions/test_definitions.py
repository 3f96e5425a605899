"""What our definitions promise, each read as the service publishes it."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from adapter.assembly import Runtime, load
from adapter.checks import check_resource, r4
from adapter.definitions.source import TYPES, load_resources, published
from adapter.issues import SetupError
from adapter.rules.policy import DEFAULT
from adapter.rules.registry import RULES
from adapter.settings import Settings

ROOT = Path(__file__).parents[2]
BASE = "https://canonical.invalid/r4"
CPT = "http://www.ama-assn.org/go/cpt"
HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
SENTENCE = "American Medical Association. All rights reserved."
GROUPS = ("extent", "discontinuation", "component", "assistant", "telehealth")

Element = Mapping[str, Any]


@cache
def runtime() -> Runtime:
    return load(Settings(canonical_base=BASE))


def definitions(*types: str) -> list[dict[str, Any]]:
    return [each for each in runtime().definitions if each["resourceType"] in (types or TYPES)]


def definition(reference: str) -> dict[str, Any]:
    kind, identity = reference.split("/")
    return next(each for each in definitions(kind) if each["id"] == identity)


def named(*types: str) -> list[Any]:
    return [pytest.param(each, id=f"{each['resourceType']}/{each['id']}") for each in definitions(*types)]


def concepts(parent: Element) -> Iterator[Element]:
    for concept in parent.get("concept", ()):
        yield concept
        yield from concepts(concept)


def elements(value: object) -> Iterator[Element]:
    """Every object within a value."""
    if isinstance(value, Mapping):
        yield value
        for child in value.values():
            yield from elements(child)
    elif isinstance(value, list):
        for child in value:
            yield from elements(child)


def codes_of(value_set: Element) -> set[tuple[str, str]]:
    return {(include["system"], concept["code"]) for include in value_set["compose"]["include"] for concept in include["concept"]}


def pairs_of(concept_map: Element) -> set[tuple[str, str, str, str]]:
    """Each translation as source system, source code, target system, target code."""
    return {
        (group["source"], element["code"], group["target"], target["code"])
        for group in concept_map["group"]
        for element in group["element"]
        for target in element["target"]
        if "code" in target
    }


def property_of(concept: Element, code: str) -> Any:  # noqa: ANN401 - a value of any type
    values = [prop for prop in concept.get("property", ()) if prop["code"] == code]
    return next((value for each in values for name, value in each.items() if name.startswith("value")), None)


PAYERS = (
    *("medicare", "medicaid", "tricare", "aetna", "aetna-better-health", "cigna", "uhc", "uhc-ma", "default"),
    *("bcbs", "bcbs-arkansas", "bcbs-massachusetts", "bcbs-north-dakota"),
)
"""The payers of our policies, each with a value set of the modifiers that it allows."""


def test_there_is_what_the_specification_lists() -> None:
    expected = {
        "CodeSystem": {
            "adapter-tag",
            "ai-facial-report",
            "claim-edit",
            "claim-frequency",
            "procedure-modifier",
            "score-direction",
            "seed-term",
        },
        "ValueSet": {
            "procedure-modifier",
            *(f"procedure-modifier-{group}" for group in GROUPS),
            "claim-modifier-0731t",
            "claim-modifier-telehealth",
            "claim-modifier-assistant",
            "claim-modifier-component",
            *(f"claim-modifier-allowed-{payer}" for payer in PAYERS),
            "pos-telehealth",
            "taxonomy-expected",
            "candidate-syndrome-systems",
            "report-final-status",
            "claim-frequency",
            "score-direction",
        },
        "ConceptMap": {"modifier-to-claim", "claim-to-modifier", "seed-correction"},
        "StructureDefinition": {
            "claim-0731t",
            "claim-frequency",
            "procedure-0731t",
            "ai-facial-report",
            "candidate-syndrome",
            "facial-image",
            "score-direction",
            "score-native-field",
        },
    }

    actual = {kind: {each["id"] for each in definitions(kind)} for kind in TYPES}

    assert expected == actual


def test_a_server_that_takes_them_in_order_meets_nothing_that_it_has_not_got() -> None:
    places = [TYPES.index(each["resourceType"]) for each in definitions()]

    assert places == sorted(places)


@pytest.mark.parametrize("resource", named())
def test_a_definition_is_valid_r4(resource: Element) -> None:
    assert check_resource(dict(resource), r4()) == []


@pytest.mark.parametrize("resource", named())
def test_a_definition_has_what_a_shareable_one_needs(resource: Element) -> None:
    needed = ["url", "version", "name", "title", "date", "publisher", "contact", "description", "jurisdiction", "copyright"]

    assert [name for name in needed if not resource.get(name)] == []
    assert (resource["status"], resource["experimental"]) == ("active", True)
    assert resource["url"] == f"{BASE}/{resource['resourceType']}/{resource['id']}"
    assert re.fullmatch(r"\d+\.\d+\.\d+", resource["version"])
    assert re.fullmatch(r"[A-Z][A-Za-z0-9_]{0,254}", resource["name"])


def test_all_are_of_one_version_and_one_day() -> None:
    assert len({(each["version"], each["date"]) for each in definitions()}) == 1


@pytest.mark.parametrize("field", ["url", "name", "title"])
def test_no_two_of_a_type_are_called_alike(field: str) -> None:
    said = [(each["resourceType"], each[field]) for each in definitions()]

    assert len(said) == len(set(said))


@pytest.mark.parametrize("resource", named())
def test_nothing_is_left_of_another_base_or_of_relative_urls(resource: Element) -> None:
    text = json.dumps(resource)

    assert Settings().canonical_base not in text
    assert re.findall(rf'"(?:{"|".join(TYPES)})/[^"]*"', text) == []


@pytest.mark.parametrize("resource", named())
def test_whoever_names_cpt_codes_says_whose_they_are_and_says_no_more_of_them(resource: Element) -> None:
    names_cpt = f'"{CPT}"' in json.dumps(resource)
    displayed = [element for element in elements(resource) if element.get("system") == CPT and "display" in json.dumps(element)]

    assert (SENTENCE in resource["copyright"]) == names_cpt
    assert displayed == []


@pytest.mark.parametrize("resource", named("CodeSystem"))
def test_a_code_system_is_ours_and_whole(resource: Element) -> None:
    codes = [concept["code"] for concept in concepts(resource)]
    declared = {prop["code"] for prop in resource.get("property", ())}
    used = {prop["code"] for concept in concepts(resource) for prop in concept.get("property", ())}

    assert resource["content"] == "complete"
    assert resource["caseSensitive"] is True
    assert resource["count"] == len(codes) == len(set(codes))
    assert all(concept["display"] and concept["definition"] for concept in concepts(resource))
    assert used <= declared


@pytest.mark.parametrize("resource", named("CodeSystem"))
def test_a_property_of_ours_is_found_in_its_code_system(resource: Element) -> None:
    """With a `#` validators look for the property in the code system before it (modelling.md §7.1)."""
    uris = {prop["code"]: prop["uri"] for prop in resource.get("property", ()) if not prop["uri"].startswith("http://hl7.org/")}

    assert uris == {code: f"{resource['url']}#{code}" for code in uris}
    assert "code" not in {prop["type"] for prop in resource.get("property", ())}


def test_the_value_set_of_all_codes_has_one_include_and_nothing_in_it() -> None:
    code_system, value_set = definition("CodeSystem/procedure-modifier"), definition("ValueSet/procedure-modifier")

    assert code_system["valueSet"] == value_set["url"]
    assert value_set["compose"] == {"include": [{"system": code_system["url"]}]}


@pytest.mark.parametrize("group", GROUPS)
def test_the_value_set_of_a_group_lists_what_is_in_it(group: str) -> None:
    code_system = definition("CodeSystem/procedure-modifier")
    (found,) = (concept for concept in code_system["concept"] if concept["code"] == group)

    expected = {(code_system["url"], concept["code"]) for concept in found["concept"]}

    assert expected == codes_of(definition(f"ValueSet/procedure-modifier-{group}"))


def test_a_group_of_modifiers_can_not_be_chosen() -> None:
    code_system = definition("CodeSystem/procedure-modifier")

    assert all((property_of(concept, "notSelectable") is True) == ("concept" in concept) for concept in concepts(code_system))


def test_property_value_set_and_both_maps_say_the_same_of_claim_modifiers() -> None:
    code_system = definition("CodeSystem/procedure-modifier")
    said = [
        (concept["code"], property_of(concept, "claimSystem"), property_of(concept, "claimModifier"))
        for concept in concepts(code_system)
    ]
    expected = {(code_system["url"], code, system, modifier) for code, system, modifier in said if modifier}

    there = pairs_of(definition("ConceptMap/modifier-to-claim"))
    back = pairs_of(definition("ConceptMap/claim-to-modifier"))

    assert len(expected) == 10
    assert expected == there == {(target, modifier, source, code) for source, code, target, modifier in back}
    assert codes_of(definition("ValueSet/claim-modifier-0731t")) == {each[2:] for each in expected}


@pytest.mark.parametrize("name", ["modifier-to-claim", "claim-to-modifier"])
def test_a_map_runs_from_value_set_to_value_set(name: str) -> None:
    """A source or target that is a CodeSystem is an error to validators (modelling.md §7.3)."""
    concept_map = definition(f"ConceptMap/{name}")
    urls = {each["url"] for each in definitions("ValueSet")}

    assert {concept_map["sourceUri"], concept_map["targetUri"]} <= urls


@pytest.mark.parametrize("resource", named("ConceptMap"))
def test_a_target_that_is_no_equal_says_why(resource: Element) -> None:
    targets = [element for element in elements(resource) if "equivalence" in element]

    assert all(target.get("comment") for target in targets if target["equivalence"] in ("narrower", "inexact", "unmatched"))
    assert all("code" in target for target in targets if target["equivalence"] != "unmatched")


def test_every_statement_of_the_seed_is_answered() -> None:
    code_system, concept_map = definition("CodeSystem/seed-term"), definition("ConceptMap/seed-correction")
    sources = [element["code"] for group in concept_map["group"] for element in group["element"]]

    assert sorted(sources) == sorted(concept["code"] for concept in concepts(code_system))
    assert {group["source"] for group in concept_map["group"]} == {code_system["url"]}


def test_every_code_of_ours_that_a_definition_names_is_there() -> None:
    held = {each["url"]: {concept["code"] for concept in concepts(each)} for each in definitions("CodeSystem")}
    named_codes = {
        (element["system"], code)
        for resource in definitions()
        for element in elements(resource)
        if element.get("system") in held
        for code in [element.get("code"), *(concept["code"] for concept in element.get("concept", ()))]
        if code
    }
    translated = {pair[at : at + 2] for each in definitions("ConceptMap") for pair in pairs_of(each) for at in (0, 2)}

    wanted = named_codes | {each for each in translated if each[0] in held}

    assert wanted
    assert [each for each in sorted(wanted) if each[1] not in held[each[0]]] == []


def test_the_code_system_of_claim_edits_is_the_rule_table() -> None:
    expected = [(rule.id, rule.title, rule.text, rule.severity.value, rule.code.value, rule.source) for rule in RULES]

    actual = [
        (concept["code"], concept["display"], concept["definition"], *(property_of(concept, name) for name in _OF_EDITS))
        for concept in definition("CodeSystem/claim-edit")["concept"]
    ]

    assert expected == actual


_OF_EDITS = ("severityDefault", "issueType", "source")


def test_every_rule_that_an_outcome_names_is_a_code_of_claim_edits() -> None:
    held = {concept["code"] for concept in definition("CodeSystem/claim-edit")["concept"]}
    outcomes = [json.loads(path.read_bytes()) for path in sorted((ROOT / "fhir_examples").glob("*/issues.json"))]
    named_rules = {
        element["code"]
        for outcome in outcomes
        for element in elements(outcome)
        if str(element.get("system")).endswith("/claim-edit")
    }

    assert named_rules - held == set()


def test_the_value_set_of_a_payer_holds_what_its_policy_allows() -> None:
    policies = runtime().policies.by_key

    for key, held in policies.items():
        value_set = definition(f"ValueSet/claim-modifier-allowed-{key}")
        codes = codes_of(value_set)

        assert {code for _, code in codes} == set(held[-1].modifiers)
        assert {system for system, code in codes if code.isdigit()} == {CPT}
        assert {system for system, code in codes if not code.isdigit()} <= {HCPCS}
        assert held[-1].standing in value_set["description"]
    assert DEFAULT in policies


def test_the_policy_of_a_user_gets_its_value_set(tmp_path: Path) -> None:
    (tmp_path / "payers").mkdir()
    policy = 'policy: "my plan/2"\nextends: default\nname: My plan\nmodifiers: ["52"]\n'
    (tmp_path / "payers" / "mine.yaml").write_text(policy)
    found = load(replace(Settings(), mappings=str(tmp_path))).definitions

    (mine,) = (each for each in found if each["id"] == "claim-modifier-allowed-my-plan-2")

    assert mine["compose"] == {"include": [{"system": CPT, "concept": [{"code": "52"}]}]}
    assert mine["name"] == "ClaimModifierAllowedMyPlan2"
    assert check_resource(mine, r4()) == []


def test_a_definition_of_a_user_replaces_ours(tmp_path: Path) -> None:
    (tmp_path / "terminology").mkdir()
    content = "resourceType: ValueSet\nid: pos-telehealth\nurl: ValueSet/pos-telehealth\nversion: 9.0.0\n"
    (tmp_path / "terminology" / "mine.yaml").write_text(content)
    found = load(replace(Settings(), mappings=str(tmp_path))).definitions

    (mine,) = (each for each in found if each["resourceType"] == "ValueSet" and each["id"] == "pos-telehealth")

    assert mine["version"] == "9.0.0"
    assert mine["publisher"] == "0731T adapter"


def test_words_of_input_forms_are_translated_and_not_published() -> None:
    assert runtime().terminology.translate("score-code", "pedia") == "pedia-score"
    assert "score-code" not in {each["id"] for each in definitions("ConceptMap")}


def test_mappings_read_the_same_codes() -> None:
    held = runtime().terminology.concepts

    for each in definitions("CodeSystem"):
        assert dict(held[each["id"]]) == {concept["code"]: concept["display"] for concept in concepts(each)}


def test_every_profile_and_extension_that_mappings_claim_is_defined() -> None:
    texts = [path.read_text() for path in sorted((ROOT / "mappings" / "fhir").rglob("*.yaml"))]
    claimed = {match for text in texts for match in re.findall(r"canonical\('(StructureDefinition/[^']+)'\)", text)}

    expected = {f"StructureDefinition/{each['id']}" for each in definitions("StructureDefinition")}

    assert expected == claimed


@pytest.mark.parametrize("resource", named("StructureDefinition"))
def test_a_profile_rests_on_core_and_names_its_elements_once(resource: Element) -> None:
    ids = [element["id"] for element in resource["differential"]["element"]]

    assert resource["baseDefinition"] == f"http://hl7.org/fhir/StructureDefinition/{resource['type']}"
    assert (resource["derivation"], resource["fhirVersion"]) == ("constraint", "4.0.1")
    assert len(ids) == len(set(ids))


def test_every_constraint_has_a_key_of_its_own_and_says_where_it_comes_from() -> None:
    found = [
        (constraint["key"], constraint["source"] == each["url"])
        for each in definitions("StructureDefinition")
        for element in each["differential"]["element"]
        for constraint in element.get("constraint", ())
    ]

    assert len(found) == len({key for key, _ in found})
    assert all(is_own for _, is_own in found)
    assert {f"clm-0731t-{number}" for number in range(1, 8)} <= {key for key, _ in found}


def test_what_is_no_definition_is_passed_over() -> None:
    files = {
        "text": "nothing",
        "systems": {"systems": {}},
        "map": {"resourceType": "ConceptMap", "id": "words", "group": []},
        "set": {"resourceType": "ValueSet", "id": "a", "url": "ValueSet/a", "compose": {"include": [{"system": "urn:a"}]}},
    }

    (found,) = published(load_resources(files, base=BASE).values())

    assert found["url"] == f"{BASE}/ValueSet/a"
    assert "copyright" not in found


def test_a_definition_has_a_narrative_of_its_title_and_description_unless_it_brings_one() -> None:
    files = {
        "said": {"resourceType": "ValueSet", "id": "a", "url": "ValueSet/a", "title": "A & B", "description": "Both."},
        "bare": {"resourceType": "ValueSet", "id": "b", "url": "ValueSet/b"},
        "own": {"resourceType": "ValueSet", "id": "c", "url": "ValueSet/c", "text": {"status": "empty"}},
    }

    said, bare, own = published(load_resources(files, base=BASE).values())

    assert said["text"]["div"] == '<div xmlns="http://www.w3.org/1999/xhtml"><p>A &amp; B</p><p>Both</p></div>'
    assert "ValueSet/b" in bare["text"]["div"]
    assert own["text"] == {"status": "empty"}


def test_a_payer_that_takes_no_modifier_has_an_empty_value_set(tmp_path: Path) -> None:
    (tmp_path / "payers").mkdir()
    (tmp_path / "payers" / "mine.yaml").write_text("policy: none\nextends: default\nname: None\nmodifiers: []\n")
    found = load(replace(Settings(), mappings=str(tmp_path))).definitions

    (mine,) = (each for each in found if each["id"] == "claim-modifier-allowed-none")

    assert mine["compose"]["include"] == mine["compose"]["exclude"]
    assert check_resource(mine, r4()) == []


def test_a_definition_of_a_user_that_is_not_built_as_r4_says_is_refused_by_its_url(tmp_path: Path) -> None:
    (tmp_path / "terminology").mkdir()
    content = "resourceType: ValueSet\nid: mine\nurl: ValueSet/mine\ncompose:\n  includes: nothing\n"
    (tmp_path / "terminology" / "mine.yaml").write_text(content)

    with pytest.raises(SetupError) as refusal:
        _ = load(replace(Settings(), mappings=str(tmp_path))).definitions

    assert {issue.location for issue in refusal.value.issues} == {(f"{Settings().canonical_base}/ValueSet/mine",)}
