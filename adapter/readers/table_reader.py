"""Reads tables with a header: CSV, and TSV as spreadsheets and web pages export it."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from adapter.fhir.json import NOT_IN_XML, WHAT_IS_NOT_IN_XML
from adapter.issues import MOST_ISSUES, InvalidError, Issue, IssueType, Severity, UnknownFormError, UnreadableError
from adapter.json_types import JsonObject
from adapter.path import Path
from adapter.readers.document import Document, ReadDocument
from adapter.readers.form_choice import chosen_form
from adapter.readers.input_form import InputForm, structure_issues
from adapter.readers.kind import kind_of
from adapter.readers.rows import RowsDocument

_DELIMITERS = "\t;,"
_BOM = b"\xef\xbb\xbf"
_TABLE = re.compile(r"a (CSV table|table with tabs)")
_DELIMITER_LINE = re.compile(r"\Asep=([\t;,])\r?\n", re.IGNORECASE)
_LONGEST_HEADER = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TableReader:
    """The reader of tables; `forms` are those of rows, by name."""

    forms: Mapping[str, InputForm]
    name: str = "CSV and TSV tables"

    def recognises(self, content: bytes) -> bool:
        """Whether these bytes look like a table, or begin with the columns of a form that is known."""
        return _TABLE.match(kind_of(content).name) is not None or self._has_known_header(content)

    def _has_known_header(self, content: bytes) -> bool:
        start = content[:_LONGEST_HEADER].removeprefix(_BOM).decode(errors="replace")
        first = _DELIMITER_LINE.sub("", start, count=1).partition("\n")[0]
        try:
            columns = set(self._named(next(_rows_of(first), ([], 0))[0]))
        except csv.Error:
            return False
        return any(form.of_rows and form.marks and form.marks <= columns for form in self.forms.values())

    def _named(self, cells: Sequence[str]) -> list[str]:
        """The names of columns as the forms have them, whatever their case, with blanks or underscores."""
        known = {_plain(column): column for form in self.forms.values() for column in form.columns}
        return [known.get(_plain(cell), cell.strip()) for cell in cells]

    def read(self, document: Document) -> tuple[ReadDocument, ...]:
        """The rows of a table as objects of texts, by the names in its header; an empty cell is not there.

        Raises UnreadableError with the line of what is wrong, UnknownFormError for columns of no form.
        """
        (header, _), *rows = _numbered_rows(document)
        columns = self._named(header)
        if len(set(columns)) < len(columns):
            raise UnreadableError(_problem(document.name, 1, "two columns have the same name; give each a name of its own"))
        problems = (_wrong_width(document.name, line) for cells, line in rows if len(cells) != len(columns))
        if first := tuple(islice(problems, MOST_ISSUES + 1)):
            raise UnreadableError(*first)
        form = chosen_form(document, self.forms, [columns], of_rows=True)
        if form is None:
            raise UnknownFormError(_no_form(document, self.forms))
        tree: JsonObject = {"rows": [_row(columns, cells) for cells, _ in rows]}
        read = RowsDocument(name=document.name, form=form, tree=tree, fragment=_Cells(columns=columns, rows=rows).fragment)
        if issues := structure_issues(self.forms[form], read):
            raise InvalidError(*issues)
        return (read,)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cells:
    """Where the cells of a table stand, counted as RFC 7111 does: the header is row 1."""

    columns: Sequence[str]
    rows: Sequence[tuple[Sequence[str], int]]

    def fragment(self, path: Path) -> str:
        """`cell=3,2`, `row=3`, or nothing for the whole table."""
        if not path:
            return ""
        row = int(path[0]) + 2
        return f"cell={row},{self.columns.index(str(path[1])) + 1}" if len(path) > 1 else f"row={row}"


def _plain(name: str) -> str:
    return "_".join(name.split()).casefold()


def _row(columns: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    return {column: cell.strip() for column, cell in zip(columns, cells, strict=True) if cell.strip()}


def _numbered_rows(document: Document) -> list[tuple[list[str], int]]:
    """The header and the rows that are not empty, each with the line in which it ends; raises UnreadableError."""
    rows: list[tuple[list[str], int]] = []
    try:
        rows.extend(_rows_of(_decoded(document)))
    except csv.Error:
        line = rows[-1][1] + 1 if rows else 1
        text = "a cell cannot be read: a quotation mark is not closed, or stands within a cell; write two of them there"
        raise UnreadableError(_problem(document.name, line, text)) from None
    filled = [(cells, line) for cells, line in rows if any(cell.strip() for cell in cells)]
    if len(filled) <= 1:
        raise UnreadableError(_problem(document.name, 1, "the table has no row below its header; send what the tool found"))
    return filled


def _rows_of(text: str) -> Iterator[tuple[list[str], int]]:
    """The rows of a text, divided by what its first line has most of; raises csv.Error.

    A first line such as `sep=;`, which tells a spreadsheet the delimiter, is not a row.
    """
    declared = _DELIMITER_LINE.match(text)
    first = text.partition("\n")[0]
    delimiter = declared[1] if declared else max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    for cells in islice(reader, 1 if declared else 0, None):
        yield cells, reader.line_num


def _decoded(document: Document) -> str:
    content = document.content.removeprefix(_BOM)
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        words = "the bytes are not UTF-8; export the table as CSV in UTF-8"
        raise UnreadableError(_problem(document.name, line, words)) from None
    if unfit := NOT_IN_XML.search(text):
        line = text.count("\n", 0, unfit.start()) + 1
        raise UnreadableError(_problem(document.name, line, f"a cell has {WHAT_IS_NOT_IN_XML}; take it out"))
    return text


def _wrong_width(name: str, line: int) -> Issue:
    return _problem(
        name, line, "the row has more or fewer cells than the header; put quotation marks around cells with delimiters"
    )


def _problem(name: str, line: int, text: str) -> Issue:
    return Issue(severity=Severity.FATAL, code=IssueType.STRUCTURE, rule="table/rows", text=text, location=(f"{name}:{line}:1",))


def _no_form(document: Document, forms: Mapping[str, InputForm]) -> Issue:
    known = "; ".join(f"{form.name}: {', '.join(sorted(form.marks))}" for form in forms.values() if form.of_rows)
    return Issue(
        severity=Severity.ERROR,
        code=IssueType.NOT_SUPPORTED,
        rule="document/form",
        text=f"this is {kind_of(document.content).name} whose columns are not those of a form that is read here",
        suggestion=f"name the columns in the first row; a form is known by its columns ({known})",
        location=(f"{document.name}#row=1",),
    )
