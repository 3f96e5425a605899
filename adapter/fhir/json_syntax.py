"""What is said of text that is not JSON: what was expected, where, and the line up to there without any of its values."""

import re
from dataclasses import dataclass

from adapter.issues import Issue, IssueType, Severity

_PLACE = re.compile(r" at line (\d+) column (\d+)$")
_SHOWN = 40
"""So many characters of the line before the place are shown."""
_VALUE = "a value (text in double quotes, a number, true, false, null, an object or a list)"
_EXPECTED = {
    "key must be a string": "a field name in double quotes",
    "expected `:`": "a colon between the field name and its value",
    "expected `,` or `}`": "a comma and the next field, or `}`",
    "expected `,` or `]`": "a comma and the next item, or `]`",
    "expected value": _VALUE,
    "expected ident": "true, false or null",
    "trailing comma": "another entry",
    "trailing characters": "the end of the document",
}
_REMEDIES = {
    "expected ident": "write true, false or null in small letters and in full",
    "trailing comma": "take out the comma before the closing bracket",
    "trailing characters": "send one document at a time (`adapter convert --bulk` takes NDJSON; resources go into a Bundle); "
    "or a bracket closes too early",
}
_WORDS = {
    "Detected duplicate key": "a key appears twice in one object; keep one of the two",
    "recursion limit exceeded": "the document is nested too deeply; write it with 200 levels at most",
    "EOF while parsing a string": "the document ends too early: within a text, whose closing quote is missing; send all of it",
    "EOF while parsing a list": "the document ends too early: within a list, whose `]` is missing; send all of it",
    "EOF while parsing an object": "the document ends too early: within an object, whose `}` is missing; send all of it",
    "EOF while parsing": "the document ends too early; send all of it",
    "invalid unicode code point": "this is not UTF-8; save the document as UTF-8",
    "unexpected end of hex escape": "an escape (\\u) does not stand for a character; write the character itself",
    "lone leading surrogate": "an escape (\\u) does not stand for a character; write the character itself",
    "invalid escape": 'an escape is not one of JSON: in a text, write \\\\ for a backslash, \\" for a quote',
    "control character": "a text holds a control character or a line end; write it as an escape (\\n, \\t) or take it out",
    "invalid number": "a number is not written as JSON writes numbers: 12, -0.5, 1.2e3; no leading zeros or plus sign",
}
_NO_COMMENTS = "JSON has no comments"
_HINTS = (
    (re.compile(r","), "there is one comma too many"),
    (re.compile(r"['`\u2018-\u201e«»]"), 'JSON has only straight double quotes: "…"'),
    (re.compile(r"//|/\*|#|--"), _NO_COMMENTS),
    (re.compile(r"None|undefined|nil|NULL|Null"), "write null"),
    (re.compile(r"True|TRUE|yes\b|Yes"), "write true"),
    (re.compile(r"False|FALSE|no\b|No\b"), "write false"),
    (re.compile(r"[+-]?(NaN|Infinity|inf)|nan"), "JSON has no such number; leave the field out"),
    (re.compile(r"[+.][0-9]"), "a number begins with a digit or a minus sign"),
    (re.compile(r"="), "write a colon"),
    (re.compile(r";"), "write a comma"),
    (re.compile(r'["{\[]'), "a comma or a colon is missing before it"),
    (re.compile(r"[}\]]"), "something is missing before this bracket, or it is the wrong one"),
    (re.compile(r"[A-Za-z_]"), "put names and texts in double quotes"),
)
"""What people write that JSON does not have, and what to write instead."""
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*("?)|[{}\[\],:]|\s+|[^{}\[\],:\s"]+')
_SIGN = re.compile(r"[{}\[\],:;='/#+.]")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A place in a document: line and column for people, the line up to there, and what follows."""

    line: int
    column: int
    before: str
    after: str


def syntax_issue(message: str, content: bytes, name: str) -> Issue:
    """The issue of content that jiter refuses with a message: it says what was expected, and shows no value."""
    place = _place(message, content)
    if expected := _said_of(message, _EXPECTED):
        text = f"expected {expected}{_behind(place.before)}, but {_found(place.after)}"
        written = next((hint for pattern, hint in _HINTS if pattern.match(place.after)), None)
        hint = written if written == _NO_COMMENTS else _said_of(message, _REMEDIES) or written
    else:
        text, hint = _said_of(message, _WORDS) or "this is not JSON; send a JSON document", None
    return Issue(
        severity=Severity.FATAL,
        code=IssueType.STRUCTURE,
        rule="json/syntax",
        text=text,
        suggestion=hint,
        location=(f"{name}:{place.line}:{place.column}",),
    )


def _said_of(message: str, table: dict[str, str]) -> str | None:
    return next((words for beginning, words in table.items() if message.startswith(beginning)), None)


def _place(message: str, content: bytes) -> _Place:
    """The place that a message names, its column counted in characters instead of bytes."""
    match = _PLACE.search(message)
    number, byte = (int(match[1]), int(match[2])) if match else (1, 1)
    lines = content.split(b"\n", number)
    if byte == 0:  # the line end itself is what does not belong there
        number, byte = number - 1, len(lines[number - 2]) + 1
    line = lines[number - 1]
    before, after = line[: byte - 1].decode(errors="replace"), line[byte - 1 :].decode(errors="replace")
    return _Place(line=number, column=len(before) + 1, before=before, after=after)


def _behind(before: str) -> str:
    """Behind what: the line with `…` for everything that is a value or a name."""
    masked = _TOKEN.sub(_masked, before).strip()
    return f" after `{masked[-_SHOWN:]}`" if masked else ""


def _masked(token: re.Match[str]) -> str:
    text = token[0]
    if text.startswith('"'):
        return '"…' + token[1]
    return text if text.isspace() or text in "{}[],:" else "…"


def _found(after: str) -> str:
    """What is there instead, without saying what a text or a number is."""
    if not after.strip():
        return "the line ends"
    if sign := _SIGN.match(after):
        return f"there is `{sign[0]}`"
    if after[0] == '"':
        return "there is a text"
    return "there is a number" if after[0].isdigit() or after[0] == "-" else "there is something else"
