"""TLS from end to end: a certificate of a made-up authority, and clients that trust it and that do not."""

import json
import socket
import ssl
from collections.abc import Iterator
from http.client import HTTPSConnection
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.service import running_service
from tests.web.ground import content_of

trustme = pytest.importorskip("trustme")  # the newest dependency of the tests; an older environment does not have it

BODY = content_of("encounter.json")


class Secured(NamedTuple):
    """A service with TLS, and the authority of its certificate."""

    port: int
    authority: Path

    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.authority))


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    folder = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "authority.pem")
    certificate = authority.issue_cert("localhost")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    for part in certificate.cert_chain_pems:
        part.write_to_path(folder / "certificate.pem", append=True)
    with running_service(
        tls=ssl.create_default_context(cafile=str(folder / "authority.pem")),
        ADAPTER_TLS_CERTIFICATE=str(folder / "certificate.pem"),
        ADAPTER_TLS_KEY=str(folder / "key.pem"),
    ) as address:
        yield Secured(port=int(address.partition(":")[2]), authority=folder / "authority.pem")


def test_who_trusts_the_authority_converts_and_gets_links_with_https(secured: Secured) -> None:
    connection = HTTPSConnection("localhost", secured.port, context=secured.context(), timeout=15)
    connection.request("POST", "/convert", BODY, {"Content-Type": "application/json"})
    converted = connection.getresponse()
    bundle = json.loads(converted.read())
    connection.request("GET", "/fhir/CodeSystem?_count=1")
    listed = json.loads(connection.getresponse().read())
    connection.close()

    assert (converted.status, bundle["resourceType"]) == (200, "Bundle")
    assert converted.headers["Strict-Transport-Security"]
    assert listed["link"][0]["url"].startswith(f"https://localhost:{secured.port}/fhir/")


def test_who_does_not_trust_the_authority_gets_no_connection(secured: Secured) -> None:
    connection = HTTPSConnection("localhost", secured.port, context=ssl.create_default_context(), timeout=15)
    with pytest.raises(ssl.SSLCertVerificationError):
        connection.request("GET", "/health")


def test_without_tls_nothing_is_answered(secured: Secured) -> None:
    with socket.create_connection(("127.0.0.1", secured.port), timeout=15) as plain:
        plain.sendall(b"GET /health HTTP/1.1\r\nHost: here\r\n\r\n")
        try:
            answered = plain.recv(100)
        except ConnectionError:
            answered = b""

    assert b"200" not in answered
    assert b"status" not in answered


def test_who_sends_all_of_a_large_body_first_still_reads_why_it_is_refused(secured: Secured) -> None:
    for _ in range(3):
        connection = HTTPSConnection("localhost", secured.port, context=secured.context(), timeout=15)
        connection.request("POST", "/convert", b" " * 20_000_000, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        connection.close()

        assert (answer.status, json.loads(answer.read())["resourceType"]) == (413, "OperationOutcome")


def test_a_refusal_ends_the_connection(secured: Secured) -> None:
    plain = socket.create_connection(("localhost", secured.port), timeout=15)
    with secured.context().wrap_socket(plain, server_hostname="localhost") as connection:
        connection.sendall(b"nonsense\r\n\r\n")
        received = b""
        while part := connection.recv(65536):
            received += part

    assert received.startswith(b"HTTP/1.1 400")
