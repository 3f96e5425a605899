"""The certificate that a caller showed when the connection was made (mutual TLS)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from ssl import PEM_cert_to_DER_cert
from typing import TypeAlias

CERTIFICATE_NOTE = "adapter.certificate"
"""Where the state of a connection and a WSGI environment hold it."""

Subject: TypeAlias = Iterable[Iterable[tuple[str, str]]]
"""Whose a certificate is, as Python's `ssl` describes it: parts with names and values."""

_IN_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCertificate:
    """A certificate of an authority that the settings name: its SHA-256, and the common name of its subject."""

    digest: str
    name: str


def certificate_of(content: bytes, described: Mapping[str, Subject]) -> ClientCertificate:
    """The certificate of this content (DER); one without a common name is called by its digest."""
    digest = sha256(content).hexdigest()
    names = [value for part in described.get("subject", ()) for name, value in part if name == "commonName"]
    return ClientCertificate(digest=digest, name=names[0] if names else digest)


def digest_in_pem(text: str) -> str:
    """The SHA-256 of the first certificate of a PEM file; raises ValueError if it holds no certificate."""
    found = _IN_PEM.search(text)
    if found is None:
        message = "no certificate in PEM"
        raise ValueError(message)
    return sha256(PEM_cert_to_DER_cert(found[0])).hexdigest()
