"""Reads JSON documents: parts of the Case, and exports of other tools that a JSON Schema describes."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from adapter.fhir.json import read_json
from adapter.issues import InvalidError, Issue, IssueType, Severity, UnknownFormError, UnreadableError
from adapter.json_types import JsonList, JsonMapping, JsonObject, JsonValue
from adapter.readers.document import NATIVE, Document, ReadDocument
from adapter.readers.fhir_reader import StructureOf, read_fhir
from adapter.readers.form_choice import chosen_form, form_issue, is_ours
from adapter.readers.input_form import InputForm, in_types_of_form, structure_issues
from adapter.readers.kind import DocumentKind, is_table
from adapter.readers.port import not_read
from adapter.readers.rows import RowsDocument

_BOM = b"\xef\xbb\xbf"
_UTF_16_OR_32 = (
    *(b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff"),
    *(b"{\x00", b"[\x00", b"\x00{", b"\x00[", b"\x00\x00\x00{", b"\x00\x00\x00["),
)
_REMARKS = (b'"$comment"', b'"$schema"')
_AROUND = "what is read here stands within this document, not at its top; send what is at this place as a document"
_PLAIN_VALUE = re.compile(rb'"(?:[^"\\\n]|\\.)*"|-?[0-9][0-9.eE+-]*|true|false|null')


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonReader:
    """The reader of JSON; `forms` are the forms beside the adapter's own, by name.

    `structure` says what is wrong with a FHIR resource; without it FHIR is not read.
    """

    forms: Mapping[str, InputForm]
    structure: StructureOf | None = None
    name: str = "JSON"

    def recognises(self, content: bytes) -> bool:
        """Whether this is, or wants to be, JSON: an object, a list or a plain value, in any encoding of Unicode, or nothing."""
        text = content.removeprefix(_BOM).lstrip(b" \t\r\n")
        return (
            text[:1] in (b"", b"{", b"[")
            or (content.startswith(_UTF_16_OR_32) and not is_table(content))
            or _PLAIN_VALUE.fullmatch(text.rstrip(b" \t\r\n")) is not None
        )

    def read(self, document: Document) -> tuple[ReadDocument, ...]:
        """The document, in the form that its sender says or by whose fields it is known; raises UnreadableError."""
        tree = read_json(document.content, document.name)
        if isinstance(tree, list) and tree and all(isinstance(row, dict) for row in tree):
            return (self._rows(tree, document),)
        if not isinstance(tree, dict):
            text = "a document is a JSON object at its top level, not a plain value or a list of other than objects; write {…}"
            raise UnreadableError(form_issue(document.name, text))
        if "resourceType" in tree:
            if self.structure is None:
                raise not_read(document.name, _kind_of_resource(tree), [self])
            return (read_fhir(tree, document, self.structure),)
        if "hookInstance" in tree:
            raise UnknownFormError(_hook_issue(document.name))
        said = [name for name, value in tree.items() if value is not None and value != ""]
        form = chosen_form(document, self.forms, [said, tree], of_rows=False) or NATIVE
        if form == NATIVE and document.form is None and not is_ours(tree):
            self._check_not_around(tree, document)
        if form == NATIVE and b"$" in document.content and any(mark in document.content for mark in _REMARKS):
            tree = _without_remarks({key: value for key, value in tree.items() if key != "$schema" or not isinstance(value, str)})
        return (self._checked(ReadDocument(name=document.name, form=form, tree=tree)),)

    def _check_not_around(self, tree: JsonObject, document: Document) -> None:
        """Refuse what is no document itself and has one in a member, or a list of them; raises UnreadableError with the place."""
        for name, value in tree.items():
            rows = value if isinstance(value, list) else [value]
            if rows and all(isinstance(row, dict) for row in rows):
                fields = frozenset.intersection(*map(frozenset, rows))
                # One field (`message`, say) tells too little of a document that is not where it belongs.
                whole, of_rows = (chosen_form(document, self.forms, [fields], of_rows=of_rows) for of_rows in (False, True))
                if {"patient", "encounter"} <= fields or any(
                    form and len(self.forms[form].fields & fields) > 1 for form in (whole, of_rows)
                ):
                    several = ", each item of the list by itself" if isinstance(value, list) and not of_rows else ""
                    place = ReadDocument(name=document.name, form=NATIVE, tree=tree).positions((name,))
                    raise UnreadableError(form_issue(document.name, f"{_AROUND}{several}").at(location=place))

    def _rows(self, rows: JsonList, document: Document) -> ReadDocument:
        """A list of objects; known by the fields that all of them have, else by those that any of them has."""
        fields = frozenset.intersection(*map(frozenset, rows))
        form = chosen_form(document, self.forms, [fields, frozenset().union(*rows)], of_rows=True)
        if form is None:
            raise UnreadableError(form_issue(document.name, self._words_for_list(rows, fields, document)))
        return self._checked(RowsDocument(name=document.name, form=form, tree={"rows": rows}))

    def _words_for_list(self, rows: JsonList, fields: Collection[str], document: Document) -> str:
        """What a list is that has no form of rows."""
        if "resourceType" in fields:
            return "this is a list of FHIR resources; send them as the entries of a Bundle"
        if form := chosen_form(document, self.forms, [fields], of_rows=False):
            return f"this is a list of {len(rows)} of the form {form}; send each of them as a document of its own"
        return "a document is a JSON object at its top level, not a list, unless its rows are of a form that is read here"

    def _checked(self, document: ReadDocument) -> ReadDocument:
        """A document with its values in the types of its form; raises InvalidError where it does not have its structure."""
        form = self.forms.get(document.form)
        if form is None or form.validator.is_valid(document.tree):
            return document
        typed = replace(document, tree=in_types_of_form(form, document.tree))
        if problems := structure_issues(form, typed):
            raise InvalidError(*problems)
        return typed


def _without_remarks(value: JsonValue) -> JsonValue:
    """A part of our own form without what stands in it for people only: `$comment`, a text or a list of texts."""
    if isinstance(value, list):
        return [_without_remarks(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: _without_remarks(child) for key, child in value.items() if key != "$comment" or not _is_remark(child)}


def _is_remark(value: JsonValue) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(line, str) for line in value))


def _hook_issue(name: str) -> Issue:
    return Issue(
        severity=Severity.ERROR,
        code=IssueType.NOT_SUPPORTED,
        rule="document/kind",
        text="this is a CDS Hooks request, which asks for advice and is not a document of an encounter",
        suggestion="send the resources that it has under `prefetch` and `context` as the entries of a FHIR Bundle",
        location=(f"{name}#",),
    )


def _kind_of_resource(tree: JsonMapping) -> DocumentKind:
    return DocumentKind(name="a FHIR Bundle" if tree["resourceType"] == "Bundle" else "a FHIR resource", is_record=True)
