"""What a bulk conversion reads: encounters, one after the other, from NDJSON, folders of folders and HL7 v2 batches."""

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from adapter.cli.files import STANDARD_INPUT, content_of, name_of_file
from adapter.cli.steering import text_of_name
from adapter.distribution import inputs_of
from adapter.fhir.json import canonical_bytes, read_json
from adapter.issues import UnreadableError
from adapter.readers.document import Document

_LINES = (".ndjson", ".jsonl")
_BATCH = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:FHS|BHS)[^\w\s]")
_SEGMENT_END = re.compile(rb"[\r\n]+")
_ENVELOPE = (b"FHS", b"BHS", b"BTS", b"FTS")


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkEncounter:
    """The documents of one encounter, and what it is called: `in.ndjson:7`, a folder, or a place in a batch."""

    name: str
    documents: tuple[Document, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkLine:
    """A line of NDJSON: one document, or a JSON list with the documents of one encounter; parsed where it is converted."""

    name: str
    content: bytes
    form: str | None

    @property
    def documents(self) -> tuple[Document, ...]:
        """The documents of the line; a line that cannot be read is one, and its conversion says what is wrong."""
        parts = _list_in(self.content, self.name)
        if parts is None:
            return (Document(name=self.name, content=self.content, form=self.form),)
        return tuple(
            Document(name=f"{self.name}[{place}]", content=canonical_bytes(part), form=self.form)
            for place, part in enumerate(parts, start=1)
        )


def encounters_of(path: Path, form: str | None) -> Iterator[BulkEncounter | BulkLine]:
    """All encounters, in a lasting order; never more than one of them in memory, but for a batch, which is one file."""
    if path == STANDARD_INPUT:
        yield from _of_lines(sys.stdin.buffer, "stdin", form)
    elif path.is_dir():
        yield from _of_folder(path, path, form)
    else:
        yield from _of_file(path, text_of_name(path.name), form)


def _of_folder(folder: Path, root: Path, form: str | None) -> Iterator[BulkEncounter | BulkLine]:
    """The encounter of a folder, if it has documents of its own, those of its batches and lines, and those of its folders."""
    name = text_of_name(str(folder.relative_to(root)) if folder != root else folder.name)
    inputs = [file for file in sorted(folder.iterdir()) if file.suffix in _LINES] + inputs_of(folder)
    whole = []
    for file in dict.fromkeys(inputs):
        if file.suffix in _LINES or _is_batch(file):
            yield from _of_file(file, text_of_name(str(file.relative_to(root))), form)
        else:
            whole.append(Document(name=name_of_file(file), content=content_of(file), form=form))
    if whole:
        yield BulkEncounter(name=name, documents=tuple(whole))
    for inner in sorted(folder.iterdir()):
        if inner.is_dir() and not inner.name.startswith("."):
            yield from _of_folder(inner, root, form)


def _of_file(file: Path, name: str, form: str | None) -> Iterator[BulkEncounter | BulkLine]:
    if _is_batch(file):
        yield from _of_batch(content_of(file), name, form)
    else:
        with file.open("rb") as opened:
            yield from _of_lines(opened, name, form)


def _is_batch(file: Path) -> bool:
    with file.open("rb") as opened:
        return _BATCH.match(opened.read(64)) is not None


def _of_lines(lines: Iterable[bytes], name: str, form: str | None) -> Iterator[BulkLine]:
    """An encounter in each line that is not empty."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield BulkLine(name=f"{name}:{number}", content=line, form=form)


def _list_in(line: bytes, name: str) -> list[object] | None:
    """The documents of a list; nothing if the line is one document, or cannot be read, which the conversion then says."""
    if not line.lstrip().startswith(b"["):
        return None
    try:
        parts: list[object] = read_json(line, name)
    except UnreadableError:
        return None
    return parts


def _of_batch(content: bytes, name: str, form: str | None) -> Iterator[BulkEncounter]:
    """The messages of each patient and visit, in the order in which the visits first come."""
    encounters: dict[tuple[bytes, ...], list[bytes]] = {}
    for message in _messages(content):
        encounters.setdefault(_visit_of(message), []).append(message)
    for number, messages in enumerate(encounters.values(), start=1):
        documents = (
            Document(name=f"{name}[{number}].{at}", content=message, form=form) for at, message in enumerate(messages, start=1)
        )
        yield BulkEncounter(name=f"{name}[{number}]", documents=tuple(documents))


def _messages(content: bytes) -> Iterator[bytes]:
    segments = [segment for segment in _SEGMENT_END.split(content) if not segment.startswith(_ENVELOPE)]
    for _, group in groupby(segments, key=_MessageNumber().of):
        message = b"\r".join(group)
        if message.strip():
            yield message


class _MessageNumber:
    """Counts messages: the segments of one have one number."""

    def __init__(self) -> None:
        """Start before the first message."""
        self._number = 0

    def of(self, segment: bytes) -> int:
        """The number of the message to which the next segment belongs."""
        self._number += segment.startswith(b"MSH")
        return self._number


def _visit_of(message: bytes) -> tuple[bytes, ...]:
    """The patient's number, and that of the visit or account, as they stand in the message."""
    separator = message[3:4]
    fields = {segment[:3]: segment.split(separator) for segment in message.split(b"\r")}
    patient, visit = fields.get(b"PID", []), fields.get(b"PV1", [])
    return _field(patient, 3), _field(visit, 19) or _field(patient, 18)


def _field(fields: list[bytes], number: int) -> bytes:
    return fields[number] if number < len(fields) else b""
