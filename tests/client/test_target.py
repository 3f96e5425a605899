"""Which servers there are, and that only test data goes to a public one."""

from typing import Any

import pytest
import responses

from adapter.client import FhirClient, resolve_server, target_at
from adapter.issues import InvalidError, IssueType, NotFoundError

HTEST = {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}]}
LABELLED = {"resourceType": "Patient", "meta": HTEST}
BARE = {"resourceType": "Patient"}
FALSE_LABEL = {"resourceType": "Patient", "meta": {"security": [{"system": "https://0731t-adapter.invalid", "code": "HTEST"}]}}
PUBLIC = "https://public.invalid/fhir"


OTHER_FORMS = ("http://127.1/fhir", "http://2130706433/fhir", "http://0x7f000001/fhir", "http://[::ffff:127.0.0.1]/fhir")
"""Addresses of this machine as only the operating system reads them."""


def bundle(*resources: object) -> dict[str, Any]:
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [{"resource": resource, "request": {"method": "PUT"}} for resource in resources],
    }


def test_hapi_is_the_public_hapi_server() -> None:
    assert resolve_server("hapi", {}) == "https://hapi.fhir.org/baseR4"


def test_an_own_name_comes_before_a_known_one() -> None:
    assert resolve_server("hapi", {"hapi": "http://localhost:8080/fhir"}) == "http://localhost:8080/fhir"


def test_a_url_stands_for_itself() -> None:
    assert resolve_server("http://localhost:8080/fhir", {}) == "http://localhost:8080/fhir"


def test_an_unknown_name_is_told() -> None:
    with pytest.raises(NotFoundError, match="No FHIR server has this name"):
        resolve_server("nobody", {})


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8080/fhir",
        "http://127.0.0.1/fhir/",
        "http://127.8.9.1",
        "http://[::1]:8080/fhir",
        "HTTP://LOCALHOST",
        *OTHER_FORMS,
    ],
)
def test_this_machine_is_not_public(url: str) -> None:
    assert not target_at(url).is_public


@pytest.mark.parametrize(
    "url",
    [
        "https://hapi.fhir.org/baseR4",
        "http://127.0.0.1.public.invalid/fhir",
        "http://localhost.public.invalid/fhir",
        "http://10.0.0.1/fhir",
        "http://10.1/fhir",
        "http://167772161/fhir",
        "http://[::ffff:10.0.0.1]/fhir",
        "http://[2001:db8::1]/fhir",
    ],
)
def test_every_other_host_is_public(url: str) -> None:
    assert target_at(url).is_public


@pytest.mark.parametrize(
    ("url", "trusted"),
    [
        ("https://FHIR.hospital.invalid/r4", "fhir.Hospital.invalid"),
        ("http://fhir.hospital.invalid/r4", "fhir.hospital.invalid"),
        ("https://fhir.hospital.invalid:8443/r4", "fhir.hospital.invalid:8443"),
        ("https://fhir.hospital.invalid/r4", "https://fhir.hospital.invalid"),
        ("http://[2001:db8::1]:80/fhir", "[2001:db8::1]"),
    ],
)
def test_a_trusted_server_is_not_public(url: str, trusted: str) -> None:
    assert not target_at(url, [trusted]).is_public


@pytest.mark.parametrize(
    ("url", "trusted"),
    [
        ("https://fhir.hospital.invalid:8443/r4", "fhir.hospital.invalid"),
        ("http://fhir.hospital.invalid/r4", "https://fhir.hospital.invalid"),
        ("https://fhir.hospital.invalid/r4", "fhir.hospital.invalid:8443"),
        ("https://fhir.hospital.invalid/r4", "hospital.invalid"),
        ("https://fhir.hospital.invalid/r4", "*"),
        ("https://fhir.hospital.invalid/r4", ""),
    ],
)
def test_trust_is_for_a_scheme_and_a_port(url: str, trusted: str) -> None:
    assert target_at(url, [trusted]).is_public


def test_a_slash_at_the_end_of_a_base_url_is_nothing() -> None:
    assert target_at("http://localhost:8080/fhir/").base_url == "http://localhost:8080/fhir"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://localhost/fhir",
        "localhost:8080/fhir",
        "http://user:password@localhost/fhir",
        "http://public.invalid\\@localhost/fhir",
        "http://localhost/fhir?tenant=1",
        "http://localhost/fhir#x",
        "http://local host/fhir",
        "http://localhost/fhir\n",
        "http:///fhir",
        "http://localhost:port/",
        "",
    ],
)
def test_what_is_not_plainly_a_base_url_is_refused(url: str) -> None:
    with pytest.raises(InvalidError, match="not the base URL") as error:
        target_at(url)

    assert error.value.issues[0].code is IssueType.VALUE


@pytest.mark.parametrize("resource", [LABELLED, bundle(LABELLED, LABELLED), bundle(), bundle(bundle(LABELLED)), bundle(None)])
def test_test_data_may_go_anywhere(resource: dict[str, Any]) -> None:
    target_at(PUBLIC).check_may_go(resource)


@pytest.mark.parametrize(
    ("resource", "places"),
    [
        (BARE, ("Patient",)),
        (FALSE_LABEL, ("Patient",)),
        (bundle(LABELLED, BARE, BARE), ("Bundle.entry[1].resource", "Bundle.entry[2].resource")),
        (bundle(LABELLED, {}, "photo"), ("Bundle.entry[1].resource", "Bundle.entry[2].resource")),
        (
            bundle({"resourceType": "Patient", "meta": "HTEST"}, {"meta": {"security": ["HTEST"]}}),
            ("Bundle.entry[0].resource", "Bundle.entry[1].resource"),
        ),
        (bundle(LABELLED, bundle(BARE)), ("Bundle.entry[1].resource.entry[0].resource",)),
    ],
)
def test_anything_else_may_not_go_to_a_public_server(resource: dict[str, Any], places: tuple[str, ...]) -> None:
    with pytest.raises(InvalidError) as error:
        target_at(PUBLIC).check_may_go(resource)
    issue = error.value.issues[0]

    assert (issue.rule, issue.code, issue.expression) == ("PRI-03", IssueType.SECURITY, places)


OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"details": {"text": "Tove Ahlgren"}}]}


def entry(**parts: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {"resourceType": "Bundle", "type": "transaction", "entry": [parts]}


def parameters(*listed: object, **own: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {"resourceType": "Parameters", "parameter": list(listed), **own}


@pytest.mark.parametrize(
    ("resource", "place"),
    [
        ({**LABELLED, "contained": [BARE]}, "Patient.contained[0]"),
        ({**LABELLED, "extension": [{"valueX": {"resourceType": "Basic"}}]}, "Patient.extension[0].valueX"),
        (parameters({"name": "resource", "resource": BARE}), "Parameters.parameter[0].resource"),
        (parameters({"name": "p", "part": [{"name": "q", "resource": BARE}]}), "Parameters.parameter[0].part[0].resource"),
        (parameters({"name": "name", "valueString": "Tove"}), "Parameters.parameter[0].valueString"),
        (parameters({"name": "Tove Ahlgren"}), "Parameters.parameter[0].name"),
        (parameters({"name": "p", "part": {"resource": BARE}}), "Parameters.parameter[0].part.resource"),
        ({"resourceType": "Parameters", "parameter": {"resource": BARE}}, "Parameters.parameter.resource"),
        (parameters("Tove"), "Parameters.parameter[0]"),
        (parameters(implicitRules="http://x.invalid/Tove"), "Parameters.implicitRules"),
        (bundle(parameters({"name": "r", "resource": BARE})), "Bundle.entry[0].resource.parameter[0].resource"),
        (entry(response={"status": "200", "outcome": OUTCOME}), "Bundle.entry[0].response.outcome"),
        (entry(request={"method": "GET", "url": "Patient?name=Tove"}), "Bundle.entry[0].request.url"),
        (entry(request={"method": "POST", "url": "Patient", "ifNoneExist": "name=Tove"}), "Bundle.entry[0].request.ifNoneExist"),
        (entry(request={"method": "GET", "url": ["Patient?name=Tove"]}), "Bundle.entry[0].request.url[0]"),
        (entry(request={"method": "GET", "url": "Patient", "ifMatch": "Tove"}), "Bundle.entry[0].request.ifMatch"),
        (entry(request="Tove"), "Bundle.entry[0].request"),
        (entry(response={"status": "200", "location": "Patient?name=Tove"}), "Bundle.entry[0].response.location"),
        (entry(resource=LABELLED, response={"outcome": BARE}), "Bundle.entry[0].response.outcome"),
        (entry(resource=LABELLED, link=[{"x": OUTCOME}]), "Bundle.entry[0].link[0].x"),
        (entry(fullUrl="http://x.invalid/Patient?name=Tove"), "Bundle.entry[0].fullUrl"),
        (entry(link=[{"relation": "self", "url": "Patient?name=Tove"}]), "Bundle.entry[0].link"),
        (entry(search={"mode": "match"}), "Bundle.entry[0].search"),
        ({"resourceType": "Bundle", "entry": {"resource": BARE}}, "Bundle.entry.resource"),
        ({"resourceType": "Bundle", "type": "Tove Ahlgren"}, "Bundle.type"),
        ({"resourceType": "Bundle", "total": 1.5}, "Bundle.total"),
        ({"resourceType": "Bundle", "meta": {"tag": [{"display": "Tove"}]}}, "Bundle.meta"),
        ({"resourceType": ["Tove"]}, "resource"),
        ({**bundle(LABELLED), "identifier": {"value": "4711"}}, "Bundle.identifier"),
        ({**bundle(LABELLED), "link": [{"relation": "self", "url": "Patient?name=Tove"}]}, "Bundle.link"),
        ({**bundle(LABELLED), "signature": {}}, "Bundle.signature"),
    ],
)
def test_nothing_that_is_not_marked_leaves_wherever_it_stands(resource: dict[str, Any], place: str) -> None:
    with pytest.raises(InvalidError) as error:
        target_at(PUBLIC).check_may_go(resource)

    assert error.value.issues[0].expression == (place,)


@pytest.mark.parametrize(
    "resource",
    [
        {**LABELLED, "contained": [LABELLED]},
        parameters({"name": "resource", "resource": LABELLED}),
        parameters({"name": "name", "valueString": "Tove"}, meta=HTEST),
        entry(request={"method": "GET", "url": "Patient/1"}),
        entry(request={"method": "GET", "url": "metadata"}),
        entry(request={"method": "DELETE", "url": "Patient/1", "ifMatch": 'W/"3"'}),
        entry(fullUrl="https://x.invalid/r4/Patient/1", response={"status": "201 Created", "etag": 'W/"1"'}),
        entry(resource=LABELLED, link=[{"relation": "self", "url": "Patient?name=Tove"}]),
        entry(resource=LABELLED, request={"method": "POST", "url": "Patient", "ifNoneExist": "identifier=s|1"}),
        {**bundle(LABELLED), "meta": HTEST, "identifier": {"value": "4711"}},
        {**bundle(LABELLED), "id": "b", "timestamp": "2026-01-01T00:00:00Z"},
    ],
)
def test_what_is_marked_or_says_nothing_may_go(resource: dict[str, Any]) -> None:
    target_at(PUBLIC).check_may_go(resource)


@pytest.mark.parametrize("url", ["http://localhost/fhir", "https://fhir.hospital.invalid/r4"])
def test_real_data_may_go_to_this_machine_and_to_trusted_servers(url: str) -> None:
    target_at(url, ["fhir.hospital.invalid"]).check_may_go(bundle(BARE))


def test_nothing_at_all_is_sent_when_one_resource_is_not_labelled(server: responses.RequestsMock) -> None:
    with pytest.raises(InvalidError, match="HTEST"):
        FhirClient(PUBLIC).transaction(bundle(LABELLED, {"resourceType": "Claim"}))
    with pytest.raises(InvalidError, match="HTEST"):
        FhirClient(PUBLIC).validate(BARE)

    assert len(server.calls) == 0
