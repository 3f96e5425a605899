"""Which of two times is later is said only where it is certain."""

import pytest

from adapter.feed.later import is_later


@pytest.mark.parametrize(
    ("moment", "other", "expected"),
    [
        ("20260301100000+0000", "20260301090000+0000", True),
        ("20260301090000+0000", "20260301100000+0000", False),
        ("20260301100000+0000", "20260301100000+0000", False),
        ("20260301100000+0000", "20260301103000+0100", True),
        ("20260301100000-0500", "20260301120000+0000", True),
        ("202603011000", "20260301090000", True),
        ("20260302", "202603012359", True),
        ("20260301100000", "20260301090000+0000", True),
        ("202603011000.5", "20260301", True),
        ("", "2026", False),
        ("2026", "", False),
        ("1.3.2026", "2026", False),
        ("20260231100000+0000", "20260301100000+0000", False),
        ("20260301100000+0000", "20260231100000+0000", True),
        ("20260301100000+9900", "20260301100000+0000", False),
    ],
)
def test_a_time_is_later_where_that_is_certain(moment: str, other: str, *, expected: bool) -> None:
    assert is_later(moment, other) is expected
