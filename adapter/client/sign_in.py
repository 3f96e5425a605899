"""How we sign in at a FHIR server: bearer token, user and password, client certificate, or SMART Backend Services."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Literal

import requests
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from requests.auth import AuthBase, HTTPBasicAuth

from adapter.client.loose import text_in
from adapter.fhir.json import read_json
from adapter.issues import InvalidError, Issue, IssueType, Severity, UnavailableError
from adapter.json_types import JsonObject

Algorithm = Literal["ES384", "RS384"]
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_SECONDS = 300
_DEFAULT_SECONDS = 300
_EARLY_SECONDS = 30
_ANSWER_SECONDS = 30
_GOOD = 200
_BEARER = "Bearer "
_CODE = re.compile(r"[a-z_]{1,40}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendService:
    """A client of SMART Backend Services (https://hl7.org/fhir/smart-app-launch/backend-services.html); `key` is PEM, private.

    `key_id` is what the server knows the key by; without one it is the key's thumbprint (RFC 7638).
    """

    token_url: str
    client_id: str
    key: str = field(repr=False)
    scope: str = "system/*.cruds"
    algorithm: Algorithm = "ES384"
    key_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """What lets us in; at most one of token, header, user and service, and a certificate (a file, with its key) beside it.

    `header` is the whole value of the header Authorization.
    """

    token: str | None = field(default=None, repr=False)
    header: str | None = field(default=None, repr=False)
    user: str | None = None
    password: str = field(default="", repr=False)
    service: BackendService | None = None
    certificate: tuple[str, str] | None = None

    def apply(self, session: requests.Session, *, now: Callable[[], float], new_id: Callable[[], str]) -> None:
        """Have a session sign in; `now` gives seconds since 1970, `new_id` ids that were never used."""
        if self.certificate:
            session.cert = self.certificate
        if self.token:
            session.auth = _Bearer(self.token)
        elif self.header:
            session.headers["Authorization"] = self.header
        elif self.user:
            session.auth = HTTPBasicAuth(self.user, self.password)
        elif self.service:
            session.auth = ServiceBearer(TokenSource(service=self.service, now=now, new_id=new_id))


class _Bearer(AuthBase):
    """Adds a token to each request."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return _with_token(request, self._token)


class ServiceBearer(AuthBase):
    """Adds the token of the moment to each request."""

    def __init__(self, source: "TokenSource") -> None:
        """Take where tokens come from."""
        self._source = source

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the token."""
        return _with_token(request, self._source.token())

    def renew(self, refused: requests.PreparedRequest) -> None:
        """Have another token from now on than a request had that was not let in."""
        self._source.renew(refused.headers["Authorization"].removeprefix(_BEARER))


def _with_token(request: requests.PreparedRequest, token: str) -> requests.PreparedRequest:
    request.headers["Authorization"] = f"{_BEARER}{token}"
    return request


@dataclass(kw_only=True)
class TokenSource:
    """Gets tokens of a service, keeps one while it is valid, and renews it."""

    service: BackendService
    now: Callable[[], float]
    new_id: Callable[[], str]
    _token: str = field(default="", repr=False)
    _until: float = 0.0
    _lock: Lock = field(default_factory=Lock)

    def token(self) -> str:
        """A token that is valid; raises UnavailableError if the server gives no token."""
        with self._lock:
            if self.now() >= self._until:
                self._renew()
            return self._token

    def renew(self, refused: str) -> None:
        """Get another token than the one that was refused, unless another thread has done so."""
        with self._lock:
            if self._token == refused:
                self._renew()

    def _renew(self) -> None:
        form = {
            "grant_type": "client_credentials",
            "scope": self.service.scope,
            "client_assertion_type": _ASSERTION_TYPE,
            "client_assertion": self._assertion(),
        }
        try:
            answer = requests.post(self.service.token_url, data=form, timeout=_ANSWER_SECONDS, allow_redirects=False)
        except requests.RequestException as error:
            raise UnavailableError(_no_token("it cannot be reached")) from error
        grant = _object_in(answer.content)
        token = text_in(grant, "access_token")
        if answer.status_code != _GOOD or token is None:
            raise UnavailableError(_no_token(f"it answers with status {answer.status_code}{_code_in(grant)} and no token"))
        seconds = grant.get("expires_in")
        lifetime = seconds if isinstance(seconds, int) else _DEFAULT_SECONDS
        self._token, self._until = token, self.now() + max(0, lifetime - _EARLY_SECONDS)

    def _assertion(self) -> str:
        service, moment = self.service, int(self.now())
        names = {"iss": service.client_id, "sub": service.client_id, "aud": service.token_url}
        claims = {**names, "jti": self.new_id(), "exp": moment + _ASSERTION_SECONDS}
        try:
            key = (ECKey if service.algorithm == "ES384" else RSAKey).import_key(service.key)
            header = {"alg": service.algorithm, "typ": "JWT", "kid": service.key_id or key.thumbprint()}
            return jwt.encode(header, claims, key, algorithms=[service.algorithm])
        except (ValueError, JoseError) as error:
            raise UnavailableError(_no_token(f"our key cannot be used for {service.algorithm}")) from error


def _object_in(content: bytes) -> JsonObject:
    try:
        value = read_json(content, "token")
    except InvalidError:
        return {}
    return value if isinstance(value, dict) else {}


def _code_in(grant: JsonObject) -> str:
    """The code of a refusal, which says nothing secret (https://www.rfc-editor.org/rfc/rfc6749#section-5.2)."""
    code = text_in(grant, "error") or ""
    return f" ({code})" if _CODE.fullmatch(code) else ""


def _no_token(why: str) -> Issue:
    text = f"The token server issued no token: {why}. Check the file of sign-ins (ADAPTER_SIGN_INS)."
    return Issue(severity=Severity.ERROR, code=IssueType.SECURITY, text=text, rule="client/sign-in")
