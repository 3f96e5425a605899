"""Which of the ten modifiers of the source documents the facts of a case defend on a line of 0731T, which not, and why.

Nothing is ever rewritten: a suggestion is a reason that a biller can weigh. What is defended together breaks no rule as an error,
whatever the payer; tests/rules/decision_table holds that for every combination.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

from adapter.issues import Issue, IssueType, PendingIssue, Severity
from adapter.rules.billed_line import BilledLine
from adapter.rules.facts import Facts
from adapter.rules.modifiers import LIMIT

_LIVE_VIDEO = "95"
_OF_TELEHEALTH = frozenset({"93", "GT", "GQ", "FQ", "G0"})
_RULE = "suggestion/modifiers"
_SOURCE = "modelling of 0731T: CPT and HCPCS modifiers; 0731T codebook page; payer policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What the facts say of one modifier on one 0731T line: whether it can be defended there, whether it was sent, and why.

    `rules` are the ids of the rules that look at it, `line` is the place of the line in the case.
    """

    line: int
    modifier: str
    defensible: bool
    sent: bool
    why: str
    rules: tuple[str, ...]


Reason = tuple[bool, str]


def suggest(facts: Facts) -> tuple[Suggestion, ...]:
    """Ten suggestions for each line of 0731T, in the order in which modifiers are sent; none if nothing is asked of a payer."""
    if facts.use is None:
        return ()
    reasons = {modifier: judge(facts) for modifier, (judge, _) in _TEN.items()}
    return tuple(suggestion for line in facts.analysis for suggestion in _for_line(line, reasons))


def suggestion_issues(suggestions: Iterable[Suggestion]) -> Iterator[PendingIssue]:
    """One information for each line: the modifiers that can be defended, and those that cannot, each with its reason."""
    lines: dict[int, list[Suggestion]] = {}
    for suggestion in suggestions:
        lines.setdefault(suggestion.line, []).append(suggestion)
    for at, of_line in lines.items():
        yield PendingIssue(Severity.INFORMATION, _RULE, partial(_issue, at, of_line))


def _issue(line: int, of_line: list[Suggestion]) -> Issue:
    return Issue(
        severity=Severity.INFORMATION,
        code=IssueType.INFORMATIONAL,
        rule=_RULE,
        field=f"billing.lines[{line}]",
        text=_sentence(of_line),
        source=_SOURCE,
    )


def _sentence(suggestions: list[Suggestion]) -> str:
    yes = [f"{suggestion.modifier} ({suggestion.why})" for suggestion in suggestions if suggestion.defensible]
    no = [f"{suggestion.modifier} ({suggestion.why})" for suggestion in suggestions if not suggestion.defensible]
    defended = "The case defends " + "; ".join(yes) if yes else "The case defends no modifier on this line"
    return f"{defended}. It does not defend " + "; ".join(no) + "." if no else defended + "."


def _for_line(line: BilledLine, reasons: Mapping[str, Reason]) -> Iterator[Suggestion]:
    sent = line.codes
    places = LIMIT - sum(code not in _TEN for code in sent)
    for modifier, reason in reasons.items():
        hindrance = _hindrance(modifier, sent, places) if reason[0] else None
        defensible, why = (False, hindrance) if hindrance else reason
        places -= defensible
        rules = _TEN[modifier][1]
        yield Suggestion(
            line=line.place or 0, modifier=modifier, defensible=defensible, sent=modifier in sent, why=why, rules=rules
        )


def _hindrance(modifier: str, sent: tuple[str, ...], places: int) -> str | None:
    """What else on the line is in the way of a modifier that the facts defend."""
    if modifier == _LIVE_VIDEO and not _OF_TELEHEALTH.isdisjoint(sent):
        return "the line has another telehealth modifier"
    return None if places > 0 else "the line has four other modifiers, and no place is left"


def _more(facts: Facts) -> Reason:  # noqa: ARG001 - as its siblings: no fact of a case defends it
    return False, "it is for services with a global period, and 0731T has none; nothing in the case shows more work than usual"


def _less(facts: Facts) -> Reason:
    partial = facts.case.ai is not None and facts.case.ai.outcome == "partial"
    reason = facts.case.procedure.reduced_reason is not None
    if not facts.is_claim:
        return False, "nothing was done yet that could have been reduced: no claim for payment is made"
    if facts.state.procedure != "completed" or not facts.is_final:
        return False, "a reduced service still ends with a finished report, and there is none"
    if not (partial or reason):
        return False, "the case says nothing of a part that was left out"
    return True, "part of the service was left out, and the report is finished" + ("" if reason else "; send the reason with it")


def _stopped(facts: Facts) -> Reason:
    if not facts.is_claim:
        return False, "53 belongs on a claim, and no claim for payment is made"
    if facts.state.procedure != "stopped":
        return False, "the procedure was not stopped"
    if facts.case.procedure.started_at is None:
        return False, "no start of the procedure is given, and what was not begun is not billed"
    if facts.is_signed:
        return False, "the report is signed, so the service was not discontinued"
    return True, "the service was begun and stopped before a report; the payer wants to see why"


def _professional(facts: Facts) -> Reason:
    if facts.policy.components == "not-split":
        return False, "0731T does not split into a professional and a technical part"
    if not facts.is_claim or not facts.is_final:
        return False, "the professional part is the finished report, and there is none"
    staff = {someone.key for someone in facts.case.practitioners}
    operators = {image.operator for image in facts.case.images}
    if not operators or None in operators or operators & staff:
        return False, "nothing shows that others took the photographs, so the whole service is billed"
    return True, "the payer splits the service, the report is of this clinic, and others took the photographs"


def _technical(facts: Facts) -> Reason:
    if facts.policy.components == "not-split":
        return False, "0731T does not split into a professional and a technical part"
    return False, "0731T ends with a provider's report, so photographs alone are not billed with it"


def _assistant(facts: Facts) -> Reason:
    helped = any(someone.role == "assisting" for someone in facts.case.practitioners)
    why = "it is for assistants at surgery, and 0731T is not surgery"
    return False, why + ("; help with the photographs is part of the service" if helped else "")


def _complex(facts: Facts) -> Reason:
    remote = facts.case.encounter.mode in ("video", "audio", "store-and-forward")
    return False, "it is about the level of care" + (", not telehealth" if remote else ", of which the case says nothing")


def _video(facts: Facts) -> Reason:
    mode, policy = facts.case.encounter.mode, facts.policy
    if facts.is_claim and facts.state.procedure not in ("completed", "stopped"):
        return False, "nothing is finished that could be billed"
    if mode is None:
        return False, "the mode of the visit is not given"
    if mode != "video":
        return False, "it means live audio and video, but the visit was " + _MODE[mode]
    if policy.telehealth.modifier == "not-used" or _LIVE_VIDEO not in policy.modifiers:
        return False, "the payer goes by the place of service"
    reason = "the payer wants it" if policy.telehealth.modifier == "required" else "payers differ"
    return True, f"the visit was live video, and {reason}; that 0731T is listed for it is not confirmed"


_MODE: Mapping[str, str] = MappingProxyType(
    {"in-person": "in person", "audio": "audio only", "store-and-forward": "not live (the store-and-forward modifier is GQ)"}
)

_TEN: Mapping[str, tuple[Callable[[Facts], Reason], tuple[str, ...]]] = MappingProxyType(
    {
        "22": (_more, ("MOD-11", "MOD-12")),
        "52": (_less, ("MOD-10", "MOD-11", "MOD-13")),
        "53": (_stopped, ("MOD-10", "MOD-11", "MOD-14", "MOD-15", "MOD-16", "MOD-17", "MOD-18", "RPT-01", "PRE-01")),
        "26": (_professional, ("MOD-20", "MOD-21", "MOD-22")),
        "TC": (_technical, ("MOD-20", "MOD-21", "MOD-22")),
        "80": (_assistant, ("MOD-30", "MOD-31", "MOD-32")),
        "82": (_assistant, ("MOD-30", "MOD-31", "MOD-32", "MOD-33")),
        "AS": (_assistant, ("MOD-30", "MOD-31", "MOD-32")),
        "TG": (_complex, ("MOD-40", "MOD-41")),
        "95": (_video, ("MOD-42", "MOD-43", "MOD-44", "MOD-45", "MOD-47")),
    }
)
"""The ten modifiers in the order in which they are sent: the function that weighs each, and the rules that look at it."""

TEN: tuple[str, ...] = tuple(_TEN)
"""The ten modifiers of the source documents."""
