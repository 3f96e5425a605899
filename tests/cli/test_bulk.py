"""`adapter convert --bulk`: every encounter once and in order, however the input is laid out, and after an interruption too."""

import gc
import io
import json
import os
import select
import subprocess
import sys
from pathlib import Path

import click
import pytest

from adapter.cli.bulk import BulkRun, convert_chunk, convert_in_bulk, processes
from adapter.cli.bulk_input import encounters_of
from adapter.cli.exit_code import Outcome
from adapter.cli.terminal import Terminal
from adapter.json_types import JsonObject
from tests.examples.ground import EXAMPLES

COMPLETE = [json.loads((EXAMPLES / "complete" / name).read_bytes()) for name in ("encounter.json", "ai_report.json")]
INFANT = json.loads((EXAMPLES / "infant-final-report" / "encounter.json").read_bytes())
MESSAGE = "MSH|^~\\&|A|B|||||ADT^A04|{number}|T|2.5.1\rPID|1||{patient}^^^^MR\rPV1|1|O|||||||||||||||||{visit}\r"


def lines_file(folder: Path, count: int = 20) -> Path:
    """Sets and single documents, an empty line, and two lines that cannot be read."""
    good = [json.dumps(COMPLETE if number % 2 else INFANT) for number in range(count)]
    file = folder / "in.ndjson"
    file.write_text("\n".join([*good, "", '{"broken', '[{"broken"']) + "\n")
    return file


def run(source: Path, target: Path, **changes: str) -> Outcome:
    return convert_in_bulk(BulkRun(source=source, target=target, form=None, mappings=None, changes=changes))


def lines_of(file: Path) -> list[JsonObject]:
    return [json.loads(line) for line in file.read_bytes().splitlines()]


def named(path: Path) -> list[tuple[str, int]]:
    return [(encounter.name, len(encounter.documents)) for encounter in encounters_of(path, None)]


def test_every_line_has_its_issues_and_every_good_one_its_bundle(tmp_path: Path) -> None:
    outcome = run(lines_file(tmp_path), tmp_path / "out")
    lines, bundles = lines_of(tmp_path / "out" / "issues.ndjson"), lines_of(tmp_path / "out" / "bundles.ndjson")
    summary = json.loads((tmp_path / "out" / "summary.json").read_bytes())

    assert outcome is Outcome.ISSUES
    assert [line["name"] for line in lines] == [f"in.ndjson:{number}" for number in [*range(1, 21), 22, 23]]
    assert len(bundles) == 20
    assert [len(bundle["entry"]) > 40 for bundle in bundles] == [False, True] * 10
    assert summary["encounters"] == 22
    assert summary["outcomes"]["refused: unreadable"] == 2
    assert summary["rules"]["json/syntax"] == 2


def test_encounters_are_counted_on_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(force_terminal=True, record=True, file=io.StringIO())
    monkeypatch.setattr("adapter.cli.bulk.err", terminal)

    run(lines_file(tmp_path, 1), tmp_path / "out")

    assert "3 encounters converted" in terminal.export_text()


def test_what_was_interrupted_is_resumed_without_a_gap_or_a_repeat(tmp_path: Path) -> None:
    source = lines_file(tmp_path)
    run(source, tmp_path / "whole")
    run(source, tmp_path / "cut")
    whole = {name: (tmp_path / "whole" / name).read_bytes() for name in ("issues.ndjson", "bundles.ndjson", "summary.json")}
    issues = whole["issues.ndjson"].splitlines(keepends=True)
    (tmp_path / "cut" / "issues.ndjson").write_bytes(b"".join(issues[:7]) + issues[7][:50])
    run(source, tmp_path / "cut")

    assert {name: (tmp_path / "cut" / name).read_bytes() for name in whole} == whole


def test_a_folder_with_something_else_is_refused(tmp_path: Path) -> None:
    source = lines_file(tmp_path, 1)
    run(source, tmp_path / "out")

    with pytest.raises(click.BadParameter, match="other options"):
        run(source, tmp_path / "out", profiles="own")
    with pytest.raises(click.BadParameter, match="not empty"):
        run(source, tmp_path)


def test_folders_of_folders_are_encounters_by_their_names(tmp_path: Path) -> None:
    for name in ("b/c", "a"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "encounter.json").write_text(json.dumps(COMPLETE[0]))
    (tmp_path / "a" / "ai.json").write_text(json.dumps(COMPLETE[1]))
    (tmp_path / "a" / "more.ndjson").write_text(json.dumps(INFANT) + "\n")
    (tmp_path / ".hidden").mkdir()

    assert named(tmp_path) == [("a/more.ndjson:1", 1), ("a", 2), ("b/c", 1)]
    assert named(tmp_path / "a") == [("more.ndjson:1", 1), ("a", 2)]


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_a_batch_is_taken_apart_by_patient_and_visit(tmp_path: Path, end: str) -> None:
    visits = [("1", "v1"), ("2", "v2"), ("1", "v1"), ("1", "v3")]
    messages = "".join(
        MESSAGE.format(number=place, patient=patient, visit=visit) for place, (patient, visit) in enumerate(visits)
    )
    batch = tmp_path / "batch.hl7"
    batch.write_bytes(f"FHS|^~\\&\rBHS|^~\\&\r{messages}BTS|4\rFTS|1\r".replace("\r", end).encode())

    assert named(batch) == [("batch.hl7[1]", 2), ("batch.hl7[2]", 1), ("batch.hl7[3]", 1)]
    assert named(tmp_path) == named(batch)


def test_a_message_without_patient_or_visit_is_one_of_its_own(tmp_path: Path) -> None:
    batch = tmp_path / "batch.hl7"
    batch.write_bytes(b"FHS|^~\\&\rMSH|^~\\&|A\rMSH|^~\\&|A\rPID|1||7\r")

    assert named(batch) == [("batch.hl7[1]", 1), ("batch.hl7[2]", 1)]


def test_standard_input_is_read_line_by_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(json.dumps(COMPLETE).encode() + b"\n")))

    assert named(Path("-")) == [("stdin:1", 2)]


def test_the_unit_of_work_is_a_function_of_bytes(tmp_path: Path) -> None:
    chunk = list(encounters_of(lines_file(tmp_path, 2), None))

    assert convert_chunk(chunk, None, {}) == convert_chunk(chunk, None, {})
    assert [result.outcome for result in convert_chunk(chunk[1:2], None, {})] == ["converted"]


def test_all_that_converts_is_told_as_good(tmp_path: Path) -> None:
    source = tmp_path / "in.ndjson"
    source.write_text(json.dumps(COMPLETE) + "\n")

    assert run(source, tmp_path / "out") is Outcome.GOOD


@pytest.mark.parametrize("place", [".", "results", "a/b"])
def test_a_folder_within_the_input_is_refused(tmp_path: Path, place: str) -> None:
    with pytest.raises(click.BadParameter, match="within the input"):
        run(tmp_path, tmp_path / place)

    assert not list(tmp_path.iterdir())


def test_what_was_loaded_before_is_left_alone_by_the_garbage_collector() -> None:
    with processes(1) as pool:
        frozen = pool.submit(gc.get_freeze_count).result()

    assert frozen > gc.get_freeze_count()


PARENT = """
import os, sys
from adapter.cli.bulk import processes
with processes(2) as pool:
    print(pool.submit(os.getpid).result(), flush=True)
    sys.stdin.read()
"""


def test_the_processes_of_a_run_that_is_killed_end_with_it() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        worker = os.pidfd_open(int(parent.stdout.readline()))
        parent.kill()
        ended, _, _ = select.select([worker], [], [], 60)
        os.close(worker)

    assert ended == [worker]
