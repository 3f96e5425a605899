"""What a server's answers mean: results, findings, or one of our error kinds, and never patient data in an error."""

import traceback
from decimal import Decimal
from typing import Any

import pytest
import responses
from responses.matchers import header_matcher, query_param_matcher

from adapter.client import FhirClient, remarks_behind
from adapter.issues import (
    AdapterError,
    ConflictError,
    InvalidError,
    IssueType,
    NotFoundError,
    NotSupportedError,
    Severity,
    UnavailableError,
)

BASE = "http://127.0.0.1:8080/fhir"
PATIENT = {"resourceType": "Patient", "id": "p-1"}
PUT = {"resource": PATIENT, "request": {"method": "PUT", "url": "Patient/p-1"}}
SECRET = "Zaphod Beeblebrox"


def outcome(**issue: object) -> dict[str, Any]:
    return {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "processing"} | issue]}


def transaction(*entries: object) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "transaction", "entry": list(entries)}


def answered(*entries: object) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "transaction-response", "entry": [{"response": entry} for entry in entries]}


def test_a_resource_is_read_with_its_decimals(server: responses.RequestsMock, client: FhirClient) -> None:
    body = '{"resourceType": "Observation", "valueQuantity": {"value": 12.50}}'
    server.get(f"{BASE}/Observation/o-1", body=body, match=[header_matcher({"Accept": "application/fhir+json"})])
    read = client.read("Observation", "o-1")

    assert str(read["valueQuantity"]["value"]) == "12.50"


def test_decimals_are_sent_with_their_digits(server: responses.RequestsMock, client: FhirClient) -> None:
    server.post(f"{BASE}/Observation/$validate", json=outcome())
    client.validate({"resourceType": "Observation", "valueQuantity": {"value": Decimal("12.50")}})

    assert b"12.50" in (server.calls[0].request.body or b"")
    assert server.calls[0].request.headers["Content-Type"] == "application/fhir+json; charset=utf-8"


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (400, InvalidError, IssueType.PROCESSING),
        (401, UnavailableError, IssueType.FORBIDDEN),
        (403, UnavailableError, IssueType.FORBIDDEN),
        (404, NotFoundError, IssueType.NOT_FOUND),
        (405, NotSupportedError, IssueType.NOT_SUPPORTED),
        (409, ConflictError, IssueType.CONFLICT),
        (410, NotFoundError, IssueType.NOT_FOUND),
        (412, ConflictError, IssueType.CONFLICT),
        (413, InvalidError, IssueType.TOO_LONG),
        (418, InvalidError, IssueType.PROCESSING),
        (422, InvalidError, IssueType.INVALID),
        (429, UnavailableError, IssueType.THROTTLED),
        (300, UnavailableError, IssueType.TRANSIENT),
        (500, UnavailableError, IssueType.TRANSIENT),
        (501, NotSupportedError, IssueType.NOT_SUPPORTED),
        (503, UnavailableError, IssueType.TRANSIENT),
    ],
)
def test_every_refusal_is_one_of_our_kinds(
    server: responses.RequestsMock, client: FhirClient, status: int, kind: type[AdapterError], code: IssueType
) -> None:
    server.post(BASE, status=status, json=outcome(diagnostics="no"))
    with pytest.raises(AdapterError) as error:
        client.transaction(transaction(PUT))

    assert type(error.value) is kind
    assert error.value.issues[0].code is code
    assert f"HTTP {status}" in str(error.value)
    assert [remark.words for remark in remarks_behind(error.value)] == ["no"]


def test_what_the_server_quotes_is_kept_out_of_errors_and_tracebacks(server: responses.RequestsMock, client: FhirClient) -> None:
    server.post(
        BASE, status=422, json=outcome(diagnostics=f"Name {SECRET} is odd", details={"text": SECRET}, expression=[SECRET])
    )
    with pytest.raises(InvalidError) as error:
        client.transaction(transaction(PUT))

    told = "".join(traceback.format_exception(error.value)) + repr(error.value.issues) + repr(remarks_behind(error.value))
    assert SECRET not in told
    assert SECRET in remarks_behind(error.value)[0].words


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (f"<html><head><style>p {{}}</style></head><h1>Bad</h1><p>{SECRET} &amp; more</p></html>", f"Bad {SECRET} & more"),
        (f'<OperationOutcome><issue><diagnostics value="{SECRET}"/></issue></OperationOutcome>', SECRET),
        (f"<f:OperationOutcome><f:text value='{SECRET}'/></f:OperationOutcome>", SECRET),
        (SECRET, SECRET),
        ('{"error": "no"}', '{"error": "no"}'),
        ("x" * 700, "x" * 600 + " …"),
    ],
)
def test_the_words_of_a_refusal_in_any_form_are_kept_for_the_user(
    server: responses.RequestsMock, client: FhirClient, body: str, words: str
) -> None:
    server.post(BASE, status=500, body=body)
    with pytest.raises(UnavailableError) as error:
        client.transaction(transaction(PUT))

    assert [remark.words for remark in remarks_behind(error.value)] == [words]
    assert SECRET not in "".join(traceback.format_exception(error.value)) + repr(remarks_behind(error.value))


def test_a_refusal_without_a_body_has_no_remarks(server: responses.RequestsMock, client: FhirClient) -> None:
    server.post(BASE, status=500, body=" ")
    with pytest.raises(UnavailableError) as error:
        client.transaction(transaction(PUT))

    assert remarks_behind(error.value) == ()


def test_an_error_that_is_not_a_refusal_has_no_remarks(server: responses.RequestsMock, client: FhirClient) -> None:
    server.post(BASE, body=b"")
    with pytest.raises(UnavailableError) as error:
        client.transaction(transaction(PUT))

    assert remarks_behind(error.value) == ()


@pytest.mark.parametrize(
    ("body", "content_type", "told"),
    [
        ("", "application/fhir+json", "empty body"),
        ("<html>Welcome</html>", "text/html", "web page"),
        ("<Patient/>", "application/fhir+xml", "not a JSON object"),
        ('{"resourceType": ', "application/fhir+json", "not a JSON object"),
        ("[]", "application/fhir+json", "not a JSON object"),
        ('{"resourceType": "OperationOutcome"}', "application/fhir+json", "did not answer with a Patient"),
    ],
)
def test_an_answer_that_is_not_what_was_asked_for_is_told(
    server: responses.RequestsMock, client: FhirClient, body: str, content_type: str, told: str
) -> None:
    server.get(f"{BASE}/Patient/p-1", body=body, content_type=content_type)
    with pytest.raises(UnavailableError, match=told) as error:
        client.read("Patient", "p-1")

    assert error.value.issues[0].code is IssueType.STRUCTURE
    assert error.value.issues[0].source == "FHIR server 127.0.0.1"


def test_a_transaction_tells_what_became_of_every_entry(server: responses.RequestsMock, client: FhirClient) -> None:
    server.post(
        BASE,
        json=answered(
            {
                "status": "201 Created",
                "location": "Patient/p-1/_history/1",
                "etag": 'W/"1"',
                "outcome": outcome(code="informational"),
            },
            {"status": "200", "location": f"{BASE}/Patient/p-2", "etag": 'W/"7"'},
            {"status": "204"},
        ),
    )
    created, updated, silent = client.transaction(transaction(PUT, PUT, PUT)).entries

    assert (created.status, created.reference, created.version, created.etag) == (201, "Patient/p-1", "1", 'W/"1"')
    assert created.was_created
    assert created.remarks[0].issue.code is IssueType.INFORMATIONAL
    assert (updated.reference, updated.version, updated.was_created) == ("Patient/p-2", "7", False)
    assert (silent.reference, silent.version, silent.outcome, silent.remarks) == (None, None, {}, ())


@pytest.mark.parametrize(
    "answer",
    [
        answered(),
        answered({"status": "fine"}),
        answered({}),
        answered(None),
        {"resourceType": "Bundle", "type": "batch-response", "entry": [{"response": {"status": "200"}}]},
        {"resourceType": "Bundle", "type": "transaction-response", "entry": "all fine"},
    ],
)
def test_a_transaction_whose_result_is_unclear_is_told(
    server: responses.RequestsMock, client: FhirClient, answer: dict[str, Any]
) -> None:
    server.post(BASE, json=answer)
    with pytest.raises(UnavailableError, match="may have been carried out"):
        client.transaction(transaction(PUT))


@pytest.mark.parametrize(
    "bundle",
    [{"type": "batch"}, {"type": "transaction", "entry": [{"resource": PATIENT}]}, {"type": "transaction", "entry": ["x"]}],
)
def test_what_is_no_transaction_is_not_sent(client: FhirClient, bundle: dict[str, Any]) -> None:
    with pytest.raises(InvalidError, match="not a Bundle of type transaction"):
        client.transaction({"resourceType": "Bundle"} | bundle)


@pytest.mark.parametrize(
    ("request_part", "tries"),
    [
        ({"method": "PUT", "url": "Patient/p-1"}, 2),
        ({"method": "PUT", "url": "Patient/p-1", "ifMatch": 'W/"1"'}, 1),
        ({"method": "POST", "url": "Patient", "ifNoneExist": "identifier=a|b"}, 2),
        ({"method": "POST", "url": "Patient"}, 1),
        ({"method": "PATCH", "url": "Patient/p-1"}, 1),
        ({"method": "DELETE", "url": "Patient/p-1"}, 2),
    ],
)
def test_only_a_transaction_that_may_be_repeated_is(
    server: responses.RequestsMock, client: FhirClient, request_part: dict[str, str], tries: int
) -> None:
    server.post(BASE, status=503)
    if tries > 1:
        server.post(BASE, json=answered({"status": "200"}))
        client.transaction(transaction({"resource": PATIENT, "request": request_part}))
    else:
        with pytest.raises(UnavailableError):
            client.transaction(transaction({"resource": PATIENT, "request": request_part}))

    assert len(server.calls) == tries


def test_findings_become_issues_beside_the_servers_own_words(server: responses.RequestsMock, client: FhirClient) -> None:
    coding = {"system": "http://hl7.org/fhir/java-core-messageId", "code": "Terminology_TX"}
    said = outcome(details={"coding": [coding]}, diagnostics=f"Unknown {SECRET}", expression=["Patient.name[0]"])
    server.post(f"{BASE}/Patient/$validate", json=said)
    validation = client.validate(PATIENT)
    issue = validation.issues[0]

    assert (issue.severity, issue.code, issue.rule) == (Severity.ERROR, IssueType.PROCESSING, "Terminology_TX")
    assert issue.expression == ("Patient.name[0]",)
    assert issue.source == "FHIR server 127.0.0.1"
    assert SECRET not in repr(validation)
    assert validation.remarks[0].words == f"Unknown {SECRET}"
    assert validation.outcome == said


def test_the_message_id_of_the_extension_comes_first(server: responses.RequestsMock, client: FhirClient) -> None:
    url = "http://hl7.org/fhir/StructureDefinition/operationoutcome-message-id"
    extensions = [{"url": "http://x.invalid", "valueString": "no"}, {"url": url, "valueString": "Its_Id"}]
    server.post(f"{BASE}/Patient/$validate", json=outcome(extension=extensions, details={"coding": [{"code": "other"}]}))

    assert client.validate(PATIENT).issues[0].rule == "Its_Id"


@pytest.mark.parametrize(
    ("issue", "expression"),
    [
        ({"location": ["Patient.birthDate", "Line[1] Col[2]"]}, ("Patient.birthDate",)),
        (
            {"expression": ["Observation.value.ofType(Quantity)", f"Patient.name.where(text='{SECRET}')", 7]},
            ("Observation.value.ofType(Quantity)",),
        ),
    ],
)
def test_only_plain_paths_become_places(
    server: responses.RequestsMock, client: FhirClient, issue: dict[str, Any], expression: tuple[str, ...]
) -> None:
    server.post(f"{BASE}/Patient/$validate", json=outcome(**issue))

    assert client.validate(PATIENT).issues[0].expression == expression


@pytest.mark.parametrize(
    "issue",
    [
        {"severity": "terrible", "code": "login"},
        {"severity": None, "code": None, "details": "none", "extension": "none", "diagnostics": " "},
        {"details": {"coding": [{"code": f"about {SECRET}"}, "none"]}},
    ],
)
def test_an_outcome_without_usable_details_is_an_error_without_words(
    server: responses.RequestsMock, client: FhirClient, issue: dict[str, Any]
) -> None:
    server.post(f"{BASE}/Patient/$validate", json=outcome(**issue))
    remark = client.validate(PATIENT).remarks[0]

    assert (remark.issue.severity, remark.issue.code, remark.issue.rule) == (Severity.ERROR, IssueType.PROCESSING, None)
    assert remark.words == "The server gave no details."


def test_an_issue_that_is_no_object_is_still_an_error(server: responses.RequestsMock, client: FhirClient) -> None:
    server.post(f"{BASE}/Patient/$validate", json={"resourceType": "OperationOutcome", "issue": ["broken"]})

    assert client.validate(PATIENT).issues[0].severity is Severity.ERROR


@pytest.mark.parametrize("status", [400, 412, 422])
def test_a_resource_that_can_not_be_parsed_is_a_finding(server: responses.RequestsMock, client: FhirClient, status: int) -> None:
    server.post(f"{BASE}/Patient/$validate", status=status, json=outcome(diagnostics="HAPI-0450"))

    assert client.validate(PATIENT).remarks[0].words == "HAPI-0450"


@pytest.mark.parametrize("body", [b"", b"{}"])
def test_a_refusal_to_validate_without_an_outcome_is_an_error(
    server: responses.RequestsMock, client: FhirClient, body: bytes
) -> None:
    server.post(f"{BASE}/Patient/$validate", status=400, body=body)
    with pytest.raises(InvalidError):
        client.validate(PATIENT)


def test_a_server_that_does_not_validate_is_told(server: responses.RequestsMock, client: FhirClient) -> None:
    server.post(f"{BASE}/Patient/$validate", status=501, json=outcome())
    with pytest.raises(NotSupportedError):
        client.validate(PATIENT)


def test_a_profile_is_named_in_the_question(server: responses.RequestsMock, client: FhirClient) -> None:
    profile = "https://0731t-adapter.invalid/fhir/StructureDefinition/x"
    server.post(f"{BASE}/Patient/$validate", json=outcome(), match=[query_param_matcher({"profile": profile})])

    assert client.validate(PATIENT, profile=profile).issues


@pytest.mark.parametrize(
    ("parameters", "known"),
    [
        ([{"name": "result", "valueBoolean": True}], True),
        ([{"name": "result", "valueBoolean": False}, {"name": "message", "valueString": "Unknown code"}], False),
        ([{"name": "result", "valueBoolean": False}, {"name": "x-unknown-system", "valueCanonical": "http://s"}], None),
        (
            [
                {"name": "result", "valueBoolean": False},
                {"name": "message", "valueString": "CodeSystem is unknown and can't be validated: http://s for 'http://s#c'"},
            ],
            None,
        ),
        (["broken"], None),
    ],
)
def test_a_server_says_whether_it_knows_a_code(
    server: responses.RequestsMock, client: FhirClient, parameters: list[Any], *, known: bool | None
) -> None:
    asked = query_param_matcher({"url": "http://s", "code": "c"})
    server.get(f"{BASE}/CodeSystem/$validate-code", json={"resourceType": "Parameters", "parameter": parameters}, match=[asked])

    assert client.validate_code("http://s", "c") is known


@pytest.mark.parametrize("status", [404, 405, 501])
def test_a_server_that_can_not_be_asked_for_codes_knows_nothing(
    server: responses.RequestsMock, client: FhirClient, status: int
) -> None:
    server.get(f"{BASE}/CodeSystem/$validate-code", status=status, json=outcome())

    assert client.validate_code("http://s", "c") is None


def test_a_resource_that_is_no_json_is_a_bug(client: FhirClient) -> None:
    with pytest.raises(TypeError):
        client.validate({"resourceType": "Patient", "name": {"a set"}})
