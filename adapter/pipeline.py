"""The pipeline itself: documents in, a Conversion out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from adapter.case import Case, Date
from adapter.checks import check_bundle
from adapter.fhir.bundle import transaction
from adapter.fhir.json import canonical_bytes, read_json
from adapter.fhir.outcome import operation_outcome
from adapter.issues import AdapterError, InvalidError, Issue, IssueType, Severity
from adapter.lineage import Coverage, Lineage, Trail, steps, verdict_issue
from adapter.mapping.compiled import CompiledMap, Report, Trace
from adapter.mapping.library import Library
from adapter.mapping.origin import Origin, origins
from adapter.readers.document import NATIVE, Document, MappedDocument, Path, ReadDocument, Source, dotted, read_document
from adapter.readers.merge import Merged, merge
from adapter.readers.shape import InputForm, structure_issues
from adapter.readers.validate import to_case
from adapter.rules.circumstances import SUNSET, Circumstances
from adapter.rules.explanation import Explanation, explain
from adapter.rules.facts import Facts, facts_of
from adapter.rules.judgement import Judgement, judgement_of
from adapter.rules.lookback import ASIDE, Aside, weighed
from adapter.rules.policy import Choice, Policies
from adapter.rules.registry import JUDGED_ONLY
from adapter.rules.state import DERIVED_FROM, state_of
from adapter.rules.suggestion import suggest, suggestion_issues


class Options(BaseModel):
    """The switches of a conversion; mappings read them as `options`.

    The last four are for the coding rules (`adapter.rules.circumstances`): the day of the judgement, if a clock may be read; the
    first day on which 0731T may be archived, and whether somebody has read that it is; whether a public server gets the output.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    profiles: Literal["none", "own", "uscore", "all"] = "none"
    ai_label: Literal["device", "ai", "both"] = "device"
    narrative: bool = True
    zone: str | None = None
    version: str = "0"
    today: Date | None = None
    sunset: Date = SUNSET
    sunset_verified: bool = False
    to_public_server: bool = False


@dataclass(frozen=True, kw_only=True)
class Conversion:
    """What became of the documents.

    `content` is the FHIR transaction Bundle as bytes, `bundle` the same as a value of your own; both None if the input was
    refused. `found` are all problems, `issues` the same with their places. `lineage` says for every element of the bundle what it
    was made from; `coverage` which input fields no mapping read, `explanation` what became of every coding rule. All but content
    and what was found are worked out when they are first asked for.
    """

    content: bytes | None
    found: tuple[Issue, ...]
    facts: Facts | None = field(default=None, repr=False)
    trail: Trail | None = field(default=None, repr=False)

    @cached_property
    def issues(self) -> tuple[Issue, ...]:
        """All problems, with their places in the documents and in the bundle."""
        return tuple(map(self.trail.with_places, self.found)) if self.trail else self.found

    @cached_property
    def bundle(self) -> dict[str, Any] | None:
        """The FHIR transaction Bundle; decimals are Decimal."""
        if self.content is None:
            return None
        bundle: dict[str, Any] = read_json(self.content, "bundle")
        return bundle

    @property
    def case(self) -> Case | None:
        """The Case that the documents make; nothing if they could not be read."""
        return self.facts.case if self.facts else None

    @cached_property
    def explanation(self) -> Explanation | None:
        """What became of every coding rule; nothing if the documents could not be read."""
        return explain(self.facts, self.issues) if self.facts else None

    @cached_property
    def lineage(self) -> Lineage:
        """What every element of the bundle was made from."""
        return self.trail.lineage() if self.trail else Lineage(entries=())

    @cached_property
    def coverage(self) -> Coverage:
        """Which input fields no mapping read."""
        return self.trail.coverage() if self.trail else Coverage(unread=())

    @property
    def has_errors(self) -> bool:
        """Whether an issue is an error."""
        return any(issue.is_error for issue in self.found)

    def whole(self, base: str) -> dict[str, Any]:
        """All of it as `{bundle, outcome, lineage, coverage}` for the writers of `adapter.fhir.json`; `base` as in Settings.

        The rows of lineage and coverage are `Entry` and `Unread`, which are written as objects with their fields.
        """
        outcome = operation_outcome(self.issues, claim_edit_system=f"{base}/CodeSystem/claim-edit")
        rows = {"lineage": self.lineage.entries, "coverage": self.coverage.unread}
        return {"bundle": self.bundle, "outcome": outcome, **rows}


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """The maps of input forms by form name, the forms themselves, the maps that make FHIR, and payers' policies."""

    library: Library
    sources: Mapping[str, CompiledMap]
    forms: Mapping[str, InputForm]
    policies: Policies

    @cached_property
    def unread(self) -> frozenset[Path]:
        """The fields of the Case that neither a map nor a rule reads, as paths with `*` for every item of a list."""
        states = [name.removeprefix("judgement.state.") for name in self.library.read if name.startswith("judgement.state.")]
        judged = JUDGED_ONLY.union(*(DERIVED_FROM.get(name, ()) for name in states))
        return frozenset(path for path in self.library.unread if dotted(path) not in judged)

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
        options = options or Options()
        try:
            merged, found = self._read(documents, options)
            earlier = tuple(self._earlier(each, options, found) for each in prior)
        except AdapterError as refusal:
            return _refused(refusal.issues)
        if any(issue.is_error for issue in merged.issues):
            return _refused((*merged.issues, *found))
        case, issues = to_case(merged)
        if case is None:
            return _refused((*issues, *found))
        found += _set_aside(prior, weighed(case, earlier))
        return self._make(case, merged, options, earlier=earlier, found=found, lineage=lineage)

    def _earlier(self, document: Document, options: Options, found: list[Issue]) -> Case:
        """The case of an earlier claim; raises InvalidError if it can not be read."""
        merged, remarks = self._read([document], options)
        found += remarks
        case, issues = to_case(merged)
        if case is None:
            raise InvalidError(*issues)
        return case

    def _read(self, documents: Sequence[Document], options: Options) -> tuple[Merged, list[Issue]]:
        if not documents:
            raise _no_document()
        found: list[Issue] = []
        marks = {name: form.marks for name, form in self.forms.items()}
        trees = [self._in_case_form(read_document(each, marks), options, found) for each in documents]
        return merge(sorted(trees, key=_rank)), found

    def _in_case_form(self, document: ReadDocument, options: Options, found: list[Issue]) -> ReadDocument:
        if document.form == NATIVE:
            return document
        problems = structure_issues(self.forms[document.form], document)
        if problems:
            raise InvalidError(*problems)
        return map_document(self.sources[document.form], document, options, found=found)

    def _make(
        self,
        case: Case,
        merged: Merged,
        options: Options,
        *,
        earlier: tuple[Case, ...],
        found: list[Issue],
        lineage: bool,
    ) -> Conversion:
        choice = self.policies.choose(case)
        facts = facts_of(case, state_of(case), choice.policy, circumstances=_circumstances(options, earlier))
        judgement = judgement_of(facts)
        judged = _said_of(judgement, choice, facts)
        roots = (case, judgement, options)
        reports: list[tuple[CompiledMap, Report]] = []
        if judgement.refused:
            return _refused(tuple(issue.at(location=merged.positions(steps(issue.field or ""))) for issue in judged), facts)
        try:
            made = self.library.run(roots, reports, lineage=lineage)
        except AdapterError as refusal:
            places = tuple(each.at(location=merged.positions(steps(each.field)) if each.field else ()) for each in refusal.issues)
            return _refused(places, facts)
        bundle = transaction([each.resource for each in made])
        content = canonical_bytes(bundle)
        trail = Trail(
            library=self.library, merged=merged, judgement=judgement, roots=roots, made=made, bundle=bundle, unread=self.unread
        )
        verdicts = dict.fromkeys(verdict_issue(*report) for report in reports)  # a name of a `let` may be asked for twice
        issues = [*found, *judged, *verdicts]
        checked = (*issues, *check_bundle(bundle, content), *trail.coverage().issues())
        return Conversion(content=content, found=checked, facts=facts, trail=trail)


def _said_of(judgement: Judgement, choice: Choice, facts: Facts) -> tuple[Issue, ...]:
    """What the rules say; of a claim also, first, by which policy, and last, which modifiers the facts defend."""
    if facts.use is None:
        return judgement.issues
    return choice.to_issue(), *judgement.issues, *suggestion_issues(suggest(facts))


def _circumstances(options: Options, earlier: tuple[Case, ...]) -> Circumstances:
    return Circumstances(
        today=options.today,
        sunset=options.sunset,
        sunset_verified=options.sunset_verified,
        to_public_server=options.to_public_server,
        prior=earlier,
    )


def _set_aside(prior: Sequence[Document], asides: Sequence[Aside | None]) -> Iterator[Issue]:
    """An information for each earlier claim that does not count beside this one."""
    for document, aside in zip(prior, asides, strict=True):
        if aside is not None:
            yield Issue(
                severity=Severity.INFORMATION,
                code=IssueType.INFORMATIONAL,
                rule=f"prior/{aside}",
                text=ASIDE[aside],
                location=(f"{document.name}#",),
            )


def map_document(compiled: CompiledMap, document: ReadDocument, options: Options, *, found: list[Issue]) -> MappedDocument:
    """A document of another form, turned into the form of the Case by its map; `found` is given what could not be converted."""
    reports: list[Report] = []
    make, _ = compiled.make("plain")
    tree = make(document.tree, options, {}, reports, None, "", None, 0)

    def trace() -> dict[Path, Source]:
        traced, groups = compiled.make("lineage")
        notes: Trace = []
        traced(document.tree, options, {}, [], notes.append, "", None, 0)
        return {each.element: _source(document, each) for each in origins(notes, groups, tree, {})}

    mapped = MappedDocument(
        name=document.name,
        form=NATIVE,
        tree=tree,
        original=document,
        trace=trace,
        read=frozenset(map(steps, compiled.read)),
        ignored={steps(text.text): reason for text, reason in compiled.source.ignored},
    )
    for report in reports:
        issue = verdict_issue(compiled, report)
        found.append(issue.at(location=document.positions(steps(issue.field))) if issue.field else issue)
    return mapped


def _rank(document: ReadDocument) -> tuple[bool, str]:
    """By what documents are put in order, so that the order in which they were sent changes nothing: encounters come first."""
    return "encounter" not in document.tree, document.name


def _source(document: ReadDocument, origin: Origin) -> Source:
    found = [position for read in origin.reads for position in _position(document, read)]
    positions = tuple(dict.fromkeys(found)) or (origin.place,)
    return Source(positions=positions, place=origin.place, functions=origin.functions)


def _position(document: ReadDocument, read: str) -> tuple[str, ...]:
    option = read.removeprefix("options.")
    return document.positions(steps(read)) if option == read else (f"options#/{option}",)


def _refused(issues: Sequence[Issue], facts: Facts | None = None) -> Conversion:
    return Conversion(content=None, found=tuple(issues), facts=facts)


def _no_document() -> InvalidError:
    text = "there is no document; send the encounter, and the AI report if there is one"
    return InvalidError(Issue(severity=Severity.ERROR, code=IssueType.REQUIRED, rule="document/none", text=text))
