"""`adapter convert --bulk`: many encounters on all cores, in the order of the input, with little memory, and resumable."""

import gc
import os
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent import futures
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from multiprocessing import parent_process
from multiprocessing.connection import wait
from pathlib import Path
from threading import Thread
from typing import BinaryIO

import click

from adapter.assembly import Runtime
from adapter.cli.bulk_input import BulkEncounter, BulkLine, encounters_of
from adapter.cli.exit_code import Outcome
from adapter.cli.mappings import runtime_with
from adapter.cli.show import err, is_quiet, note
from adapter.cli.steering import text_of_name
from adapter.conversion import Conversion
from adapter.fhir.json import canonical_bytes, pretty_bytes, read_json
from adapter.files import naming, write_whole
from adapter.json_types import JsonObject

_BUNDLES, _ISSUES, _RUN, _SUMMARY = "bundles.ndjson", "issues.ndjson", "run.json", "summary.json"
_CHUNK = 16
"""So many encounters are one task: enough that passing them on costs little beside the work."""
_AHEAD = 3
"""So many tasks wait for each process, so that none is idle and memory stays bounded."""
_MANY = 20
"""So many rules are shown; the file has all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkRun:
    """What is asked for: from where, to which folder, and how."""

    source: Path
    target: Path
    form: str | None
    mappings: str | None
    changes: Mapping[str, str]

    @property
    def identity(self) -> JsonObject:
        """By what it is known whether a folder has the beginning of the same run."""
        versions = _runtime(self.mappings).versions  # made before the processes are, which share it where they can
        return {
            "input": text_of_name(str(self.source)),
            "form": self.form,
            "options": dict(self.changes),
            "versions": versions.model_dump(),
        }


@dataclass(slots=True, kw_only=True)
class Summary:
    """What became of all encounters: how many by outcome, and how many issues by rule."""

    outcomes: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)

    def add(self, outcome: str, rules: Iterable[str]) -> None:
        """Count an encounter."""
        self.outcomes[outcome] += 1
        self.rules.update(rules)

    def to_json(self) -> JsonObject:
        """The counts, the most frequent first."""
        total = sum(self.outcomes.values())
        return {"encounters": total, "outcomes": dict(self.outcomes.most_common()), "rules": dict(self.rules.most_common())}


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkResult:
    """What became of an encounter: the line of its Bundle, if any, what is said of it as JSON, and what is counted of that."""

    content: bytes
    said: bytes
    outcome: str
    rules: tuple[str, ...]

    def line(self, end: int) -> bytes:
        """Its line among the issues; `end` is where the file of Bundles ends with it."""
        return b'%b,"end":%d}\n' % (self.said.removesuffix(b"}"), end)


def convert_in_bulk(run: BulkRun) -> Outcome:
    """Convert all encounters; what the folder has of the same run is kept, and the rest is added."""
    _claim(run)
    places = run.target / _BUNDLES, run.target / _ISSUES
    with naming(run.target), places[0].open("ab") as bundles, places[1].open("ab") as issues:
        summary = _resumed(run.target, bundles, issues)
        done = sum(summary.outcomes.values())
        if done:
            note(f"{done} encounters were converted before; continuing after them")
        waiting = islice(encounters_of(run.source, run.form), done, None)
        end = bundles.seek(0, os.SEEK_END)
        for results in _tracked(_on_all_cores(waiting, run), done):
            lines = []
            for result in results:
                end += len(result.content)
                lines.append(result.line(end))
                summary.add(result.outcome, result.rules)
            # The Bundles come first: a line among the issues says that all of its encounter is written.
            for file, parts in ((bundles, [result.content for result in results]), (issues, lines)):
                file.write(b"".join(parts))
                file.flush()
    write_whole(run.target / _SUMMARY, pretty_bytes(summary.to_json()))
    _tell(summary)
    return Outcome.GOOD if set(summary.outcomes) <= {"converted"} else Outcome.ISSUES


def _claim(run: BulkRun) -> None:
    """Make the folder this run's; raises BadParameter if it has the result of another one, or is a part of the input."""
    if run.source.is_dir() and run.target.resolve().is_relative_to(run.source.resolve()):
        message = f"{run.target} is within the input, and what is written would be read as encounters; name a folder elsewhere"
        raise click.BadParameter(message, param_hint="--out")
    run.target.mkdir(parents=True, exist_ok=True)
    mark = run.target / _RUN
    identity = pretty_bytes(run.identity)
    if mark.exists() and mark.read_bytes() != identity:
        message = f"{run.target} has the result of another input, other options or another version; name another folder"
        raise click.BadParameter(message, param_hint="--out")
    if not mark.exists() and any(run.target.iterdir()):
        message = f"{run.target} is not empty; name a new folder"
        raise click.BadParameter(message, param_hint="--out")
    mark.write_bytes(identity)


def _resumed(target: Path, bundles: BinaryIO, issues: BinaryIO) -> Summary:
    """What was converted before; a line that was not finished, and a Bundle without its line, are cut off."""
    summary, length, size = Summary(), 0, 0
    with (target / _ISSUES).open("rb") as before:
        for raw in before:
            if not raw.endswith(b"\n"):
                break
            line = read_json(raw, _ISSUES)
            summary.add(line["outcome"], _rules_of(line["issue"]))
            length += len(raw)
            size = line["end"]
    issues.truncate(length)
    bundles.truncate(size)
    return summary


def _on_all_cores(waiting: Iterator[BulkEncounter | BulkLine], run: BulkRun) -> Iterator[list[BulkResult]]:
    """What was made of each task, in the order of the input; never more tasks at once than `_AHEAD` for each process."""
    count = os.cpu_count() or 1
    with processes(count) as pool:
        tasks: deque[futures.Future[list[BulkResult]]] = deque()
        while chunk := list(islice(waiting, _CHUNK)):
            tasks.append(pool.submit(convert_chunk, chunk, run.mappings, dict(run.changes)))
            if len(tasks) > count * _AHEAD:
                yield tasks.popleft().result()
        while tasks:
            yield tasks.popleft().result()


def processes(count: int) -> futures.ProcessPoolExecutor:
    """So many processes, which end with this one however it ends."""
    return futures.ProcessPoolExecutor(count, initializer=_begin)


def _begin() -> None:
    """Let this process end when the one that started it is gone, be it killed: nobody takes what it makes any more.

    The garbage collector leaves alone what was loaded before: looking through it copies every page that the processes share.
    """
    gc.freeze()
    if (parent := parent_process()) is not None:
        Thread(target=_follow, args=(parent.sentinel,), daemon=True).start()


def _follow(parent: int) -> None:
    wait([parent])
    os._exit(Outcome.NOT_CARRIED_OUT)


def convert_chunk(
    chunk: Sequence[BulkEncounter | BulkLine], mappings: str | None, changes: Mapping[str, str]
) -> list[BulkResult]:
    """What becomes of each encounter: a function of bytes and options, wherever it runs."""
    runtime = _runtime(mappings)
    base = runtime.settings.canonical_base
    conversions = ((encounter.name, runtime.convert(encounter.documents, changes=changes)) for encounter in chunk)
    return [_result(name, conversion, base) for name, conversion in conversions]


@cache
def _runtime(mappings: str | None) -> Runtime:
    """The adapter of a process, made once."""
    runtime = runtime_with(mappings)
    runtime.prepare()
    return runtime


def _result(name: str, conversion: Conversion, base: str) -> BulkResult:
    with_errors = "converted with errors" if conversion.has_errors else "converted"
    outcome = f"refused: {conversion.failure}" if conversion.failure else with_errors
    issues = conversion.to_outcome(base)["issue"]
    said = canonical_bytes({"name": name, "outcome": outcome, "issue": issues})
    content = b"" if conversion.content is None else conversion.content + b"\n"
    return BulkResult(content=content, said=said, outcome=outcome, rules=_rules_of(issues))


def _rules_of(issues: Iterable[JsonObject]) -> tuple[str, ...]:
    return tuple(issue.get("diagnostics", "").partition(";")[0] for issue in issues)


def _tracked(results: Iterable[list[BulkResult]], done: int) -> Iterator[list[BulkResult]]:
    """The same, with a count where somebody sits at a terminal; how many there will be is not known before."""
    if is_quiet() or not err.is_terminal:
        yield from results
        return
    with err.status(f"{done} encounters converted") as status:
        for some in results:
            yield some
            done += len(some)
            status.update(f"{done} encounters converted")


def _tell(summary: Summary) -> None:
    for outcome, count in summary.outcomes.most_common():
        note(f"{count} {outcome}", "bold")
    for rule, count in summary.rules.most_common(_MANY):
        note(f"{count} {rule}")
