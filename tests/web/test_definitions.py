"""Our definitions over FHIR REST: read, vread, search, pages, parts, and what is refused."""

from math import ceil
from typing import Any

import pytest
from werkzeug.test import TestResponse

from adapter.web.fhir.definitions import INTERACTIONS
from tests.web.ground import client, json_of, refusal

BASE = "https://0731t-adapter.invalid/fhir"
MODIFIERS = f"{BASE}/CodeSystem/procedure-modifier"
ONE = "/fhir/CodeSystem/procedure-modifier"
CPT = "http://www.ama-assn.org/go/cpt"
STRICT = {"Prefer": "return=representation; handling=strict"}


def get(path: str, **more: Any) -> TestResponse:  # noqa: ANN401 - as the client's
    return client().get(path, **more)


def bundle_of(path: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - as the client's
    answer = get(path, **more)

    assert answer.status_code == 200, answer.text
    bundle: dict[str, Any] = json_of(answer)
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "searchset")
    return bundle


def ids_of(path: str) -> list[str]:
    return [entry["resource"]["id"] for entry in bundle_of(path).get("entry", ()) if entry["search"]["mode"] == "match"]


def link(bundle: dict[str, Any], relation: str) -> str:
    return next((each["url"].removeprefix("http://localhost") for each in bundle["link"] if each["relation"] == relation), "")


def test_a_definition_is_read_with_its_version() -> None:
    answer = get(ONE)
    resource = json_of(answer)

    assert answer.content_type == "application/fhir+json"
    assert (resource["url"], resource["count"]) == (MODIFIERS, 16)
    assert answer.headers["ETag"] == f'W/"{resource["meta"]["versionId"]}"'
    assert answer.headers["Last-Modified"] == "Tue, 24 Nov 2026 00:00:00 GMT"
    assert resource["meta"]["lastUpdated"] == "2026-11-24T00:00:00Z"


def test_the_current_version_is_read_and_no_other() -> None:
    version = json_of(get(ONE))["meta"]["versionId"]

    assert get(f"{ONE}/_history/{version}").data == get(ONE).data
    assert "no version" in refusal(get(f"{ONE}/_history/1"), 404)[0]["details"]["text"]


def test_a_definition_that_is_not_here_is_not_found() -> None:
    assert "no CodeSystem of this id" in refusal(get("/fhir/CodeSystem/pos-telehealth"), 404)[0]["details"]["text"]


def test_who_has_the_current_version_gets_no_body() -> None:
    tag = get(ONE).headers["ETag"]
    answer = get(ONE, headers={"If-None-Match": f'"older", {tag}'})

    assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", tag)
    assert get(ONE, headers={"If-None-Match": 'W/"older"'}).status_code == 200


def test_head_says_what_get_says_without_the_body() -> None:
    answer = client().head(ONE)

    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["ETag"] == get(ONE).headers["ETag"]
    assert answer.headers["Content-Length"] == str(len(get(ONE).data))


@pytest.mark.parametrize("method", ["PUT", "POST", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", [ONE, "/fhir/CodeSystem", f"{ONE}/_history/1"])
def test_nobody_writes_here(method: str, path: str) -> None:
    answer = client().open(path, method=method, json={})

    refusal(answer, 405)
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"/fhir/CodeSystem?url={MODIFIERS}", ["procedure-modifier"]),
        (f"/fhir/CodeSystem?url={MODIFIERS}&_summary=false", ["procedure-modifier"]),
        (f"/fhir/CodeSystem?url={MODIFIERS},urn:other", ["procedure-modifier"]),
        (f"/fhir/CodeSystem?url={MODIFIERS}&url=urn:other", []),
        (f"/fhir/CodeSystem?url={MODIFIERS}&version=0.1.0", ["procedure-modifier"]),
        (f"/fhir/CodeSystem?url={MODIFIERS}|0.1.0", ["procedure-modifier"]),
        (f"/fhir/CodeSystem?url={MODIFIERS}|0.2.0", []),
        (f"/fhir/CodeSystem?url={MODIFIERS}|", []),
        (f"/fhir/CodeSystem?url={MODIFIERS}|0.2.0,{MODIFIERS}|0.1.0", ["procedure-modifier"]),
        (f"/fhir/CodeSystem?url={MODIFIERS}&version=9", []),
        ("/fhir/CodeSystem?_id=seed-term,adapter-tag", ["adapter-tag", "seed-term"]),
        ("/fhir/CodeSystem?name=PROCEDUREmod", ["procedure-modifier"]),
        ("/fhir/CodeSystem?name=modifier", []),
        ("/fhir/CodeSystem?name:contains=modifier", ["procedure-modifier"]),
        ("/fhir/CodeSystem?name:exact=procedureModifier", []),
        ("/fhir/CodeSystem?name:exact=ProcedureModifier", ["procedure-modifier"]),
        ("/fhir/CodeSystem?title=coding r\u00fales", ["claim-edit"]),
        ("/fhir/CodeSystem?status=draft", []),
        ("/fhir/CodeSystem?status=http://hl7.org/fhir/publication-status|active&_id=seed-term", ["seed-term"]),
        ("/fhir/CodeSystem?status=urn:other|active", []),
        ("/fhir/CodeSystem?status=|active", []),
        ("/fhir/CodeSystem?status=http://hl7.org/fhir/publication-status|&_id=seed-term", ["seed-term"]),
        ("/fhir/CodeSystem?code=telehealth-live-video", ["procedure-modifier"]),
        (f"/fhir/CodeSystem?code={MODIFIERS}|extent", ["procedure-modifier"]),
        (f"/fhir/ValueSet?code={CPT}|93", ["claim-modifier-telehealth"]),
        ("/fhir/ValueSet?code=AS&name:contains=assist", ["claim-modifier-assistant"]),
        ("/fhir/CodeSystem?title=a\\,b", []),
        ("/fhir/ConceptMap?name=SeedCorrection", ["seed-correction"]),
        ("/fhir/StructureDefinition?title:contains=claim", ["claim-0731t", "claim-frequency"]),
    ],
)
def test_a_search_finds(path: str, expected: list[str]) -> None:
    assert expected == ids_of(path)


@pytest.mark.parametrize("kind", ["CodeSystem", "ValueSet", "ConceptMap", "StructureDefinition"])
def test_every_definition_is_found_by_its_canonical_with_a_version(kind: str) -> None:
    listed = json_of(get(f"/fhir/{kind}?_count=1000"))["entry"]

    for resource in (each["resource"] for each in listed):
        canonical = f"{resource['url']}|{resource['version']}"
        assert ids_of(f"/fhir/{kind}?url={canonical}") == [resource["id"]]
        assert ids_of(f"/fhir/{kind}?url={canonical}.1") == []


def test_a_match_says_where_it_lives() -> None:
    (entry,) = bundle_of("/fhir/CodeSystem?_id=seed-term")["entry"]

    assert entry["fullUrl"] == "http://localhost/fhir/CodeSystem/seed-term"
    assert entry["resource"] == json_of(get("/fhir/CodeSystem/seed-term"))


def test_pages_give_each_definition_once() -> None:
    whole = ids_of("/fhir/ValueSet")
    path, seen, pages = "/fhir/ValueSet?_count=7", list[str](), 0
    while path:
        bundle = bundle_of(path)
        assert bundle["total"] == len(whole)
        assert bool(link(bundle, "previous")) == (pages > 0)
        seen += [entry["resource"]["id"] for entry in bundle["entry"]]
        path, pages = link(bundle, "next"), pages + 1

    assert seen == whole
    assert pages == ceil(len(whole) / 7)


def test_links_lead_to_the_other_pages_and_back() -> None:
    third = ceil(len(ids_of("/fhir/ValueSet")) / 3)
    first = f"/fhir/ValueSet?_count={third}&status=active"
    middle = bundle_of(f"/fhir/ValueSet?_count={third}&_offset={third}&status=active")

    assert link(middle, "self") == f"{first}&_offset={third}"
    assert link(middle, "first") == link(middle, "previous") == first
    assert link(middle, "next") == link(middle, "last") == f"{first}&_offset={2 * third}"
    assert bundle_of(link(middle, "last"))["entry"]


def test_one_page_has_no_other_links() -> None:
    assert [each["relation"] for each in bundle_of("/fhir/CodeSystem")["link"]] == ["self"]


@pytest.mark.parametrize("query", ["_count=0", "_summary=count"])
def test_the_number_alone_is_given(query: str) -> None:
    bundle = bundle_of(f"/fhir/CodeSystem?{query}")

    assert bundle["total"] == 7
    assert "entry" not in bundle


def test_a_summary_has_the_elements_that_r4_puts_into_it_and_says_so() -> None:
    resource = json_of(get(f"{ONE}?_summary=true"))

    assert {"url", "version", "content", "count", "property", "caseSensitive"} <= set(resource)
    assert set(resource) & {"concept", "description", "copyright", "text"} == set()
    assert [tag["code"] for tag in resource["meta"]["tag"]] == ["SUBSETTED"]


def test_text_and_data_are_the_two_halves() -> None:
    whole, text, data = (json_of(get(f"{ONE}?_summary={each}")) for each in ("false", "text", "data"))

    assert set(text) == {"resourceType", "id", "meta", "text", "status", "content"}
    assert set(whole) - set(data) == {"text"}


def test_single_elements_come_with_those_that_must_be_there() -> None:
    resource = json_of(get("/fhir/StructureDefinition/claim-0731t?_elements=title, date"))

    assert set(resource) == {
        "resourceType",
        "id",
        "meta",
        "url",
        "name",
        "title",
        "status",
        "date",
        "kind",
        "abstract",
        "type",
    }


def test_a_search_can_be_of_parts_too() -> None:
    entries = bundle_of("/fhir/CodeSystem?_elements=url")["entry"]

    assert all("concept" not in entry["resource"] for entry in entries)


def test_an_unknown_parameter_is_left_out_and_named() -> None:
    bundle = bundle_of("/fhir/CodeSystem?_id=seed-term&colour=red&colour=blue&_sort=name")
    match, outcome = bundle["entry"]

    assert bundle["total"] == 1
    assert match["search"]["mode"] == "match"
    assert outcome["search"]["mode"] == "outcome"
    assert [issue["location"] for issue in outcome["resource"]["issue"]] == [["query"], ["query"]]
    assert [issue["details"]["text"][:11] for issue in outcome["resource"]["issue"]] == ["parameter 2", "parameter 4"]
    assert {issue["severity"] for issue in outcome["resource"]["issue"]} == {"warning"}
    assert link(bundle, "self") == "/fhir/CodeSystem?_id=seed-term"


def test_an_unknown_parameter_is_refused_if_that_is_wished() -> None:
    issues = refusal(get("/fhir/CodeSystem?colour=red", headers=STRICT), 400)

    assert "parameter 1 is not known here" in issues[0]["details"]["text"]
    assert "known are: _id, url" in issues[0]["details"]["text"]
    assert get("/fhir/CodeSystem?_id=seed-term", headers=STRICT).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "url:below=urn:a",
        "name:missing=true",
        "url=",
        "_count=-1",
        "_count=many",
        "_count=1&_count=2",
        "_count=9999999999",
        "_offset=x",
        "_summary=some",
        "_total=all",
        "_pretty=perhaps",
        "_elements=colour",
        "_elements=",
        "_elements=colour&name=nobody-has-it",
        "_elements=url&_summary=true",
    ],
)
def test_a_search_that_can_not_be_understood_is_refused(query: str) -> None:
    name = query.partition("=")[0].partition(":")[0]

    assert refusal(get(f"/fhir/CodeSystem?{query}"), 400)[0]["location"] == [f"query#/{name}"]


def test_a_search_that_is_posted_is_a_form() -> None:
    path = "/fhir/CodeSystem/_search"

    assert client().post(path, data={"name": "seed"}).status_code == client().post(path).status_code == 200
    assert "x-www-form-urlencoded" in refusal(client().post(path, json={"name": "seed"}), 415)[0]["details"]["text"]


@pytest.mark.parametrize("query", ["_count=1", "colour=red", "_summary=count", "_summary=true&_summary=true", "_elements=x"])
def test_a_read_that_can_not_be_understood_is_refused(query: str) -> None:
    refusal(get(f"{ONE}?{query}"), 400)


@pytest.mark.parametrize(
    ("query", "accept", "expected"),
    [
        ("", "application/fhir+json", "application/fhir+json"),
        ("", "application/fhir+json;fhirVersion=4.0, application/fhir+xml;q=0.9", "application/fhir+json"),
        ("", "application/json", "application/json"),
        ("", "text/html, application/xhtml+xml, */*;q=0.8", "application/fhir+json"),
        ("", "", "application/fhir+json"),
        ("?_format=json", "application/fhir+xml", "application/fhir+json"),
        ("?_format=application/fhir%2Bjson", "", "application/fhir+json"),
        ("?_format=application/fhir+json;fhirVersion=4.0", "", "application/fhir+json"),
    ],
)
def test_the_form_of_the_answer_is_as_wished(query: str, accept: str, expected: str) -> None:
    answer = get(f"{ONE}{query}", headers={"Accept": accept})

    assert (answer.status_code, answer.content_type) == (200, expected)


@pytest.mark.parametrize(
    ("query", "accept"),
    [
        ("?_format=xml", "*/*"),
        ("?_format=application/fhir%2Bxml", ""),
        ("", "application/fhir+xml"),
        ("", "application/json;q=0"),
    ],
)
@pytest.mark.parametrize("path", [ONE, "/fhir/CodeSystem"])
def test_xml_is_refused_with_words_that_help(path: str, query: str, accept: str) -> None:
    assert "_format=json" in refusal(get(path + query, headers={"Accept": accept}), 406)[0]["details"]["text"]


def test_json_can_be_indented() -> None:
    assert get(f"{ONE}?_pretty=true").data.startswith(b'{\n  "resourceType"')
    assert get(f"{ONE}?_pretty=false").data == get(ONE).data


def test_the_capability_statement_declares_what_the_table_has() -> None:
    (rest,) = json_of(get("/fhir/metadata"))["rest"]
    declared = {resource["type"]: resource for resource in rest["resource"] if "interaction" in resource}

    assert {kind: [interaction["code"] for interaction in said["interaction"]] for kind, said in declared.items()} == {
        kind: list(dict.fromkeys(interaction.code for interaction in INTERACTIONS if interaction.type == kind))
        for kind in dict.fromkeys(interaction.type for interaction in INTERACTIONS)
    }
    for kind, said in declared.items():
        names = ",".join(search_param["name"] for search_param in said["searchParam"])
        query = "&".join(f"{search_param['name']}=x" for search_param in said["searchParam"])

        assert names in ("_id,url,version,name,title,status,code", "_id,url,version,name,title,status")
        assert bundle_of(f"/fhir/{kind}?{query}", headers=STRICT)["total"] == 0
