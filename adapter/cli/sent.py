"""What became of an encounter that was sent, as a value, as JSON, and for people."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table
from rich.text import Text

from adapter.cli.exit_code import Outcome
from adapter.cli.show import counts_text, out, outcome_of, show_issues
from adapter.client import Delivery, SentResource, TriagedRemark, Verdict
from adapter.issues import Issue


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of one encounter.

    `ours` is what our checks say; `refusal` and `words` say why the transaction was not carried out, in our words and in the
    server's; `delivery` is what became of each resource, if it was.
    """

    case: str
    code: Outcome
    state: str
    ours: tuple[Issue, ...]
    refusal: tuple[Issue, ...] = ()
    words: tuple[str, ...] = ()
    delivery: Delivery | None = None

    @property
    def resources(self) -> tuple[SentResource, ...]:
        """What became of each resource."""
        return self.delivery.resources if self.delivery else ()

    @property
    def remarks(self) -> list[TriagedRemark]:
        """All that the server's validator says."""
        return [remark for resource in self.resources for remark in resource.remarks]


def describe_sent(sent: Sent, base: str) -> dict[str, Any]:
    """All of it as JSON, with the server's own words; `base` is the canonical base."""
    return {
        "case": sent.case,
        "sent": sent.state,
        "ours": outcome_of(sent.ours, base),
        "refusal": {"outcome": outcome_of(sent.refusal, base), "words": sent.words} if sent.refusal else None,
        "resources": [_described(each) for each in sent.resources],
    }


def _described(resource: SentResource) -> dict[str, Any]:
    return {
        "reference": resource.reference,
        "version": resource.result.version,
        "created": resource.result.was_created,
        "good": resource.is_good,
        "remarks": [
            {
                "severity": each.remark.issue.severity,
                "says": each.remark.words,
                "at": each.remark.issue.expression,
                "verdict": each.verdict,
                "why": each.why,
                "known": each.is_known,
            }
            for each in resource.remarks
        ],
        "changed": [{"how": each.kind, "at": each.path} for each in resource.differences],
        "skipped": [issue.text for issue in resource.skipped],
        "words": resource.words,
    }


def show_sent(rows: Sequence[Sent]) -> None:
    """A line for each encounter, then what is not good; for a single one, all that our checks and the server say."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("encounter", "resources", "our checks", "the server's checks", "sent"):
        table.add_column(name)
    for row in rows:
        theirs = counts_text(each.remark.issue for each in row.remarks) if row.delivery else "-"
        style = "green" if row.code is Outcome.GOOD else "red"
        table.add_row(row.case, str(len(row.resources) or "-"), counts_text(row.ours), theirs, Text(row.state, style=style))
    out.print(table)
    for row in rows:
        if len(rows) == 1 or row.code is not Outcome.GOOD:
            _show_words(row, everything=len(rows) == 1)


def _show_words(row: Sent, *, everything: bool) -> None:
    if ours := [issue for issue in row.ours if everything or issue.is_error]:
        out.print(Text(f"\n{row.case}: our checks", style="bold"))
        show_issues(ours, out)
    if row.refusal or row.resources:
        out.print(Text(f"\n{row.case}: {row.state}", style="bold"))
    show_issues(row.refusal, out)
    for words in row.words:
        out.print(Text(f"  the server says: {words}"))
    if everything:
        _show_explained([each for each in row.remarks if each.verdict is not Verdict.TO_FIX])
    for resource in row.resources:
        for line in _complaints(resource):
            out.print(Text(f"  {resource.reference or 'a resource'}: {line}", style="red"))


def _show_explained(remarks: Sequence[TriagedRemark]) -> None:
    """The remarks that are no fault, counted by why they are none (docs/triage.md)."""
    counted = Counter((each.remark.issue.severity, each.verdict, each.why) for each in remarks)
    for (severity, verdict, why), number in sorted(counted.items()):
        out.print(Text.assemble((f"  {severity:<12}", "dim"), f"{verdict:<13}{number:>4} x  {why}"))


def _complaints(resource: SentResource) -> Iterator[str]:
    """What is to be looked at: remarks to be fixed, in the server's words, what was changed, and what was not checked."""
    for each in resource.remarks:
        if each.verdict is Verdict.TO_FIX:
            places = ", ".join(each.remark.issue.expression)
            yield f"{each.remark.issue.severity}: {each.remark.words}" + (f" (at {places})" if places else "")
    # What is kept are labels of an earlier version, which FHIR wants a server to keep.
    changes = [each for each in resource.differences if each.kind != "kept"]
    yield from (f"not read back as it was sent: {each.kind} {each.path}" for each in changes)
    yield from (f"not checked: {issue.text}" for issue in resource.skipped)
    yield from (f"the server says: {words}" for words in resource.words)
