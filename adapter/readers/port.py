"""What a reader of an input form is, and how the one is found that reads a document."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from adapter.issues import Issue, IssueType, Severity, UnknownFormError
from adapter.readers.document import Document, ReadDocument
from adapter.readers.kind import DocumentKind, kind_of

_WHAT_TO_SEND = "send an encounter document (its JSON Schema: `adapter schema`), or the export of an AI tool as it wrote it"


class Reader(Protocol):
    """Reads one kind of bytes: JSON, say, or HL7 v2."""

    @property
    def name(self) -> str:
        """What it reads, as people call it."""
        ...

    def recognises(self, content: bytes) -> bool:
        """Whether these bytes are of its kind; cheap, and true of broken ones too, so that it can say what is wrong with them."""
        ...

    def read(self, document: Document) -> tuple[ReadDocument, ...]:
        """The document as a tree of values that knows its form and where each value stands; several, if it holds several.

        Raises UnreadableError with the places of what is wrong; UnknownFormError where the form is known, but not read.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """The readers there are; the first that recognises a document reads it."""

    readers: Sequence[Reader]

    def read(self, document: Document) -> tuple[ReadDocument, ...]:
        """The document as a tree, or several; raises UnknownFormError for bytes that no reader knows, naming what they are."""
        reader = next((reader for reader in self.readers if reader.recognises(document.content)), None)
        if reader is None:
            raise not_read(document.name, kind_of(document.content), self.readers)
        return reader.read(document)

    def takes(self, content: bytes) -> bool:
        """Whether bytes found in a folder are an input: what a reader knows, and patients' records that none can read.

        The latter are refused by name when they are read; passed over in silence, they would be missing from the result.
        """
        return any(reader.recognises(content) for reader in self.readers) or kind_of(content).is_record


def not_read(name: str, kind: DocumentKind, readers: Sequence[Reader]) -> UnknownFormError:
    """The refusal of a document of a kind that is known, but not read."""
    known = ", ".join(reader.name for reader in readers)
    issue = Issue(
        severity=Severity.ERROR,
        code=IssueType.NOT_SUPPORTED,
        rule="document/kind",
        text=f"this is {kind.name}: not read by this version, which reads {known}",
        suggestion=kind.remedy or _WHAT_TO_SEND,
        location=(name,),
    )
    return UnknownFormError(issue)
