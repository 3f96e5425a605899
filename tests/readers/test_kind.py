"""What bytes are is said in words that their sender knows."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.issues import UnknownFormError
from adapter.readers.document import Document
from adapter.readers.kind import kind_of
from adapter.readers.port import Readers

SEGMENTS = b"MSH|^~\\&|LAB|HOSP|||20260101||ORU^R01|1|P|2.5.1\rPID|1||1\r"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (SEGMENTS, "an HL7 v2 message"),
        (b"\xef\xbb\xbf" + SEGMENTS, "an HL7 v2 message"),
        (b"\x0b" + SEGMENTS + b"\x1c\r", "an HL7 v2 message"),
        (SEGMENTS + b"NTE|1||" + "Sch\u00e4del".encode("latin-1"), "an HL7 v2 message"),
        (b"\r\n" + SEGMENTS.replace(b"|", b"$"), "an HL7 v2 message"),
        (b"FHS|^~\\&|\rBHS|^~\\&|\r" + SEGMENTS, "an HL7 v2 batch"),
        (b"PID|1||1\r", "a part of an HL7 v2 message without its MSH segment"),
        (b"ISA*00*          *00*", "an X12 interchange"),
        (b"UNA:+.? 'UNB+UNOC:3+", "an EDIFACT interchange"),
        (b"UNB+UNOC:3+", "an EDIFACT interchange"),
        (b'<?xml version="1.0"?>\n<ClinicalDocument xmlns="urn:hl7-org:v3">', "a C-CDA document"),
        (b'<Bundle xmlns="http://hl7.org/fhir">', "a FHIR resource in XML"),
        (b"<!DOCTYPE html><html>", "a web page"),
        (b' {"id": 1', "JSON"),
        (b"<case/>", "an XML document"),
        (b"case,rank,score\nA,1,0.5\n", "a CSV table"),
        (b"case;rank\r\nA;1\r\n", "a CSV table"),
        (b"case\trank\nA\t1\n", "a table with tabs (TSV)"),
        (b"case|rank\nA|1\n", "a table with `|` between its cells"),
        (b"case|genes\nA, B|1\n", "a table with `|` between its cells"),
        (b"case,genes\nA,B|C\n", "a CSV table"),
        ("case,rank\nA,1\n".encode("utf-16-le"), "a CSV table in UTF-16 without a byte order mark"),
        ("case;rank\nÄ;1\n".encode("utf-16-be"), "a CSV table in UTF-16 without a byte order mark"),
        (SEGMENTS.decode().encode("utf-16-le"), "an HL7 v2 message in UTF-16 without a byte order mark"),
        ('{"id": "x"}'.encode("utf-16-le"), "JSON in UTF-16 without a byte order mark"),
        ("case,rank\nA,1\n".encode("utf-16-le")[:-1], "a CSV table in UTF-16 without a byte order mark"),
        (b"id: A\npatient:\n", "YAML"),
        (b"---\nid: A", "YAML"),
        (b"a letter, with a comma\nand another line\n", "plain text"),
        (b"a letter, with a comma\n", "plain text"),
        (b"nothing in particular", "plain text"),
        (b"%PDF-1.7 ...", "a PDF file"),
        (b"PK\x03\x04", "a ZIP archive or an Office document"),
        (gzip.compress(b"{}", mtime=0), "a gzip archive"),
        (b"\x89PNG\r\n\x1a\n", "a PNG image"),
        (bytes(128) + b"DICM", "a DICOM file"),
        (b"\x00\x01\x02", "binary data of an unknown kind"),
        (bytes(range(0x80, 0xFF)) * 4, "binary data of an unknown kind"),
        (b"", "plain text"),
    ],
)
def test_bytes_are_named_by_how_they_begin(content: bytes, name: str) -> None:
    assert kind_of(content).name == name


@pytest.mark.parametrize(
    ("content", "is_record"),
    [(SEGMENTS, True), (b"a,b\n1,2", True), (b"ISA*00*", True), (b"a note", False), (b"%PDF-", False), (b"---\n", False)],
)
def test_records_of_patients_are_not_passed_over_in_a_folder(content: bytes, *, is_record: bool) -> None:
    assert kind_of(content).is_record is is_record


def test_a_character_that_is_cut_at_the_end_of_what_is_looked_at_is_still_text() -> None:
    assert kind_of(b"x" * 4095 + "\u00e4".encode()).name == "plain text"


@pytest.mark.parametrize(
    ("content", "remedy"),
    [
        (b"case|rank\nA|1\n", "write commas, semicolons or tabs between the cells"),
        ("case,rank\nA,1\n".encode("utf-16-le"), "write it in UTF-8"),
        (
            b"a letter",
            "send an encounter document (its JSON Schema: `adapter schema`), or the export of an AI tool as it wrote it",
        ),
    ],
)
def test_a_refusal_says_how_to_write_what_is_nearly_read(content: bytes, remedy: str) -> None:
    with pytest.raises(UnknownFormError) as refusal:
        Readers(readers=[]).read(Document(name="t.csv", content=content))

    (issue,) = refusal.value.issues
    assert (issue.suggestion or "").startswith(remedy)


@given(st.binary(max_size=300))
def test_any_bytes_have_a_name(content: bytes) -> None:
    assert kind_of(content).name


def test_a_delimiter_within_quotes_is_no_delimiter() -> None:
    assert kind_of(b'syndrome,genes\nWilliams,"ELN, LIMK1"\n').name == "a CSV table"
