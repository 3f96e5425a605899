"""The Case: what one 0731T encounter and its AI report say, in words of no particular sender."""

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler, StringConstraints, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from adapter.json_types import JsonValue
from adapter.plain_value import WITHOUT_POINT, Date, DateTime, Many, Number, PartialDate, ServiceSystem, Text, Token, Url


class Part(BaseModel):
    """A part of the Case: frozen, and it knows all of its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)

    merge_key: ClassVar[tuple[str, ...]] = ()
    """The fields by which items of a list are the same item in two documents."""


class Named(Part):
    """Somebody with a name."""

    family: Text | None = None
    given: Many[Text] = ()


class Address(Part):
    """A postal address."""

    line: Many[Text] = ()
    city: Text | None = None
    state: Text | None = None
    postal_code: Token | None = None
    country: Text | None = None


class Period(Part):
    """From when to when; either side may be open."""

    start: DateTime | None = None
    end: DateTime | None = None


class Patient(Named):
    """The person whose face was analysed."""

    mrn: Token
    mrn_system: Url | None = None
    sex: Literal["male", "female", "other", "unknown"] | None = None
    birth_date: PartialDate | None = None
    address: Address | None = None
    phone: Text | None = None
    deceased: bool | None = None
    deceased_at: DateTime | None = None


class Guardian(Named):
    """Who decides for a minor."""

    relationship: Literal["mother", "father", "parent", "guardian", "foster-parent", "grandparent", "other"] | None = None
    phone: Text | None = None


class Practitioner(Named):
    """A clinician who took part; `key` is how other parts of the Case name them."""

    merge_key: ClassVar[tuple[str, ...]] = ("key",)

    key: Token
    npi: Token | None = None
    taxonomy: Token | None = None
    taxonomy_label: Text | None = None
    role: Literal["rendering", "supervising", "assisting", "ordering", "referring", "other"] | None = None
    phone: Text | None = None


class Organization(Part):
    """The clinic that renders and bills the service."""

    name: Text
    npi: Token | None = None
    tin: Token | None = None
    address: Address | None = None
    billing_address: Address | None = None
    phone: Text | None = None


class Payer(Part):
    """Who is asked to pay; `key` chooses the payer policy."""

    name: Text
    key: Token | None = None
    payer_id: Token | None = None


class Insured(Named):
    """Who holds an insurance, where it is neither the patient nor the guardian: a spouse, say, or the other parent."""

    birth_date: PartialDate | None = None
    sex: Literal["male", "female", "other", "unknown"] | None = None
    address: Address | None = None
    phone: Text | None = None


class Coverage(Part):
    """An insurance of the patient; `filing_indicator` is its kind as X12 names it (CI, MB, MC, BL …).

    `payer` says with whom; for the first one the payer of the case will do. `insured` is the subscriber who is `other`.
    """

    merge_key: ClassVar[tuple[str, ...]] = ("member_id",)

    member_id: Token
    payer: Payer | None = None
    filing_indicator: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{2}$")] | None = None
    group: Text | None = None
    plan: Text | None = None
    relationship: Literal["self", "child", "parent", "spouse", "common", "injured", "other"] | None = None
    subscriber: Literal["patient", "guardian", "other"] | None = None
    insured: Insured | None = None
    subscriber_id: Token | None = None
    period: Period | None = None


class OtherCoverage(Coverage):
    """An insurance that pays after the primary one."""

    payer: Payer


class Encounter(Part):
    """The visit, in person or at a distance; `system` says who assigned its number."""

    id: Token
    system: Url | None = None
    status: Literal["planned", "arrived", "triaged", "in-progress", "onleave", "finished", "cancelled", "entered-in-error"]
    start: DateTime | None = None
    end: DateTime | None = None
    mode: Literal["in-person", "video", "audio", "store-and-forward"] | None = None
    em_code: Token | None = None
    reason: Text | None = None


class Consent(Part):
    """What the patient, or the guardian, allowed to be done with the photographs; days are calendar days of the signature.

    `withdrawn` says what was withdrawn at `withdrawn_at`; nothing named means all of it.
    """

    status: Literal["proposed", "active", "rejected", "inactive"]
    date: DateTime | None = None
    given_by: Literal["patient", "guardian"] | None = None
    analysis: bool | None = None
    vendor_disclosure: bool | None = None
    training_use: bool | None = None
    expires: DateTime | None = None
    withdrawn_at: DateTime | None = None
    withdrawn: Many[Literal["analysis", "vendor_disclosure", "training_use"]] = ()
    document_ref: Url | None = None

    @property
    def analysis_withdrawn_at(self) -> str | None:
        """When the consent to the analysis was withdrawn, alone or with all the rest."""
        return self.withdrawn_at if not self.withdrawn or "analysis" in self.withdrawn else None


class Image(Part):
    """A photograph, by reference only: `data` is there to be refused by name (PRI-02)."""

    merge_key: ClassVar[tuple[str, ...]] = ("id",)

    id: Token
    view: Literal["frontal", "profile-left", "profile-right", "oblique", "other"] | None = None
    content_type: Token | None = None
    url: Url | None = None
    sha1: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}$")] | None = None
    size: Annotated[int, Field(ge=0, le=2**31 - 1), WITHOUT_POINT] | None = None
    captured_at: DateTime | None = None
    uploaded_at: DateTime | None = None
    operator: Token | None = None
    withdrawn: bool | None = None
    data: Text | None = None


class Tool(Part):
    """The AI software as its vendor names it; versions are opaque text; `hosted_by` says on whose machines it runs."""

    vendor: Text | None = None
    product: Text | None = None
    app_version: Text | None = None
    model_version: Text | None = None
    gallery_version: Text | None = None
    udi_di: Token | None = None
    hosted_by: Literal["vendor", "clinic"] | None = None


class SyndromeCode(Part):
    """A syndrome's code: OMIM entry, OMIM phenotypic series, Orphanet or MONDO."""

    merge_key: ClassVar[tuple[str, ...]] = ("code",)

    system: Literal["omim", "omimps", "orpha", "mondo"]
    code: Token


ScoreKind = Literal[
    "face_distance", "face_similarity", "feature_similarity", "combined_similarity", "pedia", "probability", "pp4", "unspecified"
]


class Score(Part):
    """A score with its kind and direction as the tool gave it; a similarity is not a probability."""

    kind: ScoreKind
    value: Number | None = None
    level: Text | None = None
    direction: Literal["lower", "higher"] | None = None
    native_field: Text | None = None


class Gene(Part):
    """A gene by symbol, with the identifiers that were sent."""

    merge_key: ClassVar[tuple[str, ...]] = ("symbol",)

    symbol: Text
    hgnc: Token | None = None
    entrez: Token | None = None
    omim: Token | None = None


class Candidate(Part):
    """A syndrome that the AI tool proposes; `rank` is the place in the tool's list, 1 first."""

    id: Token | None = None
    rank: Annotated[int, Field(ge=-(2**31), lt=2**31), WITHOUT_POINT] | None = None
    name: Text | None = None
    codes: Many[SyndromeCode] = ()
    is_group: bool | None = None
    scores: Many[Score] = ()
    evidence: Literal["face", "features", "both"] | None = None
    assessed_by_face: bool | None = None
    genes: Many[Gene] = ()
    status: Literal["preliminary", "final"] | None = None
    disposition: Literal["not-reviewed", "considered", "supported", "rejected"] | None = None


class AnalysedImage(Part):
    """What became of one photograph in the analysis; `id` is the id of the image."""

    merge_key: ClassVar[tuple[str, ...]] = ("id",)

    id: Token
    status: Literal["analysed", "failed", "not-used"]
    message: Text | None = None


class Failure(Part):
    """Why the analysis gave no result."""

    stage: Text | None = None
    message: Text


class AiReport(Part):
    """What the AI tool said in one run; `superseded` if a later run of the tool took its place."""

    merge_key: ClassVar[tuple[str, ...]] = ("tool.vendor", "tool.product", "run_id")

    tool: Tool
    run_id: Token | None = None
    started_at: DateTime | None = None
    finished_at: DateTime | None = None
    outcome: Literal["complete", "partial", "failed"] | None = None
    images: Many[AnalysedImage] = ()
    candidates: Many[Candidate] = ()
    genes: Many[Gene] = ()
    failure: Failure | None = None
    superseded: bool | None = None


class Phenotype(Part):
    """A feature of the patient as an HPO term: present, absent, or not known; `run` is the run of the AI tool that saw it."""

    merge_key: ClassVar[tuple[str, ...]] = ("hpo", "source", "run")

    id: Token | None = None
    hpo: Annotated[str, StringConstraints(pattern=r"^HP:[0-9]{7}$")]
    display: Text | None = None
    presence: Literal["present", "absent", "unknown"]
    onset: Text | None = None
    source: Literal["ai", "clinician", "caregiver"] | None = None
    run: Token | None = None


class Answer(Part):
    """An answer to a question about the patient: words, yes or no, or an HPO term."""

    merge_key: ClassVar[tuple[str, ...]] = ("link_id",)

    link_id: Token
    text: Text | None = None
    value: Text | None = None
    flag: bool | None = None
    hpo: Annotated[str, StringConstraints(pattern=r"^HP:[0-9]{7}$")] | None = None


class Measurement(Part):
    """A body measurement; `unit` is as sent (UCUM where the sender uses it)."""

    id: Token | None = None
    name: Text
    value: Number
    unit: Token | None = None
    loinc: Token | None = None
    percentile: Number | None = None
    sd: Number | None = None
    measured_at: DateTime | None = None


class CodedCondition(Part):
    """A condition by code."""

    system: Literal["omim", "omimps", "orpha", "mondo"]
    code: Token
    display: Text | None = None


class Molecular(Part):
    """A finding of a molecular test, known apart from the facial analysis."""

    id: Token | None = None
    gene: Gene | None = None
    hgvs: Text | None = None
    zygosity: Text | None = None
    classification: Text | None = None
    test_type: Text | None = None
    variant_type: Text | None = None
    result: Text | None = None
    condition: CodedCondition | None = None


class ClinicianDiagnosis(Part):
    """A syndrome as the clinician sees it, never the AI."""

    merge_key: ClassVar[tuple[str, ...]] = ("name",)

    id: Token | None = None
    name: Text
    codes: Many[SyndromeCode] = ()
    is_group: bool | None = None
    certainty: Literal["differential", "clinical", "molecular", "dismissed"]


class ReportDocument(Part):
    """The report as a file, by reference."""

    url: Url
    content_type: Token | None = None
    sha1: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{40}$")] | None = None
    title: Text | None = None


class Addendum(Part):
    """What was added to the report after it was signed; `signed_by` is the key of a practitioner."""

    merge_key: ClassVar[tuple[str, ...]] = ("text",)

    text: Text
    signed_at: DateTime
    signed_by: Token | None = None


class Review(Part):
    """The provider's report; `reviewer` is the key of a practitioner."""

    status: Literal["none", "in-progress", "signed", "amended", "withdrawn"]
    reviewer: Token | None = None
    signed_at: DateTime | None = None
    conclusion: Text | None = None
    conclusion_drafted_by_ai: bool | None = None
    amended_at: DateTime | None = None
    amendment: Literal["amended", "corrected", "appended"] | None = None
    amendment_reason: Text | None = None
    addenda: Many[Addendum] = ()
    document: ReportDocument | None = None


class Procedure(Part):
    """What was done."""

    status: Literal["preparation", "in-progress", "not-done", "on-hold", "stopped", "completed", "entered-in-error"]
    started_at: DateTime | None = None
    ended_at: DateTime | None = None
    stop_reason: Text | None = None
    reduced_reason: Text | None = None


class Diagnosis(Part):
    """A diagnosis for the claim; `order` is what the lines of the claim point at, its place in the list (1 first) if not said."""

    merge_key: ClassVar[tuple[str, ...]] = ("icd10cm",)

    icd10cm: Token
    display: Text | None = None
    certainty: Literal["confirmed", "suspected", "ruled-out"] | None = None
    source: Literal["clinician", "ai"] | None = None
    order: Annotated[int, Field(ge=1, lt=2**31), WITHOUT_POINT] | None = None


class Order(Part):
    """A confirmatory test; `proposed` is a suggestion, every other status is a clinician's order."""

    id: Token | None = None
    code: Token
    system: ServiceSystem | None = None
    text: Text | None = None
    gene: Text | None = None
    reason: Text | None = None
    status: Literal["proposed", "active", "completed", "revoked"] = "proposed"
    proposed_by: Literal["ai", "clinician"] | None = None
    ordered_by: Token | None = None
    ordered_at: DateTime | None = None


class OrderNumber(Part):
    """A number of the order for the analysis: of who placed it, of who carries it out, or of accession."""

    kind: Literal["placer", "filler", "accession"]
    value: Token
    system: Url | None = None


class Modifier(Part):
    """A claim modifier; a bare text is its code."""

    code: Text
    system: Url | None = None

    @model_validator(mode="before")
    @classmethod
    def _bare(cls, value: JsonValue) -> JsonValue:
        return {"code": value} if isinstance(value, str) else value

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Say that a bare text will do."""
        whole = handler.resolve_ref_schema(handler(core_schema))
        return {"anyOf": [dict(whole["properties"]["code"]), whole]}


class Line(Part):
    """A line of the claim; `charge` is for the whole line, `dx_pointers` name diagnoses by their order."""

    code: Token
    system: ServiceSystem | None = None
    units: Number | None = None
    modifiers: Many[Modifier] = ()
    pos: Token | None = None
    dos_start: Date | None = None
    dos_end: Date | None = None
    charge: Number | None = None
    dx_pointers: Many[Annotated[int, Field(ge=-(2**31), lt=2**31), WITHOUT_POINT]] = ()


class RelatedClaim(Part):
    """An earlier claim that this one belongs to."""

    claim: Token
    relationship: Literal["prior", "associated"]


class Billing(Part):
    """What is asked of the payer; `frequency` says whether the claim is new, replaces an earlier one or voids it.

    A `draft` is not made active: whoever sends it has not released it.

    `authorization` is the number under which the payer authorized the service beforehand, `referral` that of the referral.
    """

    use: Literal["claim", "preauthorization", "predetermination"]
    frequency: Literal["original", "replacement", "void"] | None = None
    draft: bool | None = None
    authorization: Token | None = None
    referral: Token | None = None
    created: DateTime | None = None
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = None
    lines: Many[Line] = ()
    related: Many[RelatedClaim] = ()


class CaseFacts(Part):
    """What is known of a case apart from AI reports."""

    id: Token
    test: bool = False
    patient: Patient
    guardian: Guardian | None = None
    practitioners: Many[Practitioner] = ()
    organization: Organization | None = None
    payer: Payer | None = None
    encounter: Encounter
    consent: Consent | None = None
    images: Many[Image] = ()
    phenotypes: Many[Phenotype] = ()
    answers: Many[Answer] = ()
    measurements: Many[Measurement] = ()
    molecular: Many[Molecular] = ()
    clinician_diagnoses: Many[ClinicianDiagnosis] = ()
    review: Review | None = None
    procedure: Procedure
    diagnoses: Many[Diagnosis] = ()
    orders: Many[Order] = ()
    order_numbers: Many[OrderNumber] = ()
    billing: Billing | None = None


class EncounterDocument(CaseFacts):
    """What the EHR knows: everything about the case but the AI report.

    One insurance is `coverage`; several are `coverages`, the primary one first.
    """

    coverage: Coverage | None = None
    coverages: Many[Coverage] = ()


class Subject(Part):
    """Whom an AI report is about, to be compared with the encounter's patient."""

    mrn: Token
    mrn_system: Url | None = None


class AiReportDocument(Part):
    """What an AI tool says, in the adapter's own form: one run, and the features that it saw; `id` is the id of the case."""

    id: Token | None = None
    patient: Subject | None = None
    ai: AiReport
    phenotypes: Many[Phenotype] = ()


_LEAST = ("complete", "partial", "failed")


class CaseDocument(EncounterDocument):
    """Any document of a case: an encounter, an AI report, or both in one."""

    ai: AiReport | None = None
    analyses: Many[AiReport] = ()


class Case(CaseFacts):
    """One 0731T encounter with all of its AI reports, merged from all documents; `coverage` is the primary insurance."""

    coverage: Coverage | None = None
    other_coverages: Many[OtherCoverage] = ()
    analyses: Many[AiReport] = ()

    @property
    def standing(self) -> tuple[AiReport, ...]:
        """The runs of the AI software that no later one took the place of."""
        return tuple(run for run in self.analyses if not run.superseded)

    @property
    def ai(self) -> AiReport | None:
        """The run that says most of those that stand: complete before partial, and partial before failed."""
        runs = self.analyses if len(self.analyses) == 1 else self.standing
        return runs[0] if len(runs) == 1 else min(runs, key=lambda run: _LEAST.index(run.outcome or "complete"), default=None)

    @property
    def runs(self) -> Iterator[tuple[str, AiReport]]:
        """All runs, each with the field where documents have it: `ai` if there is one."""
        for place, run in enumerate(self.analyses):
            yield ("ai" if len(self.analyses) == 1 else f"analyses[{place}]"), run
