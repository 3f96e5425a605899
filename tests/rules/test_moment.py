"""Dates and times are compared as far as they are known, and months are counted in the calendar."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.rules.moment import add_months, days, earliest, is_before


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2026-03-12", 12, "2027-03-12"),
        ("2026-01-10", 12, "2027-01-10"),
        ("2026-11-30", 2, "2027-01-30"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2025-12-31", 2, "2026-02-28"),
        ("2026-08-31", 1, "2026-09-30"),
    ],
)
def test_the_same_day_so_many_months_later_is_the_last_day_of_a_shorter_month(day: str, months: int, later: str) -> None:
    assert add_months(day, months) == later


MOMENTS = st.builds(
    lambda length, day, hour, offset: (
        "2026-01-"[:length] if length < 10 else f"2026-01-{day:02}" + f"T{hour:02}:30:00{offset}" * (length > 10)
    ),
    st.sampled_from([4, 7, 10, 20]),
    st.integers(13, 16),
    st.sampled_from([0, 9, 10, 11, 12, 23]),
    st.sampled_from(["Z", "+00:00", "-05:00", "+14:00"]),
)


@given(moments=st.lists(MOMENTS, max_size=20), other=MOMENTS)
def test_a_few_moments_speak_for_all(moments: list[str], other: str) -> None:
    few = earliest(moments)

    assert len(few) <= 5
    assert any(is_before(moment, other) for moment in few) == any(is_before(moment, other) for moment in moments)


@pytest.mark.parametrize(
    ("moment", "zone", "expected"),
    [
        ("9999-12-31T23:59:59Z", None, ("9999-12-31", "9999-12-31")),
        ("9999-12-31T23:59:59Z", "2026-01-14T10:00:00+05:00", ("9999-12-31", "9999-12-31")),
        ("0001-01-01T00:00:00Z", None, ("0001-01-01", "0001-01-01")),
        ("0001-01-01T00:00:00Z", "2026-01-14T10:00:00-05:00", ("0001-01-01", "0001-01-01")),
        ("2026-01-14T23:00:00Z", None, ("2026-01-14", "2026-01-15")),
        ("2026-01-14T23:00:00Z", "2026-01-14T10:00:00+05:00", ("2026-01-15", "2026-01-15")),
    ],
)
def test_days_end_with_the_calendar(moment: str, zone: str | None, expected: tuple[str, str]) -> None:
    assert days(moment, zone) == expected


@pytest.mark.parametrize(
    ("one", "other", "certainly"),
    [
        ("2024-05-02T23:00:00Z", "2024-05-03", False),  # 3 May already, east of Greenwich
        ("2024-05-02T23:00:00+00:00", "2024-05-03", True),
        ("2024-05-02", "2024-05-03T01:00:00Z", False),
        ("2024-05-01T09:00:00Z", "2024-05-03", True),
    ],
)
def test_a_time_in_utc_does_not_tell_the_local_day(one: str, other: str, *, certainly: bool) -> None:
    assert is_before(one, other) is certainly
