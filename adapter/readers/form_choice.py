"""Which input form a document has: the one that its sender says, or the one whose fields are all there."""

from collections.abc import Collection, Mapping
from difflib import get_close_matches

from adapter.issues import Issue, IssueType, Severity, UnreadableError
from adapter.readers.document import NATIVE, Document
from adapter.readers.input_form import InputForm

_OF_OTHER_BYTES = ("fhir.", "hl7v2.")
"""How forms begin that no field of a JSON object or a table tells."""


def chosen_form(document: Document, forms: Mapping[str, InputForm], fields: Collection[str], *, of_rows: bool) -> str | None:
    """The form that the sender says, else the one with the most fields of those that are all there; nothing if none is.

    Raises UnreadableError for a form that does not exist or is not written so, and where several forms have as many fields.
    """
    if document.form is not None:
        return _said(document.form, document.name, forms, of_rows=of_rows)
    present = set(fields)
    fitting = {
        form.name: len(form.marks) for form in forms.values() if form.of_rows == of_rows and form.marks and form.marks <= present
    }
    best = [form for form, count in fitting.items() if count == max(fitting.values())]
    if len(best) > 1:
        text = f"this document may be of several forms: {', '.join(sorted(best))}; say which (`--form`, `?form=`)"
        raise UnreadableError(form_issue(document.name, text))
    return best[0] if best else None


def _said(form: str, name: str, forms: Mapping[str, InputForm], *, of_rows: bool) -> str:
    if form in forms and forms[form].of_rows != of_rows:
        text = "rows (a table, or a JSON list)" if forms[form].of_rows else "a JSON object"
        raise UnreadableError(
            form_issue(name, f"a document of the form {form} is {text}, and this one is not; say the form that it has, or none")
        )
    if form in forms or (form == NATIVE and not of_rows):
        return form
    if form.startswith(_OF_OTHER_BYTES):
        raise UnreadableError(form_issue(name, f"the sender says that this is of the form {form}, and it is not"))
    known = [NATIVE, *sorted(forms)]
    near = get_close_matches(form, known, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise UnreadableError(form_issue(name, f"there is no such input form{hint} (known are: {', '.join(known)})"))


def form_issue(name: str, text: str) -> Issue:
    """What is wrong with the form of a document."""
    return Issue(severity=Severity.ERROR, code=IssueType.STRUCTURE, rule="document/form", text=text, location=(f"{name}#",))
