"""JSON read strictly and written canonically."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.fhir.json import canonical_bytes, pretty_bytes, read_json
from adapter.issues import InvalidError

DECIMALS = st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12)
TEXTS = st.text(
    st.characters(
        blacklist_categories=["Cs"], blacklist_characters=[chr(code) for code in range(32)] + ["\x7f", "\ufffe", "\uffff"]
    )
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63) + 1, 2**63 - 1) | DECIMALS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_written_is_read_back_with_all_its_digits(value: Any) -> None:  # noqa: ANN401 - any JSON
    content = canonical_bytes(value)

    actual = read_json(content, "x")

    assert actual == value
    assert canonical_bytes(actual) == content
    assert json.loads(pretty_bytes(value)) == json.loads(content)


@pytest.mark.parametrize("text", ["12.50", "0.10", "100.0", "1E+5", "1E-7", "-0.0"])
def test_a_decimal_keeps_its_digits(text: str) -> None:
    assert canonical_bytes(read_json(text.encode(), "x")) == text.encode()


def test_pretty_bytes_are_for_people() -> None:
    assert pretty_bytes({"a": [Decimal("1.50")]}) == b'{\n  "a": [\n    1.50\n  ]\n}\n'


@pytest.mark.parametrize("value", [object(), Decimal("NaN"), Decimal("Infinity")])
def test_what_json_can_not_hold_is_not_written(value: object) -> None:
    with pytest.raises(TypeError):
        canonical_bytes({"a": value})


def test_a_byte_order_mark_is_passed_over() -> None:
    assert read_json(b'\xef\xbb\xbf{"a": 1}', "x") == {"a": 1}


def test_tabs_and_line_ends_are_allowed_in_a_text() -> None:
    assert read_json(rb'"a\tb\r\nc\u0009"', "x") == "a\tb\r\nc\t"


BAD = [
    (b"", "json/empty", "x.json:1:1"),
    (b" \n", "json/empty", "x.json:1:1"),
    ('{"a": 1}'.encode("utf-16"), "json/encoding", "x.json:1:1"),
    ('{"a": 1}'.encode("utf-16-be"), "json/encoding", "x.json:1:1"),
    ('{"a": 1}'.encode("utf-32"), "json/encoding", "x.json:1:1"),
    (b'{"Secret": 1,\n "Secret": 2}', "json/syntax", "x.json:2:11"),
    (b'{"a": NaN}', "json/syntax", "x.json:1:7"),
    (b'{"a": Infinity}', "json/syntax", "x.json:1:7"),
    (b'{"a": 1', "json/syntax", "x.json:1:7"),
    (b"[" * 300 + b"]" * 300, "json/syntax", "x.json:1:202"),
    (b'"\xff"', "json/syntax", "x.json:1:2"),
    (rb'"\ud800"', "json/syntax", "x.json:1:8"),
    (b'"a\x01"', "json/syntax", "x.json:1:3"),
    (b"<xml/>", "json/syntax", "x.json:1:1"),
    (rb'{"a": ["\u0001"]}', "json/control-character", "x.json#/a/0"),
    (rb'{"a": "x\by"}', "json/control-character", "x.json#/a"),
    (rb'{"a/b~c": {"\u0000": 1}}', "json/control-character", "x.json#/a~1b~0c"),
    (b'{"a": 9223372036854775808}', "json/number", "x.json#/a"),
    (b'{"a": 1e999}', "json/number", "x.json#/a"),
    (b'{"a": -1.5E-31}', "json/number", "x.json#/a"),
    (b"[ 1e31]", "json/number", "x.json#/0"),
    (b"1e31", "json/number", "x.json#"),
    (b'{"a": 1.0000000000000000000000000000001}', "json/number", "x.json#/a"),
    (b'{"a": 1.0000000000000000000000000001}', "json/number", "x.json#/a"),
    (b'{"a":1.0000000000000000000000000001}', "json/number", "x.json#/a"),
    (b'{"a" :-1.0000000000000000000000000001}', "json/number", "x.json#/a"),
    (b'["urn:oid:2.16.840.1.113883.4.4", \n9223372036854775808]', "json/number", "x.json#/1"),
    (b"[9223372036854775808]", "json/number", "x.json#/0"),
    (b"9223372036854775808", "json/number", "x.json#"),
]


@pytest.mark.parametrize(("content", "rule", "location"), BAD)
def test_what_is_wrong_is_said_with_its_place_and_without_the_text(content: bytes, rule: str, location: str) -> None:
    with pytest.raises(InvalidError) as caught:
        read_json(content, "x.json")

    assert [(issue.rule, issue.location) for issue in caught.value.issues] == [(rule, (location,))]
    assert "Secret" not in str(caught.value)


@pytest.mark.parametrize("text", ["1.000000000000000000000000001", "9223372036854775807", "1E+30", "1E-30"])
def test_a_number_at_the_limit_is_read(text: str) -> None:
    assert canonical_bytes(read_json(text.encode(), "x")) == text.encode()


def test_digits_in_a_text_are_not_a_number() -> None:
    text = "urn:oid:2.16.840.1.113883.4.4" + "1" * 100
    assert read_json(f'["{text}"]'.encode(), "x") == [text]


def test_every_unfit_value_is_told() -> None:
    with pytest.raises(InvalidError) as caught:
        read_json(rb'[1e99, "\u0000", 2]', "x")

    assert [issue.location for issue in caught.value.issues] == [("x#/0",), ("x#/1",)]


def read_or_refuse(content: bytes) -> tuple[bytes, tuple[str, ...]]:
    """(what was read, written again; the rules that refuse it)."""
    try:
        return canonical_bytes(read_json(content, "x")), ()
    except InvalidError as error:
        return b"", tuple(str(issue.rule) for issue in error.issues)


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    written, rules = read_or_refuse(content)

    assert bool(written) != bool(rules)
    assert not written or canonical_bytes(read_json(written, "x")) == written
