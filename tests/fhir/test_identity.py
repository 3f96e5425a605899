"""Stable ids: what they look like, what they depend on, and what happens when two meet."""

import re
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.fhir.identity import check_collisions, stable_id
from adapter.issues import ConflictError

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


def test_different_ids_do_not_collide() -> None:
    check_collisions([(stable_id("Claim", "1"), ("Claim", "1")), (stable_id("Claim", "2"), ("Claim", "2"))])


@pytest.mark.parametrize(("other", "rule"), [(("Claim", "2"), "id/collision"), (("Claim", "1"), "id/twice")])
def test_two_resources_of_one_id_are_a_conflict_that_tells_no_key(other: tuple[str, ...], rule: str) -> None:
    with pytest.raises(ConflictError) as caught:
        check_collisions([("x", ("Claim", "1")), ("x", other)])

    assert [issue.rule for issue in caught.value.issues] == [rule]
    assert "Claim" not in str(caught.value)
