"""Reads JSON documents: parts of the Case, and exports of other tools that a JSON Schema describes."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from adapter.fhir.json import read_json
from adapter.issues import InvalidError, Issue, IssueType, Severity, UnreadableError
from adapter.json_types import JsonMapping, JsonObject, JsonValue
from adapter.readers.document import NATIVE, Document, ReadDocument
from adapter.readers.input_form import InputForm, structure_issues
from adapter.readers.port import not_read

_BOM = b"\xef\xbb\xbf"
_UTF_16_OR_32 = (
    *(b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff"),
    *(b"{\x00", b"[\x00", b"\x00{", b"\x00[", b"\x00\x00\x00{", b"\x00\x00\x00["),
)
_REMARKS = (b'"$comment"', b'"$schema"')
_PLAIN_VALUE = re.compile(rb'"(?:[^"\\\n]|\\.)*"|-?[0-9][0-9.eE+-]*|true|false|null')


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonReader:
    """The reader of JSON; `forms` are the forms beside the adapter's own, by name."""

    forms: Mapping[str, InputForm]
    name: str = "JSON"

    def recognises(self, content: bytes) -> bool:
        """Whether this is, or wants to be, JSON: an object, a list or a plain value, in any encoding of Unicode, or nothing."""
        text = content.removeprefix(_BOM).lstrip(b" \t\r\n")
        return (
            text[:1] in (b"", b"{", b"[")
            or content.startswith(_UTF_16_OR_32)
            or _PLAIN_VALUE.fullmatch(text.rstrip(b" \t\r\n")) is not None
        )

    def read(self, document: Document) -> tuple[ReadDocument, ...]:
        """The document, in the form that its sender says or by whose fields it is known; raises UnreadableError."""
        tree = read_json(document.content, document.name)
        if not isinstance(tree, dict):
            text = "a document is a JSON object at its top level, not a list or a plain value"
            raise UnreadableError(_issue(document.name, text))
        if "resourceType" in tree:
            raise not_read(document.name, _kind_of_resource(tree), [self])
        form = document.form or self._form_of(tree, document.name)
        if form == NATIVE and any(mark in document.content for mark in _REMARKS):
            tree = _without_remarks({key: value for key, value in tree.items() if key != "$schema" or not isinstance(value, str)})
        read = ReadDocument(name=document.name, form=form, tree=tree)
        self._check(read)
        return (read,)

    def _form_of(self, tree: JsonObject, name: str) -> str:
        """The form with the most fields of those that are all there; raises UnreadableError where two have as many."""
        marks = {form.name: len(form.marks) for form in self.forms.values() if form.marks and form.marks <= tree.keys()}
        best = [form for form, count in marks.items() if count == max(marks.values())]
        if len(best) > 1:
            text = f"this document may be of several forms: {', '.join(sorted(best))}; say which (`--form`, `?form=`)"
            raise UnreadableError(_issue(name, text))
        return best[0] if best else NATIVE

    def _check(self, document: ReadDocument) -> None:
        """Refuse a form that does not exist, and a document that does not have the structure of its form."""
        if document.form == NATIVE:
            return
        if document.form not in self.forms:
            raise UnreadableError(_issue(document.name, self._unknown_form(document.form)))
        problems = structure_issues(self.forms[document.form], document)
        if problems:
            raise InvalidError(*problems)

    def _unknown_form(self, form: str) -> str:
        known = [NATIVE, *sorted(self.forms)]
        near = get_close_matches(form, known, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        return f"there is no such input form{hint} (known are: {', '.join(known)})"


def _without_remarks(value: JsonValue) -> JsonValue:
    """A part of our own form without what stands in it for people only: `$comment`, a text or a list of texts."""
    if isinstance(value, list):
        return [_without_remarks(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: _without_remarks(child) for key, child in value.items() if key != "$comment" or not _is_remark(child)}


def _is_remark(value: JsonValue) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(line, str) for line in value))


def _kind_of_resource(tree: JsonMapping) -> str:
    return "a FHIR Bundle" if tree["resourceType"] == "Bundle" else "a FHIR resource"


def _issue(name: str, text: str) -> Issue:
    return Issue(severity=Severity.ERROR, code=IssueType.STRUCTURE, rule="document/form", text=text, location=(f"{name}#",))
