"""Answers to odd inputs: what becomes of documents, what of them is carried, and what is told with its place.

What is told is looked at as far as it is of the input; rules of coding have tests of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from adapter.conversion import Conversion
from adapter.issues import AdapterError, Issue
from adapter.path import at, leaves
from adapter.readers.document import Document, MappedDocument
from adapter.unread import coverage_of
from tests.examples.ground import OPTIONS, pipeline
from tests.examples.odd_inputs import Sent, content_of

Documents = Sequence[tuple[str, Sent]]
OF_THE_INPUT = ("bundle/", "document/", "fhir/", "json/", "map/", "table/", "structure/", "AI-", "CON-10", "PHE-")


@dataclass(frozen=True, kw_only=True)
class Made:
    """The documents are converted; `told` has rules with the place of the input where each is told first."""

    candidates: Sequence[str] | None = None
    features: Sequence[str] | None = None
    told: Sequence[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Refused:
    """The documents are refused, for these rules with the place where each is told first."""

    told: Sequence[str]


Answer = Made | Refused


def converted(documents: Documents) -> Conversion:
    return pipeline().convert([Document(name=name, content=content_of(sent)) for name, sent in documents], OPTIONS)


def told_by(made: Conversion) -> list[str]:
    """What is told of the input, each rule with its first place; only errors of what is refused."""
    issues = [issue for issue in made.issues if issue.is_error or made.content is not None]
    first: dict[str, str] = {}
    for issue in issues:
        if issue.rule and issue.rule.startswith(OF_THE_INPUT) and issue.rule != "AI-01":
            first.setdefault(issue.rule, next((place for place in issue.location if not place.startswith("mappings")), ""))
    return [f"{rule} {place}" for rule, place in first.items()]


def answer_of(made: Conversion, expected: Answer) -> Answer:
    """What came of it, as far as the expected answer says something of it."""
    if isinstance(expected, Refused) or made.case is None or made.content is None:
        return Refused(told=told_by(made))
    candidates = [f"{hit.rank} {hit.name}" for run in made.case.analyses for hit in run.candidates]
    features = [f"{seen.hpo} {seen.presence}" for seen in made.case.phenotypes]
    return Made(
        candidates=None if expected.candidates is None else candidates,
        features=None if expected.features is None else features,
        told=told_by(made),
    )


DECIDING = {
    "Encounter.id",
    "Encounter.subject.reference",
    "Observation.code.coding.system",
    "Observation.status",
    "Observation.subject.reference",
    "Patient.id",
    "Patient.identifier.type.coding.code",
    "Procedure.code.coding.code",
    "Procedure.encounter.reference",
    "rows.tool",
}
"""Fields that decide what becomes of others, and one that says the same in each row."""


def lost(documents: Documents) -> set[str]:
    """The fields of documents that neither are carried, nor told, nor decide about others; nothing of what is refused."""
    found = set()
    for name, sent in documents:
        try:
            for part in pipeline().readers.read(Document(name=name, content=content_of(sent))):
                mapped, remarks = pipeline().in_case_form(part, OPTIONS)
                told = [*part.remarks, *(remark.written() for remark in remarks)]
                found |= _lost(mapped, told) if isinstance(mapped, MappedDocument) else set()
        except AdapterError:
            continue
    return found - DECIDING


def _lost(mapped: MappedDocument, remarks: Sequence[Issue]) -> set[str]:
    original = mapped.original
    carried = {place for source in mapped.origins.values() for place in source.positions}
    told = {place for unread in coverage_of(mapped) for place in unread.in_full().positions}
    told |= {place for issue in remarks for place in issue.location}
    return {
        ".".join(step for step in leaf if isinstance(step, str))
        for leaf in leaves(original.tree)
        for place in original.positions(leaf)
        if at(original.tree, leaf) not in (None, "") and place not in carried and not _within(place, told)
    }


def _within(place: str, wholes: set[str]) -> bool:
    """Whether a place, or one that it is a part of but for the whole document, is among these."""
    name, _, steps = place.partition("#/")
    return place in wholes or any(f"{name}#/{steps[:end]}" in wholes for end, letter in enumerate(steps) if letter == "/")
