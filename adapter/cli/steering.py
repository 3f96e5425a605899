"""Characters that could steer a terminal, and texts without them."""

import re

_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""C0 and C1 but tab and line feed, marks and overrides of direction, line separators, and halves of characters."""
_UNDECODED = re.compile("[\ud800-\udfff]")
"""What stands for the bytes of a name that are not UTF-8."""
_SHOWN = "\N{REPLACEMENT CHARACTER}"


def harmless(text: str) -> str:
    """The text with a sign in place of each character that could steer a terminal."""
    return _STEERING.sub(_SHOWN, text)


def escaped_json(content: bytes) -> bytes:
    """JSON with such characters as escapes: the same values."""
    return _STEERING.sub(lambda match: f"\\u{ord(match[0]):04x}", content.decode()).encode()


def text_of_name(name: str) -> str:
    """The name of a file as a text that JSON can hold: a sign in place of each byte that is not UTF-8."""
    return _UNDECODED.sub(_SHOWN, name)
