"""The files of cases: what they may say, read strictly, each mistake with its file, line and column."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from adapter.conformance.path_value import is_path
from adapter.json_types import JsonObject
from adapter.strict_yaml.model import FileModel, form, known, read_model
from adapter.strict_yaml.nodes import MappingNode, Node, SequenceNode, TextNode, read_yaml
from adapter.strict_yaml.problem import BadFileError, Mark, Problem, problem

Kind = Literal["once", "resource-type", "example", "definition", "profile"]
"""What there is a case for: one in all, or one for each resource type that we emit, example, definition and claimed profile."""

SUPPLIED: Mapping[Kind, tuple[str, ...]] = {
    "once": (),
    "resource-type": ("type", "sample", "changed", "labelled"),
    "example": ("example", "whole"),
    "definition": ("type", "definition", "url", "id"),
    "profile": ("type", "profile", "claiming"),
}
"""The names that a case may use, by kind; those of every kind are in `_COMMON`."""
_COMMON = ("run", "mark", "test", "base", "canonical", "complete", "complete_count", "large", "long", "sent")
_NAME = re.compile(r"\$\{([^}]*)\}")
_DECIMAL = re.compile(r"decimal -?[0-9]+(\.[0-9]+)?", re.ASCII)
_REQUEST = re.compile(r"(GET|POST|PUT|DELETE) \S*")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def _is_regular(text: str) -> bool:
    try:
        re.compile(text)
    except re.error:
        return False
    return True


_CAPABILITY = re.compile(
    r"\$[a-z]+(-[a-z]+)*|transaction|batch|search-system|history-system"
    r"|(\$\{type\}|[A-Z][A-Za-z]+)\.(read|vread|update|patch|delete|history-instance|history-type|create|search-type"
    r"|conditionalCreate|conditionalUpdate|version)",
    re.ASCII,
)
HEADER = "header "
"""What a kept value begins with that is a header of the answer."""
_PATH_HELP = "see http://hl7.org/fhirpath/N1/; texts are in single quotes, brackets are closed"


def _is_kept(text: str) -> bool:
    return text.startswith(HEADER) or is_path(text)


Slug = Annotated[str, form(_SLUG.fullmatch, "a name", "write small letters, digits and hyphens")]
RequestLine = Annotated[
    str, form(_REQUEST.fullmatch, "a request", "write `GET Patient/1`: method, space, path below the base URL")
]
Pattern = Annotated[str, form(_is_regular, "a regular expression", "see the syntax of Python's `re`")]
PathText = Annotated[str, form(is_path, "a FHIRPath expression", _PATH_HELP)]
KeptText = Annotated[str, form(_is_kept, "a FHIRPath expression or `header NAME`", _PATH_HELP)]
Capability = Annotated[
    str, form(_CAPABILITY.fullmatch, "a capability", "write `transaction`, `$validate`, `Patient.create` or `Patient.version`")
]


class Requirement(FileModel):
    """What a case proves: the requirement in one sentence, and where it is stated."""

    text: str
    link: Annotated[str, form(re.compile(r"https?://\S+").fullmatch, "a link", "write https://…")]


class Expectation(FileModel):
    """What the answer to a step must be; what is not named is not looked at.

    `paths`: FHIRPath expressions and what they give, `true` for anything. `body`: a template that the answer must fit. `same_as`:
    a resource that the answer must mean; with `precise` also digit by digit. `outcome`: an OperationOutcome that says what is
    wrong. `valid`: the answer of $validate holds nothing that is to be fixed. `otherwise` says what is wrong with the server
    otherwise; with `level: warn` that is a weakness, not a failure.
    """

    status: tuple[int, ...] = ()
    headers: Mapping[str, Pattern] = Field(default_factory=dict)
    paths: Mapping[PathText, object] = Field(default_factory=dict)
    body: object = None
    same_as: object = None
    precise: bool = False
    outcome: bool = False
    valid: bool = False
    otherwise: str = ""
    level: Literal["fail", "warn"] = "fail"


class Step(FileModel):
    """One request, or `times` equal ones at the same time, what is expected of each answer, and what is kept of it by name.

    A resource that is put without an id gets that of the URL; a body that is a text holds search criteria. A value to be kept is
    a FHIRPath expression, or `header NAME`.
    """

    send: RequestLine
    headers: Mapping[str, str] = Field(default_factory=dict)
    body: object = None
    times: Annotated[int, Field(ge=1, le=100)] = 1
    expect: tuple[Expectation, ...] = ()
    keep: Mapping[str, KeptText] = Field(default_factory=dict)


class CaseTerms(FileModel):
    """What a file says of one case (or, with `for_each`, of one for each …); `alone`: nothing else runs at the same time."""

    case: Slug
    title: str
    proves: Requirement
    for_each: Kind = "once"
    capabilities: tuple[Capability, ...] = ()
    holds: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    alone: bool = False
    setup: tuple[Step, ...] = ()
    steps: tuple[Step, ...]
    teardown: tuple[Step, ...] = ()


class CaseFile(FileModel):
    """A file of cases: one group."""

    group: Slug = ""
    cases: tuple[CaseTerms, ...] = ()


class BadCaseFileError(BadFileError):
    """Case files that cannot be used; raised with all of their problems at once."""

    file_kind = "case"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConformanceCase:
    """One case, ready to be run: its `identity` is `group/case`, or `group/case/what-it-is-for`; `supplied` are its variables."""

    identity: str
    group: str
    title: str
    terms: CaseTerms
    place: Mark
    supplied: JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedCase:
    """What a file says of a case, and where."""

    group: str
    terms: CaseTerms
    place: Mark

    @property
    def identity(self) -> str:
        """The name by which others need it."""
        return f"{self.group}/{self.terms.case}"


def read_case_files(files: Mapping[str, str]) -> tuple[PlacedCase, ...]:
    """The cases of files (name to text), in their order; raises BadCaseFileError with every mistake of all files."""
    placed: list[PlacedCase] = []
    problems: list[Problem] = []
    for name, text in files.items():
        documents, mistakes = read_yaml(text, file=name)
        problems += mistakes
        for node in documents:
            cases, wrong = _read_document(node)
            placed += cases
            problems += wrong
    problems += _misnamed(placed)
    if problems:
        raise BadCaseFileError(problems)
    return tuple(placed)


def _read_document(node: Node) -> tuple[list[PlacedCase], list[Problem]]:
    if not isinstance(node, MappingNode) or "group" not in {key.text for key, _ in node.entries}:
        return [], [problem("not-cases", node.mark, "this is not a file of cases", "begin with `group: name`")]
    file, problems = read_model(CaseFile, node)
    if problems:
        return [], problems
    entries = next((value for key, value in node.entries if key.text == "cases"), None)
    nodes = entries.items if isinstance(entries, SequenceNode) else ()
    cases = [PlacedCase(group=file.group, terms=terms, place=at.mark) for terms, at in zip(file.cases, nodes, strict=True)]
    wrong = [fault for terms, at in zip(file.cases, nodes, strict=True) for fault in _unknown_names(terms, at)]
    return cases, wrong


def _unknown_names(terms: CaseTerms, node: Node) -> Iterator[Problem]:
    """The names in `${…}` that nothing supplies."""
    kept = [name for step in (*terms.setup, *terms.steps, *terms.teardown) for name in step.keep]
    names = [*_COMMON, *SUPPLIED[terms.for_each], *kept]
    for text in _texts(node):
        for name in _NAME.findall(text.text):
            if name not in names and not _DECIMAL.fullmatch(name):
                yield problem("unknown-name", text.mark, f"nothing is called `{name}` here", known(name, names))


def _texts(node: Node) -> Iterator[TextNode]:
    if isinstance(node, MappingNode):
        for key, value in node.entries:
            yield key
            yield from _texts(value)
    elif isinstance(node, SequenceNode):
        for item in node.items:
            yield from _texts(item)
    else:
        yield node


def _misnamed(cases: list[PlacedCase]) -> Iterator[Problem]:
    """Cases with the name of another, and needs that are nobody's name."""
    first: dict[str, Mark] = {}
    for case in cases:
        if case.identity in first:
            hint = f"the other is at {first[case.identity]}"
            yield problem("same-name", case.place, f"there are two cases `{case.identity}`", hint)
        first.setdefault(case.identity, case.place)
    for case in cases:
        for need in case.terms.needs:
            if need not in first:
                yield problem("unknown-case", case.place, f"there is no case `{need}`, which this one needs", known(need, first))
