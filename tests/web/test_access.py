"""Who may call what, and what proxies and other web pages may: nothing, unless a setting says so."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from adapter.assembly import load
from adapter.issues import SetupError
from adapter.settings import Settings
from adapter.web.access import RIGHTS, caller_line, digest_of
from adapter.web.app import ROUTES, make_app
from tests.cli.test_serve import refusal as refused_start
from tests.service import ADAPTER, own_environment
from tests.web.ground import client, content_of, json_of, logged, refusal

ENCOUNTER = content_of("encounter.json")
TOKEN, READER = "a-token-of-the-clinic", "a-token-of-a-reader"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The path of a file with two callers."""
    file = tmp_path_factory.mktemp("tokens") / "tokens"
    clinic, reader = (
        caller_line("clinic", digest_of(TOKEN), ["definitions", "convert"]),
        caller_line("reader", digest_of(READER), ["definitions"]),
    )
    file.write_text(f"{clinic}\n# a remark\n\n{reader}\n")
    return str(file)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def convert(of: Client, **headers: str) -> Any:  # noqa: ANN401 - an answer
    return of.post("/convert", data=ENCOUNTER, content_type="application/json", headers=headers)


def test_a_caller_with_the_right_is_let_in(guarded: str) -> None:
    assert convert(client(tokens=guarded), **bearer(TOKEN)).status_code == 200
    assert client(tokens=guarded).get("/fhir/metadata", headers=bearer(READER)).status_code == 200


@pytest.mark.parametrize("headers", [{}, bearer("another"), bearer(""), {"Authorization": f"Basic {TOKEN}"}, bearer("\u00e9")])
def test_without_a_known_token_nothing_is_answered(guarded: str, headers: dict[str, str]) -> None:
    answer = convert(client(tokens=guarded), **headers)

    assert "Authorization: Bearer" in refusal(answer, 401)[0]["details"]["text"]
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_without_the_right_the_call_is_forbidden(guarded: str) -> None:
    assert "`convert`" in refusal(convert(client(tokens=guarded), **bearer(READER)), 403)[0]["details"]["text"]


def test_every_call_but_health_asks_for_a_token(guarded: str) -> None:
    for route in ROUTES:
        path = route.path.replace("{", "").replace("}", "")
        answer = client(tokens=guarded).open(path, method=route.method)

        assert answer.status_code == (200 if route.path == "/health" else 401), route.path
    assert client(tokens=guarded).get("/nothing").status_code == 401


def test_the_log_says_who_called_and_never_the_token(guarded: str) -> None:
    with logged(tokens=guarded) as lines:
        convert(client(tokens=guarded), **bearer(TOKEN))
        convert(client(tokens=guarded))

    assert [(line["caller"], line["route"], line["status"]) for line in map(json.loads, lines)] == [
        ("clinic", "/convert", 200),
        (None, "/convert", 401),
    ]
    assert TOKEN not in "".join(lines)


@pytest.mark.parametrize("text", ["", "a convert", f"a everything {'0' * 64}", f"a convert {'z' * 64}", "a convert 12"])
def test_a_file_of_tokens_that_does_not_fit_stops_the_start(tmp_path: Path, text: str) -> None:
    file = tmp_path / "tokens"
    file.write_text(text)

    with pytest.raises(SetupError) as refused:
        make_app(load(Settings(tokens=str(file))))
    assert refused.value.issues[0].location == (f"{file}:1",)


@pytest.mark.parametrize(
    "line",
    ["clinic", "clinic port=1", "clinic zone=Nowhere", "clinic zone=Z zone=Z", "clinic zone", "other zone=Z\nother zone=Z"],
)
def test_a_file_of_senders_that_does_not_fit_stops_the_start(tmp_path: Path, line: str) -> None:
    file = tmp_path / "senders"
    file.write_text(f"# a remark\n\n{line}\n")

    with pytest.raises(SetupError) as refused:
        make_app(load(Settings(senders=str(file))))
    assert refused.value.issues[0].location == (f"{file}:{2 + len(line.splitlines())}",)


def test_a_token_cannot_name_a_sender_that_there_is_not(tmp_path: Path) -> None:
    (tmp_path / "tokens").write_text(caller_line("clinic", digest_of(TOKEN), ["convert"], sender="nobody"))

    with pytest.raises(SetupError, match="a sender of ADAPTER_SENDERS"):
        make_app(load(Settings(tokens=str(tmp_path / "tokens"))))


def test_the_settings_of_a_sender_apply_to_what_its_tokens_send(tmp_path: Path) -> None:
    (tmp_path / "senders").write_text("clinic assigner=https://clinic.example/mrn narrative=false\n")
    (tmp_path / "tokens").write_text(
        caller_line("ehr", digest_of(TOKEN), ["convert"], sender="clinic")
        + "\n"
        + caller_line("lab", digest_of(READER), ["convert"])
    )
    service = client(tokens=str(tmp_path / "tokens"), senders=str(tmp_path / "senders"))
    encounter = json.loads(ENCOUNTER)
    del encounter["patient"]["mrn_system"]

    def sent(token: str) -> Any:  # noqa: ANN401 - an answer
        return service.post("/convert", data=json.dumps(encounter), content_type="application/json", headers=bearer(token))

    patient = next(entry["resource"] for entry in json_of(sent(TOKEN))["entry"] if entry["resource"]["resourceType"] == "Patient")

    assert patient["identifier"][0]["system"] == "https://clinic.example/mrn"
    assert "text" not in patient
    assert sent(READER).status_code == 422


def test_the_command_writes_the_sender_into_the_line() -> None:
    command = [str(ADAPTER), "token", "ehr", "--sender", "clinic"]
    done = subprocess.run(command, capture_output=True, check=True, text=True, env=own_environment())

    assert done.stdout.split()[3:] == ["clinic"]


def test_the_command_makes_a_line_that_lets_its_token_in(tmp_path: Path) -> None:
    done = subprocess.run([str(ADAPTER), "token", "clinic"], capture_output=True, check=True, text=True, env=own_environment())
    file = tmp_path / "tokens"
    file.write_text(done.stdout)
    token = done.stderr.split()[-1]

    assert token not in done.stdout
    assert convert(client(tokens=str(file)), **bearer(token)).status_code == 200


def test_an_address_that_others_reach_needs_tokens_or_a_loud_word() -> None:
    done = refused_start("--host", "0.0.0.0", "--port", "0")  # noqa: S104 - it is refused

    assert done.returncode == 2
    assert "--insecure" in done.stderr
    assert "adapter token" in done.stderr


def test_what_is_kept_is_open_to_nobody_who_has_no_token() -> None:
    done = refused_start("--host", "0.0.0.0", "--port", "0", "--insecure", ADAPTER_STORE="sqlite:///x.db")  # noqa: S104 - refused

    assert done.returncode == 2
    assert "where nothing is kept" in done.stderr


def test_tls_needs_both_its_files(tmp_path: Path) -> None:
    (tmp_path / "c.pem").write_text("")

    assert "certificate and its key" in refused_start("--port", "0", ADAPTER_TLS_CERTIFICATE=str(tmp_path / "c.pem")).stderr


FORWARDED = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "ehr.example.org", "X-Forwarded-Prefix": "/0731t"}


def link_of(headers: dict[str, str], **settings: Any) -> str:  # noqa: ANN401 - as Settings
    answer = client(**settings).get("/fhir/CodeSystem?_count=1", headers=headers)
    url: str = json_of(answer)["link"][0]["url"]
    return url.partition("?")[0]


def test_a_proxy_counts_if_the_settings_name_it() -> None:
    assert link_of(FORWARDED) == "http://localhost/fhir/CodeSystem"
    assert link_of(FORWARDED, proxies="10.0.0.0/8") == "http://localhost/fhir/CodeSystem"
    assert link_of(FORWARDED, proxies="10.0.0.0/8,127.0.0.1") == "https://ehr.example.org/0731t/fhir/CodeSystem"


def test_links_begin_with_the_public_url() -> None:
    assert link_of({}, public_url="https://ehr.example.org/x") == "https://ehr.example.org/x/fhir/CodeSystem"


def test_pages_of_other_origins_may_call_if_the_settings_name_them() -> None:
    page = {"Origin": "https://ehr.example.org"}
    named = client(cors_origins="https://ehr.example.org,https://other.example.org")
    preflight = named.options("/convert", headers={**page, "Access-Control-Request-Method": "POST"})

    assert "Access-Control-Allow-Origin" not in client().get("/health", headers=page).headers
    assert (preflight.status_code, preflight.headers["Access-Control-Allow-Origin"]) == (204, page["Origin"])
    assert named.get("/health", headers=page).headers["Access-Control-Allow-Origin"] == page["Origin"]
    assert "Access-Control-Allow-Origin" not in named.get("/health", headers={"Origin": "https://evil.example"}).headers
    assert client(cors_origins="*").get("/health", headers=page).headers["Access-Control-Allow-Origin"] == page["Origin"]


def test_every_answer_tells_browsers_to_do_nothing_with_it() -> None:
    for answer in (client().get("/health"), client().get("/nothing"), convert(client())):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "Server" not in answer.headers
    assert convert(client()).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("asked", "there"),
    [
        ("hl7.fhir.r4.core", "hl7.fhir.r4.core"),
        ("hl7.fhir.r4.core/4.0.1", "hl7.fhir.r4.core/4.0.1"),
        ("@clinic/profiles", "@clinic/profiles"),
        ("@clinic%2fprofiles", "@clinic/profiles"),
        ("@clinic/profiles/1.0.0-ballot+2", "@clinic/profiles/1.0.0-ballot+2"),
    ],
)
def test_packages_that_are_not_ours_are_somewhere_else(asked: str, there: str) -> None:
    sent = client(package_registry="https://packages.example.org").get(f"/fhir/packages/{asked}")

    assert (sent.status_code, sent.headers["Location"]) == (302, f"https://packages.example.org/{there}")
    refusal(client().get(f"/fhir/packages/{asked}"), 404)


@pytest.mark.parametrize(
    "asked", ["..%5cevil", "@clinic", "@clinic/..", "@../x", "a/b/c", "@a/b/..", "x%0d%0aSet-Cookie:a", "@@a/b", "x/@y", "x%3fy"]
)
def test_what_is_no_name_of_a_package_leads_nowhere(asked: str) -> None:
    refusal(client(package_registry="https://packages.example.org").get(f"/fhir/packages/{asked}"), 404)


def test_there_is_one_list_of_rights() -> None:
    assert {route.right for route in ROUTES} <= {None, *RIGHTS}
