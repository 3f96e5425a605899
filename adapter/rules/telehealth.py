"""Rules about modifiers for service at a distance and for the level of care."""

from collections.abc import Iterator

from adapter.issues import IssueType
from adapter.rules.billed_line import BilledLine
from adapter.rules.condition import ANALYSIS, LINES, MODE, NOT_LIVE, PLACES, has_modifiers, sends
from adapter.rules.facts import Facts
from adapter.rules.finding import Finding
from adapter.rules.rule import ERROR, INFORMATION, WARNING, rule

LIVE_VIDEO = "95"
SOUND_ONLY = "93"
STORE_AND_FORWARD = "GQ"
COMPLEX_CARE = "TG"
_MODALITIES = frozenset({LIVE_VIDEO, SOUND_ONLY, "GT", STORE_AND_FORWARD, "FQ"})


def _is_remote(facts: Facts, line: BilledLine) -> bool:
    return facts.case.encounter.mode in ("video", "audio") or line.sent.pos in facts.policy.telehealth.pos


def _has_modality(line: BilledLine) -> bool:
    return not _MODALITIES.isdisjoint(line.codes)


@rule(
    "MOD-40",
    title="TG in place of a telehealth modifier",
    severity=WARNING,
    code=IssueType.CODE_INVALID,
    text="TG tells the level of care, not telehealth. For live video 95 may be meant: check the line.",
    source="CMS HCPCS Level II modifiers",
    verified=True,
    applies=(sends("TG"),),
)
def complex_care_for_telehealth(facts: Facts) -> Iterator[Finding]:
    """TG on a line that was done at a distance and has no telehealth modifier; suggests 95 unless the visit was not by video."""
    suggestion = LIVE_VIDEO if facts.case.encounter.mode in (None, "video") else None
    for place in facts.places.get(COMPLEX_CARE, ()):
        if _is_remote(facts, place.line) and not _has_modality(place.line):
            yield Finding(place.field, suggestion=suggestion)


@rule(
    "MOD-41",
    title="TG is rare",
    severity=INFORMATION,
    code=IssueType.INFORMATIONAL,
    text="TG is rarely used outside tiers of care such as Medicaid's. Keep it only if the payer asks for it.",
    source="CMS HCPCS Level II modifiers",
    verified=True,
    applies=(sends("TG"),),
)
def complex_care(facts: Facts) -> Iterator[Finding]:
    """TG that does not stand for telehealth."""
    for place in facts.places.get(COMPLEX_CARE, ()):
        if not _is_remote(facts, place.line) or _has_modality(place.line):
            yield Finding(place.field)


@rule(
    "MOD-42",
    title="95 on 0731T",
    severity=WARNING,
    code=IssueType.BUSINESS_RULE,
    text="95 is for codes listed for telemedicine, and 0731T is not confirmed to be one. Ask the payer.",
    source="CPT Appendix P",
    applies=(ANALYSIS, sends("95")),
)
def not_known_as_listed(facts: Facts) -> Iterator[Finding]:
    """95 on 0731T."""
    for place in facts.on_analysis(LIVE_VIDEO):
        yield Finding(place.field)


@rule(
    "MOD-43",
    title="95 with a place that is not telehealth",
    severity=INFORMATION,
    code=IssueType.BUSINESS_RULE,
    text="95 is sent with a place of service that is not telehealth. Send 02 or 10, or take 95 off.",
    source="CMS telehealth services",
    applies=(sends("95"), PLACES),
)
def live_video_elsewhere(facts: Facts) -> Iterator[Finding]:
    """95 on a line with a place of service that is not telehealth."""
    for place in facts.places.get(LIVE_VIDEO, ()):
        pos = place.line.sent.pos
        if pos is not None and pos not in facts.policy.telehealth.pos:
            yield Finding(place.field)


@rule(
    "MOD-44",
    title="Telehealth place without a modifier",
    severity=WARNING,
    code=IssueType.BUSINESS_RULE,
    text="The place of service is telehealth, and no modifier says so. Many payers want 95.",
    source="CMS telehealth services; payer policies",
    applies=(LINES, PLACES),
)
def telehealth_place_alone(facts: Facts) -> Iterator[Finding]:
    """A place of service of telehealth on a line without a telehealth modifier; suggests 95 for a visit by video."""
    suggestion = LIVE_VIDEO if facts.case.encounter.mode == "video" else None
    for line in facts.lines:
        if line.sent.pos in facts.policy.telehealth.pos and not _has_modality(line):
            yield Finding(line.at("pos"), suggestion=suggestion)


@rule(
    "MOD-45",
    title="95 without live video",
    severity=ERROR,
    code=IssueType.BUSINESS_RULE,
    text=("95 says live sound and picture, and the visit was none. Take 95 off, or correct the mode of the visit."),
    source="CPT modifier 95",
    applies=(sends("95"), MODE),
)
def live_video_that_was_none(facts: Facts) -> Iterator[Finding]:
    """95 although the visit is said to have been another than by video; suggests GQ where it was store-and-forward."""
    mode = facts.case.encounter.mode
    if mode not in (None, "video"):
        for place in facts.places.get(LIVE_VIDEO, ()):
            yield Finding(place.field, suggestion=STORE_AND_FORWARD if mode == "store-and-forward" else None)


@rule(
    "MOD-46",
    title="93 on 0731T",
    severity=ERROR,
    code=IssueType.BUSINESS_RULE,
    text="93 says sound only, and a face can not be analysed by sound. Take 93 off.",
    source="CPT modifier 93",
    applies=(ANALYSIS, sends("93")),
)
def face_by_sound(facts: Facts) -> Iterator[Finding]:
    """93 on 0731T."""
    for place in facts.on_analysis(SOUND_ONLY):
        yield Finding(place.field)


@rule(
    "MOD-47",
    title="Two telehealth modifiers",
    severity=ERROR,
    code=IssueType.BUSINESS_RULE,
    text="A line has one way of telehealth. Keep the modifier that holds.",
    source="CMS telehealth services",
    applies=(has_modifiers(2), sends("95", "93", "GT", "GQ", "FQ")),
)
def two_modalities(facts: Facts) -> Iterator[Finding]:
    """A telehealth modifier on a line that has another one before it."""
    for line in facts.lines:
        first: str | None = None
        for place, code in enumerate(line.codes):
            if code in _MODALITIES:
                first = first or code
                if code != first:
                    yield Finding(line.at("modifiers", place))


@rule(
    "MOD-48",
    title="Store and forward",
    severity=INFORMATION,
    code=IssueType.BUSINESS_RULE,
    text="Few payers cover telehealth that is not live. Check the payer's policy.",
    source="CMS telehealth services",
    applies=(LINES, NOT_LIVE),
)
def not_live(facts: Facts) -> Iterator[Finding]:
    """A visit by store-and-forward that is billed, or GQ on a line of another visit."""
    if facts.lines and facts.case.encounter.mode == "store-and-forward":
        yield Finding("encounter.mode")
    else:
        yield from (Finding(place.field) for place in facts.places.get(STORE_AND_FORWARD, ()))
