"""Multipart forms as clients write them: what is a document, and what is refused because it would be lost or misread."""

from io import BytesIO

import pytest

from tests.web.ground import client, content_of, json_of, refusal

ENCOUNTER = content_of("encounter.json")
OF_FILE = b'Content-Disposition: form-data; name="document"; filename="e.json"'


def form(*parts: tuple[bytes, bytes], line: bytes = b"\r\n", before: bytes = b"", after: bytes = b"") -> bytes:
    """A form with the boundary `b` of parts, each its headers and its content."""
    written = [line.join([b"--b", *([head] if head else []), b"", content, b""]) for head, content in parts]
    return before + b"".join(written) + b"--b--" + after


def posted(body: bytes, status: int) -> str:
    """The text of the first issue of a form that is refused."""
    answer = client().post("/convert", data=body, content_type="multipart/form-data; boundary=b")
    text: str = refusal(answer, status)[0]["details"]["text"]
    return text


def named(body: bytes) -> str:
    """The name under which the document of a form, which is not JSON to its end, is told."""
    answer = client().post("/convert", data=body, content_type="multipart/form-data; boundary=b")
    (place,) = refusal(answer, 400)[0]["location"]
    return str(place).partition(":")[0]


@pytest.mark.parametrize(
    "body",
    [
        form((OF_FILE, ENCOUNTER)),
        form((OF_FILE, ENCOUNTER), line=b"\n"),
        form((OF_FILE, ENCOUNTER), before=b"This is a message of several parts.\r\n", after=b"\r\n \r\n"),
        form((OF_FILE + b"\r\nContent-Transfer-Encoding: binary", ENCOUNTER)),
        form((OF_FILE + b"\r\nContent-Type: application/octet-stream", ENCOUNTER)),
        form((OF_FILE + b"\r\nContent-Type: application/json; charset=us-ascii", ENCOUNTER)),
        form((OF_FILE.replace(b"form-data", b"attachment"), ENCOUNTER)),
        form((OF_FILE, ENCOUNTER.replace(b"\n", b"\r\n"))),
    ],
)
def test_what_clients_write_is_taken(body: bytes) -> None:
    answer = client().post("/convert", data=body, content_type="multipart/form-data; boundary=b")

    assert (answer.status_code, json_of(answer)["resourceType"]) == (200, "Bundle")


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (b'filename="a.json"', "a.json"),
        (b'filename="../../etc/a.json"', "a.json"),
        (b'filename="C:\\\\charts\\\\a.json"', "a.json"),
        (b'filename="M\xfcller.json"', "M\ufffdller.json"),
        (b"filename*=UTF-8''M%C3%BCller.json", "M\u00fcller.json"),
        (b'filename="a\x1bb.json"', "a?b.json"),
        (b'filename=""', "document-1.json"),
    ],
)
def test_a_document_has_the_name_of_its_file(written: bytes, name: str) -> None:
    assert named(form((b'Content-Disposition: form-data; name="document"; ' + written, b'{"a":'))) == name


@pytest.mark.parametrize(
    "head",
    [b"", b"Content-Type: application/json", b'Content-Disposition: form-data; name="document"', b"Content-Disposition: file"],
)
def test_a_part_that_is_not_a_file_is_refused_by_its_number(head: bytes) -> None:
    text = posted(form((OF_FILE, ENCOUNTER), (head, b'{"a": 1}')), 400)

    assert "part 2 of the form is not a file" in text
    assert "filename" in text


def test_a_part_without_an_end_of_its_headers_is_refused() -> None:
    assert "part 1" in posted(b"--b\r\n" + OF_FILE + b"\r\n--b--", 400)


@pytest.mark.parametrize("coding", [b"base64", b"quoted-printable", b"x-uuencode"])
def test_a_part_in_a_coding_of_mail_is_refused(coding: bytes) -> None:
    assert "Content-Transfer-Encoding" in posted(form((OF_FILE + b"\r\nContent-Transfer-Encoding: " + coding, ENCOUNTER)), 415)


@pytest.mark.parametrize("kind", [b"application/json; charset=iso-8859-1", b"text/csv; charset=utf-16", b"text/json;charset=x"])
def test_a_part_in_another_character_set_is_refused(kind: bytes) -> None:
    assert "UTF-8" in posted(form((OF_FILE + b"\r\nContent-Type: " + kind, ENCOUNTER)), 415)


def test_a_part_of_a_form_in_another_fhir_version_is_refused() -> None:
    part = (BytesIO(b'{"resourceType": "Patient"}'), "patient.json", "application/fhir+json; fhirVersion=5.0")
    issues = refusal(client().post("/convert", data={"document": part}), 415)

    assert "leave `fhirVersion` out" in issues[0]["details"]["text"]


def test_what_follows_the_last_boundary_is_not_passed_over() -> None:
    assert "last boundary" in posted(form((OF_FILE, ENCOUNTER), after=b"\r\n" + form((OF_FILE, b"{}"))), 400)


def test_a_form_that_is_cut_off_or_has_no_boundary_says_so() -> None:
    cut = form((OF_FILE, ENCOUNTER)).removesuffix(b"--b--")
    without = client().post("/convert", data=cut, content_type="multipart/form-data")

    assert "cut off" in posted(cut, 400)
    assert "no boundary" in refusal(without, 400)[0]["details"]["text"]


def test_too_many_parts_are_named_as_such() -> None:
    assert "50 parts" in posted(form(*[(OF_FILE, b"{}")] * 51), 413)
    assert "50 parts" not in posted(form(*[(OF_FILE, b"{}")] * 50), 422)
