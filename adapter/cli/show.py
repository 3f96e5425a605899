"""What commands print: for people with colours where there is a terminal, for machines as JSON."""

import sys
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from adapter.fhir.json import pretty_bytes
from adapter.fhir.outcome import operation_outcome
from adapter.issues import AdapterError, Issue, Severity
from adapter.json_types import JsonObject, JsonValue
from adapter.lineage import LineageEntry

_STYLE = {Severity.FATAL: "bold red", Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFORMATION: "cyan"}

_WIDE = 400
"""The width of tables for programs: what is looked for stands on one line."""

_SHOWN_PLACES = 3


class _Terminal(Console):
    """A console that leaves a reader who has gone to whoever runs the command, as every other write does."""

    def on_broken_pipe(self) -> None:
        """Raise BrokenPipeError instead of ending the program with an exit code of rich's own."""
        raise BrokenPipeError


# rich leaves out colours where there is no terminal, and where NO_COLOR is set.
out = _Terminal(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else _WIDE)
err = _Terminal(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: JsonValue) -> None:
    """Print JSON for machines, with two spaces of indentation."""
    sys.stdout.buffer.write(pretty_bytes(value))
    sys.stdout.flush()


def show_issues(issues: Iterable[Issue], console: Console = err) -> None:
    """One paragraph per issue: severity, rule, text, what to do, and the first places (`--json` has all)."""
    for issue in issues:
        head = Text.assemble(
            (f"{issue.severity.value:<12}", _STYLE[issue.severity]), (f"{issue.rule or '':<10} ", "bold"), issue.text
        )
        console.print(head)
        if issue.suggestion:
            console.print(Text(f"{'':12}do: {issue.suggestion}"))
        for place in (*_first("in", issue.location), *_first("at", issue.expression)):
            console.print(Text(f"{'':12}{place}", style="dim"))


def _first(word: str, places: Sequence[str]) -> list[str]:
    more = len(places) - _SHOWN_PLACES
    return [f"{word}: {place}" for place in places[:_SHOWN_PLACES]] + ([f"{word}: {more} more"] if more > 0 else [])


def show_refusal(error: AdapterError) -> None:
    """What an error says."""
    show_issues(error.issues)


def show_entries(entries: Iterable[LineageEntry]) -> None:
    """Lineage as a table: element, what it was made from, and the mapping line."""
    table = Table(box=None, pad_edge=False, show_header=True, header_style="bold")
    for name in ("element", "made from", "by", "mapping line"):
        table.add_column(name, overflow="fold")
    for entry in entries:
        table.add_row(
            Text(entry.element), Text(_made_from(entry)), Text(", ".join(entry.functions)), Text(f"{entry.place}  {entry.text}")
        )
    out.print(table)


def _made_from(entry: LineageEntry) -> str:
    if entry.missing:
        return "not made: " + entry.missing + (f" ({', '.join(entry.fields)})" if entry.fields else "")
    return ", ".join(entry.positions or entry.fields) or ("the mapping" if entry.constant else "the adapter")


def outcome_of(issues: Sequence[Issue], base: str) -> JsonObject:
    """The issues as an OperationOutcome."""
    return operation_outcome(issues, claim_edit_system=f"{base}/CodeSystem/claim-edit")


def count_of(issues: Iterable[Issue]) -> dict[str, int]:
    """How many errors, warnings and remarks for information there are."""
    issues = list(issues)
    return {
        "errors": sum(issue.is_error for issue in issues),
        "warnings": sum(issue.severity is Severity.WARNING for issue in issues),
        "remarks": sum(issue.severity is Severity.INFORMATION for issue in issues),
    }


def counts_text(issues: Iterable[Issue]) -> str:
    """How many of each severity there are, in words."""
    return ", ".join(f"{number} {name[:-1] if number == 1 else name}" for name, number in count_of(issues).items())
