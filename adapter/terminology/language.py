"""Languages that a caller wants, in the form of the header Accept-Language (RFC 9110), and how tags match them (RFC 4647)."""

import re
from dataclasses import dataclass
from enum import IntEnum

_TAG = re.compile(r"\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*", re.ASCII)
_QUALITY = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)", re.ASCII)
_REGION = re.compile(r"[a-z]{2}|\d{3}", re.ASCII)
_LONGEST = 500


class Depth(IntEnum):
    """How much of two language tags must be the same."""

    FULL = 0
    REGION = 1
    LANGUAGE = 2


class LanguageError(ValueError):
    """A text that is not a list of languages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """One language with how much it is wanted (0 to 1); `*` is every language."""

    tag: str
    quality: float = 1.0

    def __str__(self) -> str:
        return self.tag if self.quality == 1 else f" {self.tag}; q={self.quality:g}"

    def is_match(self, tag: str | None, depth: Depth) -> bool:
        """Whether a language tag is in this range; a text without a language only matches `*`."""
        if self.quality <= 0:
            return False
        return self.tag == "*" or (tag is not None and _part(self.tag, depth) == _part(tag, depth))


@dataclass(frozen=True, slots=True, kw_only=True)
class Languages:
    """The wanted languages, best first; `is_open` says that any other language is better than none."""

    ranges: tuple[Range, ...]
    is_open: bool = False

    def __str__(self) -> str:
        """As the caller wrote it: the form in which an expansion repeats it."""
        return ",".join(str(part) for part in self.ranges)

    @property
    def names(self) -> str:
        """The tags alone, for a message."""
        return ", ".join(part.tag for part in self.ranges)

    @property
    def preferences(self) -> tuple[Range, ...]:
        """What is looked for, in order."""
        named = any(part.tag == "*" for part in self.ranges)
        return (*self.ranges, Range(tag="*", quality=0.001)) if self.is_open and not named else self.ranges

    def has(self, tag: str | None) -> bool:
        """Whether a text in this language is welcome; one without a language always is."""
        return tag is None or any(preference.is_match(tag, Depth.LANGUAGE) for preference in self.preferences)


def read_languages(text: str, *, is_open: bool) -> Languages:
    """The languages of a text such as `de, en;q=0.5, *;q=0`; raises LanguageError."""
    if len(text) > _LONGEST:
        raise LanguageError
    ranges = [_range(word) for word in text.split(",") if word.strip()]
    if not ranges:
        raise LanguageError
    return Languages(ranges=tuple(sorted(ranges, key=lambda part: -part.quality)), is_open=is_open)


def _range(text: str) -> Range:
    tag, *weights = (word.strip() for word in text.split(";"))
    quality = weights[0].partition("=")[2].strip() if weights else "1"
    if len(weights) > 1 or not _TAG.fullmatch(tag) or not _QUALITY.fullmatch(quality):
        raise LanguageError
    return Range(tag=tag, quality=float(quality))


def _part(tag: str, depth: Depth) -> tuple[str, ...]:
    """What of a tag must be the same."""
    whole = tuple(tag.lower().split("-"))
    if depth is Depth.FULL:
        return whole
    region = next((subtag for subtag in whole[1:] if _REGION.fullmatch(subtag)), "")
    return (whole[0], region) if depth is Depth.REGION else (whole[0],)
