"""What became of the documents of one encounter: complete, fit to be stored, and able to explain itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, ClassVar, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from adapter.case import Case
from adapter.fhir.json import canonical_bytes, read_json
from adapter.fhir.outcome import operation_outcome
from adapter.fhir.ownership import Shared
from adapter.identity import encounter_key
from adapter.issues import FailureKind, Issue, most_severe
from adapter.json_types import JsonObject
from adapter.lineage import Lineage, Trail
from adapter.plain_value import AbsoluteUri, Date, Text
from adapter.readers.document import Document
from adapter.rules.circumstances import SUNSET, Circumstances
from adapter.rules.explanation import Explanation, explain
from adapter.rules.facts import Facts, facts_of
from adapter.rules.judgement import Judgement
from adapter.rules.policy import Choice
from adapter.rules.state import state_of
from adapter.unread import UnreadFields

Profiles = Literal["none", "own", "uscore", "all"]
AiLabel = Literal["device", "ai", "both"]

Checked = Literal["quick", "full"]
"""How a Bundle of ours is checked: only for what no map could prove, or for everything, as anybody else's."""

OPTION_VALUES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"profiles": get_args(Profiles), "ai_label": get_args(AiLabel), "check": get_args(Checked)}
)


class Options(BaseModel):
    """The switches of a conversion; mappings read them as `options`.

    `sender` names the file of the sender that counts for all documents (`senders/NAME.yaml` of the mappings).
    `assigner` names who assigned numbers that come without a system of their own; `anchor` is by what the encounter is known for
    good, where its number in the documents may change (`Conversion.anchor` gives the one that was used). `payer` is the key of
    the policy to judge by, whomever the case names. `shared` says what the Bundle asks for resources that others may own
    (docs/identity.md). With `check` as `full` nothing counts as proved by the maps.

    `today` to `to_public_server` are for the coding rules (`adapter.rules.circumstances`): the day of the judgement, if a clock
    may be read; the first day on which 0731T may be archived, and whether somebody has read that it is; whether a public server
    gets the output. `max_items` is how many items a list of a document may have, `max_steps` how many
    values may be read and elements made.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    release: str = "R4"
    profiles: Profiles = "none"
    ai_label: AiLabel = "device"
    narrative: bool = True
    zone: str | None = None
    assigner: AbsoluteUri | None = None
    sender: Text | None = None
    anchor: Text | None = None
    payer: Text | None = None
    shared: Shared = "create"
    check: Checked = "quick"
    version: str = "0"
    today: Date | None = None
    sunset: Date = SUNSET
    sunset_verified: bool = False
    to_public_server: bool = False
    max_items: Annotated[int, Field(ge=1)] = 5_000
    max_steps: Annotated[int, Field(ge=1)] = 1_000_000

    def circumstances(self, earlier: tuple[Case, ...]) -> Circumstances:
        """What the coding rules ask beside the case; `earlier` are cases that were billed earlier."""
        return Circumstances(
            today=self.today,
            sunset=self.sunset,
            sunset_verified=self.sunset_verified,
            to_public_server=self.to_public_server,
            prior=earlier,
        )


class Versions(BaseModel):
    """What a conversion was made with: the adapter's version, and digests of all maps, policies and definitions.

    Two conversions of the same documents, options and versions have the same content.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    adapter: str = "0"
    maps: str = ""
    policies: str = ""
    definitions: str = ""


@dataclass(frozen=True, kw_only=True)
class ConversionRecord:
    """All of a conversion that is kept.

    `documents` and `prior` are what was sent, `options` and `versions` what it was converted with. `case`, `earlier` (the cases
    of `prior`), `choice` (the payer's policy) and `judgement` are None as far as the documents could not be read. `problems` are
    all issues as they were found. `content` is the FHIR transaction Bundle as bytes; where it is None, `failure` says of which
    kind the refusal is.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64", defer_build=True)

    documents: tuple[Document, ...]
    prior: tuple[Document, ...] = ()
    options: Options
    versions: Versions = field(default_factory=Versions)
    case: Case | None = None
    earlier: tuple[Case, ...] = ()
    choice: Choice | None = None
    judgement: Judgement | None = None
    problems: tuple[Issue, ...] = ()
    content: bytes | None = None
    failure: FailureKind | None = None


@dataclass(frozen=True, kw_only=True)
class Conversion(ConversionRecord):
    """What became of the documents of one encounter.

    `issues` are the problems with their places in the documents and in the Bundle, `bundle` the content as a value of your own.
    `explanation` says what became of every coding rule; `lineage` what every element of the Bundle was made from, and
    `unread_fields` which input fields no mapping read. These are worked out when they are first asked for. A conversion that
    was read from JSON has no `trail`: `Runtime.reproduce` makes it again, and then it has lineage.
    """

    trail: Trail | None = field(default=None, repr=False)

    @cached_property
    def issues(self) -> tuple[Issue, ...]:
        """All problems, with their places in the documents and in the bundle."""
        return tuple(map(self.trail.with_places, self.problems)) if self.trail else self.problems

    @cached_property
    def bundle(self) -> JsonObject | None:
        """The FHIR transaction Bundle; decimals are Decimal."""
        if self.content is None:
            return None
        bundle: JsonObject = read_json(self.content, "bundle")
        return bundle

    @cached_property
    def facts(self) -> Facts | None:
        """What the coding rules look at; nothing if the documents could not be read."""
        return None if self.case is None or self.choice is None else self.facts_by(self.case, self.choice)

    def facts_by(self, case: Case, choice: Choice) -> Facts:
        """What the coding rules look at, where the policy of this choice holds."""
        circumstances = self.options.circumstances(self.earlier)
        return facts_of(
            case, state_of(case), choice.policy, circumstances=circumstances, named=choice.named, further=choice.further
        )

    @cached_property
    def explanation(self) -> Explanation | None:
        """What became of every coding rule; nothing if the documents could not be read."""
        return explain(self.facts, self.issues, self.judgement.fired) if self.facts and self.judgement else None

    @cached_property
    def lineage(self) -> Lineage:
        """What every element of the bundle was made from."""
        return self.trail.lineage() if self.trail else Lineage(entries=())

    @cached_property
    def unread_fields(self) -> UnreadFields:
        """Which input fields no mapping read."""
        return self.trail.unread_fields() if self.trail else UnreadFields(fields=())

    @property
    def anchor(self) -> str | None:
        """By what the encounter is known: passed to a later conversion as an option, it keeps all ids as they are."""
        return encounter_key(self.case, self.options.assigner, self.options.anchor) if self.case else None

    @property
    def has_errors(self) -> bool:
        """Whether an issue is an error."""
        return any(issue.is_error for issue in self.problems)

    def to_outcome(self, base: str) -> JsonObject:
        """The issues as an OperationOutcome; `base` is the canonical base of our definitions."""
        return operation_outcome(self.issues, claim_edit_system=f"{base}/CodeSystem/claim-edit")

    def to_answer(self, base: str) -> bytes:
        """All that a caller may want, as JSON: `{bundle, outcome, lineage, coverage}`."""
        parts = (
            b'{"bundle":',
            self.content or b"null",
            b',"outcome":',
            canonical_bytes(self.to_outcome(base)),
            b',"lineage":',
            *(self.trail.lineage_json() if self.trail else (b"[]",)),
            b',"coverage":',
            canonical_bytes(self.unread_fields.fields),
            b"}",
        )
        return b"".join(parts)

    def to_json(self) -> bytes:
        """The conversion as JSON (UTF-8), for a store; `conversion_from_json` reads it. Bytes are in base64."""
        return _RECORD.dump_json(replace(self, problems=self.issues))


_RECORD = TypeAdapter(ConversionRecord)


def conversion_from_json(content: bytes) -> Conversion:
    """The conversion that `Conversion.to_json` wrote; raises pydantic's ValidationError for anything else."""
    record = _RECORD.validate_json(content)
    return Conversion(**vars(record))


def refused(record: ConversionRecord, issues: Sequence[Issue], kind: FailureKind) -> Conversion:
    """The conversion of documents that nothing was made of."""
    return Conversion(**{**vars(record), "problems": most_severe(issues), "failure": kind})
