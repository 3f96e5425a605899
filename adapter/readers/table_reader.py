"""Reads tables with a header: CSV, and TSV as spreadsheets and web pages export it."""

import csv
import io
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from itertools import islice

from adapter.fhir.json import NOT_IN_XML, WHAT_IS_NOT_IN_XML
from adapter.issues import MOST_ISSUES, InvalidError, Issue, IssueType, Severity, UnknownFormError, UnreadableError
from adapter.json_types import JsonObject
from adapter.path import Path, with_values
from adapter.readers.document import Document, ReadDocument
from adapter.readers.form_choice import chosen_form
from adapter.readers.input_form import InputForm, structure_issues
from adapter.readers.kind import in_utf8, is_table, is_utf_16, kind_of
from adapter.readers.rows import RowsDocument

_DELIMITERS = "\t;,"
_BOM = b"\xef\xbb\xbf"
_BETWEEN_WORDS = re.compile(r"[\s_-]+")
_DECIMAL_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+")
_DECIMAL_POINT = re.compile(r"[-+]?[0-9]*\.[0-9]+")
_PLAIN_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
_WRITTEN_NUMBER = re.compile(r"[-+]?[0-9.,'\u2019\s]*[0-9][0-9.,'\u2019\s]*[%‰]?")
_SHARE = "this number has a percent sign, and the columns of numbers have none"
_WITHOUT_SHARE = "write the number that the tool gave, or a part of 1 (0.41 for 41 %)"
_GROUPED = "this number has a decimal comma or signs between thousands, and nobody can tell which"
_WITHOUT_GROUPS = "write digits with at most one decimal point; decimal commas need semicolons or tabs between cells"
_NO_ROW = "the table has no row below its header; send what the tool found"
_DELIMITER_LINE = re.compile(r"\Asep=([\t;,])\r?\n", re.IGNORECASE)
_LONGEST_HEADER = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TableReader:
    """The reader of tables; `forms` are those of rows, by name."""

    forms: Mapping[str, InputForm]
    name: str = "CSV and TSV tables"

    def recognises(self, content: bytes) -> bool:
        """Whether these bytes look like a table, or begin with the columns of a form that is known."""
        return is_table(content) or self._has_known_header(content)

    def _has_known_header(self, content: bytes) -> bool:
        start = in_utf8(content[:_LONGEST_HEADER]).removeprefix(_BOM).decode(errors="replace")
        first = _DELIMITER_LINE.sub("", start, count=1).partition("\n")[0]
        try:
            columns = {column for row in _rows_of(first) for column in _named(row.cells, self._known())}
        except csv.Error:
            return False
        return any(form.of_rows and form.marks and form.marks <= columns for form in self.forms.values())

    def _known(self) -> dict[str, str]:
        """The names of columns as the forms have them, by how anybody may write them."""
        return {_plain(column): column for form in self.forms.values() for column in form.columns}

    def read(self, document: Document) -> tuple[ReadDocument, ...]:
        """The rows of a table as objects of texts, by the names in its header; an empty cell is not there.

        A decimal comma becomes a point. Raises UnreadableError with the line of what is wrong, UnknownFormError for columns of no
        form.
        """
        text = _decoded(document)
        header, *rows = _filled_rows(text, document.name)
        known = self._known()
        columns = _named(header.cells, known)
        if twice := [name for name, count in Counter(columns).items() if count > 1]:
            names = ", ".join(f"`{name}`" for name in twice)
            text = f"several columns have the same name ({names}); give each a name of its own"
            raise UnreadableError(_problem(document.name, 1, text))
        problems = (_wrong_width(document.name, row.line) for row in rows if len(row.cells) != len(columns))
        if first := tuple(islice(problems, MOST_ISSUES + 1)):
            raise UnreadableError(*first)
        form = chosen_form(document, self.forms, [columns], of_rows=True)
        if form is None:
            raise UnknownFormError(_no_form(document, columns, self.forms))
        once, again = list[_Row](), list[Issue]()
        for row in rows:
            if _named(row.cells, known) == columns:
                again.append(_header_again(document.name, row))
            else:
                once.append(row)
        if not once:
            raise UnreadableError(_problem(document.name, 1, _NO_ROW))
        once.sort(key=partial(_is_of_all, columns, self.forms[form].of_all))
        tree: JsonObject = {"rows": [_row(columns, row.cells) for row in once]}
        cells = _Cells(columns=columns, numbers=[row.number for row in once])
        read = RowsDocument(name=document.name, form=form, tree=tree, fragment=cells.fragment, remarks=tuple(again))
        return (self._in_form(read, columns, has_commas=_delimiter(text) != ","),)

    def _in_form(self, read: RowsDocument, columns: Sequence[str], *, has_commas: bool) -> RowsDocument:
        """The rows as the form has them, with decimal points; raises InvalidError for what does not fit."""
        form = self.forms[read.form]
        changes = _with_points(read, form.numbers) if has_commas else {}
        remarks = (*read.remarks, *_unknown_columns(read, columns, form.columns))
        read = replace(read, tree=with_values(read.tree, changes), remarks=remarks)
        if unclear := tuple(islice(_unclear_numbers(read, form.numbers), MOST_ISSUES + 1)):
            raise InvalidError(*unclear)
        if issues := structure_issues(form, read):
            raise InvalidError(*issues)
        return read


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A row of a text: its cells, its number (empty rows count), and the line in which it ends."""

    cells: Sequence[str]
    number: int
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cells:
    """Where the cells of a table stand, counted as RFC 7111 does: the header is row 1."""

    columns: Sequence[str]
    numbers: Sequence[int]

    def fragment(self, path: Path) -> str:
        """`cell=3,2`, `row=3`, or nothing for the whole table."""
        if not path:
            return ""
        row = self.numbers[int(path[0])]
        return f"cell={row},{self.columns.index(str(path[1])) + 1}" if len(path) > 1 else f"row={row}"


def _named(cells: Sequence[str], known: Mapping[str, str]) -> list[str]:
    """The names of columns as the forms have them, in any case, with blanks, hyphens or underscores."""
    return [known.get(_plain(cell), cell.strip() or f"column {at}") for at, cell in enumerate(cells, start=1)]


def _plain(name: str) -> str:
    return "_".join(_BETWEEN_WORDS.split(name.strip())).casefold()


def _is_of_all(columns: Sequence[str], of_all: AbstractSet[str], row: _Row) -> bool:
    """Whether a row has nothing but what it says of all rows: such a row comes last, so that it has no place among the others."""
    return all(column in of_all for column, cell in zip(columns, row.cells, strict=True) if cell.strip())


def _row(columns: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    return {column: cell.strip() for column, cell in zip(columns, cells, strict=True) if cell.strip()}


def _with_points(read: RowsDocument, numbers: AbstractSet[str]) -> dict[Path, str]:
    """The numbers of a table that have a decimal comma, by their path, with a point; raises InvalidError if others have one.

    Only a table that is not divided by commas can have them. Both signs in one table may be decimal points and thousands.
    """
    cells = dict(_cells_of(read, numbers))
    commas = {path: cell.replace(",", ".") for path, cell in cells.items() if _DECIMAL_COMMA.fullmatch(cell)}
    points = [path for path, cell in cells.items() if _DECIMAL_POINT.fullmatch(cell)]
    if commas and points:
        raise InvalidError(_both_signs(read.positions(next(iter(commas))) + read.positions(points[0])))
    return commas


def _cells_of(read: RowsDocument, columns: AbstractSet[str]) -> Iterator[tuple[Path, str]]:
    """The cells of some columns that are not empty, with their paths."""
    for at, row in enumerate(read.tree["rows"]):
        for name in sorted(columns & row.keys()):
            yield ("rows", at, name), row[name]


def _unclear_numbers(read: RowsDocument, numbers: AbstractSet[str]) -> Iterator[Issue]:
    """An error for each cell with a number that is written so that people read it in two ways; words are no numbers."""
    for path, cell in _cells_of(read, numbers):
        if _WRITTEN_NUMBER.fullmatch(cell) and not _PLAIN_NUMBER.fullmatch(cell):
            is_share = cell.endswith(("%", "‰"))
            yield Issue(
                severity=Severity.ERROR,
                code=IssueType.STRUCTURE,
                rule="table/numbers",
                text=_SHARE if is_share else _GROUPED,
                suggestion=_WITHOUT_SHARE if is_share else _WITHOUT_GROUPS,
                location=read.positions(path),
            )


def _header_again(name: str, row: _Row) -> Issue:
    return Issue(
        severity=Severity.INFORMATION,
        code=IssueType.INFORMATIONAL,
        rule="table/header-again",
        text="this row has the names of the columns again, so nothing is read from it",
        location=(f"{name}#row={row.number}",),
    )


def _both_signs(places: tuple[str, ...]) -> Issue:
    return Issue(
        severity=Severity.ERROR,
        code=IssueType.STRUCTURE,
        rule="table/numbers",
        text="this table has decimal commas and decimal points, so one of them may divide thousands",
        suggestion="write all numbers of the table with the same sign, and nothing between thousands",
        location=places,
    )


def _unknown_columns(read: RowsDocument, columns: Sequence[str], known: AbstractSet[str]) -> Iterator[Issue]:
    """A warning for each column whose name is nearly that of a column of the form which is not there."""
    for at, column in enumerate(columns, start=1):
        near = _near(column, known - set(columns)) if column not in known else None
        if near:
            yield Issue(
                severity=Severity.WARNING,
                code=IssueType.NOT_SUPPORTED,
                rule="table/columns",
                text=f"the column `{column}` is not one of the form {read.form}, so it is not read; did you mean `{near}`?",
                suggestion=near,
                location=(f"{read.name}#cell=1,{at}",),
            )


def _near(column: str, known: Collection[str]) -> str | None:
    """The name among those known that this one is nearly."""
    plain = {_plain(name): name for name in known}
    return next((plain[near] for near in get_close_matches(_plain(column), plain, n=1, cutoff=0.8)), None)


def _filled_rows(text: str, name: str) -> list[_Row]:
    """The header and the rows that are not empty; raises UnreadableError."""
    rows: list[_Row] = []
    try:
        rows.extend(_rows_of(text))
    except csv.Error:
        line = rows[-1].line + 1 if rows else 1
        words = "a cell cannot be read: a quotation mark is not closed, or stands within a cell; write two of them there"
        raise UnreadableError(_problem(name, line, words)) from None
    filled = [row for row in rows if any(cell.strip() for cell in row.cells)]
    if len(filled) <= 1:
        raise UnreadableError(_problem(name, 1, _NO_ROW))
    return filled


def _delimiter(text: str) -> str:
    """What divides the cells: what a first line such as `sep=;` says, else what the first line has most of."""
    declared = _DELIMITER_LINE.match(text)
    return declared[1] if declared else max(_DELIMITERS, key=text.partition("\n")[0].count)


def _rows_of(text: str) -> Iterator[_Row]:
    """The rows of a text; a first line such as `sep=;`, which tells a spreadsheet the delimiter, is not one. Raises csv.Error."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    rows = islice(reader, 1 if _DELIMITER_LINE.match(text) else 0, None)
    for number, cells in enumerate(rows, start=1):
        yield _Row(cells=cells, number=number, line=reader.line_num)


def _decoded(document: Document) -> str:
    content = document.content
    encoding = "utf-16" if is_utf_16(content) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].decode(encoding, errors="replace").count("\n") + 1
        words = f"the bytes are not {'UTF-16' if encoding == 'utf-16' else 'UTF-8'}; export the table as CSV in UTF-8"
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


def _no_form(document: Document, columns: Sequence[str], forms: Mapping[str, InputForm]) -> Issue:
    marks = {mark for form in forms.values() if form.of_rows for mark in form.marks}
    nearly = [f"`{near}` for `{column}`" for column in columns if column not in marks and (near := _near(column, marks))]
    meant = f"; did you mean {', '.join(nearly)}?" if nearly else ""
    known = "; ".join(f"{form.name}: {', '.join(sorted(form.marks))}" for form in forms.values() if form.of_rows)
    return Issue(
        severity=Severity.ERROR,
        code=IssueType.NOT_SUPPORTED,
        rule="document/form",
        text=f"this is {kind_of(document.content).name} whose columns are not those of a form that is read here{meant}",
        suggestion=f"name the columns in the first row; a form is known by its columns ({known})",
        location=(f"{document.name}#row=1",),
    )
