"""Which field of OBR has the accession number of the order: HL7 v2 has a field of its own for it in IPC only."""

import re
from collections.abc import Iterator
from typing import Literal

from adapter.feed.statement import Statement, text_at
from adapter.json_types import JsonValue
from adapter.path import Path
from adapter.readers.hl7v2.reader import ACCESSION, Hl7Document

AccessionField = Literal["OBR-18", "OBR-19", "OBR-20", "none"]
"""The fields that are left to the two sides of a feed, and in which it sends the number."""
USUAL: AccessionField = "OBR-18"
"""Where the number stands if the sender's file says nothing: as in IHE's Radiology Technical Framework (RAD-4)."""
_NUMBER = re.compile(r"\S+")


def accessions(document: Hl7Document, field: AccessionField) -> Iterator[tuple[Path, JsonValue]]:
    """The field of each order, with its text as an accession number; a text with spaces in it is not taken for a number."""
    number = field.removeprefix("OBR-")
    for path, content in Statement(document=document).segments("OBR"):
        if _NUMBER.fullmatch(text := text_at(content, (number, "1"))):
            others = {name: part for name, part in content[number].items() if name != "1"}
            yield (*path, number), {ACCESSION: text, **others}
