"""What became of an encounter that was sent, as a value, as JSON, and for people."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.text import Text

from adapter.cli.exit_code import Outcome
from adapter.cli.show import counts_text, out, outcome_of, show_issues
from adapter.client import Delivery, SentResource, TriagedRemark, Verdict
from adapter.client.sent_json import describe_resource
from adapter.issues import Issue
from adapter.json_types import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of one encounter.

    `ours` is what our checks say; `refusal` and `words` say why the transaction was not carried out, in our words and in the
    server's; `went_away` whether there was no answer at all; `delivery` is what became of each resource, if it was.
    """

    case: str
    code: Outcome
    state: str
    ours: tuple[Issue, ...]
    refusal: tuple[Issue, ...] = ()
    words: tuple[str, ...] = ()
    delivery: Delivery | None = None
    went_away: bool = False

    @property
    def is_lost(self) -> bool:
        """Whether the server stopped to answer."""
        return self.went_away or (self.delivery is not None and self.delivery.is_lost)

    @property
    def resources(self) -> tuple[SentResource, ...]:
        """What became of each resource."""
        return self.delivery.resources if self.delivery else ()

    @property
    def remarks(self) -> list[TriagedRemark]:
        """All that the server's validator says."""
        return [remark for resource in self.resources for remark in resource.remarks]


def describe_sent(sent: Sent, base: str) -> JsonObject:
    """All of it as JSON, with the server's own words; `base` is the canonical base."""
    return {
        "case": sent.case,
        "sent": sent.state,
        "ours": outcome_of(sent.ours, base),
        "refusal": {"outcome": outcome_of(sent.refusal, base), "words": sent.words} if sent.refusal else None,
        "requests": sent.delivery.requests if sent.delivery else 0,
        "validated": bool(sent.delivery and sent.delivery.is_validated),
        "problems": [issue.text for issue in sent.delivery.issues] if sent.delivery else [],
        "resources": [describe_resource(resource) for resource in sent.resources],
    }


class SentTable:
    """The table of encounters, written row by row as they come; the names are known before, so that columns stay in line."""

    def __init__(self, names: Sequence[str]) -> None:
        """Take the names of all encounters."""
        self._width = max(len("encounter"), *map(len, names))

    def head(self) -> None:
        """Print the titles."""
        out.print(Text(self._line("encounter", ("resources", "our checks", "the server's checks")) + "sent", style="bold"))

    def row(self, row: Sent) -> None:
        """Print what became of one encounter."""
        delivery = row.delivery
        theirs = counts_text(remark.remark.issue for remark in row.remarks) if delivery and delivery.is_validated else "-"
        style = "green" if row.code is Outcome.GOOD else "red"
        line = self._line(row.case, (str(len(row.resources) or "-"), counts_text(row.ours), theirs))
        out.print(Text.assemble(line, (row.state, style)))

    def _line(self, case: str, counts: tuple[str, str, str]) -> str:
        resources, ours, theirs = counts
        return f"{case:<{self._width}}  {resources:<9}  {ours:<32}  {theirs:<34}  "


def show_details(rows: Sequence[Sent]) -> None:
    """What is not good; of a single encounter, all that our checks and the server say."""
    for row in rows:
        if row.state != "not tried" and (len(rows) == 1 or row.code is not Outcome.GOOD):
            _show_words(row, everything=len(rows) == 1)
    for row in rows:
        _show_way(row)
    if untried := [row for row in rows if row.state == "not tried"]:
        out.print(
            Text(f"\nThe server cannot be reached any more; not tried: {len(untried)} of {len(rows)} encounters.", style="red")
        )
    if any(row.delivery and not row.delivery.is_validated for row in rows):
        out.print(Text("\nThe server has no $validate: nothing was validated there."))


def _show_way(row: Sent) -> None:
    """How it was sent, where that is not one transaction, and what became of resources that the server held."""
    if row.delivery and row.delivery.requests > 1:
        out.print(Text(f"\n{row.case}: sent in {row.delivery.requests} requests, since the server takes it no other way"))
    for resource in row.resources:
        if resource.changed:
            kept = f"; kept: {', '.join(resource.kept)}" if resource.kept else ""
            out.print(Text(f"  {resource.reference}: changed: {', '.join(resource.changed)}{kept}"))


def _show_words(row: Sent, *, everything: bool) -> None:
    if ours := [issue for issue in row.ours if everything or issue.is_error]:
        out.print(Text(f"\n{row.case}: our checks", style="bold"))
        show_issues(ours, out)
    if row.refusal or row.resources:
        out.print(Text(f"\n{row.case}: {row.state}", style="bold"))
    show_issues(row.refusal, out)
    for words in row.words:
        out.print(Text(f"  the server says: {words}"))
    show_issues(row.delivery.issues if row.delivery else (), out)
    if everything:
        _show_explained([remark for remark in row.remarks if remark.verdict is not Verdict.TO_FIX])
    for resource in row.resources:
        for line in _complaints(resource):
            out.print(Text(f"  {resource.reference or 'a resource'}: {line}", style="red"))


def _show_explained(remarks: Sequence[TriagedRemark]) -> None:
    """The remarks that point at no fault, counted by the reason (docs/triage.md)."""
    counted = Counter((remark.remark.issue.severity, remark.verdict, remark.why) for remark in remarks)
    for (severity, verdict, why), number in sorted(counted.items()):
        out.print(Text.assemble((f"  {severity:<12}", "dim"), f"{verdict:<13}{number:>4} x  {why}"))


def _complaints(resource: SentResource) -> Iterator[str]:
    """What is to be looked at: remarks to be fixed, in the server's words, what was changed, and what was not checked."""
    for finding in resource.remarks:
        if finding.verdict is Verdict.TO_FIX:
            places = ", ".join(finding.remark.issue.expression)
            yield f"{finding.remark.issue.severity}: {finding.remark.words}" + (f" (at {places})" if places else "")
    # What is kept are labels of an earlier version, which FHIR wants a server to keep.
    changes = [finding for finding in resource.differences if finding.kind != "kept"]
    yield from (f"not read back as it was sent: {finding.kind} {finding.path}" for finding in changes)
    yield from (f"not checked: {issue.text}" for issue in resource.skipped)
    yield from (f"the server says: {remark.words}" for remark in resource.answered)
    yield from (f"the server says: {words}" for words in resource.words)
