"""The first reader that recognises a document reads it; what none recognises is refused by name."""

from dataclasses import dataclass

import pytest

from adapter.issues import UnknownFormError
from adapter.readers.document import Document, ReadDocument
from adapter.readers.json_reader import JsonReader
from adapter.readers.port import Readers


@dataclass(frozen=True)
class TallyReader:
    """Reads strokes: `|||` is three."""

    name: str = "tally marks"

    def recognises(self, content: bytes) -> bool:
        return content.startswith(b"|")

    def read(self, document: Document) -> tuple[ReadDocument, ...]:
        return (ReadDocument(name=document.name, form="tally", tree={"count": len(document.content)}),)


READERS = Readers(readers=[JsonReader(forms={}), TallyReader()])


def test_the_reader_that_recognises_a_document_reads_it() -> None:
    (tally,), (case,) = (READERS.read(Document(name="a", content=content)) for content in (b"|||", b"{}"))

    assert tally.tree == {"count": 3}
    assert case.form == "case"


def test_what_no_reader_recognises_is_refused_by_name() -> None:
    words = "this is an X12 interchange: not read by this version, which reads JSON, tally marks"
    with pytest.raises(UnknownFormError, match=words) as caught:
        READERS.read(Document(name="claim.x12", content=b"ISA*00*"))

    assert caught.value.issues[0].location == ("claim.x12",)


@pytest.mark.parametrize(("content", "expected"), [(b"{}", True), (b"||", True), (b"ISA*00*", True), (b"# Notes", False)])
def test_a_folder_gives_what_is_read_and_what_must_not_be_passed_over(content: bytes, *, expected: bool) -> None:
    assert READERS.takes(content) is expected
