"""The character set that a content type names."""

from collections.abc import Mapping

_UTF_8 = frozenset({"utf-8", "utf8"})
_READ = _UTF_8 | {"us-ascii"}


def is_utf_8(parameters: Mapping[str, str]) -> bool:
    """Whether the parameters of a content type say UTF-8, or nothing."""
    return _charset(parameters) in _UTF_8


def is_read(parameters: Mapping[str, str]) -> bool:
    """The same of a body, of which ASCII is read too: it is a part of UTF-8."""
    return _charset(parameters) in _READ


def _charset(parameters: Mapping[str, str]) -> str:
    return parameters.get("charset", "utf-8").lower()
