"""What mappings ask of the terminology."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from adapter.assembly import load
from adapter.definitions.load_terminology import load_terminology
from adapter.issues import InvalidError
from adapter.settings import Settings
from adapter.terminology import Terminology, UnknownNameError, core
from adapter.terminology.coding import Coding
from adapter.terminology.request_context import ExpansionLimits, RequestContext
from adapter.terminology.translation_request import TranslationRequest

BASE = "https://adapter.invalid/fhir"
FOLDER = Path(__file__).parents[2] / "mappings" / "terminology"
OURS: Mapping[str, Any] = {path.name: yaml.safe_load(path.read_text()) for path in sorted(FOLDER.glob("*.yaml"))}
CPT = "http://www.ama-assn.org/go/cpt"


@pytest.fixture(scope="module")
def terminology() -> Terminology:
    return load_terminology(OURS, base=BASE)


def test_a_code_system_is_known_by_its_alias(terminology: Terminology) -> None:
    assert terminology.system("loinc") == "http://loinc.org"


def test_a_url_of_ours_begins_with_the_configured_base(terminology: Terminology) -> None:
    assert terminology.system("ai-facial-report") == f"{BASE}/CodeSystem/ai-facial-report"
    assert terminology.canonical("sid/claim") == f"{BASE}/sid/claim"


def test_only_our_own_codes_have_a_display(terminology: Terminology) -> None:
    ours = {"system": f"{BASE}/CodeSystem/ai-facial-report", "code": "rank", "display": "Rank"}

    assert terminology.coding("ai-facial-report", "rank") == ours
    assert terminology.coding("cpt", "0731T") == {"system": CPT, "code": "0731T"}


def test_a_code_that_our_code_system_does_not_have_is_refused(terminology: Terminology) -> None:
    with pytest.raises(UnknownNameError, match="has no code 'rnak'"):
        terminology.coding("ai-facial-report", "rnak")


def test_an_unknown_alias_is_refused(terminology: Terminology) -> None:
    with pytest.raises(UnknownNameError, match="no code system 'cpt4'"):
        terminology.system("cpt4")


def test_nested_concepts_are_codes(terminology: Terminology) -> None:
    assert "telehealth-live-video" in terminology.concepts["procedure-modifier"]


def test_a_code_is_translated_or_not(terminology: Terminology) -> None:
    assert terminology.translate("guardian-relationship", "mother") == "MTH"
    assert terminology.translate("guardian-relationship", "other") is None


def test_an_unknown_translation_is_refused(terminology: Terminology) -> None:
    with pytest.raises(UnknownNameError, match="no translation 'nowhere'"):
        terminology.translate("nowhere", "x")


@pytest.mark.parametrize(
    ("sent", "emitted"),
    [
        ("https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets", "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"),
        ("urn:oid:2.16.840.1.113883.6.12", CPT),
        ("http://www.orpha.net", "https://www.orpha.net"),
        ("http://loinc.org", "http://loinc.org"),
        ("urn:somebody-elses", "urn:somebody-elses"),
    ],
)
def test_one_spelling_of_a_url_is_emitted(sent: str, emitted: str, terminology: Terminology) -> None:
    assert terminology.preferred(sent) == emitted


def test_no_code_system_of_ours_stands_under_a_url_of_somebody_else() -> None:
    urls = [content["url"] for content in OURS.values() if content.get("resourceType") == "CodeSystem"]

    assert all(url.startswith("CodeSystem/") for url in urls)


def test_every_translation_into_our_own_codes_gives_codes_that_exist(terminology: Terminology) -> None:
    targets = [
        (group["target"], target["code"])
        for content in OURS.values()
        for group in content.get("group", ())
        for element in group["element"]
        for target in element["target"]
        if str(group.get("target")).startswith("CodeSystem/") and "code" in target
    ]

    assert targets
    assert all(code in terminology.concepts[url.removeprefix("CodeSystem/")] for url, code in targets)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("nothing of ours", "no list of `systems` and no `header`"),
        ({"resourceType": "ConceptMap"}, "This is missing"),
        ({"resourceType": "ConceptMap", "id": "m n"}, "An id has letters"),
        ({"resourceType": "ValueSet", "id": "m", "url": 5}, "A text is needed"),
        ({"resourceType": "CodeSystem", "id": "lost", "url": "CodeSystem/lost"}, "has no alias"),
        ({"systems": {"cpt": {"url": 5}}}, "A text is needed"),
        ({"systems": {"one": {"url": "urn:a", "also": ["urn:b"]}, "two": {"url": "urn:b"}}}, "belongs to another system"),
        ({"resourceType": "ConceptMap", "id": "m", "group": [{"element": [{"code": 22, "target": [{"code": "x"}]}]}]}, "quotes"),
    ],
)
def test_a_file_that_can_not_be_used_is_refused_with_its_name(content: object, said: str) -> None:
    with pytest.raises(InvalidError, match=said) as refusal:
        load_terminology({"broken.yaml": content}, base=BASE)

    assert all(place.startswith("broken.yaml") for issue in refusal.value.issues for place in issue.location)


def test_all_mistakes_are_said_at_once() -> None:
    with pytest.raises(InvalidError) as refusal:
        load_terminology({"a.yaml": {}, "b.yaml": {}}, base=BASE)

    assert len(refusal.value.issues) == 2


def test_maps_translate_by_the_concept_maps_that_are_served() -> None:
    runtime = load(Settings())
    context = RequestContext(catalog=runtime.catalog, limits=ExpansionLimits())
    served = [each for kind, each in runtime.served_definitions if kind == "ConceptMap"]
    pairs = [
        (found, group.source, code, target)
        for found in (context.needed_concept_maps(f"{runtime.terminology.base}/ConceptMap/{name}", None)[0] for name in served)
        for group in found.groups
        for code in group.codes
        if (target := runtime.terminology.translate(str(found.resource["id"]), code))
    ]

    assert served
    assert pairs
    for found, source, code, target in pairs:
        request = TranslationRequest(codings=(Coding(system=source, code=code),), maps=(found,))
        assert target in {match.coding.code for match in core.translate(context, request).matches if match.coding}


def test_maps_ask_the_code_systems_that_are_served() -> None:
    runtime = load(Settings())

    assert runtime.terminology.concepts
    for alias, codes in runtime.terminology.concepts.items():
        system = runtime.catalog.code_system(runtime.terminology.system(alias))
        assert system is not None
        assert {concept.code: concept.display for concept in system.all()} == codes
