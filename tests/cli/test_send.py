"""`adapter send`: what leaves, what does not, what is said of it, and the exit code."""

import json
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import responses

from adapter.cli.exit_code import Outcome
from tests.cli.ground import INFANT, NOT_CLEAN, REFUSED, Run
from tests.examples.ground import EXAMPLES
from tests.fake_fhir import BASE, FakeFhir, outcome

PUBLIC = "https://fhir.example/r4"
UNMARKED = str(EXAMPLES / "not-marked-as-test")


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def test_an_encounter_that_arrives_is_all_good(run: Run, wire: responses.RequestsMock) -> None:
    FakeFhir(wire)
    done = run("send", INFANT, "--server", BASE)

    assert done.code == Outcome.GOOD
    assert "all good" in done.out
    assert "expected" in done.out


def test_the_exit_code_is_about_sending_and_errors_of_the_claim_are_shown(run: Run, wire: responses.RequestsMock) -> None:
    FakeFhir(wire)
    done = run("send", NOT_CLEAN, "--server", BASE)

    assert done.code == Outcome.GOOD
    assert "MOD-10" in done.out


@pytest.mark.parametrize(("case", "server"), [(REFUSED, BASE), (UNMARKED, PUBLIC), (UNMARKED, "hapi")])
def test_what_may_not_be_sent_does_not_leave(
    run: Run, wire: responses.RequestsMock, tmp_path: Path, case: str, server: str
) -> None:
    servers = [FakeFhir(wire, base=base) for base in (BASE, PUBLIC, "https://hapi.fhir.org/baseR4")]
    (tmp_path / "encounter.json").write_bytes((Path(case) / "encounter.json").read_bytes())
    done = run("send", str(tmp_path), "--server", server)

    assert done.code == Outcome.ISSUES
    assert [asked for server in servers for asked in server.asked] == ["GET metadata"]


def test_what_is_not_marked_as_test_may_go_to_a_host_that_is_trusted(
    run: Run, wire: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    FakeFhir(wire, base=PUBLIC)
    monkeypatch.setenv("ADAPTER_TRUSTED_SERVERS", "fhir.example")

    assert run("send", UNMARKED, "--server", PUBLIC).code == Outcome.GOOD
    assert len(wire.calls) > 0


def test_a_server_may_have_a_name_in_the_settings(
    run: Run, wire: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    FakeFhir(wire)
    monkeypatch.setenv("ADAPTER_SERVERS", f"mine={BASE}")

    assert run("send", INFANT, "--server", "mine").code == Outcome.GOOD


@pytest.mark.parametrize("server", ["nobody", "http://user:secret@host/fhir", "ftp://host", "http://"])
def test_a_server_that_can_not_be_meant_is_wrong_use(run: Run, server: str) -> None:
    done = run("send", INFANT, "--server", server)

    assert done.code == Outcome.WRONG_USE
    assert "base URL" in done.err
    assert "secret" not in done.err


def test_a_remark_that_nobody_explained_is_shown_in_the_words_of_the_server(run: Run, wire: responses.RequestsMock) -> None:
    server = FakeFhir(wire)
    server.remarks = [{"severity": "warning", "diagnostics": "Never heard before", "expression": ["Patient.gender"]}]
    done = run("send", INFANT, "--server", BASE)

    assert done.code == Outcome.ISSUES
    assert "see below" in done.out
    assert "warning: Never heard before (at Patient.gender)" in done.out


def test_what_the_server_changed_is_shown(run: Run, wire: responses.RequestsMock) -> None:
    server = FakeFhir(wire)
    server.changes = {"language": "tlh"}
    done = run("send", INFANT, "--server", BASE)

    assert done.code == Outcome.ISSUES
    assert "not read back as it was sent: added Patient.language" in done.out


def test_what_could_not_be_checked_is_not_good(run: Run, wire: responses.RequestsMock) -> None:
    server = FakeFhir(wire)
    server.status_of_validation = 403
    server.remarks = [{"severity": "error", "diagnostics": "No validation for you"}]
    done = run("send", INFANT, "--server", BASE)

    assert done.code == Outcome.ISSUES
    assert "not checked: " in done.out
    assert "the server says: No validation for you" in done.out


def test_a_transaction_that_is_refused_is_told_in_the_words_of_the_server(run: Run, wire: responses.RequestsMock) -> None:
    words = {"severity": "error", "diagnostics": "Kept words of the server"}
    FakeFhir(wire).answers = [(422, {}, outcome(words, words | {"expression": ["Bundle.entry[0].resource"]}))]
    done = run("send", INFANT, "--server", BASE)

    assert done.code == Outcome.ISSUES
    assert "not taken" in done.out
    assert "the server says: Kept words of the server" in done.out
    assert re.search(r"the server says: Organization \S+: Kept words of the server", done.out)


def test_a_refusal_without_words_says_so(run: Run, wire: responses.RequestsMock) -> None:
    FakeFhir(wire).answers = [(400, {}, "")]
    done = run("send", INFANT, "--server", BASE)

    assert "(HTTP 400); it said nothing more." in done.out


def test_a_conflict_could_not_be_carried_out(run: Run, wire: responses.RequestsMock) -> None:
    FakeFhir(wire).answers = [(409, {}, outcome({"severity": "error", "diagnostics": "Busy"}))] * 10
    done = run("send", INFANT, "--server", BASE)

    assert done.code == Outcome.NOT_CARRIED_OUT
    assert "in each of 6 tries" in done.out


def test_the_worst_of_many_encounters_is_the_exit_code(run: Run, wire: responses.RequestsMock, tmp_path: Path) -> None:
    FakeFhir(wire)
    (tmp_path / "refused").mkdir()
    (tmp_path / "refused" / "encounter.json").write_bytes((Path(REFUSED) / "encounter.json").read_bytes())
    done = run("send", INFANT, str(tmp_path / "refused"), NOT_CLEAN, "--server", BASE)

    assert done.code == Outcome.ISSUES
    assert done.out.count("all good") == 2
    assert "refused by our checks" in done.out


def test_an_example_that_is_to_be_refused_is_no_error_of_the_run(run: Run, wire: responses.RequestsMock) -> None:
    FakeFhir(wire)
    done = run("send", INFANT, REFUSED, "--server", BASE)

    assert done.code == Outcome.GOOD
    assert "refused, as expected" in done.out


def test_for_machines_there_is_all_that_was_said(run: Run, wire: responses.RequestsMock) -> None:
    FakeFhir(wire)
    said = json.loads(run("send", INFANT, "--server", BASE, "--json").out)

    assert (said["case"], said["sent"], said["refusal"]) == ("infant-final-report", "all good", None)
    assert said["ours"]["resourceType"] == "OperationOutcome"
    assert {(resource["version"], resource["created"], resource["good"]) for resource in said["resources"]} == {("1", True, True)}
    assert said["resources"][0]["remarks"][0]["verdict"] == "expected"


def test_files_of_one_encounter_are_sent_together(run: Run, wire: responses.RequestsMock) -> None:
    FakeFhir(wire)
    files = [str(EXAMPLES / "infant-final-report" / name) for name in ("encounter.json", "ai_report.json")]

    assert run("send", *files, "--server", BASE).code == Outcome.GOOD


def test_a_wait_of_no_time_is_wrong_use(run: Run) -> None:
    assert run("send", INFANT, "--server", BASE, "--timeout", "0").code == Outcome.WRONG_USE


def test_a_server_that_is_down_is_noticed_at_once_and_told_once(run: Run, tmp_path: Path) -> None:
    for number in range(500):
        (tmp_path / f"case-{number}").mkdir()
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        server = f"http://127.0.0.1:{reserved.getsockname()[1]}/fhir"
        started = time.monotonic()
        done = run("send", *map(str, sorted(tmp_path.iterdir())), "--server", server)

    assert done.code == Outcome.NOT_CARRIED_OUT
    assert time.monotonic() - started < 20, "each of the 500 was tried"
    assert len(done.err.splitlines()) == 1
    assert done.out == ""


def test_a_server_that_goes_away_is_not_asked_for_the_rest(run: Run, wire: responses.RequestsMock) -> None:
    server = FakeFhir(wire)

    def goes_away() -> None:
        wire.reset()

    server.before_write = [goes_away]
    server.answers = []
    done = run("send", INFANT, NOT_CLEAN, INFANT, "--server", BASE)

    assert done.code == Outcome.NOT_CARRIED_OUT
    assert done.out.count("not tried") == 3
    assert "not tried: 2 of 3 encounters" in done.out


def test_a_server_without_validation_is_told_once_and_is_good(run: Run, wire: responses.RequestsMock) -> None:
    server = FakeFhir(wire)
    server.status_of_validation = 404
    done = run("send", INFANT, NOT_CLEAN, "--server", BASE)

    assert done.code == Outcome.GOOD
    assert done.out.count("nothing was validated there") == 1
    assert sum("$validate" in asked for asked in server.asked) == 1


def test_a_server_that_takes_only_so_many_entries_gets_parts_and_that_is_told(run: Run, wire: responses.RequestsMock) -> None:
    server = FakeFhir(wire)
    server.most_entries = 10
    done = run("send", INFANT, "--server", BASE)

    assert done.code == Outcome.GOOD
    assert "sent in 4 requests" in done.out


def test_what_became_of_a_resource_that_the_server_held_is_told_by_path(run: Run, wire: responses.RequestsMock) -> None:
    server = FakeFhir(wire)
    tree = json.loads((EXAMPLES / "infant-final-report" / "encounter.json").read_bytes())
    identifier = {"system": tree["patient"]["mrn_system"], "value": tree["patient"]["mrn"]}
    held = {"resourceType": "Patient", "id": "4711", "identifier": [identifier], "address": [{"city": "Elsewhere"}]}
    server.hold({**held, "telecom": [{"system": "email", "value": "secret@clinic.example"}]})
    done = run("send", INFANT, "--server", BASE)

    assert done.code == Outcome.GOOD
    assert "Patient/4711: changed: " in done.out
    assert "kept: " in done.out
    assert "Patient.telecom" in done.out
    assert "secret" not in done.out


@pytest.mark.parametrize(
    ("options", "setting", "servers", "expected"),
    [
        ((), None, None, "POST Organization/_search"),
        (("--shared", "put"), "create", "mine=BASE shared=create", "POST"),
        ((), "put", None, "POST"),
        ((), "merge", "mine=BASE shared=put", "POST"),
    ],
)
def test_the_switch_is_that_of_the_command_then_of_the_target_then_of_the_settings(
    run: Run,
    wire: responses.RequestsMock,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    setting: str | None,
    servers: str | None,
    expected: str,
) -> None:
    server = FakeFhir(wire)
    if setting:
        monkeypatch.setenv("ADAPTER_SHARED", setting)
    if servers:
        monkeypatch.setenv("ADAPTER_SERVERS", servers.replace("BASE", BASE))
    done = run("send", INFANT, "--server", "mine" if servers else BASE, *options)

    assert done.code == Outcome.GOOD
    assert expected in [asked.strip() for asked in server.asked[1:3]]


def test_a_users_own_folder_may_triage_remarks(
    run: Run, wire: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "triage").mkdir()
    line = "{match: '^Never heard', severity: warning, verdict: expected, why: We have.}"
    (tmp_path / "triage" / "mine.yaml").write_text(f"entries: [{line}]\n")
    monkeypatch.setenv("ADAPTER_MAPPINGS", str(tmp_path))
    FakeFhir(wire).remarks = [{"severity": "warning", "diagnostics": "Never heard before"}]

    assert run("send", INFANT, "--server", BASE).code == Outcome.GOOD


def test_a_server_without_conditional_create_is_told_of(run: Run, wire: responses.RequestsMock) -> None:
    server = FakeFhir(wire)
    server.statement = {
        "resourceType": "CapabilityStatement",
        "rest": [{"mode": "server", "resource": [{"type": "Patient", "conditionalCreate": False}]}],
    }
    server.heeds_conditions = False

    assert "no conditional create for Patient: searched" in run("send", INFANT, "--server", BASE).out
