"""The operations over HTTP: the same answers as in process, and every bad request is an OperationOutcome that helps."""

import json
import sys
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from adapter.assembly import load
from adapter.settings import Settings
from adapter.terminology.wire.operation.operations import OPERATIONS
from adapter.web.app import make_app
from tests.seconds import within
from tests.terminology.operations.small import ALL, ANIMAL, ARK, TO_TRADE, Resource, animals, body, value_of, value_set

KINDS = "http://hl7.org/fhir/tools/CodeSystem/tx-issue-type"
BASE = "https://0731t-adapter.invalid/fhir"
CPT = "http://www.ama-assn.org/go/cpt"
# Of our own time, whatever else runs here; measuring coverage makes all of it several times as slow.
SECONDS = 2 if sys.gettrace() is None else 20


@pytest.fixture(scope="module")
def client() -> FlaskClient:
    return make_app(load(Settings(log_level="error"))).test_client()


def post(client: FlaskClient, path: str, sent: object) -> TestResponse:
    return client.post(f"/fhir/{path}", data=json.dumps(sent), content_type="application/fhir+json")


def issue(answer: TestResponse, status: int) -> dict[str, Any]:
    """The first issue of a refusal with this status."""
    assert answer.status_code == status
    assert answer.mimetype == "application/fhir+json"
    found: Resource = answer.get_json()
    assert found["resourceType"] == "OperationOutcome"
    assert all(each["details"]["text"] for each in found["issue"])
    first: Resource = found["issue"][0]
    return first


def kind(answer: TestResponse, status: int) -> str:
    """The tx-issue-type of the first issue of a refusal."""
    coding = issue(answer, status)["details"]["coding"][0]
    assert coding["system"] == KINDS
    return str(coding["code"])


class TestOurModifiers:
    @pytest.mark.parametrize(
        ("code", "system", "expected"),
        [
            ("52", CPT, True),
            ("26", CPT, True),
            ("AS", "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets", True),
            ("AS", CPT, False),
            ("99", CPT, False),
            ("52", f"{BASE}/CodeSystem/procedure-modifier", False),
        ],
    )
    def test_each_gets_the_right_answer(self, client: FlaskClient, code: str, system: str, *, expected: bool) -> None:
        about = {"url": f"{BASE}/ValueSet/claim-modifier-0731t", "code": code, "system": system}

        got = client.get("/fhir/ValueSet/$validate-code", query_string=about)
        posted = post(client, "ValueSet/$validate-code", body(**about))
        on_instance = client.get(
            "/fhir/ValueSet/claim-modifier-0731t/$validate-code", query_string={"code": code, "system": system}
        )

        assert value_of(got.get_json(), "result") is expected
        assert got.get_json() == posted.get_json() == on_instance.get_json()

    def test_a_circumstance_becomes_a_modifier_and_back(self, client: FlaskClient) -> None:
        there = client.get(
            "/fhir/ConceptMap/modifier-to-claim/$translate",
            query_string={"code": "extent-reduced", "system": f"{BASE}/CodeSystem/procedure-modifier"},
        ).get_json()
        back = client.get("/fhir/ConceptMap/claim-to-modifier/$translate", query_string={"code": "52", "system": CPT}).get_json()

        for answer, code in ((there, "52"), (back, "extent-reduced")):
            match = {"parameter": value_of(answer, "match")}
            assert value_of(match, "concept")["code"] == code

    def test_all_of_our_value_sets_that_list_codes_can_be_expanded(self, client: FlaskClient) -> None:
        listed = client.get("/fhir/ValueSet", query_string={"_count": "100"}).get_json()["entry"]
        whole = {"candidate-syndrome-systems"}  # whole code systems of others, of which nobody here knows the codes

        statuses = {each["resource"]["id"]: client.get(f"/fhir/ValueSet/{each['resource']['id']}/$expand") for each in listed}

        assert {name for name, answer in statuses.items() if answer.status_code != 200} == whole


class TestDeclared:
    def test_every_operation_is_declared_where_it_is_served(self, client: FlaskClient) -> None:
        rest = client.get("/fhir/metadata").get_json()["rest"][0]
        declared = {(resource["type"], said["name"]) for resource in rest["resource"] for said in resource.get("operation", [])}
        declared |= {(None, said["name"]) for said in rest["operation"]}

        assert {(operation.type, operation.name) for operation in OPERATIONS} <= declared

    def test_terminology_capabilities_name_our_code_systems(self, client: FlaskClient) -> None:
        said = client.get("/fhir/metadata", query_string={"mode": "terminology"}).get_json()

        assert f"{BASE}/CodeSystem/procedure-modifier" in {code_system["uri"] for code_system in said["codeSystem"]}

    @pytest.mark.parametrize("query", [{"mode": "all"}, {"_format": "xml"}, {"_summary": "maybe"}, {"raven": "1"}])
    def test_metadata_takes_what_it_knows(self, client: FlaskClient, query: dict[str, str]) -> None:
        assert client.get("/fhir/metadata", query_string=query).status_code in {400, 406}


class TestBadRequests:
    def test_a_definition_that_is_not_here(self, client: FlaskClient) -> None:
        unknown_set = client.get("/fhir/ValueSet/$validate-code", query_string={"url": "urn:x", "code": "a", "system": ARK})
        unknown_system = client.get("/fhir/CodeSystem/$validate-code", query_string={"url": "urn:x", "code": "a"})
        unknown_lookup = client.get("/fhir/CodeSystem/$lookup", query_string={"system": "urn:x", "code": "a"})
        unknown_id = client.get("/fhir/ValueSet/nowhere/$expand")

        assert kind(unknown_set, 404) == "not-found"
        assert (unknown_system.status_code, value_of(unknown_system.get_json(), "result")) == (200, False)
        assert kind(unknown_lookup, 404) == "not-found"
        assert kind(unknown_id, 404) == "not-found"

    @pytest.mark.parametrize(
        ("path", "query"),
        [
            ("CodeSystem/$lookup", {"system": ARK}),
            ("CodeSystem/$subsumes", {"system": ARK, "codeA": "cat"}),
            ("ConceptMap/$translate", {"system": ARK}),
            ("ValueSet/$expand", {}),
        ],
    )
    def test_something_is_missing(self, client: FlaskClient, path: str, query: dict[str, str]) -> None:
        assert kind(client.get(f"/fhir/{path}", query_string=query), 400) == "invalid-data"

    @pytest.mark.parametrize(
        ("method", "path", "allowed"),
        [
            ("GET", "ValueSet/$batch-validate-code?validation=x", "POST"),
            ("GET", "CodeSystem/$batch-validate-code", "POST"),
            ("HEAD", "CodeSystem/$batch-validate-code", "POST"),
            ("GET", "ValueSet/$validate", "POST"),
            ("GET", "CodeSystem/_search", "POST"),
            ("DELETE", "ValueSet/$expand", "GET, HEAD, POST"),
            ("POST", "$versions/x", None),
            ("GET", "ValueSet/$nothing", None),
            ("POST", "ValueSet/x/$batch-validate-code", None),
        ],
    )
    def test_another_method_of_an_operation_is_refused(
        self, client: FlaskClient, method: str, path: str, allowed: str | None
    ) -> None:
        answer = client.open(f"/fhir/{path}", method=method)

        assert answer.status_code == (405 if allowed else 404)
        assert set(answer.headers.get("Allow", "").split(", ")) == set((allowed or "").split(", "))

    def test_nothing_to_validate(self, client: FlaskClient) -> None:
        assert "Unable to find code" in issue(client.get("/fhir/ValueSet/$validate-code?url=urn:x"), 400)["details"]["text"]

    @pytest.mark.parametrize(
        ("sent", "expected"),
        [
            (body(url=ALL["url"], code="cat", system=ARK, coding={"system": ARK, "code": "cat"}), "invalid-data"),
            (body(url=ALL["url"], code="cat", system=ARK, raven=True), "not-supported"),
            (body(url=ALL["url"], code="cat", system=ARK, context="urn:x"), "not-supported"),
            (body(url=[ALL["url"], "urn:y"], code="cat", system=ARK), "invalid-data"),
            ({"resourceType": "Bundle"}, "invalid-data"),
            ([], "invalid-data"),
            ({"resourceType": "Parameters", "parameter": [{"name": "code"}]}, "invalid-data"),
        ],
    )
    def test_parameters_that_do_not_fit(self, client: FlaskClient, sent: object, expected: str) -> None:
        assert kind(post(client, "ValueSet/$validate-code", sent), 400) == expected

    def test_a_parameter_of_a_wrong_type(self, client: FlaskClient) -> None:
        sent = {
            "resourceType": "Parameters",
            "parameter": [{"name": "url", "valueInteger": 3}, {"name": "code", "valueCode": "a"}],
        }

        assert issue(post(client, "CodeSystem/$validate-code", sent), 400)["code"] == "value"

    @pytest.mark.parametrize(
        "content", [b"", b"{", b"\xff", b'{"resourceType":"Parameters","resourceType":"Parameters"}', b"[" * 5_000]
    )
    def test_what_is_no_json(self, client: FlaskClient, content: bytes) -> None:
        answer = client.post("/fhir/ValueSet/$expand", data=content, content_type="application/fhir+json")

        assert issue(answer, 400)["severity"] in {"error", "fatal"}

    @pytest.mark.parametrize(
        ("headers", "status"), [({"Content-Type": "application/fhir+xml"}, 415), ({"Content-Type": "text/csv"}, 415)]
    )
    def test_another_form(self, client: FlaskClient, headers: dict[str, str], status: int) -> None:
        issue(client.post("/fhir/ValueSet/$expand", data=b"<Parameters/>", headers=headers), status)

    def test_an_answer_in_xml(self, client: FlaskClient) -> None:
        issue(client.get("/fhir/$versions?_format=xml"), 406)

    @pytest.mark.parametrize(
        "resource",
        [
            {**ANIMAL, "jurisdictions": []},
            {**ANIMAL, "concept": "cat"},
            {
                "resourceType": "CodeSystem",
                "url": "urn:x",
                "status": "active",
                "content": "complete",
                "topic": [{"text": "R5 only"}],
            },
            {**ALL, "scope": {"inclusionCriteria": "R5 only"}},
            {**TO_TRADE, "sourceScopeUri": "urn:r5"},
        ],
    )
    def test_a_definition_of_another_fhir_version(self, client: FlaskClient, resource: Resource) -> None:
        sent = body(url=ALL["url"], code="cat", system=ARK, tx_resource=resource)

        assert kind(post(client, "ValueSet/$validate-code", sent), 400) == "invalid-data"

    def test_a_resource_that_is_no_definition(self, client: FlaskClient) -> None:
        sent = body(url=ALL["url"], tx_resource={"resourceType": "Patient"})

        assert kind(post(client, "ValueSet/$expand", sent), 400) == "invalid-data"


class TestLimits:
    def test_two_megabytes_of_value_sets_in_a_circle(self, client: FlaskClient) -> None:
        names = [f"https://ark.test/ValueSet/ring-{number}" for number in range(40)]
        codes = [{"code": f"c{number}", "display": "x" * 40} for number in range(700)]
        sets = [
            {**value_set("ring", {"valueSet": [names[(number + 1) % 40]]}, {"system": ARK, "concept": codes}), "url": name}
            for number, name in enumerate(names)
        ]
        sent = body(url=names[0], code="cat", system=ARK, tx_resource=sets)
        assert len(json.dumps(sent)) > 1_900_000

        answer = within(2 * SECONDS, lambda: post(client, "ValueSet/$validate-code", sent))

        assert kind(answer, 400) == "vs-invalid"

    def test_imports_that_are_too_deep(self, client: FlaskClient) -> None:
        sets = [
            value_set(f"deep-{number}", {"valueSet": [f"https://ark.test/ValueSet/deep-{number + 1}"]}) for number in range(60)
        ]

        sent = body(url="https://ark.test/ValueSet/deep-0", tx_resource=[*sets, value_set("deep-60", animals()), ANIMAL])

        assert kind(post(client, "ValueSet/$expand", sent), 422) == "too-costly"

    def test_a_web_of_imports(self, client: FlaskClient) -> None:
        def name(number: int) -> str:
            return f"https://ark.test/ValueSet/web-{number}"

        sets = [value_set(f"web-{n}", *({"valueSet": [name(n + 1)]} for _ in range(3))) for n in range(30)]
        sent = body(url=name(0), code="none", system=ARK, tx_resource=[*sets, value_set("web-30", animals()), ANIMAL])

        answer = within(SECONDS, lambda: post(client, "ValueSet/$validate-code", sent))

        assert issue(answer, 422)["code"] == "too-costly"

    @pytest.mark.parametrize("pattern", ["(a+)+$", "((a|aa)+)+b", "(x*)*y"])
    def test_an_evil_expression(self, client: FlaskClient, pattern: str) -> None:
        long = {**ANIMAL, "concept": [{"code": "a" * 5_000 + str(number)} for number in range(20)]}
        sent = body(valueSet=value_set("evil", animals(("code", "regex", pattern))), tx_resource=long)

        answer = within(SECONDS, lambda: post(client, "ValueSet/$expand", sent))

        assert answer.status_code == 200

    @pytest.mark.parametrize("op", ["=", "regex", "is-a", "exists"])
    def test_a_filter_on_an_unknown_property(self, client: FlaskClient, op: str) -> None:
        sent = body(valueSet=value_set("odd", animals(("wings", op, "2"))), tx_resource=ANIMAL)

        assert kind(post(client, "ValueSet/$expand", sent), 400) == "vs-invalid"

    def test_a_large_expansion_is_to_be_paged(self, client: FlaskClient) -> None:
        large = {**ANIMAL, "concept": [{"code": f"c{number}"} for number in range(1_500)]}
        sent = body(valueSet=ALL, tx_resource=large)

        assert issue(post(client, "ValueSet/$expand", sent), 422)["code"] == "too-costly"
        sent["parameter"].append({"name": "count", "valueInteger": 10})
        assert len(post(client, "ValueSet/$expand", sent).get_json()["expansion"]["contains"]) == 10

    def test_a_whole_number_may_be_written_with_a_decimal_point(self, client: FlaskClient) -> None:
        sent = body(valueSet=ALL, tx_resource=ANIMAL)
        whole, half = ({**sent, "parameter": [*sent["parameter"], {"name": "count", "valueInteger": n}]} for n in (2.0, 2.5))

        assert len(post(client, "ValueSet/$expand", whole).get_json()["expansion"]["contains"]) == 2
        assert "count" in issue(post(client, "ValueSet/$expand", half), 400)["details"]["text"]
