"""`adapter mllp` and `adapter mllp-send` as users run them."""

import json
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from adapter.cli.exit_code import Outcome
from tests.mllp.ground import message
from tests.service import ADAPTER, own_environment

SECONDS = 30
RESULT = "OBR|1|||0731T|||20260312083000-0500|||||||||||||||20260312100000-0500|||F|||||||1234567893&Reed&Rosa"


@contextmanager
def listening(*arguments: str, **settings: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server on a free port, and the port."""
    command = [str(ADAPTER), "mllp", "--port", "0", *arguments]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=own_environment(**settings)) as process:
        assert process.stderr is not None
        try:
            found = re.search(r"port (\d+)", process.stderr.readline())
            assert found is not None
            yield process, found[1]
        finally:
            process.kill()


def sent(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(ADAPTER), "mllp-send", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS, env=own_environment())


def refused(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    command = [str(ADAPTER), "mllp", "--port", "0", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS, env=own_environment(**settings))


def test_messages_are_answered_and_the_bundle_of_their_encounter_is_written(tmp_path: Path) -> None:
    registration, result = tmp_path / "adt.hl7", tmp_path / "oru.hl7"
    registration.write_bytes(message("1"))
    result.write_bytes(message("2", kind="ORU^R01^ORU_R01", more=RESULT).replace(b"\r", b"\n"))
    with listening("--out", str(tmp_path / "bundles")) as (process, port):
        done = sent("--port", port, str(registration), str(result))
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=SECONDS)
    (file,) = (tmp_path / "bundles").glob("*.json")

    assert done.returncode == Outcome.GOOD, done.stdout + done.stderr
    assert [line for line in done.stdout.splitlines() if line.startswith("MSA")] == ["MSA|AA|1", "MSA|AA|2"]
    assert {entry["resource"]["resourceType"] for entry in json.loads(file.read_bytes())["entry"]} >= {
        "Patient",
        "DiagnosticReport",
    }
    assert process.returncode == 0
    assert "of 2 messages" in said
    assert "Traceback" not in said


def test_an_answer_that_is_no_acceptance_is_exit_code_one(tmp_path: Path) -> None:
    file = tmp_path / "adt.hl7"
    file.write_bytes(message("1", mrn=""))
    with listening() as (_, port):
        done = sent("--port", port, str(file))

    assert done.returncode == Outcome.ISSUES
    assert "ERR||PID^1^3^1|101^Required field missing^HL70357|E|" in done.stdout


def test_where_nobody_listens_is_told() -> None:
    done = sent("--port", "1", str(Path(__file__)))

    assert done.returncode == Outcome.NOT_CARRIED_OUT
    assert "no connection to 127.0.0.1 port 1" in done.stderr


def test_tls_with_certificates_of_both_sides(tmp_path: Path) -> None:
    authority, own = trustme.CA(), {}
    ca = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(ca)
    for name in ("127.0.0.1", "sender.example"):
        certificate, own[name] = authority.issue_cert(name), tmp_path / f"{name}.pem"
        certificate.private_key_and_cert_chain_pem.write_to_path(own[name])
    file = tmp_path / "adt.hl7"
    file.write_bytes(message("1"))
    server, sender = str(own["127.0.0.1"]), str(own["sender.example"])
    settings = {"ADAPTER_TLS_CERTIFICATE": server, "ADAPTER_TLS_KEY": server}
    with listening("--client-ca", str(ca), **settings) as (_, port):
        known = sent("--port", port, "--ca", str(ca), "--certificate", sender, str(file))
        unknown = sent("--port", port, "--ca", str(ca), str(file))
        plain = sent("--port", port, "--seconds", "2", str(file))

    assert known.returncode == Outcome.GOOD, known.stderr
    assert "MSA|AA|1" in known.stdout
    assert (unknown.returncode, plain.returncode) == (Outcome.NOT_CARRIED_OUT, Outcome.NOT_CARRIED_OUT)


@pytest.mark.parametrize(
    ("arguments", "settings", "words"),
    [
        (["--host", "0.0.0.0"], {}, "no client certificate is required"),  # noqa: S104 - it is refused
        (["--host", "localhost.example"], {}, "no client certificate is required"),
        (["--host", "::1234"], {}, "no client certificate is required"),
        (["--client-ca", __file__], {}, "TLS needs a certificate and its key"),
        ([], {"ADAPTER_TLS_CERTIFICATE": __file__, "ADAPTER_TLS_KEY": __file__}, "TLS cannot be used"),
        (["--host", "192.0.2.1", "--insecure"], {}, "WARNING: --insecure: anyone who reaches this address can send messages."),
        (["--host", "192.0.2.1", "--insecure"], {}, "this machine does not have the address 192.0.2.1"),
        (["--host", "192.0.2.1", "--insecure"], {"ADAPTER_STORE": "sqlite:///x.db"}, "no client certificate is required"),
    ],
)
def test_what_stands_in_the_way_is_told_with_what_to_do(arguments: list[str], settings: dict[str, str], words: str) -> None:
    done = refused(*arguments, **settings)

    assert done.returncode in (Outcome.WRONG_USE, Outcome.NOT_CARRIED_OUT)
    assert words in done.stderr
    assert "Traceback" not in done.stderr
