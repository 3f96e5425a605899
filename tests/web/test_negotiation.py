"""One negotiation for every call: what ordinary clients send is taken, and what is refused is refused alike everywhere."""

import pytest

from adapter.definitions.source import TYPES
from adapter.web.app import ROUTES
from adapter.web.query import FORM
from tests.web.ground import client, json_of, refusal

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
        (b"{}", "application/fhir+json; fhirVersion=4.3"),
        (b"{}", "application/fhir+json; fhirVersion=5.0"),
        (b"{}", "application/json; charset=utf-16"),
        (b"{}", "text/plain"),
        (b"{}", FORM),
        (b"{}", ""),
    ],
)
@pytest.mark.parametrize("path", ["/convert", "/rules/explain", "/fhir/Patient/$validate", "/fhir/ValueSet/$expand"])
def test_a_body_that_cannot_be_read_is_refused_alike_everywhere(path: str, body: bytes, kind: str) -> None:
    refusal(client().post(path, data=body, content_type=kind), 415)


@pytest.mark.parametrize("kind", TYPES)
def test_a_search_can_be_posted_as_a_form(kind: str) -> None:
    one = json_of(client().get(f"/fhir/{kind}?_count=1"))["entry"][0]["resource"]["id"]
    answer = client().post(f"/fhir/{kind}/_search?_count=5", data={"_id": one, "_summary": "true"})
    bundle = json_of(answer)

    assert [entry["resource"]["id"] for entry in bundle["entry"]] == [one]
    assert bundle["link"][0]["url"].startswith(f"http://localhost/fhir/{kind}?")
    assert client().get(bundle["link"][0]["url"]).data == answer.data


def test_what_every_call_takes_may_stand_in_the_form_too() -> None:
    search = "/fhir/CodeSystem/_search"
    refusal(client().post(search, data={"_format": "xml"}), 406)

    assert client().post(search, data={"_format": "json"}, headers={"Accept": "text/html"}).status_code == 200
    assert client().post(search, data={"_pretty": "true"}).data.count(b"\n") > 1


@pytest.mark.parametrize("pairs", ["&".join(f"n{number}=1" for number in range(1001)), f"name={',' * 1000}"])
@pytest.mark.parametrize("path", ["/fhir/CodeSystem/_search", "/fhir/CodeSystem"])
def test_a_search_with_thousands_of_parameters_is_refused(path: str, pairs: str) -> None:
    posted = path.endswith("_search")
    answer = client().post(path, data=pairs, content_type=FORM) if posted else client().get(f"{path}?{pairs}")

    assert "more than 1000 parameters" in refusal(answer, 413)[0]["details"]["text"]


STRANGE = "Mueller_1980"
SOME_BODY = b'{"resourceType": "Parameters", "parameter": [{"name": "Mueller_1980", "valueString": "x"}]}'


@pytest.mark.parametrize("path", sorted({*READS, *PLAIN, *PACKAGES}))
def test_the_name_of_a_parameter_that_is_not_known_is_not_repeated(path: str) -> None:
    joint = "&" if "?" in path else "?"
    answer = client().get(f"{path}{joint}{STRANGE}=1", headers={"Prefer": "handling=strict"})
    refusal(answer, 400)

    assert STRANGE.encode() not in answer.data


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (f"/convert?{STRANGE}=1", b"{}"),
        (f"/fhir/Patient/$validate?{STRANGE}=1", b"{}"),
        (f"/fhir/{STRANGE}/$validate", b'{"resourceType": "Patient"}'),
        ("/fhir/ValueSet/$expand", SOME_BODY),
        ("/fhir/Patient/$validate", SOME_BODY),
        ("/convert", b'{"encounter": {"id": "x", "Mueller, Hans": 1, "Mueller_1980": 1}}'),
        ("/convert", b'{"encounter": {"Mueller_1980": "\\u0007"}}'),
        ("/convert", b'{"encounter": {"Mueller_1980": [' + b"1," * 5001 + b"1]}}"),
    ],
)
def test_names_that_look_like_values_are_not_repeated(path: str, body: bytes) -> None:
    answer = client().post(path, data=body, content_type=JSON)

    assert 400 <= answer.status_code < 500
    assert b"Mueller" not in answer.data


def test_a_parameter_that_is_not_known_is_told_by_its_number_with_the_nearest_name() -> None:
    (issue,) = refusal(client().post("/convert?_pretty=true&_=1&profil=own", data=b"{}", content_type=JSON), 400)

    assert issue["location"] == ["query"]
    assert "parameter 3 is not known" in issue["details"]["text"]
    assert "did you mean profiles?" in issue["details"]["text"]


def test_of_thousands_of_unknown_parameters_no_more_than_fifty_issues_are_told() -> None:
    many = [{"name": f"n{number}", "valueString": "x"} for number in range(9000)]
    answer = client().post("/fhir/ValueSet/$expand", json={"resourceType": "Parameters", "parameter": many})

    assert len(refusal(answer, 400)) <= 51


@pytest.mark.parametrize("header", ["en_US", "en_US, de;q=0.5", "*", "en;q=2", "\x7f"])
def test_a_language_that_is_not_one_is_ignored(header: str) -> None:
    answer = client().get(f"{ONE}/$validate-code?code=extent", headers={"Accept-Language": header})

    assert answer.status_code == 200


@pytest.mark.parametrize("path", sorted({*READS, *PLAIN, *PACKAGES}))
def test_a_version_that_is_asked_for_and_not_there_is_refused_in_words(path: str) -> None:
    tag = client().get(path).headers["ETag"]
    issues = refusal(client().get(path, headers={"If-Match": '"another", W/"one"'}), 412)

    assert "If-Match" in issues[0]["details"]["text"]
    assert [client().get(path, headers={"If-Match": known}).status_code for known in (tag, f'"x", {tag}', "*")] == [200] * 3
    assert client().get(path, headers={"If-Match": tag, "If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize("path", ["/fhir/CodeSystem", "/health", "/fhir/CodeSystem/$lookup"])
def test_a_parameter_that_is_not_utf_8_is_refused_by_its_number(path: str) -> None:
    (issue,) = refusal(client().get(f"{path}?_=1&name=%FFsecret"), 400)

    assert "parameter 2 is not UTF-8" in issue["details"]["text"]
    assert "secret" not in issue["details"]["text"]


def test_a_form_of_a_search_that_is_not_utf_8_is_refused() -> None:
    search = "/fhir/CodeSystem/_search"
    (issue,) = refusal(client().post(f"{search}?_count=1", data=b"name=M%FCller", content_type=FORM), 400)

    assert "parameter 2 is not UTF-8" in issue["details"]["text"]
    assert client().post(search, data="name=\ufffd".encode(), content_type=FORM).status_code == 200
    refusal(client().post(search, data=b"name=a", content_type=f"{FORM}; charset=iso-8859-1"), 415)
    assert client().post(search, data=b"name=a", content_type=f"{FORM}; charset=UTF-8").status_code == 200


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
