"""What a payer wants of 0731T, as data, and which payer's policy holds for a case."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PlainSerializer

from adapter.case import Case, OtherCoverage
from adapter.issues import InvalidError, Issue, IssueType, Severity
from adapter.plain_value import Many, Text
from adapter.strict_yaml.model import FileModel, form, known

DEFAULT = "default"
"""The key of the policy that holds where no other does."""

UNVERIFIED = "adapter default, not payer-published"
"""What is said of a policy wherever nobody has cited a document of the payer."""

ModifierUse = Literal["required", "optional", "not-used"]
PlaceUse = Literal["condition", "not-a-condition"]
CoverageDefault = Literal["not-covered-by-default", "contractor-decides", "unknown"]
Notice = Literal["abn", "none"]
Certainty = Literal["publisher", "copy", "secondary", "inferred", "not found"]
Components = Literal["not-split", "split"]
Assistants = Literal["documented", "not-paid"]

_DAY = 10


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


Modifier = Annotated[
    str, form(re.compile(r"[A-Z0-9]{2}").fullmatch, "a modifier", "write two capital letters or digits, as the payer prints it")
]
FilingIndicator = Annotated[
    str, form(re.compile(r"[A-Z0-9]{2}").fullmatch, "a filing indicator", "write two capital letters or digits, in quotes")
]
VisitCode = Annotated[str, form(re.compile(r"[0-9]{5}").fullmatch, "a code of a visit", "write five digits")]
PlaceOfService = Annotated[str, form(re.compile(r"[0-9]{2}").fullmatch, "a place of service", "write two digits, in quotes")]
Day = Annotated[str, form(_is_day, "a day", "write YYYY-MM-DD")]
TrueOrFalse = Annotated[bool, Field(strict=True)]
Severities = Annotated[
    Mapping[str, Literal[Severity.INFORMATION, Severity.WARNING, Severity.ERROR]],
    AfterValidator(MappingProxyType),
    PlainSerializer(dict),
]


def _whole_number(most: int, noun: str) -> AfterValidator:
    return form(range(1, most + 1).__contains__, noun, f"write a whole number from 1 to {most}")


WholeNumber = Annotated[int, Field(strict=True)]


class VisitRow(FileModel):
    """How one way to meet is told on a claim: by its place of service, the modifiers that mean it, and codes of visits."""

    mode: Literal["in-person", "video", "audio", "store-and-forward"]
    place: Literal["telehealth", "elsewhere", "either"]
    modifiers: Many[Modifier] = ()
    codes: Many[VisitCode] = ()


VISITS = (
    VisitRow(mode="in-person", place="elsewhere"),
    VisitRow(mode="video", place="telehealth", modifiers=("95", "GT"), codes=tuple(map(str, range(98000, 98008)))),
    VisitRow(mode="audio", place="telehealth", modifiers=("93", "FQ"), codes=tuple(map(str, range(98008, 98016)))),
    VisitRow(mode="store-and-forward", place="either", modifiers=("GQ",)),
)


class Telehealth(FileModel):
    """How a payer wants service at a distance to be shown: by a modifier, by which of those it accepts, and by which places.

    `place` says whether the place of service is a condition of payment; `visits` is the table of the ways to meet; `until` is the
    last day on which the payer is known to pay for service at a distance.
    """

    modifier: ModifierUse = "optional"
    accepts: Many[Modifier] = ("95", "GT", "GQ")
    pos: Many[PlaceOfService] = ("02", "10")
    place: PlaceUse = "condition"
    visits: Many[VisitRow] = VISITS
    until: Day | None = None

    @cached_property
    def meaning(self) -> Mapping[str, str]:
        """The ways to meet by the modifiers and visit codes that mean them."""
        return {code: row.mode for row in self.visits for code in (*row.modifiers, *row.codes)}

    def place_of(self, mode: str | None) -> str | None:
        """Where visits of a mode take place: at a telehealth place of service, elsewhere, or either."""
        return next((row.place for row in self.visits if row.mode == mode), None)


class Published(FileModel):
    """One fact that a payer, or somebody about it, has published: what it says, where, when, and how certain that is."""

    says: Text
    source: Text
    certainty: Certainty
    date: Text | None = None


class Effective(FileModel):
    """The first and the last day of service that a policy holds for; either may be open."""

    start: Day | None = None
    end: Day | None = None


class PolicyTerms(FileModel):
    """What a policy file may say of 0731T (modelling.md §12); the defaults are those of mappings/payers/default.yaml.

    `severities` replace the default severity of a rule by its id. `unit_limit` is for a patient, provider and day, `mai` its
    adjudication indicator (2 and 3 are of the day). `filing_limit` is in months, `dependants` says whether anybody is insured
    through somebody else, `filing_indicators` which kinds of insurance the payer offers (none: any), `notice` which notice
    before the service there is, `published` what the policy rests on, fact by fact. `components` says whether 26 and TC may
    split the service, `assistants` what becomes of 80, 81, 82 and AS. `modifiers` are those that this payer takes on a line of
    0731T. A policy that is not `verified` is a guess of the adapter: nobody has cited a document of the payer as its `source`.
    """

    name: Text = "any payer"
    payer_ids: Many[Text] = ()
    names: Many[Text] = ()
    effective: Effective = Effective()
    severities: Severities = Field(default_factory=lambda: MappingProxyType({}))
    telehealth: Telehealth = Telehealth()
    unit_limit: Annotated[WholeNumber, _whole_number(999, "a number of units")] = 1
    mai: Annotated[WholeNumber, _whole_number(3, "an adjudication indicator")] | None = None
    filing_limit: Annotated[WholeNumber, _whole_number(120, "a number of months")] | None = None
    dependants: TrueOrFalse = True
    filing_indicators: Many[FilingIndicator] = ()
    notice: Notice = "none"
    coverage: CoverageDefault = "unknown"
    components: Components = "not-split"
    assistants: Assistants = "documented"
    modifiers: Many[Modifier] = ("22", "52", "53", "26", "TC", "80", "82", "AS", "TG", "95")
    coverage_note: Text = "Category III code: coverage differs between payers and plans. Check the payer's policy."
    source: Text = "adapter default"
    source_date: Text | None = None
    verified: TrueOrFalse = False
    published: Many[Published] = ()


class PayerPolicy(PolicyTerms):
    """A payer's policy on 0731T: its key, its terms, and in `parents` the keys of the policies that it extends."""

    key: str = DEFAULT
    parents: tuple[str, ...] = ()

    @property
    def standing(self) -> str:
        """What the policy rests on: its source, or that it is a guess."""
        return self.source if self.verified else UNVERIFIED

    def is_of(self, other: "PayerPolicy") -> bool:
        """Whether this is the other policy, or one that extends it, other than the default of all."""
        return self.key == other.key or (other.key in self.parents and other.key != DEFAULT)

    def holds_on(self, day: str | None) -> bool:
        """Whether the policy is in force on a day of service; of a day that is not known, it is unless it has ended."""
        start, end = self.effective.start, self.effective.end
        if day is None:
            return end is None
        return (start is None or start <= day) and (end is None or day <= end)


Named = tuple[str, PayerPolicy]
"""A case field that names a payer, and that payer's policy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The policy for a case, the case field that it was chosen by, why it is this one, and all fields that name a payer.

    `further` are the fields that name the payers of the insurances after the first, of each in turn. `replaced` is the key of the
    case's own policy, where another one was asked for.
    """

    policy: PayerPolicy
    field: str
    why: str
    named: tuple[Named, ...] = ()
    further: tuple[tuple[Named, ...], ...] = ()
    replaced: str | None = None

    @property
    def severity(self) -> Severity:
        """How much it matters that the claim was judged so: more where it was not by its own payer's policy."""
        return Severity.INFORMATION if self.replaced in (None, self.policy.key) else Severity.WARNING

    def to_issue(self) -> Issue:
        """The choice as an issue, so that nobody has to guess what a claim was judged by."""
        return Issue(
            severity=self.severity,
            code=IssueType.INFORMATIONAL,
            rule="policy/chosen",
            field=self.field,
            text=f"The claim was judged by the payer policy `{self.policy.key}`: {self.why}. It is: {self.policy.standing}.",
            suggestion=self.policy.coverage_note,
            source=self.policy.source,
        )


@dataclass(frozen=True, kw_only=True)
class Policies:
    """All policies by key, each with its periods in the order of time; there is always one of the key `default`."""

    by_key: Mapping[str, tuple[PayerPolicy, ...]] = field(default_factory=lambda: MappingProxyType({DEFAULT: (PayerPolicy(),)}))

    def choose(self, case: Case, asked: str | None = None) -> Choice:
        """The policy of the payer of a case: by its key, then its payer id, the plan of the coverage, and the payer's name.

        If `asked` is the key of another payer, it is that payer's policy; raises InvalidError if that key is not known.
        """
        own = replace(
            self._choose(case),
            named=tuple(self._named(_who_pays(case))),
            further=tuple(tuple(self._named(_who_pays_after(at, other))) for at, other in enumerate(case.other_coverages)),
        )
        return own if asked is None else self._asked(asked, own, _day_of_service(case))

    def _asked(self, key: str, own: Choice, day: str | None) -> Choice:
        if key not in self.by_key:
            raise InvalidError(_no_policy(key, self.by_key))
        held = self._in_force(key, day)
        asked = "it was asked for" if held else f"`{key}` was asked for, and no policy of it is in force on the day of service"
        why = f"{asked}; by the case alone it would be `{own.policy.key}`, because {own.why}"
        return replace(own, policy=held or self._default(day), why=why, replaced=own.policy.key)

    def _named(self, names: Iterable[tuple[str, str]]) -> Iterator[Named]:
        for where, name in names:
            kind = "coverage.plan" if where.endswith(".plan") else where[where.rindex("payer.") :]
            key = self._key_of.get((kind, _plain(name)))
            if key is not None and key != DEFAULT:
                yield where, self.by_key[key][-1]

    def _choose(self, case: Case) -> Choice:
        day = _day_of_service(case)
        for where, name in _who_pays(case):
            key = self._key_of.get((where, _plain(name)))
            held = self._in_force(key, day) if key else None
            if held is not None:
                return Choice(policy=held, field=where, why=f"`{where}` names this payer")
            if key is not None:
                why = f"`{where}` names the payer `{key}`, and no policy of it is in force on the day of service"
                return Choice(policy=self._default(day), field=where, why=why)
        return Choice(policy=self._default(day), field="payer", why=self._unknown(case))

    def policy(self, key: str, day: str | None = None) -> PayerPolicy | None:
        """The policy of a key that is in force on a day; nothing if there is none."""
        return self._in_force(key, day)

    @cached_property
    def _key_of(self) -> Mapping[tuple[str, str], str]:
        """The key of a policy by the case field that names it and what stands there; of two, the first."""
        policies = [policy for held in reversed([*self.by_key.values()]) for policy in held]
        return {(where, word): policy.key for policy in policies for where in _FIELDS for word in _words(policy, where)}

    def _in_force(self, key: str, day: str | None) -> PayerPolicy | None:
        return next((policy for policy in reversed(self.by_key.get(key, ())) if policy.holds_on(day)), None)

    def _default(self, day: str | None) -> PayerPolicy:
        return self._in_force(DEFAULT, day) or self.by_key[DEFAULT][-1]

    def _unknown(self, case: Case) -> str:
        if case.payer is None:
            return "the case names no payer"
        known = ", ".join(key for key in self.by_key if key != DEFAULT)
        return f"the payer of the case has no policy of its own (known keys: {known or 'none'})"


def _no_policy(key: str, known_keys: Iterable[str]) -> Issue:
    return Issue(
        severity=Severity.ERROR,
        code=IssueType.NOT_FOUND,
        rule="options/payer",
        text="there is no policy of this payer",
        suggestion=known(key, known_keys),
        location=("options#/payer",),
    )


_FIELDS: Mapping[str, Callable[[Case], str | None]] = MappingProxyType(
    {
        "payer.key": lambda case: case.payer.key if case.payer else None,
        "payer.payer_id": lambda case: case.payer.payer_id if case.payer else None,
        "coverage.plan": lambda case: case.coverage.plan if case.coverage else None,
        "payer.name": lambda case: case.payer.name if case.payer else None,
    }
)
"""The case fields that name a payer, in the order in which they are asked."""


def _who_pays(case: Case) -> list[tuple[str, str]]:
    return [(where, name) for where, read in _FIELDS.items() if (name := read(case))]


def _who_pays_after(at: int, other: OtherCoverage) -> list[tuple[str, str]]:
    payer = {"key": other.payer.key, "payer_id": other.payer.payer_id, "name": other.payer.name}
    fields = {f"payer.{name}": word for name, word in payer.items()} | {"plan": other.plan}
    return [(f"other_coverages[{at}].{field}", word) for field, word in fields.items() if word]


def _words(policy: PayerPolicy, where: str) -> list[str]:
    words = {"payer.key": (policy.key,), "payer.payer_id": policy.payer_ids}.get(where, (policy.name, *policy.names))
    return [_plain(word) for word in words]


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _day_of_service(case: Case) -> str | None:
    days = [line.dos_start for line in (case.billing.lines if case.billing else ()) if line.dos_start]
    if days:
        return min(days)
    start = case.procedure.started_at or case.encounter.start
    return start[:_DAY] if start and len(start) >= _DAY else None
