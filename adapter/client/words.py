"""The words of a server's answer that is not FHIR JSON, as far as a person can use them: XML, a web page, plain text."""

import re
from html import unescape

_LONGEST = 600
_VALUE = re.compile(r"<(?:\w+:)?(?:diagnostics|text)\s+value\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_SILENT = re.compile(r"<(script|style|head)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_SPACE = re.compile(r"\s+")


def readable_words(content: bytes) -> str:
    """What the body of an answer says, without markup, on one line and cut to a length that a person reads; may be empty.

    Of an OperationOutcome in XML these are its texts and diagnostics.
    """
    text = content[: _LONGEST * 20].decode("utf-8", "replace")
    values = [double or single for double, single in _VALUE.findall(text)]
    plain = " ".join(values) if values else _TAG.sub(" ", _SILENT.sub(" ", text))
    line = _SPACE.sub(" ", unescape(plain)).strip()
    return line if len(line) <= _LONGEST else line[:_LONGEST] + " …"
