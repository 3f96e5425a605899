"""`adapter send`: what leaves, what does not, what is said of it, and the exit code."""

import json
from collections.abc import Iterator

import pytest
import responses

from adapter.cli.exit_code import Outcome
from tests.cli.fake_server import BASE, PUBLIC, FakeServer
from tests.cli.ground import INFANT, NOT_CLEAN, REFUSED, Run
from tests.examples.ground import EXAMPLES

UNMARKED = str(EXAMPLES / "not-marked-as-test")


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def test_an_encounter_that_arrives_is_all_good(run: Run, wire: responses.RequestsMock) -> None:
    FakeServer(wire)
    done = run("send", INFANT, "--server", BASE)

    assert done.code == Outcome.GOOD
    assert "all good" in done.out
    assert "expected" in done.out


def test_the_exit_code_is_about_sending_and_errors_of_the_claim_are_shown(run: Run, wire: responses.RequestsMock) -> None:
    FakeServer(wire)
    done = run("send", NOT_CLEAN, "--server", BASE)

    assert done.code == Outcome.GOOD
    assert "MOD-10" in done.out


@pytest.mark.parametrize(("case", "server"), [(REFUSED, BASE), (UNMARKED, PUBLIC), (UNMARKED, "hapi")])
def test_what_may_not_be_sent_does_not_leave(run: Run, wire: responses.RequestsMock, case: str, server: str) -> None:
    FakeServer(wire)
    done = run("send", case, "--server", server)

    assert done.code == Outcome.ISSUES
    assert len(wire.calls) == 0


def test_what_is_not_marked_as_test_may_go_to_a_host_that_is_trusted(
    run: Run, wire: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    FakeServer(wire)
    monkeypatch.setenv("ADAPTER_TRUSTED_SERVERS", "fhir.example")

    assert run("send", UNMARKED, "--server", PUBLIC).code == Outcome.GOOD
    assert len(wire.calls) > 0


def test_a_server_may_have_a_name_in_the_settings(
    run: Run, wire: responses.RequestsMock, monkeypatch: pytest.MonkeyPatch
) -> None:
    FakeServer(wire)
    monkeypatch.setenv("ADAPTER_SERVERS", f"mine={BASE}")

    assert run("send", INFANT, "--server", "mine").code == Outcome.GOOD


@pytest.mark.parametrize("server", ["nobody", "http://user:secret@host/fhir", "ftp://host", "http://"])
def test_a_server_that_can_not_be_meant_is_wrong_use(run: Run, server: str) -> None:
    done = run("send", INFANT, "--server", server)

    assert done.code == Outcome.WRONG_USE
    assert "base URL" in done.err
    assert "secret" not in done.err


def test_a_remark_that_nobody_explained_is_shown_in_the_words_of_the_server(run: Run, wire: responses.RequestsMock) -> None:
    server = FakeServer(wire)
    server.remarks = [{"severity": "warning", "diagnostics": "Never heard before", "expression": ["Patient.gender"]}]
    done = run("send", INFANT, "--server", BASE)

    assert done.code == Outcome.ISSUES
    assert "see below" in done.out
    assert "warning: Never heard before (at Patient.gender)" in done.out


def test_what_the_server_changed_is_shown(run: Run, wire: responses.RequestsMock) -> None:
    server = FakeServer(wire)
    server.changes = {"language": "tlh"}
    done = run("send", INFANT, "--server", BASE)

    assert done.code == Outcome.ISSUES
    assert "not read back as it was sent: added Patient.language" in done.out


def test_what_could_not_be_checked_is_not_good(run: Run, wire: responses.RequestsMock) -> None:
    server = FakeServer(wire)
    server.status_of_validation = 403
    server.remarks = [{"severity": "error", "diagnostics": "No validation for you"}]
    done = run("send", INFANT, "--server", BASE)

    assert done.code == Outcome.ISSUES
    assert "not checked: " in done.out
    assert "the server says: No validation for you" in done.out


def test_a_transaction_that_is_refused_is_told_in_the_words_of_the_server(run: Run, wire: responses.RequestsMock) -> None:
    FakeServer(wire, status=422)
    done = run("send", INFANT, "--server", BASE)

    assert done.code == Outcome.ISSUES
    assert "not taken" in done.out
    assert "the server says: Kept words of the server" in done.out


def test_a_conflict_could_not_be_carried_out(run: Run, wire: responses.RequestsMock) -> None:
    FakeServer(wire, status=412)

    assert run("send", INFANT, "--server", BASE).code == Outcome.NOT_CARRIED_OUT


def test_the_worst_of_many_encounters_is_the_exit_code(run: Run, wire: responses.RequestsMock) -> None:
    FakeServer(wire)
    done = run("send", INFANT, REFUSED, NOT_CLEAN, "--server", BASE)

    assert done.code == Outcome.ISSUES
    assert done.out.count("all good") == 2
    assert "refused by our checks" in done.out


def test_for_machines_there_is_all_that_was_said(run: Run, wire: responses.RequestsMock) -> None:
    FakeServer(wire)
    said = json.loads(run("send", INFANT, "--server", BASE, "--json").out)

    assert (said["case"], said["sent"], said["refusal"]) == ("infant-final-report", "all good", None)
    assert said["ours"]["resourceType"] == "OperationOutcome"
    assert {(each["version"], each["created"], each["good"]) for each in said["resources"]} == {("1", True, True)}
    assert said["resources"][0]["remarks"][0]["verdict"] == "expected"


def test_files_of_one_encounter_are_sent_together(run: Run, wire: responses.RequestsMock) -> None:
    FakeServer(wire)
    files = [str(EXAMPLES / "infant-final-report" / name) for name in ("encounter.json", "ai_report.json")]

    assert run("send", *files, "--server", BASE).code == Outcome.GOOD


def test_a_wait_of_no_time_is_wrong_use(run: Run) -> None:
    assert run("send", INFANT, "--server", BASE, "--timeout", "0").code == Outcome.WRONG_USE
