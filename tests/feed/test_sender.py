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
places_of_service:
  GEN: '11'
  HOME: '02'
observations:
  SYN: syndrome
  DIST: face_distance
  MODEL: model_version
run:
  vendor: Example Vendor
  tool: Example Face Tool
  model_version: unknown
fields:
  ZCN-1: consent.status
  ZCN-2: consent.date
  ZCN-3: consent.analysis
  ZCN-4.2: patient.birth_date
  PV2-12: encounter.mode
words:
  consent.status: {A: active}
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
    assert case["billing"]["lines"][0]["system"] == "http://www.ama-assn.org/go/cpt"
    assert case["billing"]["lines"][0]["modifiers"][0]["system"] == "http://www.ama-assn.org/go/cpt"
    assert "map/recode" not in [issue.rule for issue in made.issues]


def scored(*results: str) -> Document:
    return message("ORU^R01", ORDER, *(f"OBX|{number}|{result}" for number, result in enumerate(results, start=1)))


CANDIDATES = {
    "sub-ids": scored(
        "CWE|SYN|1.1|194050^Williams syndrome^OMIM",
        "NM|DIST|1.2|0.41",
        "ST|MODEL||1.1.5",
        "NM|DIST|2.2|0.62",
        "ST|SYN|2.1|Noonan syndrome",
    ),
    "order": scored(
        "ST|MODEL||1.1.5",
        "CE|SYN||194050^Williams syndrome^OMIM",
        "NM|DIST||0.41",
        "TX|SYN||Noonan syndrome",
        "SN|DIST||^0.62",
        "NM|DIST||0.99||||||X",
        "ST|OTHER||text",
    ),
}


@pytest.mark.parametrize("kind", CANDIDATES)
def test_results_with_the_codes_of_a_sender_are_the_candidates_of_the_ai(runtime: Runtime, kind: str) -> None:
    made = converted(runtime, MESSAGES[0], CANDIDATES[kind], MESSAGES[2])
    (run,) = case_of(made)["analyses"]
    first, second = run["candidates"]

    assert run["tool"] == {"vendor": "Example Vendor", "product": "Example Face Tool", "model_version": "1.1.5"}
    assert (first["name"], first["codes"][0]) == ("Williams syndrome", {"system": "omim", "code": "194050"})
    assert (second["name"], second["codes"]) == ("Noonan syndrome", [])
    assert [str(score["value"]) for candidate in run["candidates"] for score in candidate["scores"]] == ["0.41", "0.62"]


def test_a_score_is_traced_to_its_result_and_counts_as_read(runtime: Runtime) -> None:
    made = converted(runtime, MESSAGES[0], CANDIDATES["order"], MESSAGES[2])
    places = {place for entry in made.lineage.entries for place in entry.positions}
    unread = {place for issue in made.issues if (issue.rule or "").startswith("coverage/") for place in issue.location}

    assert {"oru.hl7#OBX[3]-5[1].1", "oru.hl7#OBX[5]-5[1].2"} <= places
    assert any(place.endswith("lakeside.yaml#/run/vendor") for place in places)
    assert "oru.hl7#OBX[3]-5[1].1" not in unread
    assert {"oru.hl7#OBX[6]", "oru.hl7#OBX[7]"} <= {place.partition("-")[0] for place in unread}


def test_a_score_below_a_bound_is_none(runtime: Runtime) -> None:
    made = converted(runtime, MESSAGES[0], scored("ST|SYN||Noonan syndrome", "SN|DIST||<^0.62"), MESSAGES[2])

    assert case_of(made)["analyses"][0]["candidates"][0]["scores"] == []


@pytest.mark.parametrize(
    ("code", "expected"), [("904^Name^ORPHA", "904"), ("ORPHA:904^Name^L", "904"), ("PS135900^^^^^^^^Name", "PS135900")]
)
def test_a_syndrome_is_coded_in_the_system_that_is_sent(runtime: Runtime, code: str, expected: str) -> None:
    made = converted(runtime, MESSAGES[0], scored(f"CWE|SYN||{code}"), MESSAGES[2])
    (candidate,) = case_of(made)["analyses"][0]["candidates"]

    assert (candidate["name"], candidate["codes"][0]["code"]) == ("Name", expected)


def test_what_only_says_how_the_tool_ran_is_a_run_without_candidates(runtime: Runtime) -> None:
    made = converted(runtime, MESSAGES[0], scored("ST|MODEL||1.1.5"), MESSAGES[2])

    assert case_of(made)["analyses"][0]["candidates"] == []


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        ("ZCN|A|20260228|Y|x^2025", {"status": "active", "date": "2026-02-28", "analysis": True}),
        ("ZCN|active|202602281200|N|x^202501", {"status": "active", "date": "2026-02-28T12:00:00-06:00", "analysis": False}),
        ("ZCN|A|20260228120030.5+0100||", {"status": "active", "date": "2026-02-28T12:00:30.5+01:00"}),
    ],
)
def test_fields_of_local_segments_are_what_the_file_says(runtime: Runtime, own: str, expected: dict[str, object]) -> None:
    made = converted(runtime, message("ADT^A04", "PV2||||||||||||video", own), *MESSAGES[1:])
    case = case_of(made)
    unread = {place for issue in made.issues if (issue.rule or "").startswith("coverage/") for place in issue.location}

    assert {name: case["consent"][name] for name in expected} == expected
    assert case["encounter"]["mode"] == "video"
    assert not {place for place in unread if place.startswith(("adt.hl7#ZCN-1", "adt.hl7#ZCN-2", "adt.hl7#PV2-12"))}


def test_a_field_that_is_not_what_the_case_needs_is_refused_at_its_place(runtime: Runtime) -> None:
    made = converted(runtime, message("ADT^A04", "ZCN|A|yesterday"), *MESSAGES[1:])

    assert [issue.location for issue in made.issues if issue.field == "consent.date"] == [("adt.hl7#ZCN-2[1].1",)]


@pytest.mark.parametrize(
    ("location", "visit", "expected"),
    [
        ("GEN^1", "", "11"),
        ("^^^HOME", "GEN", "02"),
        ("", "GEN", "11"),
        ("OTHER", "", None),
        ("OTHER", "GEN", "11"),
        ("11", "", None),
    ],
)
def test_the_place_of_service_is_what_the_file_says_of_the_location(
    runtime: Runtime, location: str, visit: str, expected: str | None
) -> None:
    charge = segment("FT1", f1="1", f4="20260301", f6="CG", f10="1", f16=location, f25="0731T^^OURCPT")
    sent = message("DFT^P03", charge)
    sent = Document(name=sent.name, content=sent.content.replace(b"PV1||O|", f"PV1||O|{visit}".encode()))
    made = converted(runtime, *MESSAGES[:2], sent)

    assert case_of(made)["billing"]["lines"][0].get("pos") == expected


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("sender: x\nfields: {PID: patient.family}\n", "ZPI-4"),
        ("sender: x\nfields: {ZPI-4: patient.nonsense}\n", "plain value"),
        ("sender: x\nfields: {ZPI-4: patient}\n", "plain value"),
        ("sender: x\nfields: {ZPI-4: patient.given}\n", "plain value"),
        ("sender: x\nfields: {ZPI-4: patient.family.x}\n", "plain value"),
        ("sender: x\nplaces_of_service: {GEN: office}\n", "place of service"),
        ("sender: x\nobservations: {SYN: smile}\n", "syndrome"),
    ],
)
def test_a_file_says_where_it_is_wrong(text: str, rule: str) -> None:
    with pytest.raises(BadSenderError, match=rule):
        load_senders({"x.yaml": text})


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


def scored_at(name: str, status: str, reported: str, *results: tuple[str, str]) -> Document:
    """A result with one candidate, its distance, and the statuses of both."""
    order = segment("OBR", f1="1", f3="F-1", f4="0731T", f7="202603010900", f22=reported, f25=status, f32=READER)
    found = [f"OBX|{place}|ST|SYN|1|Williams syndrome||||||{code}" for place, (code, _) in enumerate(results, 1)]
    found += [f"OBX|{place}|NM|DIST|1|{distance}||||||{code}" for place, (code, distance) in enumerate(results, 1)]
    sent = message("ORU^R01", order, *found)
    return Document(name=f"{name}.hl7", content=sent.content.replace(b"|1|T|2.5", f"|{name}|T|2.5".encode()))


@pytest.mark.parametrize(
    ("first", "second", "distances"),
    [
        (("P", "P", "0.5"), ("F", "F", "0.4"), ["0.4"]),
        (("F", "F", "0.5"), ("C", "C", "0.4"), ["0.4"]),
        (("F", "F", "0.5"), ("F", "F", "0.4"), ["0.4"]),
        (("F", "F", "0.5"), ("F", "W", "0.5"), []),
        (("F", "F", "0.5"), ("F", "D", "0.5"), []),
        (("F", "F", "0.5"), ("F", "I", "0.5"), []),
        (("F", "F", "0.5"), ("F", "", ""), ["0.5"]),
        (("F", "F", "0.4"), ("P", "P", "0.5"), ["0.4"]),
    ],
)
def test_what_an_ai_tool_found_is_as_the_message_that_stands_says(
    runtime: Runtime, first: tuple[str, str, str], second: tuple[str, str, str], distances: list[str]
) -> None:
    early = scored_at("early", first[0], "202603011000", first[1:])
    late = scored_at("late", second[0], "202603011100", *([second[1:]] if second[1] else []))
    clinic = Document(name="clinic.json", content=b'{"organization": {"name": "Clinic"}}')
    for documents in ((early, late), (late, early)):
        made = converted(runtime, message("ADT^A04"), clinic, *documents)
        scores = [
            score["value"]
            for run in case_of(made)["analyses"]
            for candidate in run["candidates"]
            for score in candidate["scores"]
        ]
        told = [issue for issue in made.issues if issue.rule == "feed/older" and any("OBX" in place for place in issue.location)]

        assert scores == distances
        assert bool(told) is (distances != ["0.5"])
