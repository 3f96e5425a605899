"""Which input form a document has: the one that its sender names, if it may be of that, else the one whose fields are there."""

from collections.abc import Callable, Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from difflib import get_close_matches

from adapter.case import CaseDocument
from adapter.issues import Issue, IssueType, Severity, UnreadableError
from adapter.readers.document import NATIVE, Document, ReadDocument
from adapter.readers.input_form import InputForm


def chosen_form(
    document: Document, forms: Mapping[str, InputForm], fields: Sequence[Collection[str]], *, of_rows: bool
) -> str | None:
    """The form that the sender names, if its marks are there; else the one whose marks are all there.

    `fields` are looked at in their order: those that all rows have, say, before those that any of them has. Where no form is
    recognised, the document is of the form that the sender names, unless it is one of ours. Of forms that share marks the one
    with the most counts. Raises UnreadableError where several are left, and for a form that such a document cannot have.
    """
    named = forms.get(document.form or "")
    if named and named.of_rows == of_rows and any(named.marks <= set(present) for present in fields):
        return named.name
    if document.form == NATIVE and not of_rows and is_ours(fields[0]):
        return NATIVE
    best = next(filter(None, (_best(forms, present, of_rows=of_rows) for present in fields)), [])
    if len(best) > 1:
        text = f"this document may be of several forms: {', '.join(best)}; say which (`--form`, `?form=`)"
        raise UnreadableError(form_issue(document.name, text))
    if best:
        return best[0]
    return _only_named(named, document.name, fields[-1], of_rows=of_rows)


def _best(forms: Mapping[str, InputForm], fields: Collection[str], *, of_rows: bool) -> list[str]:
    present = set(fields)
    alike = [form for form in forms.values() if form.of_rows == of_rows and form.marks and form.marks <= present]
    fitting = {form.name: form.marks for form in alike if form.strangers.isdisjoint(present)}
    return sorted(name for name, marks in fitting.items() if not any(_is_within(marks, others) for others in fitting.values()))


def _is_within(marks: AbstractSet[str], others: AbstractSet[str]) -> bool:
    """Whether a form has fewer marks than another one, and some of the other's: tables of one tool are alike."""
    return len(marks) < len(others) and not marks.isdisjoint(others)


def is_ours(fields: Collection[str]) -> bool:
    """Whether most fields of a document are those of the Case."""
    return 2 * len(CaseDocument.model_fields.keys() & set(fields)) > len(fields)


def _only_named(named: InputForm | None, name: str, fields: Collection[str], *, of_rows: bool) -> str | None:
    """The form of a document of which nothing else is known than what its sender says."""
    if named is None or (not of_rows and is_ours(fields)):
        return None
    if named.of_rows != of_rows:
        text = "rows (a table, or a JSON list)" if named.of_rows else "a JSON object"
        text = f"a document of the form {named.name} is {text}, and this one is not; say the form that it has, or none"
        raise UnreadableError(form_issue(name, text))
    if of_rows:
        missing = ", ".join(f"`{column}`" for column in sorted(named.marks - set(fields)))
        text = f"a document of the form {named.name} has columns that are not here: {missing}; say the form that it has, or none"
        raise UnreadableError(form_issue(name, text))
    return named.name


def check_named_forms(documents: Sequence[Document], read: Sequence[ReadDocument], known: Callable[[], Collection[str]]) -> None:
    """Raise UnreadableError for a form that the sender names and that none of the documents has; `known` are all there are."""
    found = {part.form for part in read}
    for document in documents:
        if document.form is not None and document.form not in found | {form.partition(".")[0] for form in found}:
            raise UnreadableError(form_issue(document.name, _words(document.form, sorted(found), known())))


def _words(form: str, found: Sequence[str], known: Collection[str]) -> str:
    if form in known:
        return f"no document here is of the form {form}, which the sender names; what is here is {' and '.join(found)}"
    near = get_close_matches(form, known, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"there is no such input form{hint} (known are: {', '.join(sorted(known))})"


def form_issue(name: str, text: str) -> Issue:
    """What is wrong with the form of a document."""
    return Issue(severity=Severity.ERROR, code=IssueType.STRUCTURE, rule="document/form", text=text, location=(f"{name}#",))
