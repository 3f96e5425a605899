"""Rules about modifiers for service at a distance and for the level of care."""

from collections.abc import Iterator

from adapter.issues import IssueType
from adapter.rules.billed_line import BilledLine
from adapter.rules.case_outline import line_outline, record_outline, setting_outline
from adapter.rules.condition import (
    ANALYSIS,
    LINES,
    MODE,
    NOT_IN_PERSON,
    NOT_LIVE,
    PLACES,
    TELEHEALTH_MODIFIER,
    TELEHEALTH_PLACE,
    TELEHEALTH_SENT,
    TELEHEALTH_UNTIL,
    VISIT,
    Sign,
    has_modifiers,
    sends,
)
from adapter.rules.facts import ANALYSIS_CODE, Facts
from adapter.rules.finding import Finding
from adapter.rules.place_codes import TELEHEALTH_PLACES
from adapter.rules.rule import ERROR, INFORMATION, WARNING, Variant, rule

LIVE_VIDEO = "95"
AUDIO_ONLY = "93"
BEHAVIORAL_AUDIO = "FQ"
STORE_AND_FORWARD = "GQ"
COMPLEX_CARE = "TG"


def _is_remote(facts: Facts, line: BilledLine) -> bool:
    telehealth = facts.policy.telehealth
    return telehealth.place_of(facts.case.encounter.mode) == "telehealth" or line.sent.pos in telehealth.pos


def _has_modality(facts: Facts, line: BilledLine) -> bool:
    return not facts.policy.telehealth.meaning.keys().isdisjoint(line.codes)


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
        if _is_remote(facts, place.line) and not _has_modality(facts, place.line):
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
        if not _is_remote(facts, place.line) or _has_modality(facts, place.line):
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
    title="95 or GT with a place that is not telehealth",
    severity=INFORMATION,
    code=IssueType.BUSINESS_RULE,
    text="95 or GT is sent with a place of service that is not telehealth. Send 02 or 10, or take the modifier off.",
    source="CMS telehealth services",
    applies=(sends("95", "GT"), PLACES),
)
def live_video_elsewhere(facts: Facts) -> Iterator[Finding]:
    """95 on a line with a place of service that is not telehealth."""
    for place in (*facts.places.get(LIVE_VIDEO, ()), *facts.places.get("GT", ())):
        pos = place.line.sent.pos
        if pos is not None and pos not in facts.policy.telehealth.pos:
            yield Finding(place.field)


@rule(
    "MOD-44",
    title="Telehealth modifier that the payer requires",
    severity=WARNING,
    code=IssueType.BUSINESS_RULE,
    text="The visit was at a distance, and the payer requires a modifier that says so. Add one that the payer accepts.",
    source="payer policy, telehealth.modifier",
    applies=(LINES, NOT_IN_PERSON, TELEHEALTH_MODIFIER),
)
def required_by_the_payer(facts: Facts) -> Iterator[Finding]:
    """A line of a visit at a distance, by mode or place, without a telehealth modifier; suggests 95 for a visit by video."""
    mode, accepted = facts.case.encounter.mode, facts.policy.telehealth.accepts
    suggestion = LIVE_VIDEO if mode == "video" and LIVE_VIDEO in accepted else None
    for line in facts.lines:
        if _is_remote(facts, line) and not _has_modality(facts, line):
            yield Finding(line.at("modifiers"), suggestion=suggestion, also=(line.at("pos"),))


@rule(
    "MOD-45",
    title="Telehealth modifier against the mode of the visit",
    severity=ERROR,
    code=IssueType.BUSINESS_RULE,
    text=(
        "95 and GT mean live audio and video, and the visit was not by video. Take the modifier off, or correct the "
        "mode of the visit."
    ),
    source="CPT modifiers 93 and 95; CMS HCPCS Level II modifiers FQ, GQ and GT",
    variants=(
        Variant(
            name="store-and-forward",
            text="GQ means store-and-forward, and the visit was another. Take GQ off, or correct the mode of the visit.",
        ),
        Variant(
            name="audio",
            text="93 and FQ mean audio only, and the visit was another. Take the modifier off, or correct the mode of the visit.",
        ),
    ),
    applies=(TELEHEALTH_SENT, MODE),
)
def another_mode(facts: Facts) -> Iterator[Finding]:
    """A telehealth modifier of another mode than the visit's; of those for audio only on 0731T, MOD-46 speaks."""
    mode, meaning = facts.case.encounter.mode, facts.policy.telehealth.meaning
    for code, places in facts.places.items():
        meant = meaning.get(code)
        suggestion = STORE_AND_FORWARD if mode == "store-and-forward" and meant == "video" else None
        for place in places if meant not in (None, mode) else ():
            if meant != "audio" or place.line.code != ANALYSIS_CODE:
                yield Finding(
                    place.field,
                    suggestion=suggestion,
                    variant=None if meant == "video" else meant,
                    also=("encounter.mode",),
                )


@rule(
    "MOD-46",
    title="93 or FQ on 0731T",
    severity=ERROR,
    code=IssueType.BUSINESS_RULE,
    text="93 and FQ mean audio only, and a face cannot be analysed by audio. Take the modifier off.",
    source="0731T is an analysis of photographs",
    applies=(ANALYSIS, sends("93", "FQ")),
)
def face_by_audio(facts: Facts) -> Iterator[Finding]:
    """93 or FQ on 0731T."""
    for place in facts.on_analysis(AUDIO_ONLY, BEHAVIORAL_AUDIO):
        yield Finding(place.field)


@rule(
    "MOD-47",
    title="Two telehealth modifiers",
    severity=ERROR,
    code=IssueType.BUSINESS_RULE,
    text="A line has one telehealth modifier. Keep the modifier that holds.",
    source="CMS telehealth services",
    applies=(has_modifiers(2), TELEHEALTH_SENT),
)
def two_modalities(facts: Facts) -> Iterator[Finding]:
    """A telehealth modifier on a line that has another one before it."""
    meaning = facts.policy.telehealth.meaning
    for line in facts.lines:
        first: str | None = None
        for place, code in enumerate(line.codes):
            if code in meaning:
                first = first or code
                if code != first and {code, first} != {AUDIO_ONLY, BEHAVIORAL_AUDIO}:
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
    """A visit by store-and-forward that is billed, or GQ on a line of a visit whose mode is not known."""
    if facts.case.encounter.mode is not None:
        yield Finding("encounter.mode")
    else:
        yield from (Finding(place.field) for place in facts.places[STORE_AND_FORWARD])


@rule(
    "TEL-01",
    title="Telehealth place of a visit in person",
    severity=ERROR,
    code=IssueType.CONFLICT,
    text=(
        "The place of service is telehealth, and the visit was in person. Correct the place of service or the mode of the visit."
    ),
    source="CMS place of service codes 02 and 10",
    applies=(LINES, PLACES, MODE),
    asked_if=(Sign(line_outline, lambda there: there.telehealth_place),),
)
def telehealth_place_in_person(facts: Facts) -> Iterator[Finding]:
    """Place 02 or 10 on a line of a visit in person."""
    if facts.policy.telehealth.place_of(facts.case.encounter.mode) == "elsewhere":
        for line in facts.lines:
            if line.sent.pos in TELEHEALTH_PLACES:
                yield Finding(line.at("pos"), also=("encounter.mode",))


@rule(
    "TEL-02",
    title="Place of a visit by video or audio",
    severity=WARNING,
    code=IssueType.CONFLICT,
    text=(
        "The visit was by video or audio, and the payer does not take this place of service for telehealth. Correct "
        "place or mode."
    ),
    source="CMS place of service codes 02 and 10; payer policy, telehealth.place",
    applies=(LINES, PLACES, MODE, TELEHEALTH_PLACE),
    asked_if=(Sign(setting_outline, lambda there: there.visit_place == "telehealth"),),
)
def place_at_a_distance(facts: Facts) -> Iterator[Finding]:
    """Another place than one of telehealth on a line of a visit by video or audio, where the payer goes by the place."""
    if facts.policy.telehealth.place_of(facts.case.encounter.mode) == "telehealth":
        for line in facts.lines:
            if line.sent.pos is not None and line.sent.pos not in facts.policy.telehealth.pos:
                yield Finding(line.at("pos"), also=("encounter.mode",))


@rule(
    "TEL-03",
    title="0731T in a visit by audio",
    severity=WARNING,
    code=IssueType.CONFLICT,
    text=(
        "The visit was by audio only, and 0731T needs photographs of the face. Correct the mode, or bill the day of "
        "the photographs."
    ),
    source="0731T is an analysis of photographs",
    applies=(ANALYSIS, MODE),
    asked_if=(Sign(record_outline, lambda there: there.mode == "audio"),),
)
def analysis_by_audio(facts: Facts) -> Iterator[Finding]:
    """0731T on a line of a visit by audio."""
    if facts.case.encounter.mode == "audio":
        for line in facts.analysis[:1]:
            yield Finding("encounter.mode", also=(line.at("code"),))


@rule(
    "TEL-04",
    title="Telemedicine visit of another mode",
    severity=WARNING,
    code=IssueType.CONFLICT,
    text=(
        "The line bills a telemedicine visit by video (98000 to 98007) or by audio (98008 to 98015), and the visit was another. "
        "Correct the code of the line, or the mode of the visit."
    ),
    source="CPT telemedicine services, 98000 to 98015",
    applies=(VISIT, MODE),
)
def visit_of_another_mode(facts: Facts) -> Iterator[Finding]:
    """A code for visits of one mode on a line of a visit of another."""
    mode, meaning = facts.case.encounter.mode, facts.policy.telehealth.meaning
    for line in facts.lines:
        if meaning.get(line.code, mode) != mode:
            yield Finding(line.at("code"), also=("encounter.mode",))


@rule(
    "TEL-05",
    title="Service at a distance after the law that lets it be paid",
    severity=WARNING,
    code=IssueType.BUSINESS_RULE,
    text=(
        "The law that lets Medicare pay for telehealth from any place is known to hold through 2027-12-31 (Consolidated "
        "Appropriations Act, 2026, as law firms summarize it). Check whether it was extended to this day of service."
    ),
    source="payer policy, telehealth.until; Consolidated Appropriations Act, 2026 (H.R. 7148): certainty secondary",
    applies=(LINES, NOT_IN_PERSON, TELEHEALTH_UNTIL),
)
def after_the_law(facts: Facts) -> Iterator[Finding]:
    """A line of a visit at a distance on a day after the last one that the payer's policy knows of."""
    until = facts.policy.telehealth.until or ""
    for line in facts.lines:
        day = line.sent.dos_start
        if day is not None and day > until and _is_remote(facts, line):
            yield Finding(line.at("dos_start"), also=("encounter.mode",))
