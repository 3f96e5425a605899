"""The calls of the workbench: useful without its page."""

import gc
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import XML, Element

import pytest
from flask.testing import FlaskClient

from adapter.assembly import load
from adapter.distribution import inputs_of
from adapter.json_types import JsonObject, JsonValue
from adapter.settings import Settings
from adapter.web import create_app
from adapter.web.drafted import DraftedRuntimes
from tests.examples.ground import EXAMPLES

MOST_GARBAGE = 100
CLAIM = "fhir/r4/claim.yaml"


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return create_app(load(Settings(log_level="error")), workbench=True).test_client()


def documents_of(example: str) -> list[dict[str, str]]:
    names = ("encounter.json", "ai_report.json")
    return [{"name": name, "text": (EXAMPLES / example / name).read_text()} for name in names]


def convert(client: FlaskClient, **more: object) -> dict[str, Any]:
    answer = client.post("/workbench/convert", json={"documents": documents_of("complete"), **more})
    assert answer.status_code == 200, answer.json
    return dict(answer.json or {})


def test_a_conversion_that_was_shown_needs_no_collection_of_garbage(client: FlaskClient) -> None:
    convert(client, payers=["aetna"])
    gc.collect()
    gc.disable()
    try:
        convert(client, payers=["aetna"])
        assert gc.collect() < MOST_GARBAGE
    finally:
        gc.enable()


def value_at(bundle: JsonValue, pointer: str) -> JsonValue:
    for step in pointer.split("/")[1:]:
        bundle = bundle[int(step) if step.isdigit() else step]
    return bundle


def leaf_pointers(value: JsonValue, pointer: str = "") -> list[str]:
    if isinstance(value, dict):
        return [found for key, child in value.items() for found in leaf_pointers(child, f"{pointer}/{key}")]
    if isinstance(value, list):
        return [found for place, child in enumerate(value) for found in leaf_pointers(child, f"{pointer}/{place}")]
    return [pointer]


def test_every_element_has_its_pointer_and_the_characters_that_made_it(client: FlaskClient) -> None:
    view = convert(client)
    texts = {document["name"]: document["text"].split("\n") for document in documents_of("complete")}

    assert sorted({entry["pointer"] for entry in view["elements"]}) == sorted(leaf_pointers(view["bundle"]))
    family = next(entry for entry in view["elements"] if entry["element"] == "Patient.name[0].family")
    (place,) = family["places"]
    line, column = place["from"]
    shown = texts[place["document"]][line - 1][column - 1 : place["to"][1] - 1]
    assert shown == f'"{value_at(view["bundle"], family["pointer"])}"'
    assert family["line"].startswith("mappings/fhir/r4/")


def test_issues_have_places_on_both_sides(client: FlaskClient) -> None:
    view = convert(client, documents=documents_of("two-units"))
    (issue,) = [issue for issue in view["issues"] if issue["rule"] == "UNT-01"]

    assert issue["places"][0]["document"] == "encounter.json"
    assert value_at(view["bundle"], issue["pointers"][0]) == 2


def test_documents_of_which_nothing_can_be_made_have_issues_and_no_bundle(client: FlaskClient) -> None:
    view = convert(client, documents=[{"name": "a.json", "text": '{"id": 7}'}])

    assert view["bundle"] is view["sheet"] is view["rules"] is view["orders"] is None
    assert any(
        issue["places"] == [{"position": "a.json#/id", "document": "a.json", "from": [1, 8], "to": [1, 9]}]
        for issue in view["issues"]
    )


@pytest.mark.parametrize("frame", ["{}", "\x0b{}\x1c\r"])
def test_hl7_v2_is_the_text_that_is_sent_whatever_set_it_names(client: FlaskClient, frame: str) -> None:
    names = [file.name for file in inputs_of(EXAMPLES / "hl7v2-messages")]
    first, *others = [(EXAMPLES / "hl7v2-messages" / name).read_text() for name in names]
    header, rest = first.split("\n", 1)
    renamed = frame.format(f"{header}||||||8859/1\n{rest.replace('^Paula', '^Päula')}")
    documents = [{"name": name, "text": text} for name, text in zip(names, [renamed, *others], strict=True)]

    view = convert(client, documents=documents)

    parent = next(one["resource"] for one in view["bundle"]["entry"] if one["resource"]["resourceType"] == "RelatedPerson")
    assert parent["name"][0]["given"] == ["Päula"]


def test_switches_change_the_conversion_and_payers_judge_it(client: FlaskClient) -> None:
    view = convert(client, options={"profiles": "own", "shared": "put"}, payers=["medicare", "aetna"])

    assert {payer["key"]: payer["name"] for payer in view["payers"]} == {"medicare": "Medicare", "aetna": "Aetna"}
    assert all({"POST"} != {entry["request"]["method"]} for entry in view["bundle"]["entry"])
    assert convert(client, documents=[{"name": "a.json", "text": "{}"}], payers=["aetna"])["payers"][0]["issues"] == []


def test_a_payer_says_the_same_beside_the_case_and_as_its_switch(client: FlaskClient) -> None:
    documents = documents_of("two-units")
    keys = [payer["key"] for payer in client.get("/payers").json["payers"]]  # type: ignore[index]  # it is there
    plain = convert(client, documents=documents, payers=keys[:10])
    told = set()
    for beside in plain["payers"]:
        asked = convert(client, documents=documents, options={"payer": beside["key"]})
        rules = {rule["id"] for rule in asked["rules"]["rules"]}
        assert [issue for issue in asked["issues"] if issue["rule"] in rules] == beside["issues"]
        assert asked["rules"]["policy"]["key"] == beside["key"]
        assert coverage_of(asked) == coverage_of(plain)
        told.add(next(issue["severity"] for issue in asked["issues"] if issue["rule"] == "policy/chosen"))

    assert told == {"information", "warning"}


def coverage_of(view: JsonObject) -> list[JsonObject]:
    resources = [entry["resource"] for entry in view["bundle"]["entry"]]
    return [resource for resource in resources if resource["resourceType"] in {"Coverage", "Organization"}]


def test_a_payer_that_is_not_there_is_an_issue_where_the_switch_asks_for_it(client: FlaskClient) -> None:
    view = convert(client, options={"payer": "nobody"})

    assert view["bundle"] is None
    assert [issue["rule"] for issue in view["issues"]] == ["options/payer"]


def test_a_draft_of_a_map_changes_the_output_and_nothing_else(client: FlaskClient) -> None:
    text = client.get(f"/maps/fhir-r4/{CLAIM.rsplit('/', maxsplit=1)[1]}").json["text"]  # type: ignore[index]  # it is there
    draft = text.replace("priority:", "priority:  # mine", 1)
    before, after = convert(client), convert(client, drafts={CLAIM: draft})

    assert before["bundle"] == after["bundle"]
    assert any(entry["line"].startswith(CLAIM) for entry in after["elements"])
    assert not any(entry["line"].startswith(CLAIM) for entry in convert(client)["elements"])


def test_a_draft_that_would_make_very_much_is_refused_in_words(client: FlaskClient) -> None:
    head = "map: much\ntarget: Basic\nresource:\n  id: =stable_id('Basic', case.id)\n  code: {text: much}\n  extension:\n"
    loops = "".join(
        f"{space}- for: one{len(space)} in case.phenotypes\n{space}  url: http://a.invalid/x\n{space}  extension:\n"
        for space in ("    " * depth for depth in range(1, 7))
    )
    draft = head + loops.removesuffix("extension:\n") + "valueString: much\n"

    view = convert(client, drafts={"fhir/r4/much.yaml": draft})

    assert (view["bundle"], [issue["rule"] for issue in view["issues"]]) == (None, ["request/steps"])


def test_a_draft_of_a_policy_changes_the_judgement(client: FlaskClient) -> None:
    draft = "policy: medicaid\nextends: medicaid\nunit_limit: 2\n"
    two = {"documents": documents_of("two-units")}

    assert "UNT-01" in {issue["rule"] for issue in convert(client, **two)["issues"]}
    assert "UNT-01" not in {issue["rule"] for issue in convert(client, **two, drafts={"payers/mine.yaml": draft})["issues"]}


def test_mistakes_in_drafts_are_told_with_line_and_column(client: FlaskClient) -> None:
    text = client.get("/maps/fhir-r4/claim.yaml").json["text"]  # type: ignore[index]  # it is there
    broken = {CLAIM: text.replace("\n  status:", "\n  statu:", 1)}

    problems = client.post("/maps/check", json={"drafts": broken}).json["problems"]  # type: ignore[index]  # as above
    assert {"unknown-element", "required-missing"} == {problem["code"] for problem in problems}
    assert all(problem["path"] == CLAIM and problem["line"] and problem["column"] for problem in problems)
    assert client.post("/maps/check", json={}).json == {"problems": []}
    refused = client.post("/workbench/convert", json={"documents": documents_of("complete"), "drafts": broken})
    assert refused.status_code == 422


def test_maps_say_whose_they_are_and_what_they_do(tmp_path: Path) -> None:
    own = tmp_path / "fhir" / "r4"
    own.mkdir(parents=True)
    (own / "mine.yaml").write_text("extends: claim\nadd:\n  priority:\n    text: soon\n")
    client = create_app(load(Settings(mappings=str(tmp_path))), workbench=True).test_client()

    rows = {(row["path"], row["owner"]): row["roles"] for row in client.get("/maps").json["maps"]}  # type: ignore[index]  # it is there
    assert rows[CLAIM, "ours"] == []
    assert rows["fhir/r4/mine.yaml", "yours"]
    assert client.get("/maps/fhir-r4/mine.yaml").json["text"].startswith("extends: claim")  # type: ignore[index]  # as above


@pytest.mark.parametrize(
    "path", ["/maps/fhir-r4/nothing.yaml", "/maps/secret/claim.yaml", "/workbench/nothing.js", "/workbench/page.py"]
)
def test_what_is_not_there_is_404(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, "body#/documents"),
        ({"documents": []}, "body#/documents"),
        ({"documents": [{"name": "../a", "text": ""}]}, "body#/documents/0/name"),
        ({"documents": [{"name": "a", "text": 1}]}, "body#/documents/0/text"),
        ({"documents": [{"name": "a", "text": ""}], "options": {"max_steps": 9}}, "body#/options/max_steps"),
        ({"documents": [{"name": "a", "text": ""}], "drafts": {"../x.yaml": ""}}, "body#/drafts/..~1x.yaml"),
        ({"documents": [{"name": "a", "text": ""}], "payers": ["nobody"]}, "body#/payers/0"),
    ],
)
def test_a_request_that_does_not_fit_is_refused_with_its_place(client: FlaskClient, body: JsonObject, place: str) -> None:
    answer = client.post("/workbench/convert", json=body)

    assert answer.status_code in (404, 422)
    assert [issue["location"] for issue in answer.json["issue"]] == [[place]]  # type: ignore[index]  # it is there


def test_examples_and_payers_are_listed(client: FlaskClient) -> None:
    examples = client.get("/examples").json["examples"]  # type: ignore[index]  # it is there
    payers = client.get("/payers").json["payers"]  # type: ignore[index]  # as above

    assert {example["name"] for example in examples} == {folder.name for folder in EXAMPLES.iterdir() if folder.is_dir()}
    assert all(example["title"] and example["documents"] for example in examples)
    assert {"aetna", "medicare"} <= {payer["key"] for payer in payers}


def test_the_page_and_its_files_let_nothing_in_from_elsewhere(client: FlaskClient) -> None:
    page = client.get("/")

    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert 'src="workbench/workbench.js"' in page.text
    assert client.get("/workbench/editor.js").mimetype == "text/javascript"


def test_without_the_workbench_its_calls_are_not_there() -> None:
    client = create_app(load(Settings())).test_client()

    assert client.get("/maps").status_code == 404
    assert "workbench" not in client.get("/").text


def test_few_runtimes_with_drafts_are_kept() -> None:
    base = load(Settings())
    drafted = DraftedRuntimes(base)
    first = drafted.of({CLAIM: "1"})

    assert drafted.of({}) is base
    assert drafted.of({CLAIM: "1"}) is first
    for number in range(2, 6):
        drafted.of({CLAIM: str(number)})
    assert drafted.of({CLAIM: "1"}) is not first


def test_the_words_of_a_map_are_functions_names_and_the_fields_of_their_types(client: FlaskClient) -> None:
    words = dict(client.get("/maps/words?target=Claim").json or {})

    assert words["roots"] == {"case": "Case", "judgement": "Judgement", "options": "Options"}
    assert words["target"] == "Claim"
    assert words["elements"]["Claim"]["status"] | {"codes": []} == {"type": "code", "many": False, "required": True, "codes": []}
    assert "draft" in words["elements"]["Claim"]["status"]["codes"]
    assert words["elements"]["Claim"]["item"] == {"type": "Claim.item", "many": True, "required": False}
    assert words["types"]["Line"]["modifiers"]["type"] == "Modifier"
    assert words["types"]["Patient"]["birth_date"]["says"]
    assert {function["name"] for function in words["functions"]} >= {"coding", "stable_id"}
    assert "ref" in words["forms"]


@pytest.mark.parametrize(
    ("source", "root"), [("hl7v2.ORU_R01", "ORU_R01"), ("gestaltmatcher", "gestaltmatcher"), ("fhir.R4", "resources")]
)
def test_the_words_of_a_source_map_are_those_of_its_input_form(client: FlaskClient, source: str, root: str) -> None:
    words = dict(client.get(f"/maps/words?source={source}&target=Case").json or {})

    assert words["roots"] == {"": root, "options": "Options"}
    assert words["types"][root]
    assert words["elements"][words["target"]]["encounter"]["type"] == "Encounter"


def test_the_words_of_an_extension_are_those_of_the_map_that_it_extends(client: FlaskClient) -> None:
    words = dict(client.get("/maps/words?extends=claim").json or {})
    plain = dict(client.get("/maps/words?target=Claim").json or {})
    of_source = dict(client.get("/maps/words?extends=hl7v2_bar_p01").json or {})

    assert words == plain | {"above": words["above"]}
    assert "  bill: =case.billing" in words["above"]
    assert plain["above"] == []
    assert (of_source["roots"][""], of_source["target"]) == ("BAR_P01", "CaseDocument")
    assert any(line.startswith("  plan: =") for line in of_source["above"])


@pytest.mark.parametrize("query", ["target=Toy", "target=code", "source=toy", "extends=toy"])
def test_words_of_what_is_not_there_are_refused(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/maps/words?{query}")

    assert answer.status_code == 404
    assert "there is no " in str(answer.json)


NEW_MAP = "map: visit_note\ntarget: Basic\nresource:\n  id: =stable_id('Basic', case.encounter.id)\n  code:\n    text: a note\n"


@pytest.fixture
def saver(tmp_path: Path) -> FlaskClient:
    """Give a client of a service that may write into a folder of mappings."""
    return create_app(load(Settings(log_level="error", mappings=str(tmp_path))), workbench=True, saves_maps=True).test_client()


def test_a_map_without_mistakes_is_saved_in_the_users_folder(saver: FlaskClient, tmp_path: Path) -> None:
    assert saver.get("/maps").json["saving"] is True  # type: ignore[index]  # a JSON answer

    answer = saver.put("/maps/fhir-r4/visit_note.yaml", json={"text": NEW_MAP})

    assert (answer.status_code, answer.json) == (
        200,
        {
            "path": "fhir/r4/visit_note.yaml",
            "file": str(tmp_path / "fhir" / "r4" / "visit_note.yaml"),
            "takesEffect": "when the service starts again",
        },
    )
    assert (tmp_path / "fhir" / "r4" / "visit_note.yaml").read_text() == NEW_MAP


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("visit_note.yaml", NEW_MAP.replace("Basic\n", "Basik\n", 1), "there is no type `Basik`"),
        ("visit_note.yaml", "map: [", ""),
        ("..yaml", NEW_MAP, "not of the form"),
        ("visit_note.txt", NEW_MAP, "not of the form"),
    ],
)
def test_a_map_with_mistakes_or_a_strange_name_is_not_saved(
    saver: FlaskClient, tmp_path: Path, name: str, text: str, told: str
) -> None:
    answer = saver.put(f"/maps/fhir-r4/{name}", json={"text": text})

    assert answer.status_code == 422
    assert told in str(answer.json)
    assert [*tmp_path.rglob("*")] == []


def test_a_page_of_another_name_cannot_save_a_map(saver: FlaskClient, tmp_path: Path) -> None:
    answer = saver.put("/maps/fhir-r4/visit_note.yaml", json={"text": NEW_MAP}, headers={"Host": "rebound.example:8731"})

    assert answer.status_code == 403
    assert [*tmp_path.rglob("*")] == []


def test_without_being_asked_for_nothing_is_saved(client: FlaskClient) -> None:
    assert client.get("/maps").json["saving"] is False  # type: ignore[index]  # a JSON answer
    assert client.put("/maps/fhir-r4/claim.yaml", json={"text": NEW_MAP}).status_code == 405


def drawn(client: FlaskClient, resource: int) -> Element:
    answer = client.post("/workbench/drawing", json={"documents": documents_of("complete"), "resource": resource})
    assert (answer.status_code, answer.content_type) == (200, "image/svg+xml"), answer.json
    return XML(answer.data)


def test_a_drawing_has_a_sentence_for_every_element_and_a_line_for_every_source(client: FlaskClient) -> None:
    view = convert(client)
    for place in (0, 11, 51):
        drawing = drawn(client, place)
        entries = [entry for entry in view["elements"] if entry["pointer"].startswith(f"/entry/{place}/resource/")]
        sentences = [group.get("aria-label") or "" for group in drawing if group.get("role") == "listitem"]
        lines = drawing.findall("*/{http://www.w3.org/2000/svg}path")

        assert [sentence.split(" was made from ")[0] for sentence in sentences] == [entry["element"] for entry in entries]
        places = [(text.get("x"), text.get("y")) for text in drawing.iter("{http://www.w3.org/2000/svg}text")]

        assert len(places) == len(set(places))
        assert len(lines) == sum(len(entry["places"]) for entry in entries)


def test_a_drawing_of_a_resource_that_is_not_there_is_refused(client: FlaskClient) -> None:
    answer = client.post("/workbench/drawing", json={"documents": documents_of("complete"), "resource": 999})

    assert answer.status_code == 404
