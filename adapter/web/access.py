"""Who may call what: tokens and certificates of callers, hashed at rest, and the rights that each of them has."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from http import HTTPStatus
from typing import Literal, TypeAlias, get_args

from flask import Request, g

from adapter.issues import Issue, IssueType, SetupError, Severity
from adapter.web.certificate import CERTIFICATE_NOTE, ClientCertificate
from adapter.web.refusal import RefusedError
from adapter.web.sender import Senders, SenderSettings

Right: TypeAlias = Literal["definitions", "convert", "post", "read", "operate"]

RIGHTS: tuple[Right, ...] = get_args(Right)
"""One list for all doors: ask about definitions and codes, convert and check, post what is kept, read it, operate."""

_PARTS = (3, 4)
_HASH_LENGTH = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Somebody with a token or a certificate; the token itself is nowhere, only its SHA-256."""

    name: str
    rights: frozenset[str]
    settings: SenderSettings = field(default_factory=dict)
    """What of the settings is of the sender that the line of the caller names."""


ANYONE = Caller(name="anyone", rights=frozenset(RIGHTS))
"""Who calls where no tokens are set."""

Callers: TypeAlias = Mapping[str, Caller]


def digest_of(token: str) -> str:
    """What is kept of a token. A token is 256 random bits, so a plain hash cannot be guessed back."""
    return sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def caller_line(name: str, digest: str, rights: Iterable[str], *, sender: str | None = None) -> str:
    """The line of a caller in the file of tokens: name, rights, SHA-256 of a token or a certificate, and perhaps a sender."""
    return " ".join([name, ",".join(rights), digest, *([sender] if sender else [])])


def read_callers(text: str, file: str, senders: Senders) -> dict[str, Caller]:
    """The callers of a file of tokens, by hash; raises SetupError with every line that does not fit."""
    lines = [(number, line.split()) for number, line in enumerate(text.splitlines(), start=1)]
    lines = [(number, parts) for number, parts in lines if parts and not parts[0].startswith("#")]
    issues = [_unfit(file, number) for number, parts in lines if not _fits(parts, senders)]
    if issues or not lines:
        raise SetupError(*(issues or [_unfit(file, 1)]))
    return {parts[2].lower(): _caller(parts, senders) for _, parts in lines}


def _caller(parts: list[str], senders: Senders) -> Caller:
    name, rights, _, *sender = parts
    return Caller(name=name, rights=frozenset(rights.split(",")), settings=senders[sender[0]] if sender else {})


def _fits(parts: list[str], senders: Senders) -> bool:
    return (
        len(parts) in _PARTS
        and set(parts[3:]) <= set(senders)
        and set(parts[1].split(",")) <= set(RIGHTS)
        and len(parts[2]) == _HASH_LENGTH
        and all(character in "0123456789abcdefABCDEF" for character in parts[2])
    )


def _unfit(file: str, line: int) -> Issue:
    parts = f"a name, rights ({', '.join(RIGHTS)}) with commas, and the SHA-256 of a token or a certificate"
    text = f"a line of the tokens must be {parts}; a sender of ADAPTER_SENDERS may follow"
    return Issue(
        severity=Severity.ERROR,
        code=IssueType.VALUE,
        rule="settings/tokens",
        text=text,
        suggestion="write it with `adapter token NAME`",
        location=(f"{file}:{line}",),
    )


def caller_of(request: Request, callers: Callers) -> Caller | None:
    """Who calls, by the header `Authorization: Bearer …` or by the certificate; nothing if nobody knows either.

    Where no callers are listed, whoever has a certificate of the authority is called by the name in it.
    """
    certificate: ClientCertificate | None = request.environ.get(CERTIFICATE_NOTE)
    if not callers:
        return replace(ANYONE, name=certificate.name) if certificate is not None else ANYONE
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        # The hash of what was sent is looked up, so that the time of the look-up says nothing about tokens.
        return callers.get(digest_of(token.strip()))
    return callers.get(certificate.digest) if certificate is not None else None


def current_caller() -> Caller:
    """Who makes the call that is being answered; it has a right, so it is somebody."""
    caller: Caller = g.caller
    return caller


def check_right(caller: Caller | None, right: Right | None) -> None:
    """Raise RefusedError (401, 403) unless the caller has a right; no right is asked of everyone."""
    if right is None:
        return
    if caller is None:
        text = "this call needs a token: send the header `Authorization: Bearer …`"
        raise RefusedError(HTTPStatus.UNAUTHORIZED, text, www_authenticate="Bearer")
    if right not in caller.rights:
        raise RefusedError(HTTPStatus.FORBIDDEN, f"your token does not have the right `{right}`")
