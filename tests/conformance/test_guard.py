"""What may go to a server that anybody can read."""

from pathlib import Path

import pytest
import responses

from tests.cli.ground import Run

PUBLIC = "https://public.example.org/fhir"
CASE = """group: mine
cases:
  - case: one
    title: One
    proves: {{text: It is so., link: 'http://hl7.org/fhir/R4/http.html'}}
    steps: [{step}]
"""


def put(body: str) -> str:
    """The step that puts a resource."""
    return f"{{send: 'PUT Patient/${{run}}', body: {body}}}"


def conformance(run: Run, folder: Path, step: str, *more: str) -> tuple[int, str]:
    (folder / "mine.yaml").write_text(CASE.format(step=step))
    done = run("conformance", "run", "--server", PUBLIC, "--cases", str(folder), "--only", "mine", *more)
    return done.code, done.out + done.err


@pytest.mark.parametrize(
    ("step", "words"),
    [
        (put("{resourceType: Patient, meta: '${mark}', identifier: [{value: 123-45-6789}]}"), "social security number"),
        (put("{resourceType: Patient, meta: '${mark}', photo: [{url: 'https://a.example/b.png'}]}"), "a photograph"),
        (put("{resourceType: Media, meta: '${mark}', content: {contentType: image/png, data: AAAA}}"), "a photograph"),
        (put("{resourceType: Patient, meta: '${mark}', telecom: [{value: 555-0100-77}]}"), "mine/one: 555-0100-77"),
        (put("{resourceType: Patient, meta: '${mark}', address: [{line: [1 Real Street]}]}"), "mine/one: 1 Real Street"),
        (put("{resourceType: Patient, meta: '${mark}', identifier: [{system: 'urn:x', value: MRN77}]}"), "mine/one: MRN77"),
        (put("{resourceType: Binary, meta: '${mark}', contentType: application/octet-stream, data: /9j/4AAQ}"), "a photograph"),
        (put("{resourceType: Patient, meta: '${mark}', text: {div: '<img src=\"data:image/png;base64,AA\"/>'}}"), "a photograph"),
        ("{send: 'GET Patient?identifier=urn:x|MRN77'}", "mine/one: MRN77"),
        ("{send: 'GET Observation?subject:Patient.phone=555-0100-77'}", "mine/one: 555-0100-77"),
        ("{send: 'POST Patient', headers: {If-None-Exist: 'identifier=urn:x%7CMRN77'}}", "mine/one: MRN77"),
        ("{send: 'GET Patient?name=123%2D45-6789'}", "social security number"),
        ("{send: POST Patient/_search, body: 'identifier=urn:x|MRN77'}", "mine/one: MRN77"),
        ("{send: POST Patient/_search, body: 'identifier=123-45-6789'}", "social security number"),
    ],
)
@responses.activate
def test_what_may_be_of_a_person_does_not_leave(run: Run, tmp_path: Path, step: str, words: str) -> None:
    code, said = conformance(run, tmp_path, step)

    assert code == 1
    assert words in said
    assert len(responses.calls) == 0


@responses.activate
def test_what_is_not_marked_is_skipped_and_does_not_leave(run: Run, tmp_path: Path) -> None:
    responses.get(f"{PUBLIC}/metadata", json={"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1"})

    code, said = conformance(run, tmp_path, put("{resourceType: Patient, name: [{family: Real}]}"))

    assert code == 0
    assert "not marked as test data (HTEST)" in said
    assert [call.request.method for call in responses.calls] == ["GET"]


@responses.activate
def test_a_value_that_is_allowed_may_go(run: Run, tmp_path: Path) -> None:
    (tmp_path / "allowed.txt").write_text("MRN77\n")
    body = "{resourceType: Patient, meta: '${mark}', identifier: [{system: 'urn:x', value: MRN77}]}"

    code, said = conformance(run, tmp_path, put(body), "--allow", str(tmp_path / "allowed.txt"), "--dry-run")

    assert code == 0
    assert "curl -sS -i -X PUT" in said
    assert len(responses.calls) == 0
