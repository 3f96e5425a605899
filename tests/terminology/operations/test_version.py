"""Which versions match, and which is the newest."""

import pytest

from adapter.terminology.version import is_match, latest


@pytest.mark.parametrize(
    ("wanted", "version"),
    [
        ("1.0.0", "1.0.0"),
        ("1.x", "1.5"),
        ("1.x", "1.5.3"),
        ("1.0.x", "1.0.7"),
        ("1.x.x", "1.2.3"),
        ("*", "7"),
        ("1.*.3", "1.2.3"),
    ],
)
def test_a_wildcard_stands_for_any_part(wanted: str, version: str) -> None:
    assert is_match(wanted, version)


@pytest.mark.parametrize(
    ("wanted", "version"), [("1", "1.0.0"), ("1.x", "2.0"), ("1.x.x", "1.2"), ("1.x.3", "1.2.4"), ("1.0", None), ("1.0.0", "1.0")]
)
def test_nothing_else_matches(wanted: str, version: str | None) -> None:
    assert not is_match(wanted, version)


@pytest.mark.parametrize(
    "versions",
    [
        ["1.9.0", "1.10.0"],
        ["2.0.0-rc.1", "2.0.0"],
        ["2.0.0-alpha", "2.0.0-beta"],
        ["2023-12-01", "2024-01-31"],
        [None, "0"],
        ["draft", "1"],
        ["1.0.0+5", "1.0.1"],
    ],
)
def test_the_newest_version_is_found(versions: list[str | None]) -> None:
    assert latest(versions) == versions[-1]
    assert latest(reversed(versions)) == versions[-1]


def test_of_no_versions_none_is_the_newest() -> None:
    assert latest([]) is None
