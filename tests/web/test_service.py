"""What else the service answers: validation, its own description, its health, and what it does when it has a bug."""

import json
import re
from typing import Any
from urllib.parse import quote

import jsonschema_rs
import pytest
import responses

from adapter.fhir.json import read_json
from adapter.issues import FailureKind
from adapter.web import create_app
from adapter.web.answer import FHIR_JSON, JSON, STATUS
from adapter.web.app import ROUTES
from tests.web.ground import INFANT, client, content_of, convert, json_of, logged, refusal

NARRATIVE = {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml">A patient</div>'}
PATIENT = {"resourceType": "Patient", "text": NARRATIVE, "birthDate": "2020-02", "active": True}
SERVER = "http://127.0.0.1:9/fhir"


def validate(resource: Any, kind: str = "Patient", **settings: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - JSON
    answer = client(**settings).post(f"/fhir/{kind}/$validate", data=json.dumps(resource), content_type=FHIR_JSON)
    assert answer.status_code == 200
    issues: list[dict[str, Any]] = json_of(answer)["issue"]
    return issues


def test_a_valid_resource_has_no_errors() -> None:
    assert {issue["severity"] for issue in validate(PATIENT)} <= {"information"}


def test_what_is_wrong_is_said_with_its_place_and_by_whom() -> None:
    (issue,) = validate(PATIENT | {"birthDate": "2020-13"})

    assert issue["severity"] == "error"
    assert issue["expression"] == ["Patient.birthDate"]
    assert "said by: adapter" in issue["diagnostics"]


def test_every_resource_of_an_example_is_valid_for_the_service_too() -> None:
    bundle = read_json((INFANT / "bundle.json").read_bytes(), "bundle")
    answer = client().post("/fhir/Bundle/$validate", data=(INFANT / "bundle.json").read_bytes(), content_type=FHIR_JSON)

    assert bundle["resourceType"] == "Bundle"
    assert [issue for issue in json_of(answer)["issue"] if issue["severity"] in {"error", "fatal"}] == []


def test_the_resource_can_come_within_parameters() -> None:
    parameters = {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": PATIENT | {"birthDate": "x"}}]}

    assert validate(parameters)[0]["expression"] == ["Patient.birthDate"]


@responses.activate
def test_the_configured_server_is_asked_as_well() -> None:
    said = {"severity": "error", "code": "invalid", "diagnostics": "The server does not like it", "expression": ["Patient"]}
    responses.post(f"{SERVER}/Patient/$validate", json={"resourceType": "OperationOutcome", "issue": [said]})
    marked = PATIENT | {"meta": {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}]}}
    (issue,) = validate(marked, fhir_server=SERVER)

    assert issue["details"]["text"] == "The server does not like it"
    assert issue["diagnostics"].startswith("said by: server")


@responses.activate
def test_a_server_that_does_not_answer_is_a_warning_not_a_green_light() -> None:
    responses.post(f"{SERVER}/Patient/$validate", status=404)
    issues = validate(PATIENT, fhir_server=SERVER)

    assert {issue["severity"] for issue in issues} == {"warning"}
    assert all("did not check this" in issue["details"]["text"] for issue in issues)


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"[]", 400), (b"{", 400), (b'{"resourceType": "Observation"}', 400), (b'{"resourceType": "Parameters"}', 400)],
)
def test_what_is_no_resource_of_the_type_is_refused(body: bytes, status: int) -> None:
    refusal(client().post("/fhir/Patient/$validate", data=body, content_type=FHIR_JSON), status)


@pytest.mark.parametrize("parameter", [7, [7], [{"name": "other"}], {"name": "resource"}])
def test_parameters_without_a_resource_are_refused(parameter: Any) -> None:  # noqa: ANN401 - JSON
    body = json.dumps({"resourceType": "Parameters", "parameter": parameter})

    refusal(client().post("/fhir/Patient/$validate", data=body, content_type=FHIR_JSON), 400)


def test_xml_is_not_read() -> None:
    (issue,) = refusal(client().post("/fhir/Patient/$validate", data=b"<Patient/>", content_type="application/fhir+xml"), 415)

    assert "XML" in issue["details"]["text"]


def test_a_resource_of_a_type_that_is_not_known_was_not_checked() -> None:
    issues = validate({"resourceType": "Nonsense"}, kind="Nonsense")

    assert {issue["severity"] for issue in issues} <= {"warning", "error"}
    assert issues


def test_the_service_says_that_it_works() -> None:
    said = json_of(client().get("/health"))

    assert said["status"] == "ok"
    assert said["maps"] > 0


def test_the_capability_statement_is_valid_and_declares_what_is_served() -> None:
    statement = json_of(client().get("/fhir/metadata"))

    assert [issue for issue in validate(statement, kind="CapabilityStatement") if issue["severity"] == "error"] == []
    assert {operation["name"] for kind in statement["rest"][0]["resource"] for operation in kind.get("operation", ())} >= {
        "validate"
    }


@pytest.mark.parametrize(("path", "document"), [("encounter", "encounter.json"), ("ai-report", "ai_report.json")])
def test_the_schemas_of_documents_are_published_and_hold_for_ours(path: str, document: str) -> None:
    answer = client().get(f"/schemas/{path}.json")

    assert answer.content_type == "application/schema+json"
    assert jsonschema_rs.is_valid(json.loads(answer.data), json.loads(content_of(document)))
    assert not jsonschema_rs.is_valid(json.loads(answer.data), {"unknown": 1})


def test_what_is_not_there_says_where_to_look() -> None:
    (issue,) = refusal(client().get("/nowhere"), 404)

    assert "/openapi.json" in issue["details"]["text"]


def test_another_method_is_told_which_are_offered() -> None:
    answer = client().get("/convert")

    refusal(answer, 405)
    assert "POST" in answer.headers["Allow"]


@pytest.mark.parametrize("route", [each for each in ROUTES if each.method == "GET"], ids=lambda each: each.path)
def test_nothing_in_a_query_is_ignored(route: Any) -> None:  # noqa: ANN401 - a Route
    if "{" not in route.path:
        # Searches leave out what they do not know, and name it, unless they are held to the letter (test_definitions.py).
        refusal(client().get(route.path + "?surprise=1", headers={"Prefer": "handling=strict"}), 400)


def test_every_kind_of_error_has_its_status() -> None:
    assert STATUS.keys() == set(FailureKind)


def test_a_bug_says_nothing_of_the_request(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "Zz-patient-value"

    def fails(*_: object, **__: object) -> None:
        raise ValueError(secret)

    monkeypatch.setattr("adapter.pipeline.Pipeline.convert", fails)
    with logged() as lines:
        answer = convert(content_of("encounter.json"))
    (issue,) = refusal(answer, 500)
    (line,) = map(json.loads, lines)

    assert "request id" in issue["details"]["text"]
    assert secret not in answer.text
    assert secret not in lines[0]
    assert (line["level"], line["failure"], line["status"]) == ("error", "ValueError", 500)
    assert line["request_id"] == answer.headers["X-Request-Id"]
    assert any(place.startswith("convert.py:") for place in line["place"])


def test_the_log_has_one_line_per_request_with_the_route_and_no_value() -> None:
    with logged() as lines:
        convert(content_of("encounter.json"))
        client().get("/Zz-name?name=Zz-name")
        client().post("/fhir/Zz-name/$validate", data=b"{}", content_type=JSON)

    assert [(line["method"], line["route"], line["status"]) for line in map(json.loads, lines)] == [
        ("POST", "/convert", 200),
        ("GET", None, 404),
        ("POST", "/fhir/<resource_type>/$validate", 400),
    ]
    assert "Zz-name" not in "".join(lines)


def test_less_can_be_logged() -> None:
    with logged(log_level="error") as lines:
        client(log_level="error").get("/health")

    assert lines == []


def test_a_server_of_ones_own_finds_the_application(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADAPTER_LOG_LEVEL", "error")

    assert create_app().test_client().get("/health").status_code == 200


@responses.activate
@pytest.mark.parametrize("kind", ["..", "$reindex?", "Foo#23", "Nonsense", "metadata"])
def test_a_type_that_fhir_does_not_have_steers_nothing_at_the_configured_server(kind: str) -> None:
    path = f"/fhir/{quote(kind, safe='')}/$validate"
    answer = client(fhir_server=SERVER).post(path, data=json.dumps({"resourceType": kind}), content_type=FHIR_JSON)

    assert answer.status_code in {200, 404}
    assert not responses.calls


def test_the_page_says_what_is_here_and_its_links_work() -> None:
    answer = client().get("/")
    links = re.findall('href="http://localhost([^"]+)"', answer.text)

    assert answer.content_type == "text/html; charset=utf-8"
    assert len(links) > 5
    assert all(client().get(link).status_code == 200 for link in links)


@pytest.mark.parametrize(
    ("method", "path", "status", "words"),
    [
        ("POST", "/convrt", 404, "did you mean /convert?"),
        ("GET", "/fhir/CodeSytem", 404, "did you mean /fhir/CodeSystem?"),
        ("GET", "/somewhere/else", 404, "there is nothing here; GET /openapi.json"),
        ("POST", "/convert?profile=own", 400, "did you mean profiles? known are: "),
        ("POST", "/convert?zzz=1", 400, "(known are: "),
        ("GET", "/fhir/ValueSet/$expand?url=x&count=many", 400, "count must be of type integer"),
    ],
)
def test_a_wrong_name_is_told_with_the_nearest(method: str, path: str, status: int, words: str) -> None:
    answer = client().open(path, method=method, data=b"{}" if method == "POST" else None, content_type="application/json")

    assert words in refusal(answer, status)[0]["details"]["text"]


@pytest.mark.parametrize(
    ("kind", "words"), [("Patint", "FHIR R4 has no resource of the type"), ("Observation", "not of the type")]
)
def test_a_type_that_is_not_that_of_the_resource_is_told(kind: str, words: str) -> None:
    answer = client().post(f"/fhir/{kind}/$validate", json={"resourceType": "Patient"})

    assert words in refusal(answer, 400)[0]["details"]["text"]


@pytest.mark.parametrize(("host", "prefix"), [("example.org", ""), ("example.org:8080", ""), ("EXAMPLE.org", "/fhir-0731t")])
def test_a_path_with_two_slashes_leads_to_the_path_with_one_where_the_caller_asked(host: str, prefix: str) -> None:
    answer = client().get("/fhir//metadata?mode=f%C3%BCll", base_url=f"http://{host}{prefix}")

    assert answer.status_code == 308
    assert answer.headers["Location"] == f"http://{host.lower()}{prefix}/fhir/metadata?mode=f%C3%BCll"


def test_a_path_that_is_not_ascii_finds_its_route() -> None:
    refusal(client().get("/fhir/CodeSystem/f%C3%BCr"), 404)
    assert client().get("/fhir/CodeSystem/f%C3%BCr").request.path == "/fhir/CodeSystem/für"
