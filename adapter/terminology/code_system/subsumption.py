"""How two concepts of one code system stand to each other, as `$subsumes` answers."""

from enum import StrEnum

from adapter.terminology.code_system.concept import Concept


class Subsumption(StrEnum):
    """The outcomes (http://hl7.org/fhir/R4/valueset-concept-subsumption-outcome.html)."""

    EQUIVALENT = "equivalent"
    SUBSUMES = "subsumes"
    SUBSUMED_BY = "subsumed-by"
    NOT_SUBSUMED = "not-subsumed"


def subsumption(first: Concept, second: Concept) -> Subsumption:
    """How the first concept stands to the second; two that are above each other mean the same."""
    if first is second:
        return Subsumption.EQUIVALENT
    is_above, is_below = second.is_below(first.code), first.is_below(second.code)
    if is_above and is_below:
        return Subsumption.EQUIVALENT
    return Subsumption.SUBSUMES if is_above else Subsumption.SUBSUMED_BY if is_below else Subsumption.NOT_SUBSUMED
