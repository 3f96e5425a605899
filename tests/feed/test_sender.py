"""What a sender's file says counts for its messages, and for what is sent in its name."""

import re

import pytest

from adapter.assembly import Runtime, load
from adapter.conversion import Conversion
from adapter.feed.known_sender import BadSenderError, load_senders
from adapter.issues import FailureKind
from adapter.readers.document import Document
from adapter.settings import Settings
from tests.examples.ground import ROOT
from tests.feed.ground import READER, case_of
from tests.readers.hl7v2.ground import segment

FILE = """\
sender: lakeside
applications: [EHR, LAB]
facilities: [CLINIC]
zone: America/Chicago
assigner: https://lakeside.example/mrn
code_systems:
  OURCPT: C4
case:
  organization:
    npi: '1245319599'
"""
OTHER = "sender: other\nfacilities: [CLINIC]\nzone: Europe/Berlin\n"
PATIENT = "PID|1||4711^^^^MR"
HEADER = "MSH|^~\\&|{application}|CLINIC|||20260301||{kind}|1|T|2.5"
ORDER = segment("OBR", f1="1", f4="0731T", f7="202603010900", f22="202603011000", f25="F", f32=READER)
CHARGE = segment("FT1", f1="1", f4="20260301", f6="CG", f10="1", f25="0731T^^OURCPT", f26="95^^OURCPT")


def message(kind: str, *segments: str, application: str = "EHR") -> Document:
    lines = [HEADER.format(application=application, kind=kind), PATIENT, segment("PV1", f2="O", f19="V-1"), *segments, ""]
    return Document(name=f"{kind[:3].lower()}.hl7", content="\r".join(lines).encode())


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Runtime:
    folder = tmp_path_factory.mktemp("own")
    (folder / "senders").mkdir()
    (folder / "senders" / "lakeside.yaml").write_text(FILE)
    (folder / "senders" / "other.yaml").write_text(OTHER)
    return load(Settings(mappings=str(folder)))


def converted(runtime: Runtime, *documents: Document, **changes: object) -> Conversion:
    return runtime.convert(documents, changes=changes)


MESSAGES = (message("ADT^A04"), message("ORU^R01", ORDER), message("DFT^P03", CHARGE))


def test_messages_are_known_by_application_and_facility(runtime: Runtime) -> None:
    made = converted(runtime, *MESSAGES)
    case = case_of(made)

    assert case["procedure"]["started_at"] == "2026-03-01T09:00:00-06:00"
    assert case["patient"]["mrn_system"] == "https://lakeside.example/mrn"
    assert case["organization"] == {"name": "CLINIC", "npi": "1245319599"}
    assert case["billing"]["lines"][0]["system"] == "cpt"
    assert case["billing"]["lines"][0]["modifiers"][0]["system"] == "http://www.ama-assn.org/go/cpt"
    assert "map/recode" not in [issue.rule for issue in made.issues]


def test_what_a_file_adds_is_traced_to_the_file(runtime: Runtime) -> None:
    made = converted(runtime, *MESSAGES)
    places = {place for entry in made.lineage.entries for place in entry.positions}

    assert any(place.endswith("lakeside.yaml#/organization/npi") for place in places)


def test_the_sender_that_names_more_is_taken(runtime: Runtime) -> None:
    result = message("ORU^R01", ORDER, application="ELSEWHERE")
    made = converted(runtime, result, message("ADT^A04", application="ELSEWHERE"), assigner="https://x.example")

    assert case_of(made)["procedure"]["started_at"] == "2026-03-01T09:00:00+01:00"


def test_a_chosen_sender_counts_for_every_document(runtime: Runtime) -> None:
    patient, visit = '"patient": {"mrn": "4711"}', '"encounter": {"id": "V-1", "status": "finished"}'
    text = f'{{"id": "V-1", {patient}, {visit}, "organization": {{"name": "Clinic"}}, "procedure": {{"status": "completed"}}}}'
    made = converted(runtime, Document(name="encounter.json", content=text.encode()), sender="lakeside")

    assert case_of(made)["patient"]["mrn_system"] == "https://lakeside.example/mrn"


def test_a_sender_that_nobody_knows_is_refused_with_the_nearest_name(runtime: Runtime) -> None:
    made = converted(runtime, *MESSAGES, sender="lakesid")

    assert made.failure is FailureKind.INVALID
    assert made.issues[0].suggestion == "did you mean `lakeside`?"


def test_without_files_a_sender_is_refused_with_what_to_write() -> None:
    made = converted(load(Settings()), *MESSAGES, sender="lakeside")

    assert "write senders/NAME.yaml" in (made.issues[0].suggestion or "")


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("zone: Z\n", "s.yaml:1:1", "begin with `sender: name`"),
        ("sender: a\nzones: Z\n", "s.yaml:2:1", "did you mean `zone`?"),
        ("sender: a\nzone: Mars/Base\n", "s.yaml:2:7", "write an IANA name"),
        ("sender: a\nfacilities: X\n", "s.yaml:2:13", "write `[one, other]`"),
        ("sender: a\nsender: b\n", "s.yaml:2:1", ""),
    ],
)
def test_every_mistake_of_a_file_has_its_place(text: str, place: str, words: str) -> None:
    with pytest.raises(BadSenderError) as caught:
        load_senders({"s.yaml": text})

    (issue,) = caught.value.issues
    assert issue.location == (place,)
    assert words in (issue.suggestion or "")


def test_the_file_of_the_documentation_is_read() -> None:
    text = (ROOT / "docs" / "sources.md").read_text()
    (shown,) = [block for block in re.findall(r"^```yaml\n(.*?)^```$", text, re.DOTALL | re.MULTILINE) if "sender:" in block]
    sender = load_senders({"lakeside.yaml": shown}).by_name["lakeside"]

    assert set(sender.terms.model_fields_set) == set(type(sender.terms).model_fields)
    assert sender.terms.code_systems == {"LAKECPT": "C4"}
