"""Servers that speak TLS, or do not: real ones, with certificates made for the test."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from adapter.client import FhirClient, Retries
from adapter.client.deadline import timed_session
from adapter.client.sign_in import SignIn
from adapter.issues import IssueType, UnavailableError


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a file with a certificate for `localhost` that signs itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    form = serialization.PrivateFormat.PKCS8
    private = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return file


class Statement(BaseHTTPRequestHandler):
    """Answers everything with a CapabilityStatement."""

    def do_GET(self) -> None:
        content = b'{"resourceType": "CapabilityStatement"}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


class QuietServer(ThreadingHTTPServer):
    """A server that says nothing of clients that hang up."""

    def handle_error(self, *_: object) -> None:
        pass


@contextmanager
def server(certificate: Path | None, *, wants_ours: bool = False) -> Iterator[int]:
    """A server for the time of the block, with TLS if there is a certificate; gives its port."""
    with QuietServer(("127.0.0.1", 0), Statement) as running:
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            if wants_ours:
                context.verify_mode = ssl.CERT_REQUIRED
                context.load_verify_locations(certificate)
            running.socket = context.wrap_socket(running.socket, server_side=True)
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running.server_port
        running.shutdown()


def client_at(port: int, *, trusts: Path | None = None, how: SignIn | None = None) -> FhirClient:
    session = timed_session(is_direct=True)
    session.verify = str(trusts) if trusts else True
    client = FhirClient(f"https://localhost:{port}", session=session, retries=Retries(attempts=1))
    client.sign_in(how or SignIn(), now=lambda: 0.0, new_id=lambda: "")
    return client


def words_of(client: FhirClient) -> str:
    with pytest.raises(UnavailableError) as caught:
        client.capabilities()
    assert caught.value.issues[0].code is IssueType.SECURITY
    return str(caught.value)


def test_a_certificate_that_nobody_vouches_for_ends_it(certificate: Path) -> None:
    with server(certificate) as port:
        assert "certificate cannot be verified" in words_of(client_at(port))


def test_an_address_without_tls_is_told() -> None:
    with server(None) as port:
        assert "There is no TLS at this address" in words_of(client_at(port))


def test_a_server_gets_our_certificate_and_refuses_whoever_has_none(certificate: Path) -> None:
    ours = SignIn(certificate=(str(certificate), str(certificate)))
    with server(certificate, wants_ours=True) as port:
        assert client_at(port, trusts=certificate, how=ours).capabilities()
        assert "may want a certificate of ours" in words_of(client_at(port, trusts=certificate))
