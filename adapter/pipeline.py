"""The pipeline itself: documents in, a Conversion out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

from adapter.case import Case
from adapter.checks import Release, check_bundle
from adapter.checks.full_check import NOTHING
from adapter.checks.map_proof import MapProof, Proved, proof_of
from adapter.conversion import Conversion, ConversionRecord, Options, Versions, refused
from adapter.feed.arrivals import put_in_order
from adapter.feed.inline_image import refuse_inline_images
from adapter.feed.known_sender import KnownSender, KnownSenders, facts_of_senders
from adapter.feed.standing import standing
from adapter.feed.statement import Statement
from adapter.fhir.bundle import transaction
from adapter.fhir.json import canonical_bytes
from adapter.identity import identity_issues
from adapter.issues import (
    AdapterError,
    AnyIssue,
    ConflictError,
    FailureKind,
    InvalidError,
    Issue,
    IssueType,
    PendingIssue,
    ReportedIssues,
    Severity,
    UnknownFormError,
    UnreadableError,
    to_raise,
)
from adapter.lineage import Trail
from adapter.mapping.emit.compiled import CompiledMap
from adapter.mapping.emit.support import Report
from adapter.mapping.run.function_verdict import verdict_field, verdict_issue, verdict_rule
from adapter.mapping.run.library import Library, MappedResource
from adapter.mapping.run.source_map import map_document
from adapter.merging.alone import alone
from adapter.merging.feature_source import with_source
from adapter.merging.foreign import foreign
from adapter.merging.merge import Merged, merge
from adapter.merging.validate import to_case
from adapter.path import Path, dotted, parse
from adapter.readers.document import NATIVE, Document, MappedDocument, ReadDocument
from adapter.readers.fhir_reader import fhir_together
from adapter.readers.form_choice import check_named_forms
from adapter.readers.hl7v2.reader import Hl7Document
from adapter.readers.inline_photograph import check_no_photograph, may_hold_photographs
from adapter.readers.item_limit import check_counts, check_items
from adapter.readers.port import Readers
from adapter.readers.step_budget import StepBudget
from adapter.rules.completeness import checklist
from adapter.rules.facts import Facts
from adapter.rules.judgement import Findings, findings_of
from adapter.rules.lookback import aside_issues, weighed
from adapter.rules.policy import Choice, Policies
from adapter.rules.registry import JUDGED_ONLY
from adapter.rules.state import DERIVED_FROM
from adapter.rules.suggestion import suggest, suggestion_issues
from adapter.superseded import superseded_issues, with_superseded
from adapter.zone import with_zone

Remarks = tuple[AnyIssue, ...]
"""What could not be converted on the way from a document to the Case; no error."""


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """The readers, the maps that make FHIR, those of input forms (by form, loaded when they are needed), and payers' policies."""

    readers: Readers
    outputs: Mapping[Release, Library]
    load_sources: Callable[[], Mapping[str, CompiledMap]]
    policies: Policies
    senders: KnownSenders = field(default_factory=KnownSenders)
    versions: Versions = field(default_factory=Versions)

    @cached_property
    def sources(self) -> Mapping[str, CompiledMap]:
        """The maps of input forms, by form."""
        return self.load_sources()

    @property
    def maps(self) -> tuple[CompiledMap, ...]:
        """All maps, of every release and every input form."""
        all_maps = (compiled for library in self.outputs.values() for compiled in library.maps)
        return (*all_maps, *self.sources.values())

    def _output(self, name: str) -> Release:
        """The release that a conversion makes; raises InvalidError if there are no maps for it."""
        for release in self.outputs:
            if release.name == name:
                return release
        raise _no_release([release.name for release in self.outputs])

    @cached_property
    def _unread(self) -> Mapping[Release, frozenset[Path]]:
        return {release: _unread_paths(library) for release, library in self.outputs.items()}

    @cached_property
    def _proofs(self) -> Mapping[Release, MapProof]:
        """What was proved of the maps of each release, and what is left to ask of what they make."""
        return {
            release: proof_of(
                release.table,
                release.invariants,
                {compiled.name: (compiled.source.target, compiled.outline) for compiled in library.maps},
                has_only_made_references=all(compiled.has_only_made_references for compiled in library.maps),
            )
            for release, library in self.outputs.items()
        }

    def prepare(self) -> None:
        """Work out the proofs, so that of each Bundle only what they leave open is checked."""
        _ = self._proofs

    def _proved(self, options: Options, release: Release, made: Sequence[MappedResource]) -> Proved:
        """What need not be asked of these resources; nothing before `prepare`, as a proof costs as much as many full checks."""
        if options.check == "full" or "_proofs" not in vars(self):
            return NOTHING
        return self._proofs[release].of([(part.map.name, part.resource) for part in made])

    def convert(
        self,
        documents: Sequence[Document],
        options: Options | None = None,
        *,
        prior: Sequence[Document] = (),
        lineage: bool = False,
    ) -> Conversion:
        """The Conversion of the documents of one encounter; never raises for what is in them.

        `prior` are encounters that were billed earlier, each of them one document, for the rules that look at a whole day.
        With `lineage` it is noted while resources are made; without, it is worked out if somebody asks for it.
        """
        record = ConversionRecord(
            documents=tuple(documents), prior=tuple(prior), options=options or Options(), versions=self.versions
        )
        try:
            release = self._output(record.options.release)
            merged, remarks = self._read(record.documents, record.options)
            earlier, further = self._earlier(record)
            case = _case_of(merged, (*remarks, *further))
            remarks = (*remarks, *_known(case, merged, record.options))
            choice = self.policies.choose(case, record.options.payer)
        except AdapterError as refusal:
            return refused(record, refusal.issues, refusal.kind)
        asides = aside_issues([document.name for document in record.prior], weighed(case, earlier))
        judgeable = Conversion(**{**vars(record), "case": case, "earlier": earlier, "choice": choice})
        judged, so_far = _judged(judgeable, case, choice, problems=(*remarks, *further, *asides))
        return self._make(judged, merged, release, so_far=so_far, lineage=lineage)

    def read(self, documents: Sequence[Document], options: Options) -> Merged:
        """What documents say, each in the form of the Case, and all of them together; raises an AdapterError."""
        merged, _ = self._read(documents, options)
        return merged

    def read_with_remarks(self, documents: Sequence[Document], options: Options) -> tuple[Merged, Remarks]:
        """As `read`, with what there is to say of the documents."""
        return self._read(documents, options)

    def _earlier(self, record: ConversionRecord) -> tuple[tuple[Case, ...], Remarks]:
        """The cases of earlier claims; raises InvalidError for one that cannot be read."""
        cases: list[Case] = []
        remarks: list[AnyIssue] = []
        for document in record.prior:
            merged, further = self._read([document], record.options)
            cases.append(to_case(merged))
            remarks += further
        return tuple(cases), tuple(remarks)

    def _read(self, documents: Sequence[Document], options: Options) -> tuple[Merged, Remarks]:
        if not documents:
            raise _no_document()
        opened = fhir_together([part for document in documents for part in self._opened(document, options)])
        check_named_forms(documents, opened, lambda: (NATIVE, *self.sources))
        budget = StepBudget(limit=options.max_steps)
        if not budget.can_be_read(_size(documents)):
            budget.after([part.tree for part in opened])
        opened = [self.translated(part, options) for part in opened]
        arrivals = put_in_order(opened, is_handled=lambda form: form == NATIVE or form in self.sources)
        senders = [self.senders.of(part, options.sender) for part in arrivals.documents]
        pairs = list(zip(arrivals.documents, senders, strict=True))
        beside = [(part, sender) for document, sender in pairs if sender is not None for part in sender.gathered(document)]
        facts = [(part, None) for part in facts_of_senders(senders)]
        read = [self._in_case_form(part, sender, options) for part, sender in (*pairs, *beside, *facts)]
        documents_that_stand, losers = standing([document for document, _ in read], options.assigner)
        of_readers = (remark for part in opened for remark in part.remarks)
        remarks = (*of_readers, *arrivals.issues, *losers, *(remark for _, remarks in read for remark in remarks))
        if any(issue.is_error for issue in (*arrivals.issues, *losers)):
            raise ConflictError(*to_raise(remarks))
        merged = merge(documents_that_stand)
        return merged, (*remarks, *(issue for issue in merged.issues if not issue.is_error))

    def _opened(self, document: Document, options: Options) -> tuple[ReadDocument, ...]:
        check_counts(document.content, name=document.name, most=options.max_items)
        opened = self.readers.read(document)
        may_hold = may_hold_photographs(opened, document.content)
        for part in opened:
            check_items(part.tree, name=part.name, content=document.content, most=options.max_items)
            if may_hold:
                check_no_photograph(part)
        return opened

    def translated(self, document: ReadDocument, options: Options) -> ReadDocument:
        """A document that was read, as its sender means it; raises InvalidError for a sender that is not known."""
        return self.senders.translated(document, options.sender)

    def in_case_form(self, document: ReadDocument, options: Options) -> tuple[ReadDocument, Remarks]:
        """A translated document in the form of the Case, and what could not be converted; raises UnknownFormError."""
        return self._in_case_form(document, self.senders.of(document, options.sender), options)

    def _in_case_form(self, document: ReadDocument, sender: KnownSender | None, options: Options) -> tuple[ReadDocument, Remarks]:
        if isinstance(document, Hl7Document):
            refuse_inline_images(document)
        if sender is None:
            return self._mapped(document, options)
        zoned = options.model_copy(update={"zone": sender.terms.zone or options.zone})
        mapped, remarks = self._mapped(document, zoned)
        return sender.completed(mapped), remarks

    def _mapped(self, document: ReadDocument, options: Options) -> tuple[ReadDocument, Remarks]:
        if document.form == NATIVE:
            zoned, remarks = with_zone(document, options.zone) if options.zone else (document, ())
            marked, further = with_source(zoned)
            return marked, (*remarks, *further)
        if document.form not in self.sources:
            raise _no_map(document, sorted(self.sources))
        return map_document(self.sources[document.form], document, options, most=options.max_steps)

    def _make(self, judged: Conversion, merged: Merged, release: Release, *, so_far: ReportedIssues, lineage: bool) -> Conversion:
        assert judged.judgement is not None  # noqa: S101 - `_judged` has set it
        if judged.judgement.refused:
            return refused(judged, [_placed(issue, merged) for issue in so_far.all()], FailureKind.INVALID)
        roots = (judged.case, judged.judgement, judged.options)
        try:
            library, most = self.outputs[release], judged.options.max_steps
            resources, reports = library.run(roots, lineage=lineage, budget=_budget_left(judged, merged), most=most)
        except AdapterError as refusal:
            return refused(judged, [_placed(issue, merged) for issue in refusal.issues], refusal.kind)
        so_far = so_far.beside(_verdict_issues(reports, merged))
        return self._checked(judged, merged, release, so_far=so_far, resources=resources)

    def _checked(
        self, judged: Conversion, merged: Merged, release: Release, *, so_far: ReportedIssues, resources: list[MappedResource]
    ) -> Conversion:
        """The finished conversion: the Bundle, its bytes, and what the checks say of them."""
        assert judged.judgement is not None  # noqa: S101 - as above
        bundle = transaction([resource.resource for resource in resources], judged.options.shared)
        content = canonical_bytes(bundle)
        trail = Trail(
            library=self.outputs[release],
            merged=merged,
            judgement=judged.judgement,
            roots=(judged.case, judged.judgement, judged.options),
            made=resources,
            bundle=bundle,
            unread_patterns=self._unread[release],
        )
        proved = self._proved(judged.options, release, resources)
        unread, further = trail.unread_issues()
        so_far = so_far.beside((*check_bundle(bundle, release, content, proved=proved), *unread), further=further)
        return replace(judged, content=content, problems=so_far.all(), trail=trail)


def _unread_paths(library: Library) -> frozenset[Path]:
    """The fields of the Case that neither a map nor a rule reads, as paths with `*` for every item of a list."""
    states = [name.removeprefix("judgement.state.") for name in library.read if name.startswith("judgement.state.")]
    judged = JUDGED_ONLY.union(*(DERIVED_FROM.get(name, ()) for name in states))
    return frozenset(path for path in library.unread if dotted(path) not in judged)


def _size(documents: Sequence[Document]) -> int:
    return sum(len(document.content) for document in documents)


def _budget_left(judged: Conversion, merged: Merged) -> StepBudget | None:
    """What may be made of a case that was read; nothing where the documents are so small that it need not be counted."""
    budget = StepBudget(limit=judged.options.max_steps)
    return None if budget.can_be_mapped(_size(judged.documents)) else budget.after([merged.tree])


def _no_release(known: Sequence[str]) -> InvalidError:
    text = "there are no maps for this FHIR release"
    hint = f"use one of {', '.join(known)}"
    return InvalidError(
        Issue(severity=Severity.ERROR, code=IssueType.NOT_SUPPORTED, rule="options/release", text=text, suggestion=hint)
    )


def _case_of(merged: Merged, remarks: Remarks) -> Case:
    """The case; raises InvalidError with all that is in the way, and the remarks."""
    if strangers := tuple(foreign(merged)):
        raise InvalidError(*strangers)
    if any(issue.is_error for issue in merged.issues):
        raise InvalidError(*to_raise((*merged.issues, *remarks)))
    if lonely := alone(merged):
        raise InvalidError(lonely, *_of_readers(merged))
    try:
        return with_superseded(to_case(merged))
    except InvalidError as invalid:
        raise InvalidError(*to_raise((*invalid.issues, *remarks))) from None


def _of_readers(merged: Merged) -> tuple[Issue, ...]:
    """What readers tell of how the documents were sent."""
    return tuple(remark for one in merged.documents if isinstance(one, MappedDocument) for remark in one.original.remarks)


def _known(case: Case, merged: Merged, options: Options) -> Remarks:
    """Remarks on how the case names people and things; raises InvalidError where nobody knows whom it means."""
    issues = tuple(_placed(issue, merged) for issue in (*identity_issues(case, options.assigner), *superseded_issues(case)))
    if any(issue.is_error for issue in issues):
        raise InvalidError(*issues)
    return issues


def _placed(issue: Issue, merged: Merged) -> Issue:
    return issue.at(location=tuple(place for field in issue.fields for place in merged.positions(parse(field))))


def _verdict_issues(reports: Sequence[tuple[CompiledMap, Report]], merged: Merged) -> tuple[PendingIssue, ...]:
    """What could not be converted, told once for a place, however many elements are made of it."""
    verdicts: dict[tuple[str, str], PendingIssue] = {}
    for compiled, report in reports:
        number, _, verdict = report
        place = verdict_field(compiled, report, merged.tree) or str(compiled.places[number].mark)
        write = partial(verdict_issue, compiled, report, merged.tree)
        verdicts.setdefault((verdict.message, place), PendingIssue(verdict.severity, verdict_rule(compiled, report), write))
    return tuple(verdicts.values())


def _judged(conversion: Conversion, case: Case, choice: Choice, *, problems: Remarks) -> tuple[Conversion, ReportedIssues]:
    """The conversion with the judgement, and what is told up to here."""
    facts = conversion.facts_by(case, choice)
    findings = findings_of(facts)
    so_far = ReportedIssues().beside((*problems, *_claim_issues(findings, choice, facts)))
    return replace(conversion, judgement=findings.judgement(so_far)), so_far


def _claim_issues(findings: Findings, choice: Choice, facts: Facts) -> Remarks:
    """What the rules say; of a claim also, first, by which policy, and last, which modifiers the facts defend."""
    if facts.use is None:
        return findings.issues
    policy = PendingIssue(choice.severity, "policy/chosen", choice.to_issue)
    complete = PendingIssue(Severity.INFORMATION, "checklist/837p", partial(checklist, findings.fired))
    return policy, *findings.issues, *suggestion_issues(suggest(facts)), complete


def _no_map(document: ReadDocument, known: list[str]) -> UnknownFormError:
    family = f"{document.form.partition('.')[0]}."
    alike = [form for form in known if form.startswith(family)] or known
    text = f"this is {document.form}, and no map reads it; maps read {', '.join(alike)}"
    issue = Issue(
        severity=Severity.ERROR,
        code=IssueType.NOT_SUPPORTED,
        rule="document/map",
        text=text,
        suggestion="send one of these forms, or write a map for this one (docs/mapping-language.md)",
        location=(Statement(document=document).place("MSH", "9"),)
        if isinstance(document, Hl7Document)
        else document.positions(()),
    )
    return UnknownFormError(issue)


def _no_document() -> UnreadableError:
    text = "there is no document; send the encounter, and the AI report if there is one"
    return UnreadableError(Issue(severity=Severity.ERROR, code=IssueType.REQUIRED, rule="document/none", text=text))
