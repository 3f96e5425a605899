"""Messages for the tests of the HL7 v2 reader, and a writer to go round trips with."""

from collections.abc import Sequence

from adapter.readers.document import Document
from adapter.readers.hl7v2.reader import Hl7Document, Hl7Reader

HEADER = "MSH|^~\\&|LAB|HOSP|||20260101120000+0100||{type}|1|P|2.5.1"
READER = Hl7Reader()


def read(content: bytes | str, form: str | None = None) -> list[Hl7Document]:
    content = content.encode() if isinstance(content, str) else content
    return [
        document
        for document in READER.read(Document(name="a.hl7", content=content, form=form))
        if isinstance(document, Hl7Document)
    ]


def message(*segments: str, kind: str = "ORU^R01^ORU_R01", end: str = "\r") -> str:
    return end.join([HEADER.replace("{type}", kind), *segments, ""])


def one(*segments: str, kind: str = "ORU^R01^ORU_R01", end: str = "\r") -> Hl7Document:
    (document,) = read(message(*segments, kind=kind, end=end))
    return document


def escaped(text: str, separators: str) -> str:
    """A text as HL7 writes it with these separators (field, component, repetition, escape, subcomponent)."""
    names = dict(zip(separators, "FSRET", strict=True))
    mark = separators[3]
    return "".join(f"{mark}{names[character]}{mark}" if character in names else character for character in text)


def written(field: Sequence[Sequence[Sequence[str]]], separators: str) -> str:
    """A field of repetitions of components of subcomponents as HL7 writes it."""
    component, repetition, subcomponent = separators[1], separators[2], separators[4]
    return repetition.join(
        component.join(subcomponent.join(escaped(text, separators) for text in parts) for parts in components)
        for components in field
    )


def segment(name: str, **fields: str) -> str:
    """A segment with fields by number: `segment("PV1", f2="O", f44="2026")`."""
    numbers = {int(number[1:]): text for number, text in fields.items()}
    return "|".join([name, *(numbers.get(number, "") for number in range(1, max(numbers) + 1))])
