"""Outlines of a case: small values, by which it is decided which rules are asked at all.

An outline is worked out once for a case, and what follows from its value once for all cases that have it. So its fields take few
values, and none holds what was sent, but for codes that the adapter knows.
"""

import re
from collections.abc import Hashable, Iterator, Sequence
from itertools import chain
from operator import attrgetter
from types import MappingProxyType
from typing import NamedTuple

from adapter.case import Image, Measurement
from adapter.code_tables.cpt import ONE_GENE
from adapter.code_tables.hpo import term
from adapter.code_tables.icd10cm import diagnosis_code
from adapter.code_tables.modifier_codes import KNOWN
from adapter.code_tables.service_code import CPT_URLS, HCPCS_URLS, system_of
from adapter.code_tables.spelling import written_right
from adapter.rules.facts import ANALYSIS_CODE, Facts, Use
from adapter.rules.place_codes import PLACES_OF_SERVICE, TELEHEALTH_PLACES
from adapter.rules.procedure_code import meant_by, pairs_with_analysis

_TOLD_APART = frozenset({"G0452", "88271", ONE_GENE})
_COMPONENTS = frozenset({"26", "TC"})
_FIFTH = 5
MOST_DIAGNOSES, MOST_POINTERS = 12, 4
_PREFERRED = frozenset({None, CPT_URLS[0], HCPCS_URLS[0]})
_KNOWN_PLACES = PLACES_OF_SERVICE | {None}
NOT_FRONTAL = frozenset({"profile-left", "profile-right", "oblique", "other"})


class LineOutline(NamedTuple):
    """The lines of a claim and its diagnoses: `bills` are the codes that rules speak of, `most_modifiers` is 5 at most.

    `strange_codes` says that some code is of no system of procedures, or was sent with another one than its own,
    `strange_modifiers` that some modifier was not sent as the adapter knows it, and `single_units` that all units are 1;
    `other_visit` says that no line bills the code of the visit.
    `days` to `systems` say whether any line has a day, units, a place of service, a modifier with its system; `other_spelling`
    whether such a system is not spelled as in the output, and `too_many` whether there are more diagnoses or pointers than a
    claim holds. Of the diagnoses `established` says that all are confirmed and none is the AI's, `confirmed` to `of_nobody` that
    there is one that is confirmed, of the AI, or of nobody.
    """

    bills: frozenset[str]
    visit: bool
    other_visit: bool
    most_modifiers: int
    strange_codes: bool
    strange_modifiers: bool
    days: bool
    last_days: bool
    no_day: bool
    units: bool
    single_units: bool
    places: bool
    no_place: bool
    unknown_place: bool
    telehealth_place: bool
    systems: bool
    other_spelling: bool
    too_many: bool
    established: bool
    confirmed: bool
    of_ai: bool
    of_nobody: bool


def line_outline(facts: Facts) -> LineOutline:
    """The outline of all lines and diagnoses."""
    sent, diagnoses = [line.sent for line in facts.lines], facts.case.diagnoses
    modifiers = [modifier for line in sent for modifier in line.modifiers]
    em_code, visits = facts.case.encounter.em_code, [line.code for line in facts.lines if line.is_visit]
    certainties, sources = {diagnosis.certainty for diagnosis in diagnoses}, {diagnosis.source for diagnosis in diagnoses}
    days, last_days, places = [line.dos_start for line in sent], [line.dos_end for line in sent], {line.pos for line in sent}
    systems, units = {modifier.system for modifier in modifiers}, {line.units for line in sent}
    return LineOutline(
        bills=_TOLD_APART.intersection([line.code for line in facts.lines]),
        visit=bool(visits),
        other_visit=em_code is not None and meant_by(em_code) not in visits,
        most_modifiers=min(max([len(line.modifiers) for line in sent], default=0), _FIFTH),
        strange_codes=any(system_of(line.code) not in _OF_PROCEDURES.get(line.system, ()) for line in sent),
        strange_modifiers=not KNOWN.issuperset([modifier.code for modifier in modifiers]),
        days=any(days) or any(last_days),
        last_days=any(last_days),
        no_day=None in days,
        units=bool(units - {None}),
        single_units=units == {1},
        places=any(places),
        no_place=None in places,
        unknown_place=not places <= _KNOWN_PLACES,
        telehealth_place=not TELEHEALTH_PLACES.isdisjoint(places),
        systems=any(systems),
        other_spelling=not systems <= _PREFERRED,
        too_many=len(diagnoses) > MOST_DIAGNOSES or max([len(line.dx_pointers) for line in sent], default=0) > MOST_POINTERS,
        established=certainties == {"confirmed"} and "ai" not in sources,
        confirmed="confirmed" in certainties,
        of_ai="ai" in sources,
        of_nobody=None in sources,
    )


_OF_PROCEDURES = MappingProxyType({None: ("cpt", "hcpcs"), "cpt": ("cpt",), "hcpcs": ("hcpcs",)})
"""The systems that a line's code may be of, by the one that was sent."""


class DiagnosisOutline(NamedTuple):
    """The codes of the diagnoses: `strange` that one may not be written right or billable, `behind` that one comes second.

    What comes behind another diagnosis is an external cause, a manifestation, or a factor. `stray` says that a line has no
    pointer to a diagnosis, one to none, or one twice.
    """

    strange: bool
    behind: bool
    stray: bool


def diagnosis_outline(facts: Facts) -> DiagnosisOutline:
    """The outline of the codes of all diagnoses, on the first day of service."""
    day = first_day(facts)
    codes = [diagnosis.icd10cm for diagnosis in facts.case.diagnoses]
    orders = {diagnosis.order or place for place, diagnosis in enumerate(facts.case.diagnoses, 1)}
    known = [(code, diagnosis_code(code, day)) for code in codes]
    return DiagnosisOutline(
        strange=any(not one.is_certain or one.standing != "billable" or one.code != sent for sent, one in known),
        behind=any(one.is_external_cause or one.is_manifestation or one.is_factor for one in map(diagnosis_code, codes)),
        stray=not orders or any(_is_stray(line.sent.dx_pointers, orders) for line in facts.lines),
    )


def _is_stray(pointers: Sequence[int], orders: set[int]) -> bool:
    return not pointers or not orders.issuperset(pointers) or len(set(pointers)) < len(pointers)


def first_day(facts: Facts) -> str | None:
    """The first day of service of all lines, if any line has one."""
    return min([line.sent.dos_start for line in facts.lines if line.sent.dos_start], default=None)


class FeatureOutline(NamedTuple):
    """What was seen and measured: `repeated` that a term stands there twice, `unknown` that HPO does not have one as it is.

    Of measurements, `strange` says that a code is not written right, or that a value or unit may not fit.
    """

    repeated: bool
    unknown: bool
    strange: bool


def feature_outline(facts: Facts) -> FeatureOutline:
    """The outline of all features and measurements."""
    terms = [feature.hpo for feature in facts.case.phenotypes]
    return FeatureOutline(
        repeated=len(set(terms)) < len(terms),
        unknown=any(term(code).standing != "known" for code in terms),
        strange=any(map(_is_strange, facts.case.measurements)),
    )


def _is_strange(measurement: Measurement) -> bool:
    """Whether anything in a measurement has to be looked at: its code, value and unit, or percentile."""
    loinc, percentile = measurement.loinc, measurement.percentile
    if percentile is not None and not 0 <= percentile <= _PER_CENT:
        return True
    return loinc is not None and (
        written_right("loinc", loinc) != loinc
        or measurement.value <= 0
        or measurement.unit not in VITAL_SIGNS.get(loinc, (measurement.unit,))
    )


_PER_CENT = 100
_LENGTH = ("cm", "[in_i]")
VITAL_SIGNS = MappingProxyType(
    {"8302-2": _LENGTH, "8306-3": _LENGTH, "9843-4": _LENGTH, "29463-7": ("g", "kg", "[lb_av]"), "39156-5": ("kg/m2",)}
)
"""The units in which FHIR takes the measurements that every validator holds to a profile, by their LOINC codes."""


class BillingOutline(NamedTuple):
    """What is asked of a payer, and on which days; `gene` says that 81406 is billed or ordered."""

    use: Use | None
    frequency: str | None
    draft: bool
    lines: bool
    analysis: bool
    gene: bool
    same_day: bool
    split: bool
    visit_of_the_day: bool
    made: bool


def billing_outline(facts: Facts) -> BillingOutline:
    """The outline of what is asked of a payer."""
    case = facts.case
    ordered = [order.code for order in case.orders]
    return BillingOutline(
        use=facts.use,
        frequency=case.billing.frequency if case.billing else None,
        draft=case.billing is not None and case.billing.draft is True,
        lines=bool(facts.lines),
        analysis=bool(facts.analysis),
        gene=ONE_GENE in ordered or ONE_GENE in [line.code for line in facts.lines],
        same_day=max(map(len, facts.days), default=0) > 1,
        split=not _COMPONENTS.isdisjoint(_codes_of_days(facts)),
        visit_of_the_day=_has_visit_of_the_day(facts),
        made=facts.day_of_claim is not None,
    )


def _codes_of_days(facts: Facts) -> Iterator[str]:
    """The modifiers of all services, those of earlier claims included."""
    return chain.from_iterable([service.codes for services in facts.days for service in services])


def _has_visit_of_the_day(facts: Facts) -> bool:
    """Whether a day has both 0731T and a visit that CMS pairs with it."""
    for services in facts.days:
        codes = {service.code for service in services}
        if ANALYSIS_CODE in codes and any(map(pairs_with_analysis, codes)):
            return True
    return False


def modifiers_sent(facts: Facts) -> Hashable:
    """The modifiers of all lines that the adapter knows, however they are written."""
    return KNOWN.intersection(facts.places)


class RecordOutline(NamedTuple):
    """What the case tells of the service: whether there is something of each kind, and how far it is."""

    final: bool
    signed: bool
    provider_part: bool
    procedure: str
    reason_to_reduce: bool
    diagnoses: bool
    analyses: bool
    candidates: bool
    scores: bool
    face: bool
    phenotypes: bool
    molecular: bool
    clinician: bool
    orders: bool
    begun: bool
    mode: str | None
    gq_alone: bool
    practitioners: bool
    npi: bool
    taxonomy: bool
    label: bool
    period: bool


def record_outline(facts: Facts) -> RecordOutline:
    """The outline of what the case tells of the service."""
    case, people, review = facts.case, facts.case.practitioners, facts.case.review
    candidates = [candidate for run in case.analyses for candidate in run.candidates]
    return RecordOutline(
        final=facts.is_final,
        signed=facts.is_signed,
        provider_part=review is not None and None not in (review.reviewer, review.signed_at, review.conclusion),
        procedure=facts.state.procedure,
        reason_to_reduce=case.procedure.reduced_reason is not None,
        diagnoses=bool(case.diagnoses),
        analyses=bool(case.analyses),
        candidates=bool(candidates),
        scores=any(map(_SCORES, candidates)),
        face=bool(case.images or case.analyses or facts.use),
        phenotypes=bool(case.phenotypes),
        molecular=bool(case.molecular),
        clinician=bool(case.clinician_diagnoses),
        orders=bool(case.orders),
        begun=facts.beginning is not None,
        mode=case.encounter.mode,
        gq_alone=case.encounter.mode is None and "GQ" in facts.places,
        practitioners=bool(people),
        npi=any(map(_NPI, people)) or bool(case.organization and case.organization.npi),
        taxonomy=any(map(_TAXONOMY, people)),
        label=any(map(_TAXONOMY_LABEL, filter(_TAXONOMY, people))),
        period=any(coverage.period for _, coverage in facts.insurances),
    )


_SCORES, _NPI, _WITHDRAWN = attrgetter("scores"), attrgetter("npi"), attrgetter("withdrawn")
_TAXONOMY, _TAXONOMY_LABEL = attrgetter("taxonomy"), attrgetter("taxonomy_label")


class PrivacyOutline(NamedTuple):
    """The photographs and the consent to them: `silent` says that it does not speak of the analysis.

    `strange` says that a photograph has data, an address with more than plain words, or the type of no image; `vendor_barred`
    says that the vendor may not see them, from the beginning or later.
    """

    images: bool
    strange: bool
    not_frontal: bool
    withdrawn: bool
    consent: bool
    silent: bool
    given_by: str | None
    vendor_barred: bool


def privacy_outline(facts: Facts) -> PrivacyOutline:
    """The outline of photographs and consent."""
    images, consent = facts.case.images, facts.case.consent
    return PrivacyOutline(
        images=bool(images),
        strange=any(map(_is_strange_image, images)),
        not_frontal=not NOT_FRONTAL.isdisjoint([image.view for image in images]),
        withdrawn=any(map(_WITHDRAWN, images)),
        consent=consent is not None,
        silent=consent is not None and consent.analysis is None,
        given_by=consent.given_by if consent else None,
        vendor_barred=consent is not None and (consent.vendor_disclosure is False or "vendor_disclosure" in consent.withdrawn),
    )


def _is_strange_image(image: Image) -> bool:
    """Whether a photograph has data, a type other than an image's, or an address that may hold data, a user or a parameter."""
    url, content_type = image.url or "", image.content_type
    return (
        image.data is not None
        or _SPECIAL.search(url) is not None
        or url[:5].lower() == "data:"
        or (content_type is not None and not content_type.startswith("image/"))
    )


_SPECIAL = re.compile("[@?&;#]")


class SettingOutline(NamedTuple):
    """By what is judged: what the payer's policy asks, and what is known beside the case."""

    components: str
    notice: str | None
    telehealth_modifier: str
    telehealth_until: bool
    telehealth_place: str
    telehealth_sent: bool
    visit_place: str | None
    filing_limit: bool
    dependants: bool
    several_names: bool
    clock: bool
    public: bool


def setting_outline(facts: Facts) -> SettingOutline:
    """The outline of that by which is judged."""
    policy, telehealth, billing = facts.policy, facts.policy.telehealth, facts.case.billing
    return SettingOutline(
        components=policy.components,
        notice=policy.notice,
        telehealth_modifier=telehealth.modifier,
        telehealth_until=telehealth.until is not None,
        telehealth_place=telehealth.place,
        visit_place=telehealth.place_of(facts.case.encounter.mode),
        telehealth_sent=not telehealth.meaning.keys().isdisjoint(facts.places),
        filing_limit=policy.filing_limit is not None and (billing is None or billing.frequency in (None, "original")),
        dependants=facts.insures_dependants,
        several_names=len(facts.named) > 1,
        clock=facts.circumstances.today is not None,
        public=facts.circumstances.to_public_server,
    )
