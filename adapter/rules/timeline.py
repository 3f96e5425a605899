"""The timeline: which times of a case come before which others, as one table of pairs.

Each row names two kinds of moments. A pair that is certainly in the wrong order is one issue at both places. A row about kinds
that are not neighbours is looked at only where the moments between them are not known, so that one mistake is told once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, groupby
from types import MappingProxyType
from typing import NamedTuple

from adapter.issues import IssueType, Severity
from adapter.rules.condition import Condition, Sign
from adapter.rules.facts import Facts
from adapter.rules.finding import Finding
from adapter.rules.moment import TIME_LENGTH, earliest, is_before
from adapter.rules.recorded_time import Moment
from adapter.rules.rule import ERROR, WARNING, Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineRow:
    """A pair of kinds of moments, the earlier one first; `between` are the kinds that lie between them."""

    id: str
    earlier: str
    later: tuple[str, ...]
    severity: Severity
    text: str
    source: str
    between: tuple[str, ...] = ()


_SEQUENCE = "sequence of the service: consent, photograph, analysis, report"
RECORDED = (
    "consent",
    "withdrawal of the consent",
    "visit",
    "capture",
    "upload",
    "analysis",
    "end of the analysis",
    "procedure",
    "end of the procedure",
    "signature",
    "amendment",
    "order",
    "measurement",
    "claim",
    "death",
)
"""The kinds of moments that tell of something that happened."""
_AFTER_BIRTH = (*(kind for kind in RECORDED if not kind.startswith("end of")), "service")
_ANALYSIS = ("analysis", "end of the analysis")

TIMELINE: tuple[TimelineRow, ...] = (
    TimelineRow(
        id="TIM-01",
        earlier="birth",
        later=_AFTER_BIRTH,
        severity=ERROR,
        text="Something happened before the patient was born. Correct the date of birth or the other date.",
        source="FHIR R4 Patient.birthDate",
    ),
    TimelineRow(
        id="TIM-02",
        earlier="visit",
        later=("end of the visit",),
        severity=ERROR,
        text="The visit ends before it starts. Correct one of the two times.",
        source="FHIR R4 per-1",
    ),
    TimelineRow(
        id="TIM-03",
        earlier="procedure",
        later=("end of the procedure",),
        severity=ERROR,
        text="The procedure ends before it starts. Correct one of the two times.",
        source="FHIR R4 per-1",
    ),
    TimelineRow(
        id="TIM-04",
        earlier="analysis",
        later=("end of the analysis",),
        severity=ERROR,
        text="The analysis ends before it starts. Correct one of the two times.",
        source="FHIR R4 per-1",
    ),
    TimelineRow(
        id="TIM-05",
        earlier="start of the insurance",
        later=("end of the insurance",),
        severity=ERROR,
        text="The insurance ends before it starts. Correct one of the two days.",
        source="FHIR R4 per-1",
    ),
    TimelineRow(
        id="TIM-06",
        earlier="capture",
        later=("upload",),
        severity=ERROR,
        text="A photograph was uploaded before it was taken. Correct one of the two times.",
        source=_SEQUENCE,
    ),
    TimelineRow(
        id="TIM-07",
        earlier="upload",
        later=_ANALYSIS,
        severity=ERROR,
        text="A photograph was uploaded after the analysis that used it. Correct one of the two times.",
        source=_SEQUENCE,
    ),
    TimelineRow(
        id="TIM-08",
        earlier="capture",
        later=_ANALYSIS,
        severity=ERROR,
        text="A photograph was taken after the analysis that used it. Correct one of the two times, or say that it was not used.",
        source=_SEQUENCE,
        between=("upload",),
    ),
    TimelineRow(
        id="TIM-09",
        earlier="end of the analysis",
        later=("signature",),
        severity=ERROR,
        text="The report was signed before the analysis that it interprets ended. Correct one of the two times.",
        source="0731T ends with a report on the analysis",
    ),
    TimelineRow(
        id="TIM-10",
        earlier="analysis",
        later=("signature",),
        severity=ERROR,
        text="The report was signed before the analysis that it interprets began. Correct one of the two times.",
        source="0731T ends with a report on the analysis",
        between=("end of the analysis",),
    ),
    TimelineRow(
        id="TIM-11",
        earlier="capture",
        later=("signature",),
        severity=ERROR,
        text="The report was signed before the photograph that it interprets was taken. Correct one of the two times.",
        source="0731T ends with a report on the analysis",
        between=("upload", *_ANALYSIS),
    ),
    TimelineRow(
        id="TIM-12",
        earlier="procedure",
        later=("signature",),
        severity=ERROR,
        text="The report was signed before the procedure began. Correct one of the two times.",
        source="0731T ends with a report on the analysis",
        between=("capture", *_ANALYSIS),
    ),
    TimelineRow(
        id="TIM-13",
        earlier="signature",
        later=("amendment",),
        severity=ERROR,
        text="The report was amended before it was signed. Correct one of the two times.",
        source="FHIR R4 DiagnosticReport.status",
    ),
    TimelineRow(
        id="TIM-14",
        earlier="signature",
        later=("claim",),
        severity=ERROR,
        text="The claim was made before the report was signed. Correct one of the two dates.",
        source="0731T is complete with its report; X12 837P",
    ),
    TimelineRow(
        id="TIM-15",
        earlier="signature",
        later=("order",),
        severity=WARNING,
        text="A test was ordered before the report that gives its reason was signed. Check the two times.",
        source="custom: the report gives the reason of the order",
    ),
    TimelineRow(
        id="TIM-16",
        earlier="consent",
        later=("expiry of the consent", "withdrawal of the consent"),
        severity=ERROR,
        text="The consent ended before it was given. Correct one of the two dates.",
        source="FHIR R4 per-1",
    ),
    TimelineRow(
        id="TIM-17",
        earlier="visit",
        later=("signature",),
        severity=ERROR,
        text="The report was signed before the visit began. Correct one of the two times.",
        source="0731T ends with a report on the analysis",
        between=("capture", *_ANALYSIS, "procedure"),
    ),
    TimelineRow(
        id="TIM-18",
        earlier="visit",
        later=("death",),
        severity=ERROR,
        text="The visit began after the patient had died. Correct one of the two dates.",
        source="FHIR R4 Patient.deceased",
    ),
    TimelineRow(
        id="TIM-19",
        earlier="procedure",
        later=("death",),
        severity=ERROR,
        text="The procedure began after the patient had died. Correct one of the two dates.",
        source="FHIR R4 Patient.deceased",
        between=("visit",),
    ),
    TimelineRow(
        id="TIM-20",
        earlier="service",
        later=("death",),
        severity=ERROR,
        text="The day of service is after the patient's death. Correct one of the two dates.",
        source="FHIR R4 Patient.deceased",
        between=("visit", "procedure"),
    ),
)
"""The partial order of all times in a case, pair by pair."""


def _late(row: TimelineRow, facts: Facts) -> Iterator[Finding]:
    later = [*_moments(facts, row.later)]
    if not _is_any_late(facts.moments[row.earlier], later) or _has(row.between, facts):
        return
    of_item: dict[str, list[Moment]] = {}
    for moment in later:
        of_item.setdefault(_item_of(moment), []).append(moment)
    for listed, moments in groupby(facts.moments[row.earlier], _list_of):
        elsewhere = [moment for moment in later if _list_of(moment) != listed]
        first = earliest([value for _, value in elsewhere])
        for field, earlier in moments:
            candidates = elsewhere if any(is_before(value, earlier) for value in first) else ()
            for later_field, value in chain(candidates, of_item.get(_item_of((field, earlier)), ())):
                if is_before(value, earlier):
                    yield Finding(later_field, also=(field,))


def _is_any_late(earlier: Sequence[Moment], later: Sequence[Moment]) -> bool:
    """Whether any pair is in the wrong order, as it seldom is: whether the two may be held together is asked only then."""
    values = [value for _, value in later]
    first = values if len(earlier) == 1 else earliest(values)
    for _, moment in earlier:
        for value in first:
            if is_before(value, moment):
                return True
    return False


def _item_of(moment: Moment) -> str:
    """The item of a list that the field is of: what stands in one list is held together within an item only."""
    return moment[0].partition("]")[0]


def _list_of(moment: Moment) -> str:
    return moment[0].partition("[")[0]


def _moments(facts: Facts, kinds: tuple[str, ...]) -> Iterator[Moment]:
    return chain.from_iterable(map(facts.moments.__getitem__, kinds))


def _has(kinds: tuple[str, ...], facts: Facts) -> bool:
    return any(map(facts.moments.__getitem__, kinds))


class TimelineOutline(NamedTuple):
    """Which kinds of moments are known, and which rows of the table may be violated, by a quick and careful look."""

    known: tuple[str, ...]
    suspected: tuple[str, ...]


_PAIRS = tuple((row.id, row.earlier, later) for row in TIMELINE for later in row.later)
_FIRST = dict.fromkeys([later for _, _, later in _PAIRS], "~")
_LAST = dict.fromkeys([earlier for _, earlier, _ in _PAIRS], "")
"""Of kinds that are not known: after every date and time as text, and before every one."""


def timeline_outline(facts: Facts) -> TimelineOutline:
    """The outline of all moments.

    Of one offset from UTC, what is certainly before something else is also before it as text, so that the first moment of one
    kind and the last of another tell whether any of theirs may be in the wrong order. Of several offsets, every row is suspected.
    """
    first, last, offsets = dict(_FIRST), dict(_LAST), set[str]()
    known = tuple([kind for kind, moments in facts.moments.items() if moments])
    for kind in known:
        moments = facts.moments[kind]
        first[kind] = last[kind] = moments[0][1]
        if len(moments) > 1:
            values = [value for _, value in moments]
            first[kind], last[kind] = min(values), max(values)
            offsets.update([value[TIME_LENGTH:] for value in values])
        else:
            offsets.add(first[kind][TIME_LENGTH:])
    is_comparable = len(offsets - {""}) <= 1
    wrong = [row for row, earlier, later in _PAIRS if first[later] < last[earlier] or not is_comparable]
    return TimelineOutline(known, tuple(dict.fromkeys(wrong)))


def _knows(kinds: tuple[str, ...], outline: TimelineOutline) -> bool:
    return not set(kinds).isdisjoint(outline.known)


def _suspects(row: str, outline: TimelineOutline) -> bool:
    return row in outline.suspected


_KNOWN: Mapping[tuple[str, ...], Condition[TimelineOutline]] = MappingProxyType(
    {
        kinds: Condition(timeline_outline, partial(_knows, kinds), "no date of: " + " or ".join(kinds), "skipped")
        for kinds in sorted({kinds for row in TIMELINE for kinds in ((row.earlier,), row.later)})
    }
)

TIMELINE_RULES: tuple[Rule, ...] = tuple(
    Rule(
        id=row.id,
        title=f"{row.earlier[0].upper()}{row.earlier[1:]} before {' or '.join(row.later) if len(row.later) < 3 else 'all else'}",  # noqa: PLR2004 - a long list is not read
        severity=row.severity,
        code=IssueType.BUSINESS_RULE,
        text=row.text,
        source=row.source,
        applies=(_KNOWN[(row.earlier,)], _KNOWN[row.later]),
        asked_if=(Sign(timeline_outline, partial(_suspects, row.id)),),
        find=partial(_late, row),
    )
    for row in TIMELINE
)
"""The rows of the timeline as rules."""
