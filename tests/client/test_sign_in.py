"""Signing in at a FHIR server; no other server gets what lets us in there."""

from urllib.parse import parse_qs

import pytest
import requests
import responses
from joserfc import jwt
from joserfc.jwk import ECKey

from adapter.client.sign_in import BackendService, SignIn, TokenSource
from adapter.client.sign_in_file import BadSignInFileError, read_sign_ins
from adapter.issues import UnavailableError

SERVER, TOKENS = "https://fhir.example.org/r4", "https://auth.example.org/token"
KEY = ECKey.generate_key("P-384")
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
    assert sent_authorization(SignIn()) is None


def test_a_certificate_is_shown() -> None:
    session = requests.Session()

    SignIn(certificate=("a.pem", "a.key")).apply(session, now=lambda: 0.0, new_id=lambda: "")

    assert session.cert == ("a.pem", "a.key")


@responses.activate
def test_a_backend_service_signs_for_its_token_and_keeps_it() -> None:
    moment = [1_800_000_000.0]
    responses.post(TOKENS, json={"access_token": "first", "expires_in": 300})
    responses.post(TOKENS, json={"access_token": "second", "expires_in": 300})
    source = TokenSource(service=SERVICE, now=lambda: moment[0], new_id=lambda: "once")

    tokens = [source.token(), source.token()]
    moment[0] += 280
    tokens.append(source.token())

    form = parse_qs(str(responses.calls[0].request.body))
    claims = jwt.decode(form["client_assertion"][0], KEY, algorithms=["ES384"]).claims
    assert tokens == ["first", "first", "second"]
    assert form["grant_type"] == ["client_credentials"]
    assert claims == {"iss": "adapter", "sub": "adapter", "aud": TOKENS, "jti": "once", "exp": 1_800_000_300}


@pytest.mark.parametrize(
    "answer", [{"status": 400, "json": {}}, {"body": "no JSON"}, {"body": requests.ConnectionError()}, {"json": {}}]
)
@responses.activate
def test_no_token_is_told_without_secrets(answer: dict[str, object]) -> None:
    responses.add(responses.POST, TOKENS, **answer)  # type: ignore[arg-type]  # what `responses` takes

    with pytest.raises(UnavailableError, match="gives none") as caught:
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
