"""The rules beside compiled invariants: some of R4 as they are meant, those of US Core, and those of our claim profile."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from operator import attrgetter

from adapter.checks.by_hand import is_in_error
from adapter.checks.claim import CLAIM_INVARIANTS
from adapter.checks.invariant import TERMINOLOGY, Invariant, each_of, has_choice, has_code, pairs_of
from adapter.checks.reference_guide import type_in, types_of
from adapter.checks.us_core import US_CORE_INVARIANTS
from adapter.fhir.resource import Resource
from adapter.fhir.table import Constraint, ElementTable
from adapter.issues import PendingIssue, Severity


def _no_patient(consent: Resource) -> Iterator[str]:
    """As ppc-2 is meant: its expression in R4 compares with a system that does not exist, so it never fires."""
    if "patient" not in consent and has_code(consent.get("scope"), TERMINOLOGY + "consentscope", "patient-privacy"):
        yield ""


def _repeated_code(observation: Resource) -> Iterator[str]:
    if "component" in observation and has_choice(observation, "Observation", "value[x]"):
        own = set(pairs_of(observation.get("code", {})))
        repeated = [
            number
            for number, part in enumerate(observation["component"])
            for coding in part.get("code", {}).get("coding", ())
            if (coding.get("system"), coding.get("code")) in own
        ]
        yield from (f".component[{number}].code" for number in dict.fromkeys(repeated))


def _no_clinical_status(condition: Resource) -> Iterator[str]:
    """As con-3 is meant: its expression in R4 compares a concept with a text, so it fires for every category."""
    problem = (TERMINOLOGY + "condition-category", "problem-list-item")
    if "clinicalStatus" in condition or is_in_error(condition):
        return
    if any(has_code(category, *problem) for category in condition.get("category", ())):
        yield ""


def _on_behalf_of_others(team: Resource) -> Iterator[str]:
    """As ctm-1 says, of members whose type is in the reference, or that are contained; `check_members` asks of others."""
    contained = {f"#{inner.get('id')}": inner["resourceType"] for _, inner in each_of(team, "contained")}
    for path, member in _represented(team):
        if (type_in(member) or contained.get(member)) not in (None, "Practitioner"):
            yield path


def _represented(team: Resource) -> Iterator[tuple[str, str]]:
    """Where a participant of a care team is there on behalf of an organization, and the reference to that participant."""
    for path, participant in each_of(team, "participant"):
        if "onBehalfOf" in participant:
            yield f"{path}.onBehalfOf", participant.get("member", {}).get("reference", "")


_MEMBERS = Invariant(
    key="ctm-1",
    human="only a practitioner is a member on behalf of an organization",
    source="http://hl7.org/fhir/R4/careteam.html#invs",
    breaks=_on_behalf_of_others,
)

_BASE: dict[str, tuple[Invariant, ...]] = {
    "CareTeam": (_MEMBERS,),
    "Claim": CLAIM_INVARIANTS,
    "Consent": (
        Invariant(
            key="ppc-2",
            human="a privacy consent needs its patient",
            source="http://hl7.org/fhir/R4/consent.html#invs",
            breaks=_no_patient,
        ),
    ),
    "Observation": (
        Invariant(
            key="obs-7",
            human="a component repeats the code that the value belongs to",
            source="http://hl7.org/fhir/R4/observation.html#invs",
            breaks=_repeated_code,
        ),
    ),
    "Condition": (
        Invariant(
            key="con-3",
            human="a problem has no clinical status",
            source="http://hl7.org/fhir/R4/condition.html#invs",
            breaks=_no_clinical_status,
            severity=Severity.WARNING,
        ),
    ),
}

OWN_RULES: dict[str, tuple[Invariant, ...]] = {
    name: (*_BASE.get(name, ()), *US_CORE_INVARIANTS.get(name, ())) for name in sorted({*_BASE, *US_CORE_INVARIANTS})
}
"""The rules of each resource type."""


LEFT_OUT = frozenset({"bdl-3", "bdl-4", "bdl-7", "con-3", "ctm-1", "obs-7", "ppc-2"})
"""The invariants of R4 that are asked elsewhere: those of Bundles in `references`, the others here."""

_ABSOLUTE = Constraint(
    key="absolute-system",
    severity="error",
    human="a system is an absolute URI, such as http://loinc.org or urn:oid:2.16.840.1.113883.6.1, with a UUID in small letters",
    expression=(
        "matches('[A-Za-z][A-Za-z0-9+.-]*:.*') and "
        r"(startsWith('urn:oid:').not() or matches('^urn:oid:[0-2](\\.(0|[1-9][0-9]*))+$')) and "
        "(startsWith('urn:uuid:').not() or matches('^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'))"
    ),
)
_ABSOLUTE_EXTENSION = Constraint(
    key="absolute-extension",
    severity="error",
    human="the URL of an extension is absolute; only one inside another extension may be relative",
    expression="url.matches('[A-Za-z][A-Za-z0-9+.-]*:.*')",
)
_CURRENCY = Constraint(
    key="currency",
    severity="error",
    human="a currency is three capital letters of ISO 4217, such as USD",
    expression="matches('^[A-Z]{3}$')",
)


def stated_in_prose(table: ElementTable) -> Mapping[str, tuple[Constraint, ...]]:
    """What FHIR says in prose (http://hl7.org/fhir/R4/datatypes.html#Identifier, extensibility.html#Extension), by element."""
    extensible = (path for path in table.paths if path != "Extension")
    return {
        "Identifier.system": (_ABSOLUTE,),
        "Coding.system": (_ABSOLUTE,),
        "Money.currency": (_CURRENCY,),
        **{f"{path}.{name}": (_ABSOLUTE_EXTENSION,) for path in extensible for name in ("extension", "modifierExtension")},
    }


def check_own_rules(resource: Resource, root: str | None = None) -> list[PendingIssue]:
    """The rules that a resource of sound structure breaks; expressions begin with `root`, or with the resource type."""
    name = resource["resourceType"]
    issues: list[PendingIssue] = []
    for counts, invariants in _TOGETHER.get(name, ()):
        if counts is None or counts(resource):
            for invariant in invariants:
                issues += invariant.issues(resource, root or name)
    return issues


_TOGETHER = {
    name: [(counts, tuple(together)) for counts, together in groupby(invariants, attrgetter("counts"))]
    for name, invariants in OWN_RULES.items()
}
"""The rules of each resource type, those together that count for the same resources."""


_WHO = "Practitioner"


def check_members(bundle: Resource) -> Iterator[PendingIssue]:
    """What ctm-1 says of members whose type only the Bundle tells, since their references do not (`urn:uuid:…`).

    The Bundle is of sound structure. Expressions begin with `Bundle`.
    """
    entries = bundle.get("entry", ())
    resources = [entry.get("resource", {}) for entry in entries]
    teams = [(at, team) for at, team in enumerate(resources) if team.get("resourceType") == "CareTeam"]
    types = types_of(entries) if teams else {}
    for at, team in teams:
        wrong = [path for path, member in _represented(team) if _is_elsewhere(member) and types.get(member, _WHO) != _WHO]
        yield from _MEMBERS.at(wrong, f"Bundle.entry[{at}].resource")


def _is_elsewhere(reference: str) -> bool:
    """Whether neither the reference itself nor what is contained tells its type."""
    return type_in(reference) is None and not reference.startswith("#")
