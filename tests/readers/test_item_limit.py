"""How many items a list may have: what is not counted cannot have more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.fhir.json import canonical_bytes, pretty_bytes, read_json
from adapter.issues import TooLargeError
from adapter.json_types import JsonObject
from adapter.readers.item_limit import check_counts, check_items

TREES = st.dictionaries(
    st.text(max_size=3),
    st.recursive(st.none() | st.booleans() | st.text(max_size=3), lambda inner: st.lists(inner, max_size=9), max_leaves=30),
    max_size=3,
)


def longest(value: object) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return max([len(value) if isinstance(value, list) else 0, *map(longest, inner)])


def is_refused(tree: JsonObject, content: bytes, most: int) -> bool:
    try:
        check_items(tree, name="a.json", content=content, most=most)
    except TooLargeError:
        return True
    return False


@given(tree=TREES, most=st.integers(min_value=1, max_value=9), start=st.sampled_from([b"", b" \n", b"\xef\xbb\xbf"]))
def test_a_list_is_refused_exactly_if_it_is_longer(tree: JsonObject, most: int, start: bytes) -> None:
    for content in (canonical_bytes(tree), pretty_bytes(tree)):
        assert is_refused(tree, start + content, most) == (longest(tree) > most)


@pytest.mark.parametrize("content", [b'{"a":[' + b"1," * 9 + b"1]}", b"a\n" * 20])
def test_a_list_of_whatever_document_is_counted(content: bytes) -> None:
    tree = read_json(content, "a.json") if content.startswith(b"{") else {"rows": [{}] * 19}

    with pytest.raises(TooLargeError, match="items, and a list may have 5"):
        check_items(tree, name="a", content=content, most=5)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"a":[' + b'{"resourceType":"Basic"},' * 12 + b"{}]}", "12 resources, and one may have 11"),
        (b'\xef\xbb\xbf {"a":[' + b'{"resourceType":"Basic"},' * 12 + b"{}]}", "12 resources, and one may have 11"),
        (b"MSH|\r" + b"OBX|\r" * 100, "101 lines, and one may have 100"),
        (b"a,b\r\n" * 101, "101 lines, and one may have 100"),
    ],
)
def test_a_document_of_many_parts_is_refused_before_it_is_read(content: bytes, words: str) -> None:
    with pytest.raises(TooLargeError, match=words):
        check_counts(content, name="a", most=10)


@pytest.mark.parametrize(
    "content",
    [b"{}" + b"\n" * 99, b'{"a":"' + b'\\"resourceType\\"' * 19 + b'"}', b"MSH|\r" * 100, b"", b'{"resourceType":"Bundle"}' * 11],
)
def test_a_document_within_the_limits_is_read(content: bytes) -> None:
    check_counts(content, name="a", most=10)
