"""Messages of a feed, each of them small, and what becomes of them together."""

from collections.abc import Sequence
from typing import Any

from adapter.conversion import Conversion, Options
from adapter.readers.document import Document
from tests.examples.ground import pipeline
from tests.readers.hl7v2.ground import segment

FIRST, LATER, LAST = "20260301080000+0000", "20260301100000+0000", "20260301120000+0000"
READER = "1234567893&Reed&Rosa"
ENCOUNTER = Document(
    name="encounter.json", content=b'{"encounter": {"id": "V-1", "status": "finished"}, "procedure": {"status": "completed"}}'
)
"""What the messages of a feed leave open, so that a test of one of them has a whole case."""


def sent(
    name: str,
    kind: str,
    *segments: str,
    at: str = "20260301080000+0000",
    number: str | None = None,
    mrn: str = "4711",
    processing: str = "T",
    person: str = "",
) -> Document:
    header = f"MSH|^~\\&|EHR|CLINIC|||{at}||{kind}|{number or name}|{processing}|2.5.1"
    patient = f"PID|1||{mrn}^^^CLINIC&1.2.3&ISO^MR||{person}"
    return Document(name=f"{name}.hl7", content="\r".join([header, patient, *segments, ""]).encode())


def registered(name: str, event: str, at: str, *, person: str = "", phone: str = "", visit: str = "V-1", **more: str) -> Document:
    """An ADT message."""
    document = sent(name, f"ADT^{event}", segment("PV1", f2="O", f19=visit, **more), at=at, person=person)
    return Document(name=document.name, content=document.content.replace(b"\rPV1", f"||||||||{phone}\rPV1".encode(), 1))


def resulted(
    name: str, status: str, reported: str, text: str = "Text", *, placer: str = "", filler: str = "F-1^LAB", **how: str
) -> Document:
    """An ORU message."""
    order = segment(
        "OBR", f1="1", f2=placer, f3=filler, f4="0731T^^C4", f7="202603010900+0000", f22=reported, f25=status, f32=READER
    )
    return sent(name, "ORU^R01", segment("PV1", f2="O", f19="V-1"), order, f"OBX|1|TX|R||{text}", **how)


def ordered(
    name: str,
    control: str,
    *,
    status: str = "",
    placer: str = "P-1^EHR",
    filler: str = "F-1^LAB",
    at: str = "20260301080000+0000",
) -> Document:
    """An ORM message."""
    visit, common = segment("PV1", f2="O", f19="V-1"), segment("ORC", f1=control, f2=placer, f3=filler, f5=status)
    return sent(name, "ORM^O01", visit, common, "OBR|1|||0731T^^C4", at=at)


def charged(
    name: str, kind: str = "CG", code: str = "0731T^^C4", *, at: str = "20260302080000+0000", number: str = ""
) -> Document:
    """A DFT message."""
    charge = segment("FT1", f1="1", f2=number, f4="20260301", f6=kind, f10="1", f25=code)
    return sent(name, "DFT^P03", segment("PV1", f2="O", f19="V-1"), charge, at=at)


def together(*documents: Document, options: Options | None = None) -> Conversion:
    """What the documents make together; the order in which they came must not count."""
    made = pipeline().convert(documents, options or Options())
    assert pipeline().convert(documents[::-1], options or Options()).content == made.content
    return made


def case_of(made: Conversion) -> dict[str, Any]:
    assert made.case is not None, made.issues
    dump: dict[str, Any] = made.case.model_dump(mode="json", exclude_none=True)
    return dump


def places(made: Conversion, rule: str) -> Sequence[tuple[str, ...]]:
    """The places of the issues of a rule."""
    return [issue.location for issue in made.issues if issue.rule == f"feed/{rule}"]
