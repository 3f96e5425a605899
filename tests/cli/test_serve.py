"""`adapter serve` as users start it: what it says, what it answers, how it ends, and what it says instead of starting."""

import json
import re
import shlex
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from adapter.cli.exit_code import Outcome
from tests.examples.ground import ROOT
from tests.service import ADAPTER, own_environment

SECONDS = 30


@contextmanager
def serving(home: Path) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """A service on a free port, and the lines that it prints when it is ready."""
    command = [str(ADAPTER), "serve", "--port", "0", "--workers", "1"]
    environment = own_environment(HOME=str(home), XDG_RUNTIME_DIR=str(home))
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=environment) as process:
        assert process.stderr is not None
        try:
            yield process, [process.stderr.readline().strip() for _ in range(4)]
        finally:
            process.kill()


def refusal(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """What a service says that does not start."""
    return subprocess.run(
        [str(ADAPTER), "serve", *arguments],
        capture_output=True,
        check=False,
        timeout=SECONDS,
        text=True,
        env=own_environment(**settings),
    )


def test_the_lines_to_try_work(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, lines):
        convert, metadata = (
            subprocess.run(
                [*shlex.split(line), "--silent", "--fail"], capture_output=True, check=True, cwd=ROOT, timeout=SECONDS
            ).stdout
            for line in lines[1:3]
        )

    assert re.match(r"serving on http://127\.0\.0\.1:\d+ ;", lines[0])
    assert re.fullmatch(r"The workbench is at http://127\.0\.0\.1:\d+/", lines[3])
    assert json.loads(convert)["type"] == "transaction"
    assert json.loads(metadata)["resourceType"] == "CapabilityStatement"


def test_ctrl_c_ends_it_without_noise_and_nothing_is_left_behind(tmp_path: Path) -> None:
    with serving(tmp_path) as (process, _):
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=SECONDS)

    assert process.returncode == 0
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


def test_a_port_that_is_taken_is_told_with_what_to_do() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        done = refusal("--port", port)

    assert done.returncode == Outcome.NOT_CARRIED_OUT
    assert f"port {port} is in use" in done.stderr
    assert "stop the other program or choose --port" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_address_that_this_machine_lacks_is_told_with_what_to_do() -> None:
    done = refusal("--host", "192.0.2.1", "--port", "0")

    assert done.returncode == Outcome.NOT_CARRIED_OUT
    assert "--host" in done.stderr


def test_a_host_that_nobody_knows_is_told() -> None:
    done = refusal("--host", "nobody.invalid", "--port", "0")

    assert done.returncode == Outcome.NOT_CARRIED_OUT
    assert "cannot listen on nobody.invalid" in done.stderr


def test_settings_that_do_not_fit_are_told_once_before_anything_starts() -> None:
    done = refusal("--port", "0", ADAPTER_PROFILES="mine", ADAPTER_ZONES="Z")

    assert done.returncode == Outcome.WRONG_USE
    assert done.stderr.count("ADAPTER_PROFILES must be") == 1
    assert "did you mean ADAPTER_ZONE?" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_map_that_can_not_be_used_is_told_with_file_line_and_column(tmp_path: Path) -> None:
    file = tmp_path / "fhir" / "r4" / "patient.yaml"
    file.parent.mkdir(parents=True)
    file.write_text("map: patient\ntarget: Patient\nresource:\n  id: =case.patient.mrn\n  nmae: x\n")
    done = refusal("--port", "0", ADAPTER_MAPPINGS=str(tmp_path))

    assert done.returncode == Outcome.WRONG_USE
    assert f"{file}:5:3" in done.stderr
    assert "Traceback" not in done.stderr


def test_numbers_that_make_no_sense_are_wrong_use() -> None:
    assert refusal("--workers", "0").returncode == Outcome.WRONG_USE
    assert refusal("--port", "70000").returncode == Outcome.WRONG_USE
