"""The functions of mapping files that read the report of an HL7 v2 message: its text, and how far it is."""

from collections.abc import Sequence

from adapter.mapping.function import NotConvertible, function
from adapter.mapping.time_functions import beginning

_STATUSES = frozenset({"none", "in-progress", "signed", "amended", "withdrawn"})
_WITHDRAWN = ("D", "W")
"""The text is deleted, or was wrong (HL7 table 0085)."""
_LACKING = ("X", "I")
"""There is no text: it cannot be had, or is to come."""
_CHANGED = {"C": "corrected", "A": "amended", "B": "appended"}
_FINAL = ("F", "U", "V", *_CHANGED)
"""The text is final: also one that becomes so without being sent again (U), or was looked at once more (V)."""


@function(takes=("code?", "list of string"), gives="code?", fallible=True, codes=lambda *_: _STATUSES)
def report_status(status: str | None, texts: Sequence[str]) -> str | None:
    """The state of a report from that of the whole and the codes (OBX-11) of its texts: `report_status(told, texts)`.

    Without a text that is left, a report whose texts were taken back (D, W) is withdrawn, and one whose texts cannot be had or
    are to come (X, I) does not exist yet. No report is final as long as one of its texts is not; with a text that was corrected,
    amended or added to (C, A, B) it is amended.
    """
    standing = [code for code in texts if code not in (*_WITHDRAWN, *_LACKING)]
    if not standing and any(code in _WITHDRAWN for code in texts):
        return "withdrawn"
    if status not in ("signed", "amended"):
        return status
    if texts and not standing:
        raise NotConvertible(_NO_TEXT, value="none")
    if any(code not in _FINAL for code in standing):
        raise NotConvertible(_NOT_FINAL, value="in-progress")
    return "amended" if any(code in _CHANGED for code in standing) else status


_NO_TEXT = (
    "The whole is said to be final (OBR-25, TXA-17), and its text not to be had or to come (OBX-11 X, I), so there is no report. "
    "Send the report when its text is final, or correct the two codes."
)
_NOT_FINAL = (
    "The whole is said to be final (OBR-25, TXA-17), and a text is not (OBX-11 is not F, C, A, B, U or V), so the report is "
    "not taken as final. Send it again when all of its texts are final, or correct OBX-11."
)


@function(takes=("list of string",), gives="code?", codes=lambda *_: frozenset(_CHANGED.values()))
def report_amendment(texts: Sequence[str]) -> str | None:
    """How a report was changed, by the codes (OBX-11) of its texts, corrected before the others: `report_amendment(texts)`."""
    return next((how for code, how in _CHANGED.items() if code in texts), None)


@function(takes=("list of string",), gives="string?")
def paragraphs(texts: Sequence[str]) -> str | None:
    """Several texts as one, each on a line of its own: `paragraphs(each(part[1] for part in OBX[5]))`."""
    return "\n".join(texts) or None


@function(takes=("string?", "list of string", "list of dateTime"), gives="string?")
def with_addenda(text: str | None, addenda: Sequence[str], signed: Sequence[str]) -> str | None:
    """A report and what was added to it, in the order in which that was signed, with an empty line between them.

    `with_addenda(case.review.conclusion, each(a.text for a in …), each(a.signed_at for a in …))`.
    """
    in_time = sorted(zip(map(beginning, signed), addenda, strict=True))
    return "\n\n".join([*([text] if text else []), *(added for _, added in in_time)]) or None
