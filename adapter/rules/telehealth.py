"""Rules about modifiers for service at a distance and for the level of care."""

from collections.abc import Iterator

from adapter.rules.facts import Facts
from adapter.rules.finding import Finding, rule
from adapter.rules.modifiers import field_of

LIVE_VIDEO = "95"
SOUND_ONLY = "93"
STORE_AND_FORWARD = "GQ"
COMPLEX_CARE = "TG"
_MODALITIES = frozenset({LIVE_VIDEO, SOUND_ONLY, "GT", STORE_AND_FORWARD, "FQ"})


def _is_remote(facts: Facts, at: int) -> bool:
    return facts.case.encounter.mode in ("video", "audio") or facts.lines[at].pos in facts.policy.telehealth.pos


def _has_modality(facts: Facts, at: int) -> bool:
    return not _MODALITIES.isdisjoint(facts.codes[at])


@rule("MOD-40")
def complex_care_for_telehealth(facts: Facts) -> Iterator[Finding]:
    """TG on a line that was done at a distance and has no telehealth modifier; suggests 95 unless the visit was not by video."""
    suggestion = LIVE_VIDEO if facts.case.encounter.mode in (None, "video") else None
    for place in facts.places.get(COMPLEX_CARE, ()):
        if _is_remote(facts, place[0]) and not _has_modality(facts, place[0]):
            yield Finding(field_of(place), suggestion=suggestion)


@rule("MOD-41")
def complex_care(facts: Facts) -> Iterator[Finding]:
    """TG that does not stand for telehealth."""
    for place in facts.places.get(COMPLEX_CARE, ()):
        if not _is_remote(facts, place[0]) or _has_modality(facts, place[0]):
            yield Finding(field_of(place))


@rule("MOD-42")
def not_known_as_listed(facts: Facts) -> Iterator[Finding]:
    """95 on 0731T."""
    for place in facts.on_analysis(LIVE_VIDEO):
        yield Finding(field_of(place))


@rule("MOD-43")
def live_video_elsewhere(facts: Facts) -> Iterator[Finding]:
    """95 on a line with a place of service that is not telehealth."""
    for place in facts.places.get(LIVE_VIDEO, ()):
        pos = facts.lines[place[0]].pos
        if pos is not None and pos not in facts.policy.telehealth.pos:
            yield Finding(field_of(place))


@rule("MOD-44")
def telehealth_place_alone(facts: Facts) -> Iterator[Finding]:
    """A place of service of telehealth on a line without a telehealth modifier; suggests 95 for a visit by video."""
    suggestion = LIVE_VIDEO if facts.case.encounter.mode == "video" else None
    for at, line in enumerate(facts.lines):
        if line.pos in facts.policy.telehealth.pos and not _has_modality(facts, at):
            yield Finding(f"billing.lines[{at}].pos", suggestion=suggestion)


@rule("MOD-45")
def live_video_that_was_none(facts: Facts) -> Iterator[Finding]:
    """95 although the visit is said to have been another than by video; suggests GQ where it was store-and-forward."""
    mode = facts.case.encounter.mode
    if mode not in (None, "video"):
        for place in facts.places.get(LIVE_VIDEO, ()):
            yield Finding(field_of(place), suggestion=STORE_AND_FORWARD if mode == "store-and-forward" else None)


@rule("MOD-46")
def face_by_sound(facts: Facts) -> Iterator[Finding]:
    """93 on 0731T."""
    for place in facts.on_analysis(SOUND_ONLY):
        yield Finding(field_of(place))


@rule("MOD-47")
def two_modalities(facts: Facts) -> Iterator[Finding]:
    """A telehealth modifier on a line that has another one before it."""
    for at, codes in enumerate(facts.codes):
        first: str | None = None
        for place, code in enumerate(codes):
            if code in _MODALITIES:
                first = first or code
                if code != first:
                    yield Finding(field_of((at, place)))


@rule("MOD-48")
def not_live(facts: Facts) -> Iterator[Finding]:
    """A visit by store-and-forward that is billed, or GQ on a line of another visit."""
    if facts.lines and facts.case.encounter.mode == "store-and-forward":
        yield Finding("encounter.mode")
    else:
        yield from (Finding(field_of(place)) for place in facts.places.get(STORE_AND_FORWARD, ()))
