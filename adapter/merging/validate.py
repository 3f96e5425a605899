"""Turns a merged tree into a Case, or into issues that say what to fix and where."""

from collections.abc import Iterator

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from adapter.case import Case, Diagnosis
from adapter.issues import MOST_ISSUES, InvalidError, Issue, IssueType, Severity
from adapter.merging.merge import Merged
from adapter.merging.unknown_field import probably_meant
from adapter.merging.wording import wording
from adapter.path import Path, dotted, sayable
from adapter.readers.document import ReadDocument

_MISSING = "missing"
_CODES = {
    _MISSING: IssueType.REQUIRED,
    "extra_forbidden": IssueType.STRUCTURE,
    "model_type": IssueType.STRUCTURE,
    "tuple_type": IssueType.STRUCTURE,
    "literal_error": IssueType.CODE_INVALID,
}
"""What kind of problem it is, where it is not only a wrong value."""


def to_case(merged: Merged) -> Case:
    """The Case; raises InvalidError with the issues that are in the way (schema of the documents: `adapter schema`)."""
    found = _validated(merged, lacking_is_wrong=True)
    if not isinstance(found, Case):
        raise InvalidError(*found)
    return found


def check_said(merged: Merged) -> None:
    """Raise InvalidError for what is wrong in what was said; what is missing may still come in another document."""
    found = _validated(merged, lacking_is_wrong=False)
    if not isinstance(found, Case) and found:
        raise InvalidError(*found)


def _validated(merged: Merged, *, lacking_is_wrong: bool) -> Case | tuple[Issue, ...]:
    """The Case, or what is in the way."""
    try:
        case = Case.model_validate(merged.tree)
    except ValidationError as error:
        details = error.errors(include_url=False)
        return _issues(merged, [detail for detail in details if lacking_is_wrong or detail["type"] != _MISSING])
    return tuple(_diagnoses_alike(merged, case.diagnoses)) or case


def _diagnoses_alike(merged: Merged, diagnoses: tuple[Diagnosis, ...]) -> Iterator[Issue]:
    """Diagnoses of which the lines of the claim cannot say which one they mean."""
    first: dict[int, int] = {}
    for place, diagnosis in enumerate(diagnoses):
        number = diagnosis.order or place + 1
        before = first.setdefault(number, place)
        if before == place:
            continue
        paths: tuple[Path, ...] = tuple(("diagnoses", here, "order") for here in (before, place))
        yield Issue(
            severity=Severity.ERROR,
            code=IssueType.VALUE,
            rule="document/diagnosis-order",
            text="two diagnoses have one number; without `order` a diagnosis has its place in the list, 1 first, as its number",
            suggestion="give every diagnosis an `order` of its own",
            field=dotted(paths[1]),
            location=tuple(position for path in paths for position in merged.positions(path)),
        )


def _issues(merged: Merged, details: list[ErrorDetails]) -> tuple[Issue, ...]:
    issues: dict[Path, Issue] = {}
    for detail in details:
        path = _path(merged, detail)
        if path in issues:
            continue
        issues[path] = _issue(merged, path, detail)
        if len(issues) > MOST_ISSUES:
            break
    return tuple(issues.values())


def _path(merged: Merged, detail: ErrorDetails) -> Path:
    """The location without what pydantic adds at its end: the member of a union, the parts of a bare text."""
    location = detail["loc"]
    if detail["type"] in (_MISSING, "extra_forbidden"):
        return location
    return ReadDocument(name="", form="", tree=merged.tree).nearest(location)


def _issue(merged: Merged, path: Path, detail: ErrorDetails) -> Issue:
    path = merged.named(path)
    last = max((place for place, step in enumerate(path) if isinstance(step, str)), default=0)
    name = dotted(path[last:])  # `given[1]`
    kind = detail["type"]
    if kind == _MISSING:
        text, suggestion = f"`{name}` is missing and needed", "send it in this document or in another one of the same encounter"
    elif kind == "extra_forbidden":
        text, suggestion = "there is no such field here; nothing is dropped silently, so it is refused", probably_meant(path)
    else:
        words, suggestion = wording(detail, path)
        text = f"`{name}` {words}"
    return Issue(
        severity=Severity.ERROR,
        code=_CODES.get(kind, IssueType.VALUE),
        rule=f"document/{kind.replace('_', '-')}",
        text=text,
        suggestion=suggestion,
        field=None if kind == "extra_forbidden" else dotted(path),
        location=merged.positions(sayable(path)),
    )
