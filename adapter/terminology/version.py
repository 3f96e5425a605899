"""Versions of definitions: which is the latest, and which ones a version with wildcards means."""

import re
from collections.abc import Iterable

_WILDCARDS = frozenset({"x", "X", "*"})
_NUMBER = re.compile(r"\d+", re.ASCII)


def is_match(pattern: str, version: str | None) -> bool:
    """Whether a version is the wanted one: the same, or one that its wildcards allow.

    A part `x`, `X` or `*` stands for any one part, as last part for any further parts; `1` alone is not a wildcard
    (http://hl7.org/fhir/uv/tx-ecosystem: wildcards are explicit).
    """
    if version is None or pattern == version:
        return pattern == version
    parts, numbers = _parts(pattern), _parts(version)
    if not _WILDCARDS & set(parts):
        return False
    if parts[-1] in _WILDCARDS and len(numbers) > len(parts):
        numbers = numbers[: len(parts)]
    return len(parts) == len(numbers) and all(part in (*_WILDCARDS, other) for part, other in zip(parts, numbers, strict=True))


def order(version: str | None) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts versions from old to new: numbers by size, a release after its pre-releases, no version first."""
    if version is None:
        return ()
    release, sign, label = version.partition("+")[0].partition("-")
    # A date (2024-05-01) has hyphens as well: only what follows them decides.
    if sign and not _NUMBER.match(label):
        return (*_numbers(release), (0, 0, ""), *_numbers(label))
    return (*_numbers(version.partition("+")[0].replace("-", ".")), (1, 0, ""))


def latest(versions: Iterable[str | None]) -> str | None:
    """The newest of some versions, if there is one."""
    return max(versions, key=order, default=None)


def _parts(version: str) -> list[str]:
    return version.split(".")


def _numbers(text: str) -> tuple[tuple[int, int, str], ...]:
    return tuple((2, int(part), "") if _NUMBER.fullmatch(part) else (2, -1, part) for part in text.split("."))
