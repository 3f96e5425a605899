"""`POST /convert`: documents in, a Bundle out, or words that say what to fix and where."""

import json
from io import BytesIO
from typing import Any

import pytest

from adapter.distribution import inputs_of
from adapter.web.answer import FHIR_JSON, JSON
from tests.examples.ground import EXAMPLES, example_names
from tests.web.ground import client, content_of, convert, json_of, logged, refusal

ENCOUNTER = content_of("encounter.json")
SECRET = "Zz-secret-value"


def files_of(**contents: bytes) -> dict[str, Any]:
    return {"document": [(BytesIO(content), f"{name}.json") for name, content in contents.items()]}


def test_one_encounter_gives_a_bundle() -> None:
    answer = convert(ENCOUNTER)

    assert answer.status_code == 200
    assert answer.content_type == FHIR_JSON
    assert json_of(answer)["type"] == "transaction"
    assert answer.headers["X-Request-Id"]
    assert answer.headers["Adapter-Issues"].startswith("error=")


def test_several_documents_come_as_files() -> None:
    files = files_of(encounter=ENCOUNTER, ai_report=content_of("ai_report.json"))
    answer = client().post("/convert", data=files, headers={"Accept": FHIR_JSON})

    assert len(json_of(answer)["entry"]) == 29
    assert (
        answer.data == client().post("/convert", data=files_of(ai_report=content_of("ai_report.json"), encounter=ENCOUNTER)).data
    )


def test_json_brings_the_issues_the_lineage_and_the_coverage_as_well() -> None:
    whole = json_of(convert(ENCOUNTER, headers={"Accept": JSON}))

    assert whole["bundle"]["type"] == "transaction"
    assert whole["outcome"]["resourceType"] == "OperationOutcome"
    assert whole["lineage"][-1]["place"]
    assert whole["coverage"] == []


@pytest.mark.parametrize("name", example_names())
def test_every_example_is_answered_as_its_files_say(name: str) -> None:
    folder = EXAMPLES / name
    files = [(BytesIO(path.read_bytes()), path.name) for path in inputs_of(folder)]
    answer = client().post("/convert", data={"document": files})
    said = json_of(answer)

    assert answer.status_code == (200 if (folder / "bundle.json").exists() else 422)
    assert said["resourceType"] == ("Bundle" if answer.status_code == 200 else "OperationOutcome")


def test_the_switches_of_a_conversion_can_be_asked_for() -> None:
    plain = client().post("/convert", data=ENCOUNTER, content_type=JSON)
    claimed = client().post("/convert?profiles=own&ai_label=both", data=ENCOUNTER, content_type=JSON)

    assert "claim-0731t" not in plain.text
    assert "claim-0731t" in claimed.text


def test_a_claim_can_be_judged_by_another_payers_policy() -> None:
    other = json_of(client().post("/convert?payer=aetna", data=ENCOUNTER, content_type=JSON, headers={"Accept": JSON}))
    explained = json_of(client().post("/rules/explain?payer=aetna", data=ENCOUNTER, content_type=JSON))

    said = [issue["details"]["text"] for issue in other["outcome"]["issue"] if issue["severity"] == "warning"]
    assert any("by the payer policy `aetna`: it was asked for" in text for text in said)
    assert explained["policy"]["key"] == "aetna"


def changed(**parts: Any) -> bytes:  # noqa: ANN401 - JSON
    return json.dumps(json.loads(ENCOUNTER) | parts).encode()


UNREADABLE: list[tuple[str, bytes, int, str]] = [
    ("an X12 interchange", b"ISA*00*", 415, "document.json"),
    ("a PDF file", b"%PDF-1.7", 415, "document.json"),
    ("not JSON", b'{"id": x}', 400, "document.json"),
    ("nothing", b"", 400, "document.json"),
    ("not UTF-8", ENCOUNTER.replace(b"infant", b"inf\xff\xfent", 1) + b"\xff", 400, "document.json"),
    ("UTF-16", ENCOUNTER.decode().encode("utf-16"), 400, "document.json"),
    ("a key twice", b'{"id": "1", "id": "2"}', 400, "document.json"),
    ("NaN", b'{"id": NaN}', 400, "document.json"),
    ("Infinity", b'{"id": -Infinity}', 400, "document.json"),
    ("five megabytes of nesting", b"[" * 4_900_000, 400, "document.json"),
    ("a control character", b'{"id": "a\x01b"}', 400, "document.json"),
    ("an escaped control character", changed(id="a\x01b"), 400, "document.json#/id"),
    ("a number beyond 64 bit", changed(billing={"lines": [{"units": 10**30}]}), 400, "document.json#/billing/lines/0/units"),
    ("a number of forty digits", changed(billing={"lines": [{"charge": 1.5e40}]}), 400, "document.json#/billing/lines/0/charge"),
    ("a lone surrogate", b'{"id": "\\ud800"}', 400, "document.json"),
    ("a list", b"[]", 400, "document.json"),
    ("a number", b"7", 400, "document.json"),
]


@pytest.mark.parametrize(("content", "status", "place"), [row[1:] for row in UNREADABLE], ids=[row[0] for row in UNREADABLE])
def test_what_can_not_be_read_is_refused_with_its_place(content: bytes, status: int, place: str) -> None:
    issues = refusal(convert(content), status)

    assert all(location.startswith(place) for issue in issues for location in issue["location"])
    assert all(issue.get("location") for issue in issues)


def test_a_byte_order_mark_does_no_harm_or_is_named() -> None:
    answer = convert(b"\xef\xbb\xbf" + ENCOUNTER)

    assert answer.status_code == 200 or "byte order mark" in refusal(answer, 400)[0]["details"]["text"].lower()


WRONG: list[tuple[str, bytes, str]] = [
    ("an unknown field", changed(secret_field=SECRET), "document.json#/secret_field"),
    ("a wrong type", changed(patient=SECRET), "document.json#/patient"),
    ("a missing part", changed(patient={}), "document.json#/patient"),
    ("bytes of an image", changed(images=[{"id": "1", "data": SECRET}]), "document.json#/images/0/data"),
    ("a day that does not exist", changed(encounter={"id": "1", "status": "finished", "start": "2024-02-30"}), "/start"),
]


@pytest.mark.parametrize(("content", "place"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_what_is_wrong_is_refused_with_its_place_and_without_its_value(content: bytes, place: str) -> None:
    with logged() as lines:
        answer = convert(content)
    issues = refusal(answer, 422)

    assert any(location.endswith(place) for issue in issues for location in issue["location"])
    assert SECRET not in answer.text
    assert len(lines) == 1
    assert SECRET not in lines[0]


def test_documents_of_two_patients_are_refused_with_both_places() -> None:
    other = json.loads(content_of("ai_report.json")) | {"patient": {"mrn": "ANOTHER"}}
    issues = refusal(client().post("/convert", data=files_of(encounter=ENCOUNTER, report=json.dumps(other).encode())), 422)

    assert ["encounter.json#/patient/mrn", "report.json#/patient/mrn"] in [issue.get("location") for issue in issues]


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/xml", "application/hl7-v2", "", "application/json; charset=utf-16"]
)
def test_other_content_types_are_named_as_such(content_type: str) -> None:
    (issue,) = refusal(convert(ENCOUNTER, content_type), 415)

    assert "application/json" in issue["details"]["text"]


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=UTF-8", FHIR_JSON, "text/json"])
def test_json_has_several_names(content_type: str) -> None:
    assert convert(ENCOUNTER, content_type).status_code == 200


def test_a_body_that_is_too_large_is_refused_before_it_is_read() -> None:
    (issue,) = refusal(client(max_body=1000).post("/convert", data=ENCOUNTER, content_type=JSON), 413)

    assert "ADAPTER_MAX_BODY" in issue["details"]["text"]


def test_files_that_are_too_large_are_refused() -> None:
    refusal(client(max_body=1000).post("/convert", data=files_of(encounter=ENCOUNTER)), 413)


def test_a_form_has_files_only() -> None:
    form = {"document": "{}"}
    (issue,) = refusal(client().post("/convert", data=form, content_type="multipart/form-data"), 400)

    assert "as a file" in issue["details"]["text"]


def test_a_form_without_files_is_told_what_to_send() -> None:
    answer = client().post("/convert", data=b"--x--\r\n", content_type="multipart/form-data; boundary=x")

    assert "send the encounter" in refusal(answer, 400)[0]["details"]["text"]


def test_files_of_one_name_are_told_apart() -> None:
    files = {"document": [(BytesIO(ENCOUNTER), "a/x.json"), (BytesIO(b"{"), "a/x.json")]}
    issues = refusal(client().post("/convert", data=files), 400)

    assert [issue["location"][0].split("#")[0].split(":")[0] for issue in issues] == ["x.json(2)"]


def test_the_name_of_a_file_is_shown_without_control_characters() -> None:
    files = {"document": [(BytesIO(b"{"), "a\x01b.json"), (BytesIO(ENCOUNTER), "e.json")]}
    (issue,) = refusal(client().post("/convert", data=files), 400)

    assert issue["location"][0].startswith("a?b.json")


def test_a_form_that_can_not_be_read_is_refused() -> None:
    refusal(client().post("/convert", data=b"not a form", content_type="multipart/form-data"), 400)


@pytest.mark.parametrize("accept", ["text/html", "application/fhir+xml", "application/fhir+json;q=0"])
def test_other_forms_of_answer_are_not_there(accept: str) -> None:
    refusal(convert(ENCOUNTER, headers={"Accept": accept}), 406)


def test_the_better_liked_form_of_answer_is_given() -> None:
    answer = convert(ENCOUNTER, headers={"Accept": "application/json;q=0.5, application/fhir+json;q=0.9"})

    assert answer.content_type == FHIR_JSON


@pytest.mark.parametrize("query", ["?profiles=mine", "?ai_label=robot"])
def test_nothing_in_the_query_is_ignored(query: str) -> None:
    issues = refusal(client().post("/convert" + query, data=ENCOUNTER, content_type=JSON), 400)

    assert all(issue["location"][0].startswith("query#/") for issue in issues)


def test_a_form_of_document_that_is_not_known_is_refused() -> None:
    refusal(client().post("/convert?form=hl7v2", data=ENCOUNTER, content_type=JSON), 400)


@pytest.mark.parametrize("content_type", ["application/hl7-v2", "x-application/hl7-v2+er7", "text/plain"])
def test_hl7_v2_is_read_under_its_content_types(content_type: str) -> None:
    message = b"MSH|^~\\&|A|B|||||DFT^P03|1|T|2.5.1\rPID|1||4711\rPV1|1|O|||||||||||||||||V-1\rFT1|1|||20260312||CG\r"
    issues = refusal(convert(message, content_type), 422)

    assert [issue["diagnostics"] for issue in issues] == ["document/alone"]


@pytest.mark.parametrize(
    ("content_type", "table"),
    [
        ("text/csv", b"tool,syndrome\nFinder,Williams\n"),
        ("text/csv; charset=utf-8", b"tool;syndrome\nFinder;Williams\n"),
        ("text/tab-separated-values", b"tool\tsyndrome\nFinder\tWilliams\n"),
    ],
)
def test_a_table_is_read_under_its_content_types(content_type: str, table: bytes) -> None:
    (issue,) = refusal(convert(table, content_type), 422)

    assert (issue["diagnostics"], issue["location"]) == ("document/alone", ["table.csv#"])


MESSAGE, TABLE = b"MSH|^~\\&|A|B|||||DFT^P03|1|T|2.5.1\rPID|1||4711\r", b"tool,syndrome\nFinder,Williams\n"


@pytest.mark.parametrize(
    ("content_type", "body", "kind"),
    [
        ("text/csv", ENCOUNTER, "JSON"),
        ("text/csv", MESSAGE, "an HL7 v2 message"),
        ("application/hl7-v2", ENCOUNTER, "JSON"),
        ("text/plain", TABLE, "a CSV table"),
        ("application/json", MESSAGE, "an HL7 v2 message"),
        ("application/json", MESSAGE[:10], "an HL7 v2 message"),
        ("application/json", b"FHS|^~\\&|A\r" + MESSAGE, "an HL7 v2 batch"),
        ("application/fhir+json", TABLE, "a CSV table"),
        ("application/json", TABLE.replace(b",", b"\t").decode().encode("utf-16"), "a table with tabs (TSV)"),
    ],
)
def test_a_body_that_its_content_type_belies_is_refused_as_what_it_is(content_type: str, body: bytes, kind: str) -> None:
    (issue,) = refusal(convert(body, content_type), 415)

    assert f"the body is {kind}, and Content-Type says {content_type}" in issue["details"]["text"]


def test_files_of_a_form_are_known_by_their_content() -> None:
    encounter = {key: value for key, value in json.loads(ENCOUNTER).items() if key != "review"}
    files = [(BytesIO(json.dumps(encounter).encode()), "a", "text/csv"), (BytesIO(TABLE), "b", JSON)]
    answer = client().post("/convert", data={"document": files})

    assert answer.status_code == 200


def test_r5_is_read_as_far_as_it_is_the_same_if_the_content_type_does_not_name_it() -> None:
    (issue,) = refusal(convert(b'{"resourceType": "Patient"}', "application/fhir+json"), 422)

    assert issue["diagnostics"] == "document/alone"


def test_a_table_comes_beside_an_encounter() -> None:
    encounter = {key: value for key, value in json.loads(ENCOUNTER).items() if key != "review"}
    table = b"tool,syndrome,code\nFinder,Williams,OMIM:194050\n"
    answer = client().post("/convert", data=files_of(encounter=json.dumps(encounter).encode(), table=table))

    assert "MONDO:0008678" in answer.text


def test_messages_and_json_come_as_files_of_one_form() -> None:
    header = b"MSH|^~\\&|A|B|||||MDM^T02|1|T|2.5.1"
    encounter = json.loads(ENCOUNTER)
    del encounter["review"]
    patient = f"PID|1||{encounter['patient']['mrn']}^^^&{encounter['patient']['mrn_system']}&URI^MR"
    message = b"\r".join([header, patient.encode(), b"TXA|1|CN|||||||||||||||DI\r"])
    answer = client().post("/convert", data=files_of(encounter=json.dumps(encounter).encode(), message=message))

    assert answer.status_code == 200


def test_a_sender_that_nobody_knows_is_refused_with_what_to_write() -> None:
    answer = client().post("/convert?sender=lakeside", data=ENCOUNTER, content_type="application/json")

    assert answer.status_code == 422
    assert b"write senders/NAME.yaml" in answer.data
