"""Rules about modifiers for assistants at surgery."""

from collections.abc import Iterator

from adapter.rules.facts import Facts
from adapter.rules.finding import Finding, rule
from adapter.rules.modifiers import field_of
from adapter.rules.taxonomy_codes import is_non_physician, is_physician

BY_PHYSICIAN = ("80", "81", "82")
BY_OTHERS = "AS"
NO_RESIDENT = "82"


@rule("MOD-30")
def assistant_at_surgery(facts: Facts) -> Iterator[Finding]:
    """80, 81, 82 or AS on 0731T."""
    for place in facts.on_analysis(*BY_PHYSICIAN, BY_OTHERS):
        yield Finding(field_of(place))


@rule("MOD-31")
def two_assistants(facts: Facts) -> Iterator[Finding]:
    """An assistant modifier on a line that has another one before it."""
    for at, codes in enumerate(facts.codes):
        first: str | None = None
        for place, code in enumerate(codes):
            if code in (*BY_PHYSICIAN, BY_OTHERS):
                first = first or code
                if code != first:
                    yield Finding(field_of((at, place)))


@rule("MOD-32")
def not_of_this_clinician(facts: Facts) -> Iterator[Finding]:
    """AS where all who may have assisted are physicians, or 80, 81 or 82 where all are PA, NP or CNS, by their taxonomy."""
    if facts.places:
        taxonomies = _assisting(facts)
        if taxonomies and all(map(is_physician, taxonomies)):
            yield from (Finding(field_of(place)) for place in facts.places.get(BY_OTHERS, ()))
        elif taxonomies and all(map(is_non_physician, taxonomies)):
            for code in BY_PHYSICIAN:
                yield from (Finding(field_of(place), suggestion=BY_OTHERS) for place in facts.places.get(code, ()))


def _assisting(facts: Facts) -> list[str]:
    """The taxonomy codes of those who assisted; if nobody is said to have, of those who rendered the service."""
    for role in ("assisting", "rendering"):
        found = [someone.taxonomy for someone in facts.case.practitioners if someone.role == role and someone.taxonomy]
        if found:
            return found
    return []


@rule("MOD-33")
def resident_not_spoken_of(facts: Facts) -> Iterator[Finding]:
    """82 on a line: a case has no field for the statement that it needs."""
    for place in facts.places.get(NO_RESIDENT, ()):
        yield Finding(field_of(place))
