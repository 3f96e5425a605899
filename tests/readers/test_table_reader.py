"""Tables with a header: known by their columns, read with the place of every cell, refused with the line of what is wrong."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.issues import AdapterError, InvalidError, UnknownFormError, UnreadableError
from adapter.readers.document import Document, ReadDocument
from adapter.readers.input_form import input_form
from adapter.readers.json_reader import JsonReader
from adapter.readers.rows import RowsDocument
from adapter.readers.table_reader import TableReader

ROW = {"type": "object", "properties": {"name": {"type": "string"}, "score": {"type": "string", "pattern": "^[0-9.]+$"}}}
FORMS = {
    "scores": input_form("scores", {"type": "array", "columns": ["name", "score"], "items": ROW}),
    "names": input_form("names", {"type": "array", "columns": ["name"], "items": ROW}),
    "twin-a": input_form("twin-a", {"type": "array", "columns": ["a", "b"]}),
    "twin-b": input_form("twin-b", {"type": "array", "columns": ["a", "b"]}),
    "object": input_form("object", {"type": "object", "required": ["name", "score", "more"]}),
}
TABLES = TableReader(forms=FORMS)


def read(content: bytes, form: str | None = None) -> ReadDocument:
    (document,) = TABLES.read(Document(name="t.csv", content=content, form=form))
    return document


@pytest.mark.parametrize(
    "content",
    [
        b"name,score\nWilliams,0.5\n",
        b"\xef\xbb\xbfname;score\r\nWilliams;0.5\r\n",
        b"name\tscore\n\nWilliams\t0.5",
        b'"name","score"\n"Williams","0.5"\n,\n',
        b"sep=;\r\nname;score\r\nWilliams;0.5\r\n",
        b"Name, SCORE\n Williams , 0.5\n",
        "name\tscore\r\nWilliams\t0.5\r\n".encode("utf-16"),
        b"\xfe\xff" + "name;score\nWilliams;0.5\n".encode("utf-16-be"),
        "sep=;\nname;score\nWilliams;0.5\n".encode("utf-16"),
        b"name;score;;\nWilliams;0.5;;\n",
    ],
)
def test_a_table_is_read_whatever_its_delimiter_line_ends_and_quotes(content: bytes) -> None:
    document = read(content)

    assert TABLES.recognises(content)
    assert not JsonReader(forms=FORMS).recognises(content)
    assert document.form == "scores"
    assert document.tree == {"rows": [{"name": "Williams", "score": "0.5"}]}


def test_a_cell_keeps_delimiters_and_line_ends_in_quotes_and_an_empty_one_is_not_there() -> None:
    document = read(b'name,score\n"One, ""the"" first\nsyndrome",\n')

    assert document.tree == {"rows": [{"name": 'One, "the" first\nsyndrome'}]}


def test_the_place_of_a_value_is_its_cell() -> None:
    document = read(b"score,name\n1,A\n2,B\n")

    assert document.positions(("rows", 1, "name")) == ("t.csv#cell=3,2",)
    assert document.positions(("rows", 1)) == ("t.csv#row=3",)
    assert document.positions(("rows",)) == ("t.csv#",)


def test_empty_rows_and_lines_within_cells_do_not_move_the_places_of_cells() -> None:
    document = read(b'name,score\n,\n"A\nB",1\n\nC,2\n')

    assert [document.positions(("rows", at, "name")) for at in (0, 1)] == [("t.csv#cell=3,1",), ("t.csv#cell=5,1",)]


NUMBERS = TableReader(
    forms={
        "n": input_form(
            "n",
            {
                "type": "array",
                "columns": ["name", "distance"],
                "items": {"type": "object", "properties": {"distance": {"type": "string", "format": "number"}}},
            },
        )
    }
)


@pytest.mark.parametrize(
    ("content", "numbers"),
    [
        (b"name;distance\nA,B;0,44\nC;-1,5\n", ["0.44", "-1.5"]),
        (b"name\tdistance\nA\t0,44\nB\t\nC\t2\n", ["0.44", None, "2"]),
        (b"name;distance\nA;0.44\nB;1.234\n", ["0.44", "1.234"]),
        (b"name;distance\nA;n/a\nB;-\nC;1e-3\n", ["n/a", "-", "1e-3"]),
    ],
)
def test_a_decimal_comma_is_read_where_commas_do_not_divide_cells(content: bytes, numbers: list[str | None]) -> None:
    (document,) = NUMBERS.read(Document(name="t.csv", content=content))

    assert [row.get("distance") for row in document.tree["rows"]] == numbers
    assert all("," not in row["name"] or row["name"] == "A,B" for row in document.tree["rows"])


def test_decimal_commas_beside_decimal_points_are_refused_with_one_of_each() -> None:
    with pytest.raises(InvalidError, match="decimal commas and decimal points") as refusal:
        NUMBERS.read(Document(name="t.csv", content=b"name;distance\nA;1\nB;0.5\nC;0,6\n"))

    assert refusal.value.issues[0].location == ("t.csv#cell=4,2", "t.csv#cell=3,2")


@pytest.mark.parametrize(
    ("content", "place", "words"),
    [
        (b"name;distance\nA;1\nB;98,5 %\n", "t.csv#cell=3,2", "percent sign"),
        (b"name,distance\nA,41%\n", "t.csv#cell=2,2", "percent sign"),
        (b"name;distance\nA;1.234,5\n", "t.csv#cell=2,2", "signs between thousands"),
        (b'name,distance\nA,"1,234.5"\n', "t.csv#cell=2,2", "signs between thousands"),
        (b"name;distance\nA;1'234\n", "t.csv#cell=2,2", "signs between thousands"),
        ("name;distance\nA;1\u00a0234\n".encode(), "t.csv#cell=2,2", "signs between thousands"),
        (b'name,distance\nA,"0,44"\n', "t.csv#cell=2,2", "a decimal comma or signs"),
    ],
)
def test_a_number_that_can_be_read_in_two_ways_is_refused_in_its_cell(content: bytes, place: str, words: str) -> None:
    with pytest.raises(InvalidError, match=words) as refusal:
        NUMBERS.read(Document(name="t.csv", content=content))

    assert [(issue.rule, issue.location) for issue in refusal.value.issues] == [("table/numbers", (place,))]


def test_a_header_that_stands_again_between_the_rows_is_no_row() -> None:
    document = read(b"name,score\nA,1\n Name ,SCORE\nB,2\n")

    assert document.tree == {"rows": [{"name": "A", "score": "1"}, {"name": "B", "score": "2"}]}
    assert document.positions(("rows", 1, "name")) == ("t.csv#cell=4,1",)
    assert [(issue.rule, issue.location) for issue in document.remarks] == [("table/header-again", ("t.csv#row=3",))]


def test_columns_of_two_forms_are_refused_however_many_each_has() -> None:
    forms = {
        name: input_form(name, {"type": "array", "columns": list(columns)})
        for name, columns in (("n", "a"), ("m", "bc"), ("k", "abd"))
    }
    reader = TableReader(forms=forms)

    with pytest.raises(UnreadableError, match="several forms: m, n;"):
        reader.read(Document(name="t.csv", content=b"a,b,c\n1,2,3\n"))
    assert reader.read(Document(name="t.csv", content=b"a,b,d\n1,2,3\n"))[0].form == "k"


def test_a_header_alone_is_no_table_however_often_it_stands_there() -> None:
    with pytest.raises(UnreadableError, match="no row below its header"):
        read(b"name,score\nname,score\n")


OF_ALL = {"type": "object", "properties": {"tool": {"type": "string", "of": "rows"}, "name": {"type": "string"}}}


def test_a_row_that_only_tells_of_all_rows_comes_last_and_keeps_its_place() -> None:
    reader = TableReader(forms={"n": input_form("n", {"type": "array", "columns": ["tool", "name"], "items": OF_ALL})})
    (document,) = reader.read(Document(name="t.csv", content=b"tool,name\nT,\nT,A\n,B\n"))

    assert document.tree == {"rows": [{"tool": "T", "name": "A"}, {"name": "B"}, {"tool": "T"}]}
    assert [document.positions(("rows", at)) for at in range(3)] == [("t.csv#row=3",), ("t.csv#row=4",), ("t.csv#row=2",)]


def test_a_column_that_is_nearly_one_of_the_form_is_told() -> None:
    (document,) = NUMBERS.read(Document(name="t.csv", content=b"name,distance,nmae,Distanze,note\nA,1,x,y,z\n"))
    (further,) = NUMBERS.read(Document(name="t.csv", content=b"Name;Distance\nA;1\n"))

    assert (document.remarks, further.remarks) == ((), ())
    (read_as_names,) = TABLES.read(Document(name="t.csv", content=b"name,scoer,note\nA,1,2\n"))
    assert [(issue.rule, issue.suggestion, issue.location) for issue in read_as_names.remarks] == [
        ("table/columns", "score", ("t.csv#cell=1,2",))
    ]


@pytest.mark.parametrize(
    ("content", "location", "words"),
    [
        (b"name,score\nA,1\nB\n", "t.csv:3:1", "more or fewer cells"),
        (b'name,score\nA,1\n"B,2\n', "t.csv:3:1", "quotation mark"),
        (b'"name,score\nA,1\n', "t.csv:1:1", "quotation mark"),
        (b"name,Name\nA,1\n", "t.csv:1:1", "same name .`name`."),
        ("name\tscore\nA\t1\n".encode("utf-16") + b"x", "t.csv:3:1", "not UTF-16"),
        (b"name,score\nA,1\nM\xfcller,2\n", "t.csv:3:1", "not UTF-8"),
        (b"name,score\nA,1\nB\x00,2\n", "t.csv:3:1", "a character that FHIR cannot carry"),
        (b"name,score\n,\n", "t.csv:1:1", "no row below its header"),
    ],
)
def test_a_broken_table_is_refused_with_its_line(content: bytes, location: str, words: str) -> None:
    with pytest.raises(UnreadableError, match=words) as refusal:
        read(content)

    assert refusal.value.issues[0].location == (location,)


def test_a_value_that_does_not_fit_is_refused_with_its_cell() -> None:
    with pytest.raises(InvalidError) as refusal:
        read(b"name,score\nA,much\n")

    assert refusal.value.issues[0].location == ("t.csv#cell=2,2",)


def test_columns_of_no_form_are_refused_naming_those_that_are_known() -> None:
    with pytest.raises(UnknownFormError, match="columns are not those of a form") as refusal:
        read(b"first,second\n1,2\n")

    assert "scores: name, score; names: name" in (refusal.value.issues[0].suggestion or "")
    assert "did you mean" not in str(refusal.value)


def test_a_column_by_which_a_form_is_known_may_be_misspelt() -> None:
    with pytest.raises(UnknownFormError, match="did you mean `name` for `nam`, `score` for `scor`") as refusal:
        read(b"nam,scor\n1,2\n")

    assert refusal.value.issues[0].location == ("t.csv#row=1",)


def test_columns_of_two_forms_are_refused_naming_both() -> None:
    with pytest.raises(UnreadableError, match="twin-a, twin-b"):
        read(b"a,b\n1,2\n")

    assert read(b"a,b\n1,2\n", "twin-b").form == "twin-b"


@pytest.mark.parametrize(
    ("form", "words"),
    [("object", "is a JSON object"), ("twin-a", "has columns that are not here: `a`, `b`")],
)
def test_a_form_that_the_table_cannot_have_is_refused(form: str, words: str) -> None:
    with pytest.raises(UnreadableError, match=words):
        read(b"first,second\nA,1\n", form)


def test_a_list_of_objects_is_read_as_rows() -> None:
    (document,) = JsonReader(forms=FORMS).read(Document(name="r.json", content=b'[{"name": "A", "score": "1"}, {"name": "B"}]'))

    assert isinstance(document, RowsDocument)
    assert document.form == "names"
    assert document.positions(("rows", 1, "name")) == ("r.json#/1/name",)


def test_a_list_in_which_an_object_lacks_a_field_is_known_by_the_others() -> None:
    forms = {"scores": FORMS["scores"]}
    (document,) = JsonReader(forms=forms).read(Document(name="r.json", content=b'[{"name": "A", "score": "1"}, {"name": "B"}]'))

    assert document.form == "scores"
    assert document.tree["rows"][1] == {"name": "B"}


@pytest.mark.parametrize("content", [b'[{"other": 1}]', b"[]", b"[1]"])
def test_any_other_list_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableError, match=r"not a list|list of other than objects"):
        JsonReader(forms=FORMS).read(Document(name="r.json", content=content))


@pytest.mark.parametrize("content", [b"plain text", b'{"name": 1}', b'"', b"\x00\x01", b'"name"x'])
def test_what_is_no_table_is_left_to_others(content: bytes) -> None:
    assert not TABLES.recognises(content)


def test_a_column_is_known_in_any_case_and_with_blanks_or_hyphens() -> None:
    forms = {"x": input_form("x", {"type": "array", "columns": ["ACMG_PP4"], "items": ROW})}
    (document,) = TableReader(forms=forms).read(Document(name="t.csv", content=b"Acmg-PP4 ,Name,My Own\nstrong,A,B\n"))

    assert document.tree == {"rows": [{"ACMG_PP4": "strong", "name": "A", "My Own": "B"}]}


def test_one_column_is_a_table_if_it_is_known() -> None:
    assert TABLES.recognises(b"name\nWilliams\n")


@given(st.binary(max_size=200) | st.text(alphabet='a,;\t"\n\r', max_size=60).map(str.encode))
def test_no_bytes_crash_the_reader(content: bytes) -> None:
    TABLES.recognises(content)
    with suppress(AdapterError):
        read(b"name,score\n" + content)
