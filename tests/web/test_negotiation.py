"""One negotiation for every call: what ordinary clients send is taken, and what is refused is refused alike everywhere."""

import pytest

from adapter.web.app import ROUTES
from tests.web.ground import client, content_of, json_of, refusal

FHIR_JSON, JSON = "application/fhir+json", "application/json"
ONE = "/fhir/CodeSystem/procedure-modifier"
READS = [
    ONE,
    "/fhir/CodeSystem",
    "/fhir/metadata",
    "/fhir/$versions",
    f"{ONE}/$validate-code?code=extent",
    f"{ONE}/$subsumes?codeA=extent&codeB=extent-reduced",
    "/fhir/ValueSet/claim-modifier-telehealth/$expand",
    "/fhir/ConceptMap/claim-to-modifier/$translate?system=http://www.ama-assn.org/go/cpt&code=95",
]
NEEDS_PARAMETERS = ("$lookup", "validate-code", "$subsumes", "$expand", "$translate")
PACKAGES = ["/fhir/package.tgz", "/fhir/packages/adapter.fhir.code0731t", "/fhir/packages/adapter.fhir.code0731t/0.1.0"]
PLAIN = [  # calls that need neither a part of a path nor parameters
    route.path
    for route in ROUTES
    if route.method == "GET" and "{" not in route.path and route.is_negotiated and not route.path.endswith(NEEDS_PARAMETERS)
]


@pytest.mark.parametrize("path", READS)
@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", FHIR_JSON),
        ("*/*", FHIR_JSON),
        (", ,", FHIR_JSON),
        ("application/*", FHIR_JSON),
        ("application/fhir+json; charset=utf-8", FHIR_JSON),
        ('application/fhir+json;charset="UTF-8"', FHIR_JSON),
        ("application/fhir+json; fhirVersion=4.0", FHIR_JSON),
        ("application/fhir+json;q=0.9, application/fhir+xml;q=1.0", FHIR_JSON),
        ("application/json", JSON),
        ("application/json, text/plain, */*", JSON),
        ("application/fhir+json;q=0.1, application/json", JSON),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", FHIR_JSON),
        ("application/json;q=0, */*", FHIR_JSON),
        ("text/json", JSON),
        ("nonsense, application/fhir+json", FHIR_JSON),
        ("application/fhir+json; fhirVersion=5.0, application/fhir+json; fhirVersion=4.0", FHIR_JSON),
    ],
)
def test_what_ordinary_clients_accept_is_given(path: str, accept: str, expected: str) -> None:
    answer = client().get(path, headers={"Accept": accept})

    assert (answer.status_code, answer.content_type) == (200, expected)


@pytest.mark.parametrize("path", sorted({*READS, *PLAIN}))
@pytest.mark.parametrize(
    "accept",
    [
        "application/fhir+xml",
        "text/html",
        "application/fhir+json; fhirVersion=5.0",
        "application/json;q=0, application/*;q=0",
        "application/fhir+json; charset=latin-1",
        "nonsense",
        "*/*;q=0",
    ],
)
def test_what_is_not_written_here_is_refused_alike_everywhere(path: str, accept: str) -> None:
    assert "Accept" in refusal(client().get(path, headers={"Accept": accept}), 406)[0]["details"]["text"]


@pytest.mark.parametrize("path", PLAIN)
@pytest.mark.parametrize("form", ["xml", "application/fhir%2Bxml", "application/fhir+xml", "html", "json;fhirVersion=5.0"])
def test_the_parameter_format_is_refused_alike_everywhere(path: str, form: str) -> None:
    refusal(client().get(f"{path}?_format={form}"), 406)


@pytest.mark.parametrize("path", READS)
@pytest.mark.parametrize(
    "form",
    ["json", "application/json", "application/fhir+json", "application/fhir%2Bjson", "application/fhir%2Bjson;fhirVersion=4.0"],
)
def test_the_parameter_format_takes_json_with_any_plus_sign(path: str, form: str) -> None:
    joint = "&" if "?" in path else "?"

    assert client().get(f"{path}{joint}_format={form}", headers={"Accept": "application/xml"}).status_code == 200


@pytest.mark.parametrize("path", PLAIN)
def test_what_keeps_caches_away_and_indents_is_taken_everywhere(path: str) -> None:
    plain = client().get(path)
    answer = client().get(f"{path}?_=1700000000&nocache=7&_pretty=true")

    assert answer.status_code == 200
    assert answer.data.count(b"\n") > plain.data.count(b"\n")


@pytest.mark.parametrize("path", READS)
@pytest.mark.parametrize("value", ["maybe", "", "TRUE"])
def test_what_is_not_a_truth_is_refused(path: str, value: str) -> None:
    joint = "&" if "?" in path else "?"

    refusal(client().get(f"{path}{joint}_pretty={value}"), 400)


@pytest.mark.parametrize("path", sorted({*READS, *PLAIN, *PACKAGES}))
def test_head_is_where_get_is_and_an_etag_saves_the_body(path: str) -> None:
    whole, head = client().get(path), client().head(path)
    again = client().get(path, headers={"If-None-Match": whole.headers["ETag"]})

    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == str(len(whole.data))
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<Parameters/>", "application/fhir+xml"),
        (b"{}", "application/fhir+json; fhirVersion=3.0"),
        (b"{}", "application/json; charset=utf-16"),
        (b"{}", "text/plain"),
        (b"{}", ""),
    ],
)
@pytest.mark.parametrize("path", ["/convert", "/fhir/Patient/$validate", "/fhir/ValueSet/$expand"])
def test_a_body_that_cannot_be_read_is_refused_alike_everywhere(path: str, body: bytes, kind: str) -> None:
    refusal(client().post(path, data=body, content_type=kind), 415)


def test_a_search_can_be_posted_as_a_form() -> None:
    form = {"_id": "procedure-modifier", "_summary": "true"}
    answer = client().post("/fhir/CodeSystem/_search?_count=5", data=form)
    bundle = json_of(answer)

    assert [entry["resource"]["id"] for entry in bundle["entry"]] == ["procedure-modifier"]
    assert bundle["link"][0]["url"].startswith("http://localhost/fhir/CodeSystem?")
    assert client().get(bundle["link"][0]["url"]).data == answer.data


@pytest.mark.parametrize("header", ["en_US", "en_US, de;q=0.5", "*", "en;q=2", "\x7f"])
def test_a_language_that_is_not_one_is_ignored(header: str) -> None:
    answer = client().get(f"{ONE}/$validate-code?code=extent", headers={"Accept-Language": header})

    assert answer.status_code == 200


def test_an_empty_filter_filters_nothing() -> None:
    url = json_of(client().get("/fhir/ValueSet/claim-modifier-telehealth"))["url"]

    parameters = [{"name": "url", "valueUri": url}, {"name": "filter", "valueString": ""}]
    whole = client().get(f"/fhir/ValueSet/$expand?url={url}")

    by_query = client().get(f"/fhir/ValueSet/$expand?url={url}&filter=")
    by_body = client().post("/fhir/ValueSet/$expand", json={"resourceType": "Parameters", "parameter": parameters})

    assert json_of(by_query)["expansion"]["contains"] == json_of(whole)["expansion"]["contains"]
    assert json_of(by_body)["expansion"]["contains"] == json_of(whole)["expansion"]["contains"]


def test_an_etag_of_an_expansion_is_of_its_codes() -> None:
    path = "/fhir/ValueSet/claim-modifier-telehealth/$expand"
    whole, filtered = client().get(path), client().get(f"{path}?filter=93")

    again = client().get(f"{path}?filter=93", headers={"If-None-Match": whole.headers["ETag"]})

    assert whole.headers["ETag"] != filtered.headers["ETag"]
    assert (again.status_code, json_of(again)["expansion"]["total"]) == (200, json_of(filtered)["expansion"]["total"])


def test_options_are_off() -> None:
    refusal(client().options("/convert"), 405)


def test_a_form_that_is_cut_off_or_has_no_boundary_says_so() -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="document"; filename="e.json"\r\n\r\n' + content_of("encounter.json")
    cut = client().post("/convert", data=part, content_type="multipart/form-data; boundary=b")
    without = client().post("/convert", data=part, content_type="multipart/form-data")

    assert "cut off" in refusal(cut, 400)[0]["details"]["text"]
    assert "no boundary" in refusal(without, 400)[0]["details"]["text"]


def test_too_many_parts_are_named_as_such() -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="d"; filename="e.json"\r\n\r\n{}\r\n'
    answer = client().post("/convert", data=part * 51 + b"--b--\r\n", content_type="multipart/form-data; boundary=b")

    assert "50 parts" in refusal(answer, 413)[0]["details"]["text"]
