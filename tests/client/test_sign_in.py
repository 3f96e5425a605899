"""Signing in at a FHIR server; no other server gets what lets us in there."""

from itertools import count
from urllib.parse import parse_qs

import pytest
import requests
import responses
from joserfc import jwt
from joserfc.jwk import ECKey

from adapter.client import FhirClient
from adapter.client.sign_in import BackendService, SignIn, TokenSource
from adapter.client.sign_in_file import BadSignInFileError, read_sign_ins, sign_in_as_configured
from adapter.exchange import Request
from adapter.fhir.json import canonical_bytes
from adapter.issues import UnavailableError

SERVER, TOKENS = "https://fhir.example.org/r4", "https://auth.example.org/token"
KEY = ECKey.generate_key("P-384")
STATEMENT = {"resourceType": "CapabilityStatement"}
PATIENT = {
    "resourceType": "Patient",
    "meta": {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}]},
}
SERVICE = BackendService(token_url=TOKENS, client_id="adapter", key=KEY.as_pem(private=True).decode())


def sent_authorization(how: SignIn) -> str | None:
    session = requests.Session()
    how.apply(session, now=lambda: 1_800_000_000.0, new_id=lambda: "once")
    responses.get(SERVER, json={})
    session.get(SERVER)
    return responses.calls[-1].request.headers.get("Authorization")


@responses.activate
def test_a_token_and_a_password_are_sent() -> None:
    assert sent_authorization(SignIn(token="hush")) == "Bearer hush"
    assert sent_authorization(SignIn(user="ada", password="hush")) == "Basic YWRhOmh1c2g="
    assert sent_authorization(SignIn(header="Custom hush")) == "Custom hush"
    assert sent_authorization(SignIn()) is None


def test_a_certificate_is_shown() -> None:
    session = requests.Session()

    SignIn(certificate=("a.pem", "a.key")).apply(session, now=lambda: 0.0, new_id=lambda: "")

    assert session.cert == ("a.pem", "a.key")


class TokenServer:
    """A server that gives tokens to whoever signs as SMART Backend Services says, each for five minutes; `now` is its clock."""

    def __init__(self, *, audience: str = TOKENS) -> None:
        self.audience, self.now, self.given, self.seen = audience, 1_800_000_000.0, 0, set[str]()
        responses.add_callback(responses.POST, TOKENS, callback=self._answer)

    def _answer(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        signed = jwt.decode(parse_qs(str(request.body))["client_assertion"][0], KEY, algorithms=["ES384"])
        claims = signed.claims
        is_known = signed.header["kid"] == KEY.thumbprint() and claims["iss"] == claims["sub"] == "adapter"
        is_fresh = self.now < claims["exp"] <= self.now + 300 and claims["jti"] not in self.seen
        if not (is_known and is_fresh and claims["aud"] == self.audience):
            return 400, {}, '{"error": "invalid_client", "error_description": "hush"}'
        self.seen.add(claims["jti"])
        self.given += 1
        return 200, {}, f'{{"access_token": "token-{self.given}", "expires_in": 300}}'


def client_at(tokens: TokenServer) -> FhirClient:
    client, ids = FhirClient(SERVER), count()
    client.sign_in(SignIn(service=SERVICE), now=lambda: tokens.now, new_id=lambda: f"id-{next(ids)}")
    return client


def authorizations() -> list[str | None]:
    """What the calls of the FHIR server were signed in with."""
    return [call.request.headers.get("Authorization") for call in responses.calls if call.request.url != TOKENS]


@responses.activate
def test_a_token_is_renewed_before_it_ends() -> None:
    tokens = TokenServer()
    client = client_at(tokens)
    responses.get(f"{SERVER}/metadata", json=STATEMENT)

    client.capabilities()
    client.capabilities()
    tokens.now += 280
    client.capabilities()

    assert authorizations() == ["Bearer token-1", "Bearer token-1", "Bearer token-2"]


@responses.activate
def test_a_token_that_is_not_taken_is_renewed_once() -> None:
    client = client_at(TokenServer())
    update = Request(method="PUT", url=f"{SERVER}/Patient/1", body=canonical_bytes(PATIENT))
    responses.put(update.url, status=401)
    responses.put(update.url, json=PATIENT)
    responses.put(update.url, status=401)

    assert client.exchange(update).status == 200
    assert client.exchange(update).status == 401
    assert authorizations() == ["Bearer token-1", "Bearer token-2", "Bearer token-2", "Bearer token-3"]
    assert {call.request.body for call in responses.calls if call.request.url != TOKENS} == {update.body}


@responses.activate
def test_a_token_that_another_thread_renewed_is_taken() -> None:
    tokens = TokenServer()
    source = TokenSource(service=SERVICE, now=lambda: tokens.now, new_id=lambda: "once")
    source.token()

    source.renew("an older one")

    assert (source.token(), tokens.given) == ("token-1", 1)


@responses.activate
def test_a_server_that_wants_another_audience_says_so() -> None:
    client = client_at(TokenServer(audience="https://elsewhere.example"))

    with pytest.raises(UnavailableError, match=r"status 400 \(invalid_client\) and no token") as caught:
        client.capabilities()

    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 400, "json": {"error": "A sentence"}},
        {"body": "no JSON"},
        {"body": "[]"},
        {"body": requests.ConnectionError()},
        {"json": {}},
    ],
)
@responses.activate
def test_no_token_is_told_without_secrets(answer: dict[str, object]) -> None:
    responses.add(responses.POST, TOKENS, **answer)  # type: ignore[arg-type]  # what `responses` takes

    with pytest.raises(UnavailableError, match="issued no token") as caught:
        TokenSource(service=SERVICE, now=lambda: 0.0, new_id=lambda: "").token()

    assert "PRIVATE" not in str(caught.value)


def test_a_key_that_does_not_fit_is_told() -> None:
    service = BackendService(token_url=TOKENS, client_id="adapter", key="no key")

    with pytest.raises(UnavailableError, match="our key cannot be used for ES384"):
        TokenSource(service=service, now=lambda: 0.0, new_id=lambda: "").token()


def test_the_file_names_servers_and_its_mistakes_have_places() -> None:
    text = (
        f"sign_ins:\n  - {{server: {SERVER}/, token: hush}}\n  - server: https://b.example/fhir\n"
        f"    certificate_file: a.pem\n    smart: {{token_url: {TOKENS}, client_id: adapter, key_file: k.pem}}\n"
    )

    found = read_sign_ins(text, "ins.yaml", read=lambda name: f"text of {name}")

    assert found[SERVER].token == "hush"
    assert found["https://b.example/fhir"].service == BackendService(token_url=TOKENS, client_id="adapter", key="text of k.pem")
    assert found["https://b.example/fhir"].certificate == ("a.pem", "a.pem")
    assert "hush" not in repr(found)
    with pytest.raises(BadSignInFileError, match=r"ins\.yaml:1:14: unknown-key"):
        read_sign_ins("sign_ins: [{ {}: 1}]".replace("{}", "sever"), "ins.yaml", read=str)
    with pytest.raises(BadSignInFileError, match="this is not a file of sign-ins"):
        read_sign_ins("[]", "ins.yaml", read=str)


@responses.activate
def test_only_the_server_that_is_named_gets_what_is_in_the_file() -> None:
    files = {"ins.yaml": f"sign_ins: [{{server: {SERVER}, header_file: a.header}}]", "a.header": "Custom hush\n"}
    for base_url in (SERVER, "https://other.example.org/r4"):
        responses.get(f"{base_url}/metadata", json=STATEMENT)
        client = FhirClient(base_url)
        sign_in_as_configured(client, "ins.yaml", read=files.__getitem__, now=lambda: 0.0, new_id=lambda: "")
        client.capabilities()

    assert authorizations() == ["Custom hush", None]
