"""When a rule has something to look at: the conditions under which it can be broken at all, in words.

A condition is a test of one outline of the case. The judgement asks them before it asks the function of a rule, and an
explanation names the one that does not hold. Where a condition asks for a fact that was not sent, the rule is skipped, and not
"not applicable".
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from adapter.code_tables.modifier_codes import KNOWN
from adapter.rules.case_outline import (
    BillingOutline,
    LineOutline,
    PrivacyOutline,
    RecordOutline,
    SettingOutline,
    billing_outline,
    line_outline,
    modifiers_sent,
    privacy_outline,
    record_outline,
    setting_outline,
)
from adapter.rules.facts import Facts

Standing = Literal["not-applicable", "skipped"]

Outline = TypeVar("Outline")
"""A value that can be hashed, of which a case has one and many cases have the same."""


@dataclass(frozen=True, slots=True, eq=False)
class Sign(Generic[Outline]):
    """What a case shows where a rule may be broken: a test of one of its outlines."""

    outlined: Callable[[Facts], Outline]
    shows: Callable[[Outline], bool]

    def holds(self, facts: Facts) -> bool:
        """Whether a case shows it."""
        return self.shows(self.outlined(facts))


@dataclass(frozen=True, slots=True, eq=False)
class Condition(Sign[Outline]):
    """A sign of which an explanation speaks: what it says where it does not hold; `standing` is what the rule is then."""

    otherwise: str
    standing: Standing = "not-applicable"


def billing(
    shows: Callable[[BillingOutline], bool], otherwise: str, standing: Standing = "not-applicable"
) -> Condition[BillingOutline]:
    """A condition on what is asked of a payer."""
    return Condition(billing_outline, shows, otherwise, standing)


def line(shows: Callable[[LineOutline], bool], otherwise: str, standing: Standing = "not-applicable") -> Condition[LineOutline]:
    """A condition on the lines of a claim."""
    return Condition(line_outline, shows, otherwise, standing)


def record(
    shows: Callable[[RecordOutline], bool], otherwise: str, standing: Standing = "not-applicable"
) -> Condition[RecordOutline]:
    """A condition on what the case tells of the service."""
    return Condition(record_outline, shows, otherwise, standing)


def privacy(
    shows: Callable[[PrivacyOutline], bool], otherwise: str, standing: Standing = "not-applicable"
) -> Condition[PrivacyOutline]:
    """A condition on the photographs and the consent to them."""
    return Condition(privacy_outline, shows, otherwise, standing)


def setting(
    shows: Callable[[SettingOutline], bool], otherwise: str, standing: Standing = "not-applicable"
) -> Condition[SettingOutline]:
    """A condition on that by which is judged."""
    return Condition(setting_outline, shows, otherwise, standing)


def sends(*codes: str) -> Condition[Any]:
    """Some line has one of these modifiers, however it is written."""
    modifiers = frozenset(codes)
    if not modifiers <= KNOWN:
        message = f"the outline of a case leaves out what is no known modifier: {', '.join(sorted(modifiers - KNOWN))}"
        raise ValueError(message)
    return Condition(modifiers_sent, lambda sent: not modifiers.isdisjoint(sent), "no line has modifier " + " or ".join(codes))


def bills(*codes: str) -> Condition[Any]:
    """Some line bills one of these codes, which the outline tells apart."""
    services = frozenset(codes)
    return line(lambda there: not services.isdisjoint(there.bills), "no line bills " + " or ".join(codes))


def has_modifiers(least: int) -> Condition[Any]:
    """Some line has at least so many modifiers: one, or two."""
    otherwise = "no line has a modifier" if least == 1 else f"no line has {least} modifiers"
    return line(lambda there: there.most_modifiers >= least, otherwise)


ASKED = billing(lambda there: there.use is not None, "nothing is asked of a payer: the case has no `billing`")
CLAIM = billing(lambda there: there.use == "claim", "no claim for payment is made")
BEFORE = billing(lambda there: there.use in ("preauthorization", "predetermination"), "no opinion is asked before the service")
LINES = billing(lambda there: there.lines, "the case has no lines to bill")
ANALYSIS = billing(lambda there: there.analysis, "no line bills 0731T")
NO_ANALYSIS = billing(lambda there: not there.analysis, "a line bills 0731T")
SAME_DAY = billing(lambda there: there.same_day, "no two lines, of this claim or earlier ones, are of one day")
SPLIT = billing(lambda there: there.split, "no line, of this claim or earlier ones, has modifier 26 or TC")
ANALYSIS_AND_VISIT = billing(
    lambda there: there.visit_of_the_day, "no day has both 0731T and a visit (evaluation and management)"
)
GENE_TEST = billing(lambda there: there.gene, "nothing bills or orders 81406")
VISIT = line(lambda there: there.visit, "no line bills a visit (evaluation and management)")
DAYS = line(lambda there: there.days, "no line has a date of service", "skipped")
MADE = billing(lambda there: there.made, "the case does not say when the claim was made", "skipped")
SYSTEMS = line(lambda there: there.systems, "no modifier was sent with its code system", "skipped")
PLACES = line(lambda there: there.places, "no line has a place of service", "skipped")
UNITS = line(lambda there: there.units, "no line says how many units", "skipped")
NOT_VOID = billing(lambda there: there.frequency != "void", "the claim voids an earlier one, and bills nothing")
NOT_ORIGINAL = billing(lambda there: there.frequency in ("replacement", "void"), "the claim is a first one")
ASSISTANTS = ("80", "81", "82", "AS")

FINAL = record(lambda there: there.final, "there is no finished report")
SIGNED = record(lambda there: there.signed, "the report is not signed")
STOPPED = record(lambda there: there.procedure == "stopped", "the procedure was not stopped")
REASON_TO_REDUCE = record(lambda there: there.reason_to_reduce, "the case gives no reason of a reduction")
DIAGNOSES = record(lambda there: there.diagnoses, "the case has no diagnoses")
AI = record(lambda there: there.analyses, "there is no AI report")
CANDIDATES = record(lambda there: there.candidates, "the AI proposes no candidate")
SCORES = record(lambda there: there.scores, "no candidate has a score")
IMAGES = privacy(lambda there: there.images, "the case has no photographs")
FACE = record(lambda there: there.face, "no face was photographed or analysed, and nothing is billed")
PRACTITIONERS = record(lambda there: there.practitioners, "the case names no practitioner")
NPI = record(lambda there: there.npi, "no NPI was sent", "skipped")
TAXONOMY = record(lambda there: there.taxonomy, "no taxonomy code was sent", "skipped")
LABEL = record(lambda there: there.label, "no taxonomy code was sent together with a label", "skipped")
MODE = record(lambda there: there.mode is not None, "the mode of the visit was not sent", "skipped")
NOT_LIVE = record(
    lambda there: there.mode == "store-and-forward" or there.gq_alone,
    "the visit was not store-and-forward, and if its mode is not known, no line has modifier GQ",
)
BEGUN = record(lambda there: there.begun, "neither the procedure nor the visit has a start", "skipped")
NOT_SENT_AHEAD = record(
    lambda there: there.mode != "store-and-forward", "photographs of a store-and-forward visit are analysed later"
)
PERIOD = record(lambda there: there.period, "the case does not say when the insurance holds", "skipped")
CONSENT = privacy(lambda there: there.consent, "the case has no consent")
PHENOTYPES = record(lambda there: there.phenotypes, "the case has no features")
MOLECULAR = record(lambda there: there.molecular, "the case has no molecular finding")
CLINICIAN = record(lambda there: there.clinician, "the clinician names no syndrome")
ORDERS = record(lambda there: there.orders, "the case has no orders")
NOT_IN_PERSON = record(lambda there: there.mode != "in-person", "the visit was in person")

NOT_SPLIT = setting(lambda there: there.components == "not-split", "the payer's policy splits the service")
PUBLIC = setting(
    lambda there: there.public,
    "it is judged when something is sent to a public server (`adapter send`), and nothing is sent here",
    "skipped",
)
CLOCK = setting(lambda there: there.clock, "no clock may be read", "skipped")
FILING_LIMIT = setting(
    lambda there: there.filing_limit, "the payer's policy names no limit for filing, or the claim is not a first one"
)
TELEHEALTH_SENT = setting(lambda there: there.telehealth_sent, "no line has a telehealth modifier")
TELEHEALTH_MODIFIER = setting(
    lambda there: there.telehealth_modifier == "required", "the payer's policy requires no telehealth modifier"
)
TELEHEALTH_UNTIL = setting(lambda there: there.telehealth_until, "the payer's policy names no last day of telehealth")
TELEHEALTH_PLACE = setting(lambda there: there.telehealth_place == "condition", "the payer does not go by the place of service")
NO_DEPENDANTS = setting(lambda there: not there.dependants, "the payer insures dependants")
SEVERAL_NAMES = setting(lambda there: there.several_names, "not more than one field names a payer that the adapter knows")
NOTICE = setting(lambda there: there.notice == "abn", "the payer knows no advance notice")
NO_NOTICE = setting(lambda there: there.notice != "abn", "the payer asks for an advance notice")
