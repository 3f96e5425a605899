"""When a rule has something to look at: the conditions under which it can be broken at all, in words.

The judgement asks them before it asks the function of a rule, and an explanation names the one that does not hold.
Where a condition asks for a fact that was not sent, the rule is skipped, and not "not applicable".
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from adapter.rules.facts import ANALYSIS_CODE, Facts
from adapter.rules.procedure_code import pairs_with_analysis

Standing = Literal["not-applicable", "skipped"]


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """A condition on the facts, and what is said where it does not hold; `standing` is what the rule is then."""

    holds: Callable[[Facts], bool]
    otherwise: str
    standing: Standing = "not-applicable"


def missing(holds: Callable[[Facts], bool], otherwise: str) -> Condition:
    """A condition on a fact that was perhaps not sent."""
    return Condition(holds, otherwise, "skipped")


def sends(*codes: str) -> Condition:
    """Some line has one of these modifiers, however it is written."""
    modifiers = frozenset(codes)
    otherwise = "no line has modifier " + " or ".join(codes)
    return Condition(lambda facts: not modifiers.isdisjoint(facts.places), otherwise)


def bills(*codes: str) -> Condition:
    """Some line bills one of these codes."""
    services = frozenset(codes)
    return Condition(lambda facts: any(line.code in services for line in facts.lines), "no line bills " + " or ".join(codes))


def has_modifiers(least: int) -> Condition:
    """Some line has at least so many modifiers."""
    otherwise = "no line has a modifier" if least == 1 else f"no line has {least} modifiers"
    return Condition(lambda facts: any(len(line.sent.modifiers) >= least for line in facts.lines), otherwise)


ASKED = Condition(lambda facts: facts.use is not None, "nothing is asked of a payer: the case has no `billing`")
CLAIM = Condition(lambda facts: facts.is_claim, "no claim for payment is made")
BEFORE = Condition(lambda facts: facts.use in ("preauthorization", "predetermination"), "no opinion is asked before the service")
LINES = Condition(lambda facts: bool(facts.lines), "the case has no lines to bill")
ANALYSIS = Condition(lambda facts: bool(facts.analysis), "no line bills 0731T")
NO_ANALYSIS = Condition(lambda facts: not facts.analysis, "a line bills 0731T")
SAME_DAY = Condition(
    lambda facts: any(len(services) > 1 for services in facts.days), "no two lines, of this claim or earlier ones, are of one day"
)
SPLIT = Condition(
    lambda facts: any("26" in service.codes or "TC" in service.codes for services in facts.days for service in services),
    "no line, of this claim or earlier ones, has modifier 26 or TC",
)
NOT_SPLIT = Condition(lambda facts: facts.policy.components == "not-split", "the payer's policy splits the service")
ANALYSIS_AND_VISIT = Condition(
    lambda facts: any(
        any(service.code == ANALYSIS_CODE for service in services)
        and any(pairs_with_analysis(service.code) for service in services)
        for services in facts.days
    ),
    "no day has both 0731T and a visit (evaluation and management)",
)
FINAL = Condition(lambda facts: facts.is_final, "there is no finished report")
SIGNED = Condition(lambda facts: facts.is_signed, "the report is not signed")
STOPPED = Condition(lambda facts: facts.state.procedure == "stopped", "the procedure was not stopped")
REASON_TO_REDUCE = Condition(
    lambda facts: facts.case.procedure.reduced_reason is not None, "the case gives no reason of a reduction"
)
DIAGNOSES = Condition(lambda facts: bool(facts.case.diagnoses), "the case has no diagnoses")
AI = Condition(lambda facts: bool(facts.case.analyses), "there is no AI report")
CANDIDATES = Condition(lambda facts: any(run.candidates for run in facts.case.analyses), "the AI proposes no candidate")
SCORES = Condition(
    lambda facts: any(candidate.scores for run in facts.case.analyses for candidate in run.candidates),
    "no candidate has a score",
)
IMAGES = Condition(lambda facts: bool(facts.case.images), "the case has no photographs")
FACE = Condition(
    lambda facts: bool(facts.case.images or facts.case.analyses or facts.use),
    "no face was photographed or analysed, and nothing is billed",
)
PRACTITIONERS = Condition(lambda facts: bool(facts.case.practitioners), "the case names no practitioner")
NPI = missing(
    lambda facts: (
        any(practitioner.npi for practitioner in facts.case.practitioners)
        or bool(facts.case.organization and facts.case.organization.npi)
    ),
    "no NPI was sent",
)
TAXONOMY = missing(
    lambda facts: any(practitioner.taxonomy for practitioner in facts.case.practitioners), "no taxonomy code was sent"
)
LABEL = missing(
    lambda facts: any(practitioner.taxonomy and practitioner.taxonomy_label for practitioner in facts.case.practitioners),
    "no taxonomy code was sent together with a label",
)
DAYS = missing(
    lambda facts: any(line.sent.dos_start or line.sent.dos_end for line in facts.lines), "no line has a date of service"
)
MADE = missing(lambda facts: facts.day_of_claim is not None, "the case does not say when the claim was made")
PUBLIC = missing(
    lambda facts: facts.circumstances.to_public_server,
    "it is judged when something is sent to a public server (`adapter send`), and nothing is sent here",
)
SYSTEMS = missing(
    lambda facts: any(modifier.system for line in facts.lines for modifier in line.sent.modifiers),
    "no modifier was sent with its code system",
)
PLACES = missing(lambda facts: any(line.sent.pos for line in facts.lines), "no line has a place of service")
UNITS = missing(lambda facts: any(line.sent.units is not None for line in facts.lines), "no line says how many units")
MODE = missing(lambda facts: facts.case.encounter.mode is not None, "the mode of the visit was not sent")

NOT_LIVE = Condition(
    lambda facts: (
        facts.case.encounter.mode == "store-and-forward" or (facts.case.encounter.mode is None and "GQ" in facts.places)
    ),
    "the visit was not store-and-forward, and if its mode is not known, no line has modifier GQ",
)
ASSISTANTS = ("80", "81", "82", "AS")
VISIT = Condition(lambda facts: any(line.is_visit for line in facts.lines), "no line bills a visit (evaluation and management)")
BEGUN = missing(lambda facts: facts.beginning is not None, "neither the procedure nor the visit has a start")
NOT_SENT_AHEAD = Condition(
    lambda facts: facts.case.encounter.mode != "store-and-forward", "photographs of a store-and-forward visit are analysed later"
)
CLOCK = missing(lambda facts: facts.circumstances.today is not None, "no clock may be read")
FILING_LIMIT = Condition(
    lambda facts: (
        facts.policy.filing_limit is not None
        and (facts.case.billing is None or facts.case.billing.frequency in (None, "original"))
    ),
    "the payer's policy names no limit for filing, or the claim is not a first one",
)
PERIOD = missing(
    lambda facts: any(coverage.period for _, coverage in facts.insurances),
    "the case does not say when the insurance holds",
)
CONSENT = Condition(lambda facts: facts.case.consent is not None, "the case has no consent")
PHENOTYPES = Condition(lambda facts: bool(facts.case.phenotypes), "the case has no features")
MOLECULAR = Condition(lambda facts: bool(facts.case.molecular), "the case has no molecular finding")
CLINICIAN = Condition(lambda facts: bool(facts.case.clinician_diagnoses), "the clinician names no syndrome")
NOT_IN_PERSON = Condition(lambda facts: facts.case.encounter.mode != "in-person", "the visit was in person")
TELEHEALTH_SENT = Condition(
    lambda facts: not facts.policy.telehealth.meaning.keys().isdisjoint(facts.places), "no line has a telehealth modifier"
)
TELEHEALTH_MODIFIER = Condition(
    lambda facts: facts.policy.telehealth.modifier == "required", "the payer's policy requires no telehealth modifier"
)
TELEHEALTH_UNTIL = Condition(
    lambda facts: facts.policy.telehealth.until is not None, "the payer's policy names no last day of telehealth"
)
TELEHEALTH_PLACE = Condition(
    lambda facts: facts.policy.telehealth.place == "condition", "the payer does not go by the place of service"
)
NO_DEPENDANTS = Condition(lambda facts: not facts.insures_dependants, "the payer insures dependants")
SEVERAL_NAMES = Condition(lambda facts: len(facts.named) > 1, "not more than one field names a payer that the adapter knows")
NOT_VOID = Condition(lambda facts: not facts.is_void, "the claim voids an earlier one, and bills nothing")
NOT_ORIGINAL = Condition(
    lambda facts: facts.case.billing is not None and facts.case.billing.frequency in ("replacement", "void"),
    "the claim is a first one",
)
