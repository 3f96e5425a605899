"""What is said of text that is not JSON: what was expected, where, what to do, and never a value."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.fhir.json import read_json
from adapter.issues import Issue, UnreadableError

VALUE = "a value (text in double quotes, a number, true, false, null, an object or a list)"
ROWS = [
    ('{"a": "Smith",,}', "1:15", 'a field name in double quotes after `{"…": "…",`, but there is `,`', "one comma too many"),
    ('{"a": "Smith",}', "1:15", 'another entry after `{"…": "…",`, but there is `}`', "take out the comma"),
    ('["Smith",]', "1:10", 'another entry after `["…",`, but there is `]`', "take out the comma"),
    (
        '{"a": "Smith" "b": 2}',
        "1:15",
        'a comma and the next field, or `}` after `{"…": "…"`, but there is a text',
        "comma or a colon",
    ),
    ('{"a": "Smith"\n "b": 2}', "2:2", "a comma and the next field, or `}`, but there is a text", "comma or a colon"),
    ('{"a": tr\n}', "1:9", 'true, false or null after `{"…": …`, but the line ends', "in small letters"),
    ('{"a" 41}', "1:6", 'a colon between the field name and its value after `{"…"`, but there is a number', None),
    ('{"a"="Smith"}', "1:5", "a colon", "write a colon"),
    ('{"a": 41; "b": 2}', "1:9", "a comma and the next field", "write a comma"),
    ("[41 -2]", "1:5", "a comma and the next item, or `]` after `[…`, but there is a number", None),
    ("{Smith: 1}", "1:2", "a field name in double quotes after `{`, but there is something else", "in double quotes"),
    ("{'Smith': 1}", "1:2", "a field name in double quotes after `{`, but there is `'`", "straight double quotes"),
    ('{"a": \u201cSmith\u201d}', "1:7", VALUE, "straight double quotes"),
    ('{"a": ,}', "1:7", VALUE + ' after `{"…":`, but there is `,`', "one comma too many"),
    ('{"a":\n}', "2:1", VALUE + ", but there is `}`", "something is missing before this bracket"),
    ('{"é€": ,}', "1:8", VALUE, "one comma too many"),
    ('{"a": None}', "1:7", VALUE, "write null"),
    ('{"a": True}', "1:7", VALUE, "write true"),
    ('{"a": FALSE}', "1:7", VALUE, "write false"),
    ('{"a": NaN}', "1:7", VALUE, "leave the field out"),
    ('{"a": +41}', "1:7", VALUE, "a digit or a minus sign"),
    ('{"a": tru}', "1:10", "true, false or null", "in small letters and in full"),
    ("{ // Smith\n}", "1:3", "a field name in double quotes", "no comments"),
    ('{"a": 1} Smith', "1:10", 'the end of the document after `{"…": …}`', "one document at a time"),
    ('{"a": 1} // Smith', "1:10", 'the end of the document after `{"…": …}`', "no comments"),
    ('{"a": 1}\n{"a": 2}', "2:1", "the end of the document, but there is `{`", "--bulk"),
    ('{"a":\n\n', "2:1", "ends too early", None),
    ('{"a": "Smith', "1:12", "ends too early: within a text", None),
    ('["Smith"', "1:8", "ends too early: within a list", None),
    ('{"a": "Smith"', "1:13", "ends too early: within an object", None),
    ('{"a": "Smi\nth"}', "1:11", "a text holds a control character or a line end", None),
    (r'{"a": "Smi\xth"}', "1:12", "an escape is not one of JSON", None),
    ('{"a": 041}', "1:8", "no leading zeros", None),
    ('{"Smith": 1, "Smith": 2}', "1:22", "a key appears twice", None),
    ('{"a": 1\n\t', "2:1", "ends too early", None),
    ("[1,\n2\n3]", "3:1", "a comma and the next item", None),
    ("[1 x", "1:4", "a comma and the next item", "in double quotes"),
    ('["' + "Smith " * 20 + '" x]', "1:125", 'after `["…"`, but there is something else', "in double quotes"),
    ("[" + "41, " * 40 + ",]", "1:162", "after `, …, …", "one comma too many"),
]


def issue_of(content: bytes) -> Issue | None:
    try:
        read_json(content, "a.json")
    except UnreadableError as error:
        return error.issues[0]
    return None


@pytest.mark.parametrize(("text", "place", "words", "hint"), ROWS)
def test_a_mistake_is_told_with_its_place_and_what_was_expected(text: str, place: str, words: str, hint: str | None) -> None:
    issue = issue_of(text.encode())

    assert issue is not None
    assert (issue.rule, issue.location) == ("json/syntax", (f"a.json:{place}",))
    assert words in issue.text
    assert (hint or "") in (issue.suggestion or "")
    assert (hint is None) == (issue.suggestion is None)


def test_the_place_is_told_whatever_the_bytes() -> None:
    issue = issue_of(b'{"a": "\xff"}')

    assert issue is not None
    assert (issue.text, issue.location) == ("this is not UTF-8; save the document as UTF-8", ("a.json:1:8",))


@given(st.integers(0, 400), st.text("{}[],:'\"; \n=x1", min_size=1, max_size=3))
def test_no_value_is_repeated(place: int, mistake: str) -> None:
    whole = json.dumps({"zzqa": ["zzqb", 7707, {"zzqc": -7707.7}], "zzqd": {"zzqe": "zzqf zzqg", "zzqh": True}})
    place %= len(whole)
    issue = issue_of((whole[:place] + mistake + whole[place:]).encode())

    assert issue is None or not re.search("zz|70|07", issue.text + (issue.suggestion or ""))
