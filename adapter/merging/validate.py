"""Turns a merged tree into a Case, or into issues that say what to fix and where."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import get_type_hints

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from adapter.annotation import models_in
from adapter.case import LOCAL_TIME, Case, Diagnosis
from adapter.issues import InvalidError, Issue, IssueType, Severity
from adapter.merging.merge import Merged
from adapter.path import Path, at, dotted
from adapter.readers.document import ReadDocument

_MANY = 50
"""More problems than this are not listed."""

_WORDS = {
    "string_type": "must be a text",
    "string_too_short": "must not be empty",
    "string_too_long": "is too long",
    "string_pattern_mismatch": "does not have the form that is needed here (see the document's JSON Schema)",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "is_instance_of": "must be a number",
    "decimal_type": "must be a number",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list",
    "model_type": "must be an object",
    "value_error": "is not a day that exists",
    "greater_than_equal": "is too small",
    "less_than_equal": "is too large",
    "less_than": "is too large",
    "finite_number": "must be a finite number",
    "decimal_max_digits": "has too many digits",
    "decimal_max_places": "has too many digits",
    "decimal_whole_digits": "has too many digits",
}


def to_case(merged: Merged) -> Case:
    """The Case; raises InvalidError with the issues that are in the way (schema of the documents: `adapter schema`)."""
    try:
        case = Case.model_validate(merged.tree)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False, include_context=True)
        raise InvalidError(*_issues(merged, details)) from None
    issues = tuple(_diagnoses_alike(merged, case.diagnoses))
    if issues:
        raise InvalidError(*issues)
    return case


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
    found: dict[Path, Issue] = {}
    for detail in details:
        path = _path(merged, detail)
        if path in found:
            continue
        if len(found) == _MANY:
            text = f"there are more problems than these {_MANY}; fix these first"
            return *found.values(), Issue(severity=Severity.ERROR, code=IssueType.INVALID, rule="document/more", text=text)
        found[path] = _issue(merged, path, detail)
    return tuple(found.values())


def _path(merged: Merged, detail: ErrorDetails) -> Path:
    """The location without what pydantic adds at its end: the member of a union, the parts of a bare text."""
    location = detail["loc"]
    if detail["type"] in ("missing", "extra_forbidden"):
        return location
    return ReadDocument(name="", form="", tree=merged.tree).nearest(location)


def _issue(merged: Merged, path: Path, detail: ErrorDetails) -> Issue:
    last = max((place for place, step in enumerate(path) if isinstance(step, str)), default=0)
    name = dotted(path[last:])  # `given[1]`
    kind = detail["type"]
    code = IssueType.VALUE
    suggestion = None
    if kind == "missing":
        code, text = IssueType.REQUIRED, f"`{name}` is missing and needed"
        suggestion = "send it in this document or in another one of the same encounter"
    elif kind == "extra_forbidden":
        code, text = IssueType.STRUCTURE, "there is no such field here; nothing is dropped silently, so it is refused"
        suggestion = _nearest(path)
    elif kind == "literal_error":
        code, text = IssueType.CODE_INVALID, f"`{name}` must be one of {detail.get('ctx', {}).get('expected', 'the known codes')}"
    elif kind == "string_pattern_mismatch" and LOCAL_TIME.fullmatch(str(at(merged.tree, path))):
        code, text = IssueType.VALUE, f"`{name}` is a time without an offset from UTC"
        suggestion = "send the offset (2026-03-02T09:30:00-05:00), or set ADAPTER_ZONE to the sender's time zone"
    else:
        text = f"`{name}` {_WORDS.get(kind, 'is not valid')}"
        code = IssueType.STRUCTURE if kind in ("model_type", "tuple_type") else IssueType.VALUE
    return Issue(
        severity=Severity.ERROR,
        code=code,
        rule=f"document/{kind.replace('_', '-')}",
        text=text,
        suggestion=suggestion,
        field=None if kind == "extra_forbidden" else dotted(path),
        location=merged.positions(path),
    )


def _nearest(path: Path) -> str | None:
    model: type[BaseModel] | None = Case
    for step in path[:-1]:
        if isinstance(step, str) and model is not None:
            model = next(models_in(get_type_hints(model).get(step)), None)
    near = get_close_matches(str(path[-1]), list(model.model_fields), n=1) if model is not None else []
    return f"did you mean `{near[0]}`?" if near else "take it out, or see the document's JSON Schema (`adapter schema`)"
