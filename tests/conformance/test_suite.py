"""A run of cases when something happens in between: the server dies or is busy, or somebody has had enough."""

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapter.cli.conformance_report import write_reports
from adapter.conformance.case_file import read_case_files
from adapter.conformance.declared import Declaration
from adapter.conformance.suite import SuiteResult
from adapter.exchange import Request, ServerAnswer
from adapter.issues import Issue, IssueType, Severity, UnavailableError
from tests.conformance.memory_server import BASE, MemoryServer, refusal
from tests.conformance.run_cases import NOTHING, run_placed

CASE = """
  - case: {name}
    title: a Patient is kept
    proves: {{text: It is so., link: 'http://hl7.org/fhir/R4/http.html'}}
    steps:
      - send: PUT Patient/${{run}}-{name}
        body: {{resourceType: Patient, meta: '${{mark}}'}}
        expect: [{{status: [200, 201], otherwise: the server does not take it}}]
"""


def result_of(server: MemoryServer, *cases: str, declared: Declaration = NOTHING) -> SuiteResult:
    """What becomes of cases that run one after the other: names for which there is a case that puts a Patient, or texts."""
    texts = "".join(CASE.format(name=case) if case.isalpha() else case for case in cases)
    placed = read_case_files({"mine.yaml": f"group: mine\ncases:{texts}"})
    return run_placed(server.send, BASE, placed, workers=1, declared=declared)


def verdicts(result: SuiteResult) -> list[str]:
    return [one.verdict.value for one in result.results]


def dies_at(name: str) -> MemoryServer:
    """A server that answers until a Patient of this name is put, and never again."""
    server = MemoryServer()

    def meets(_: Request) -> ServerAnswer | None:
        if any(asked.endswith(name) for asked in server.asked):
            raise UnavailableError(Issue(severity=Severity.ERROR, code=IssueType.TRANSIENT, text="The connection was cut."))
        return None

    server.meets = meets
    return server


def test_when_the_server_dies_the_rest_is_blocked_and_the_reports_are_written(tmp_path: Path) -> None:
    result = result_of(dies_at("two"), "one", "two", "three", "four")
    write_reports(tmp_path, result, canonical_base="http://a.example")
    report = json.loads((tmp_path / "report.json").read_text())

    assert verdicts(result) == ["pass", "fail", "blocked", "blocked"]
    assert result.results[1].reasons == ("The connection was cut.",)
    assert result.results[2].reasons == ("the server does not answer any more: The connection was cut.",)
    assert report["counts"] == {"pass": 1, "fail": 1, "blocked": 2}
    assert not result.is_good


def test_what_could_not_be_deleted_is_listed_and_a_dead_server_is_asked_once() -> None:
    server = dies_at("two")

    result = result_of(server, "one", "two")
    after = server.asked[server.asked.index(f"PUT Patient/{result.run}-two") + 1 :]

    assert result.left_behind == (f"Patient/{result.run}-one",)
    assert after == ["GET metadata", "POST "]


def test_a_server_that_deletes_nothing_is_told() -> None:
    server = MemoryServer(meets=lambda request: refusal(405) if request.method in ("DELETE", "POST") else None)

    result = result_of(server, "one")

    assert result.left_behind == (f"Patient/{result.run}-one",)
    assert not result.is_good


@pytest.fixture
def ctrl_c() -> Iterator[None]:
    """Let this process be interrupted: the processes of pytest-xdist ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c")
def test_after_ctrl_c_everything_is_deleted_and_the_rest_was_interrupted() -> None:
    server = MemoryServer()

    def meets(request: Request) -> None:
        if request.method == "PUT" and request.url.endswith("two"):
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.2)

    server.meets = meets
    result = result_of(server, "one", "two", "three", "four")

    assert result.is_interrupted
    assert verdicts(result)[::3] == ["pass", "blocked"]
    assert result.results[3].reasons == ("the run was interrupted",)
    assert (result.left_behind, server.held) == ((), {})


def test_whoever_interrupts_the_cleaning_is_told_what_was_made() -> None:
    def meets(request: Request) -> None:
        if request.method == "POST":
            raise KeyboardInterrupt

    result = result_of(MemoryServer(meets=meets), "one")

    assert result.left_behind == (f"Patient/{result.run}-one",)


def test_a_server_that_is_asked_too_often_did_not_fail() -> None:
    result = result_of(MemoryServer(meets=lambda request: refusal(429) if request.url.endswith("one") else None), "one", "two")

    assert verdicts(result) == ["blocked", "pass"]
    assert "asked too often" in result.results[0].reasons[0]


def test_a_case_puts_away_its_things_also_if_it_fails() -> None:
    server = MemoryServer(meets=lambda request: refusal(422) if request.method == "PUT" else None)
    teardown = "    teardown: [{send: 'DELETE Patient/mine', expect: [{status: [404], otherwise: it was there}]}]\n"

    result = result_of(server, CASE.format(name="one") + teardown)

    assert verdicts(result) == ["fail"]
    assert "DELETE Patient/mine" in server.asked


def test_a_mistake_in_a_case_does_not_speak_against_the_server() -> None:
    broken = CASE.format(name="one").replace("status: [200, 201]", "paths: {Patient.id + 1: x}")

    result = result_of(MemoryServer(), broken)

    assert verdicts(result) == ["could-not-judge"]
    assert "we could not judge" in result.results[0].reasons[0]


def test_a_need_that_failed_blocks_and_one_that_was_skipped_skips() -> None:
    needing = CASE.format(name="two").replace("steps:", "needs: [mine/one]\n    steps:")
    lacking = CASE.format(name="one").replace("steps:", "capabilities: [Patient.patch]\n    steps:")
    server = MemoryServer(meets=lambda request: refusal(422) if request.url.endswith("one") else None)
    declared = Declaration(statement={"rest": [{"mode": "server", "interaction": [{"code": "transaction"}]}]})

    failed = result_of(server, "one", needing)
    skipped = result_of(server, lacking, needing, declared=declared)

    assert (verdicts(failed), failed.results[1].reasons) == (["fail", "blocked"], ("it needs mine/one: fail",))
    assert (verdicts(skipped), skipped.results[1].reasons) == (["skip", "skip"], ("it needs mine/one: skip",))
