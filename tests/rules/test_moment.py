"""Months are counted in the calendar."""

import pytest

from adapter.rules.moment import add_months


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2026-03-12", 12, "2027-03-12"),
        ("2026-11-30", 2, "2027-01-30"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2025-12-31", 2, "2026-02-28"),
        ("2026-08-31", 1, "2026-09-30"),
    ],
)
def test_the_same_day_so_many_months_later_is_the_last_day_of_a_shorter_month(day: str, months: int, later: str) -> None:
    assert add_months(day, months) == later
