"""Stable ids: what they look like, what they depend on, and what happens when two meet."""

import re
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from adapter.fhir.resource_id import stable_id

KEYS = st.lists(st.text(), max_size=4)


@given(kind=st.text(), keys=KEYS)
def test_an_id_is_a_uuid_of_version_8_in_lower_case(kind: str, keys: list[str]) -> None:
    actual = UUID(stable_id(kind, *keys))

    assert str(actual) == stable_id(kind, *keys)
    assert (actual.version, actual.variant) == (8, "specified in RFC 4122")
    assert re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", str(actual))


@given(one=KEYS, other=KEYS)
def test_ids_are_equal_only_where_the_keys_are(one: list[str], other: list[str]) -> None:
    assert (stable_id("Claim", *one) == stable_id("Claim", *other)) == (one == other)


def test_where_one_key_ends_and_the_next_begins_makes_a_difference() -> None:
    assert (
        len({stable_id("a", "bc"), stable_id("ab", "c"), stable_id("abc"), stable_id("a", "b", "c"), stable_id("a", "bc", "")})
        == 5
    )
