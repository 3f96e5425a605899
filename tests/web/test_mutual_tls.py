"""Mutual TLS: who shows no certificate gets no connection, and a certificate says who calls and with which rights."""

import json
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPSConnection
from pathlib import Path

import pytest

from adapter.delivery.seal import new_key
from tests.service import ADAPTER, own_environment, running_service
from tests.web.ground import content_of

trustme = pytest.importorskip("trustme")  # as in test_tls

LOOKUP = "/fhir/CodeSystem/$lookup?system=http://hl7.org/fhir/administrative-gender&code=female"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an authority, and what it made out to the service and to two callers."""
    made = tmp_path_factory.mktemp("mutual")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(made / "authority.pem")
    for name, host in (("service", "localhost"), ("clinic-ehr", "ehr.example"), ("stranger", "stranger.example")):
        certificate = authority.issue_cert(host, common_name=name)
        certificate.private_key_and_cert_chain_pem.write_to_path(made / f"{name}.pem")
    (made / "keys").write_bytes(new_key())
    return made


def settings(folder: Path, **more: str) -> dict[str, str]:
    certificate = str(folder / "service.pem")
    tls = {"ADAPTER_TLS_CERTIFICATE": certificate, "ADAPTER_TLS_KEY": certificate}
    return {**tls, "ADAPTER_TLS_CLIENTS": str(folder / "authority.pem"), "ADAPTER_LOG_LEVEL": "error", **more}


@pytest.fixture(scope="module")
def listed(folder: Path) -> Iterator[int]:
    """The port of a service that gives one of the certificates rights."""
    command = [str(ADAPTER), "token", "ehr", "--right", "definitions", "--certificate", str(folder / "clinic-ehr.pem")]
    done = subprocess.run(command, capture_output=True, check=True, text=True, env=own_environment())
    assert done.stderr == ""
    (folder / "tokens").write_text(done.stdout)
    with served(folder, ADAPTER_TOKENS=str(folder / "tokens")) as port:
        yield port


@contextmanager
def served(folder: Path, **more: str) -> Iterator[int]:
    """The port of a service that asks for certificates."""
    with running_service(workers=1, tls=shown(folder, "stranger"), **settings(folder, **more)) as address:
        yield int(address.partition(":")[2])


def shown(folder: Path, name: str | None) -> ssl.SSLContext:
    """TLS with this certificate, or with none."""
    context = ssl.create_default_context(cafile=str(folder / "authority.pem"))
    if name is not None:
        context.load_cert_chain(folder / f"{name}.pem")
    return context


def asked(port: int, folder: Path, name: str | None, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
    """Status and content of the answer to whoever shows this certificate, or none."""
    with closing(HTTPSConnection("localhost", port, context=shown(folder, name), timeout=15)) as connection:
        connection.request(method, path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.read()


def test_without_a_certificate_of_the_authority_there_is_no_connection(listed: int, folder: Path) -> None:
    with pytest.raises((ssl.SSLError, ConnectionError)):
        asked(listed, folder, None, "GET", "/health")


def test_the_rights_of_a_certificate_are_those_of_its_line(listed: int, folder: Path) -> None:
    assert asked(listed, folder, "clinic-ehr", "GET", LOOKUP)[0] == 200
    assert asked(listed, folder, "clinic-ehr", "POST", "/convert", content_of("encounter.json"))[0] == 403
    assert asked(listed, folder, "stranger", "GET", LOOKUP)[0] == 401  # also what was answered to another before
    assert asked(listed, folder, "stranger", "GET", "/health")[0] == 200


def test_without_a_list_of_callers_the_name_in_the_certificate_is_written_down(folder: Path, tmp_path: Path) -> None:
    store = {"ADAPTER_STORE": f"sqlite:///{tmp_path}/store.db", "ADAPTER_STORE_KEYS": str(folder / "keys")}
    with served(folder, **store) as port:
        status, content = asked(port, folder, "stranger", "POST", "/encounters", content_of("encounter.json"))
        _, told = asked(port, folder, "clinic-ehr", "GET", f"/encounters/{json.loads(content)['id']}/history")

    callers = [(line["what"], line["caller"]) for line in json.loads(told)["history"]]
    assert status == 201
    assert [caller for what, caller in callers if what == "posted"] == ["stranger"]
    assert [caller for what, caller in callers if what == "read"] == ["clinic-ehr"]


@pytest.mark.parametrize("name", ["service.pem", "keys"])
def test_an_address_that_others_reach_may_ask_for_certificates_instead_of_tokens(folder: Path, name: str) -> None:
    """A service that keeps, without keys, stops once it has looked at who may call."""
    store = {"ADAPTER_STORE": "sqlite:///store.db", "ADAPTER_TLS_CERTIFICATE": str(folder / name)}
    command = [str(ADAPTER), "serve", "--host", "0", "--port", "0"]
    done = subprocess.run(command, capture_output=True, check=False, text=True, env=own_environment(**settings(folder, **store)))

    assert ("a store needs keys" if name == "service.pem" else "TLS cannot be used") in done.stderr


def test_what_is_not_a_certificate_gets_no_line(folder: Path) -> None:
    command = [str(ADAPTER), "token", "ehr", "--certificate", str(folder / "keys")]
    done = subprocess.run(command, capture_output=True, check=False, text=True, env=own_environment())

    assert (done.returncode, done.stdout) == (2, "")
    assert "not a certificate in PEM" in done.stderr
