"""Acknowledgments of HL7 v2, made from the message that they answer."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from adapter.issues import Issue, IssueType, Severity
from adapter.mllp.reception import Acceptance, Reception
from adapter.readers.hl7v2.charset import codec_of

_MSH = re.compile(rb"\s*MSH([^\w\s])([^\r\n]*)")
_PLACE = re.compile(
    r"#(?P<segment>[A-Z][A-Z0-9]{2})(\[(?P<occurrence>\d+)\])?"
    r"(-(?P<field>\d+)(\[(?P<repetition>\d+)\])?(\.(?P<component>\d+)(\.(?P<subcomponent>\d+))?)?)?"
)
_LINE = re.compile(r":(\d+):(\d+)$")
_ENCODING = "^~\\&"
_MOST_ERRORS = 20
_MOST_PLACES = 5
_CONTROL_ID = 10
_CHARACTER_SET = 18 - 3
"""The place of MSH-18 among the fields from MSH-3 on."""
_LAST_CONTROL_ID = 199

Mode = Literal["accept", "application"]
"""The two answers of the enhanced mode: that a message is kept, and that its content is right."""

_CODES = {
    IssueType.STRUCTURE: "100^Segment sequence error",
    IssueType.REQUIRED: "101^Required field missing",
    IssueType.VALUE: "102^Data type error",
    IssueType.CODE_INVALID: "103^Table value not found",
    IssueType.NOT_SUPPORTED: "200^Unsupported message type",
    IssueType.CONFLICT: "204^Unknown key identifier",
    IssueType.DUPLICATE: "205^Duplicate key identifier",
}
"""HL7 table 0357 by the kind of issue."""
_CODES_BY_RULE = {
    "hl7v2/charset": "102^Data type error",
    "hl7v2/message-type": "101^Required field missing",
    "map/code_system": "103^Table value not found",
    "map/recode": "103^Table value not found",
    "feed/inline-image": "102^Data type error",
    "feed/processing": "202^Unsupported processing id",
    "feed/version": "203^Unsupported version id",
}
"""HL7 table 0357 where the kind of issue says less than our rule does."""
_ACCEPTED_CODE = "0^Message accepted"
_OTHER_CODE = "207^Application internal error"
_SEVERITIES = {Severity.FATAL: "F", Severity.ERROR: "E", Severity.WARNING: "W", Severity.INFORMATION: "I"}
_ALWAYS, _NEVER = "AL", "NE"
_ASKED_FOR = {_ALWAYS: tuple(Acceptance), "SU": (Acceptance.ACCEPTED,), "ER": (Acceptance.ERROR, Acceptance.REJECTED), _NEVER: ()}
"""For which of them MSH-15 and MSH-16 ask for an answer (HL7 table 0155)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageHeader:
    """The header of a message as it was sent, as far as there is one; `texts` begin with MSH-3."""

    separator: str = "|"
    encoding: str = _ENCODING
    texts: tuple[str, ...] = ()
    codec: str = "utf-8"

    def text(self, number: int) -> str:
        """A field, as it was sent."""
        place = number - 3
        return self.texts[place] if place < len(self.texts) else ""

    def components(self, number: int) -> list[str]:
        """The components of a field."""
        return self.text(number).split(self.encoding[0])

    @property
    def is_answer(self) -> bool:
        """Whether the message is an answer itself: two systems that answered those would never end."""
        return self.components(9)[0] == "ACK"

    def written(self, text: str) -> str:
        """A text of ours with the separators of the message escaped."""
        marks = dict(zip(self.separator + self.encoding, "FSRET", strict=False))
        escape = self.encoding[2:3]
        return "".join(f"{escape}{marks[mark]}{escape}" if mark in marks and escape else mark for mark in text)


def header_of(message: bytes) -> MessageHeader:
    """The header of a message, or that of none where it cannot be read."""
    match = _MSH.match(message)
    if match is None:
        return MessageHeader()
    separator = match[1].decode("latin-1")
    encoding, *texts = match[2].decode("latin-1").split(separator)
    declared = "".join(texts[_CHARACTER_SET : _CHARACTER_SET + 1])
    codec = codec_of(declared, encoding[1:2]) or "latin-1"
    try:
        texts = match[2].decode(codec).split(separator)[1:]
    except UnicodeDecodeError:
        codec = "latin-1"
    if not encoding or len({separator, *encoding}) <= len(encoding):  # what separates two things cannot be written with
        encoding = _ENCODING
    return MessageHeader(separator=separator, encoding=encoding, texts=tuple(texts), codec=codec)


def answers(header: MessageHeader, reception: Reception, now: str) -> Iterator[bytes]:
    """The answers that the sender of a message asks for: one in the original mode, up to two in the enhanced mode.

    An answer is never answered, and nothing follows CR: a sender that was told that nothing is kept waits for no more.
    """
    if header.is_answer:
        return
    accept, application = header.text(15), header.text(16)
    if not accept and not application:
        yield acknowledgment(header, reception, mode="application", now=now)
        return
    kept = _is_kept(reception)
    if kept.acceptance in _ASKED_FOR.get(accept or _NEVER, tuple(Acceptance)):
        yield acknowledgment(header, kept, mode="accept", now=now)
        if kept.acceptance is Acceptance.REJECTED:
            return
    if reception.acceptance in _ASKED_FOR.get(application or _NEVER, tuple(Acceptance)):
        yield acknowledgment(header, reception, mode="application", now=now)


def _is_kept(reception: Reception) -> Reception:
    """What the answer of the first kind says: a message whose content is wrong has arrived all the same."""
    return Reception(acceptance=Acceptance.ACCEPTED) if reception.acceptance is Acceptance.ERROR else reception


def acknowledgment(header: MessageHeader, reception: Reception, *, mode: Mode, now: str) -> bytes:
    """The answer to a message: MSH turned around, MSA with its control id, and an ERR for each issue."""
    code = ("C" if mode == "accept" else "A") + reception.acceptance
    segments = [_msh(header, now), ["MSA", code, header.text(_CONTROL_ID)]]
    segments += [_err(header, issue) for issue in reception.issues[:_MOST_ERRORS]]
    text = "".join(header.separator.join(fields) + "\r" for fields in segments)
    return text.encode(header.codec, errors="replace")


def _msh(header: MessageHeader, now: str) -> list[str]:
    component = header.encoding[0]
    _, event, *_ = (*header.components(9), "", "")
    kind = component.join(["ACK", event, "ACK"] if event else ["ACK"])
    control_id = f"ACK{header.text(_CONTROL_ID)}"[:_LAST_CONTROL_ID]
    fields = ["MSH", header.encoding, *(header.text(number) for number in (5, 6, 3, 4)), now, "", kind, control_id]
    fields += [header.text(11) or "P", header.text(12) or "2.5.1"]
    return [*fields, *[""] * 5, header.text(18)] if header.text(18) else fields


def _err(header: MessageHeader, issue: Issue) -> list[str]:
    """ERR: where (2), what kind (3), how bad (4), our rule (5), and in words (8)."""
    component, repetition = header.encoding[0], header.encoding[1:2]
    places = [match for location in issue.location if (match := _PLACE.search(location))]
    where = (repetition or component).join(_erl(place, component) for place in places[: _MOST_PLACES if repetition else 1])
    kind = f"{_kind(issue)}^HL70357".replace("^", component)
    lines = [f" (line {line[1]}, character {line[2]})" for location in issue.location if (line := _LINE.search(location))][:1]
    words = ". ".join(part for part in (issue.text + "".join(lines), issue.suggestion) if part)
    rule = header.written(issue.rule or "")
    return ["ERR", "", where, kind, _SEVERITIES[issue.severity], rule, "", "", header.written(words)]


def _kind(issue: Issue) -> str:
    """What kind of problem HL7 calls it; what is worth a remark, and stops nothing, is no error of the application."""
    other = _OTHER_CODE if issue.is_error else _ACCEPTED_CODE
    return _CODES_BY_RULE.get(issue.rule or "") or _CODES.get(issue.code, other)


def _erl(place: re.Match[str], component: str) -> str:
    """A place as HL7 writes it: segment, its number, field, repetition, component, subcomponent."""
    parts = [place["segment"], place["occurrence"] or "1", place["field"]]
    parts += [place["repetition"] or "1", place["component"], place["subcomponent"]] if place["field"] else []
    while parts[-1] is None:
        parts.pop()
    return component.join(str(part) for part in parts)
