"""What commands print: for people with colours where there is a terminal, for machines as JSON."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from adapter.cli.steering import escaped_json, harmless
from adapter.cli.terminal import err, out
from adapter.fhir.json import pretty_bytes
from adapter.fhir.outcome import operation_outcome
from adapter.issues import AdapterError, Issue, Severity
from adapter.json_types import JsonObject, JsonValue
from adapter.lineage import LineageEntry
from adapter.readers.document import Document
from adapter.readers.span import Spans

Step = TypeVar("Step")

CALLER = "cli"
"""By what the audit trail calls whoever uses the command line."""

_STYLE = {Severity.FATAL: "bold red", Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFORMATION: "cyan"}

_ORDER = list(_STYLE)
_SHOWN_PLACES = 3


_QUIET = "adapter.quiet"


def _set_quiet(ctx: click.Context, _param: click.Parameter, value: object) -> None:
    ctx.meta[_QUIET] = value


QUIET = click.option(
    "-q", "--quiet", is_flag=True, expose_value=False, callback=_set_quiet, help="Say nothing but errors beside the output."
)


_WHOLE = "adapter.whole"


def _set_whole(ctx: click.Context, _param: click.Parameter, value: object) -> None:
    ctx.meta[_WHOLE] = value


ALL = click.option(
    "--all", is_flag=True, expose_value=False, callback=_set_whole, help="Show remarks for information on a terminal as well."
)


def is_quiet() -> bool:
    """Whether the command that runs was told to be quiet."""
    ctx = click.get_current_context(silent=True)
    return bool(ctx and ctx.meta.get(_QUIET))


def note(text: str, style: str = "") -> None:
    """Say on standard error how it went, unless that is not wanted."""
    if not is_quiet():
        err.print(Text(text, style=style))


def tracked(steps: Sequence[Step], what: str) -> Iterator[Step]:
    """The steps of long work, counted where somebody sits at a terminal."""
    if len(steps) == 1 or is_quiet() or not err.is_terminal:
        yield from steps
        return
    with err.status("") as status:
        for number, step in enumerate(steps, start=1):
            status.update(f"{what} {number} of {len(steps)}")
            yield step


def print_json(value: JsonValue) -> None:
    """Print JSON for machines, with two spaces of indentation."""
    sys.stdout.buffer.write(escaped_json(pretty_bytes(value)))
    sys.stdout.flush()


def print_text(text: str) -> None:
    """Print text as it is for programs, in UTF-8, and without what could steer a terminal where it goes to one."""
    if sys.stdout.isatty():
        click.echo(harmless(text), nl=False)
        return
    sys.stdout.buffer.write(text.encode())
    sys.stdout.flush()


def show_issues(issues: Iterable[Issue], console: Console = err, *, documents: Sequence[Document] = ()) -> None:
    """One paragraph per issue, errors first: severity, rule, text, what to do, and the first places (`--json` has all).

    Places in the documents are shown with their lines. On a terminal, remarks for information are only counted without `--all`.
    """
    spans = Spans(documents=documents)
    ordered = sorted(issues, key=lambda issue: _ORDER.index(issue.severity))
    shown = [issue for issue in ordered if _is_shown(issue, console)]
    for issue in shown:
        head = Text.assemble(
            (f"{issue.severity.value:<12}", _STYLE[issue.severity]), (f"{issue.rule or '':<10} ", "bold"), issue.text
        )
        console.print(head)
        if issue.suggestion:
            console.print(Text(f"{'':12}do: {issue.suggestion}"))
        for place in (*_first("in", [_with_line(place, spans) for place in issue.location]), *_first("at", _in_output(issue))):
            console.print(Text(f"{'':12}{place}", style="dim"))
    if len(shown) < len(ordered) and not is_quiet():
        console.print(Text(f"and {counts_text(ordered[len(shown) :]).rpartition(', ')[2]} for information: --all shows them"))


def _is_shown(issue: Issue, console: Console) -> bool:
    ctx = click.get_current_context(silent=True)
    is_folded = issue.severity is Severity.INFORMATION and console.is_terminal and not (ctx and ctx.meta.get(_WHOLE))
    return issue.is_error if is_quiet() else not is_folded


def _with_line(place: str, spans: Spans) -> str:
    located = spans.find(place)
    return f"{place} (line {located[1].line})" if located else place


def _in_output(issue: Issue) -> Sequence[str]:
    """The places in the output, each with its JSON pointer into the Bundle, if there is one."""
    pairs = zip(issue.expression, issue.pointer, strict=True) if issue.pointer else ()
    return [f"{expression} (Bundle#{pointer})" for expression, pointer in pairs] or issue.expression


def _first(word: str, places: Sequence[str]) -> list[str]:
    more = len(places) - _SHOWN_PLACES
    return [f"{word}: {' '.join(place.splitlines())}" for place in places[:_SHOWN_PLACES]] + (
        [f"{word}: {more} more"] if more > 0 else []
    )


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


__all__ = [
    "ALL",
    "QUIET",
    "count_of",
    "counts_text",
    "err",
    "is_quiet",
    "note",
    "out",
    "outcome_of",
    "print_json",
    "print_text",
    "show_entries",
    "show_issues",
    "show_refusal",
    "tracked",
]
