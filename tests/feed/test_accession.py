"""The accession number of an order, wherever a feed sends it."""

import pytest

from adapter.assembly import Runtime, load
from adapter.issues import FailureKind
from adapter.readers.document import Document
from adapter.settings import Settings
from tests.feed.ground import FIRST, LATER, READER, case_of, charged, places, registered, sent, together
from tests.readers.hl7v2.ground import segment

RIS = "ACC-7^RIS^1.2.9^ISO"
OF_RIS = {"kind": "accession", "value": "ACC-7", "system": "urn:oid:1.2.9"}
PERFORMED = Document(name="procedure.json", content=b'{"procedure": {"status": "completed"}}')
VISIT = segment("PV1", f2="O", f19="V-1")
ORDERS = ("ORM^O01", "OML^O21", "OMG^O19", "OMI^O23")


def ordered(kind: str, *, more: str = "", placer: str = "P-1^EHR", **fields: str) -> Document:
    """An order in a message of this type."""
    service = segment("OBR", f1="1", f2=placer, f4="0731T^^C4", **fields)
    return sent("order", kind, VISIT, "ORC|NW", service, *([more] if more else []))


def reported(*, placer: str = "", filler: str = "F-1^LAB", **fields: str) -> Document:
    """A signed report."""
    order = segment("OBR", f1="1", f2=placer, f3=filler, f4="0731T^^C4", f22=LATER, f25="F", f32=READER, **fields)
    return sent("oru", "ORU^R01", VISIT, order, "OBX|1|TX|R||Text||||||F")


def numbers_of(*documents: Document) -> list[dict[str, str]]:
    numbers: list[dict[str, str]] = case_of(together(registered("adt", "A04", FIRST), *documents))["order_numbers"]
    return sorted((number for number in numbers if number["kind"] == "accession"), key=str)


@pytest.mark.parametrize("kind", ORDERS)
def test_the_number_of_obr_18_is_read_in_every_order(kind: str) -> None:
    assert numbers_of(ordered(kind, f18=RIS)) == [OF_RIS]


def test_the_number_of_a_service_for_images_is_read() -> None:
    assert numbers_of(ordered("OMI^O23", more=f"IPC|{RIS}|1|2\rIPC|{RIS}|1|3")) == [OF_RIS]


def test_a_number_in_two_fields_of_one_order_is_one() -> None:
    assert numbers_of(ordered("OMI^O23", more=f"IPC|{RIS}", f18="ACC-7")) == [OF_RIS]


def test_the_number_of_a_result_is_read() -> None:
    assert numbers_of(reported(f18=RIS)) == [OF_RIS]


@pytest.mark.parametrize(
    ("kind", "segments"),
    [
        ("MDM^T02", ("ORC|RE", segment("OBR", f1="1", f4="0731T", f18=RIS), "TXA|1", "OBX|1|TX|R||Text")),
        ("MDM^T01", ("ORC|RE", segment("OBR", f1="1", f4="0731T", f18=RIS), "TXA|1")),
        ("DFT^P03", ("ORC|RE", segment("OBR", f1="1", f4="0731T", f18=RIS), segment("FT1", f1="1", f6="CG", f25="0731T"))),
    ],
)
def test_the_number_is_read_beside_documents_and_charges(kind: str, segments: tuple[str, ...]) -> None:
    assert numbers_of(PERFORMED, sent("more", kind, VISIT, *segments)) == [OF_RIS]


def test_the_report_has_the_number_as_one_of_its_own() -> None:
    made = together(registered("adt", "A04", FIRST), reported(f18=RIS))

    assert made.bundle is not None
    (report,) = [e["resource"] for e in made.bundle["entry"] if e["resource"]["resourceType"] == "DiagnosticReport"]
    (found,) = [number for number in report["identifier"] if number.get("type", {}).get("coding", [{}])[0].get("code") == "ACSN"]
    assert (found["system"], found["value"]) == ("urn:oid:1.2.9", "ACC-7")


@pytest.mark.parametrize("of_result", [RIS, "ACC-7"])
def test_messages_with_one_accession_number_are_about_one_order(of_result: str) -> None:
    made = together(registered("adt", "A04", FIRST), ordered("OMI^O23", more=f"IPC|{RIS}"), reported(f18=of_result))

    assert len(places(made, "finished")) == 1
    kinds = {number["kind"] for number in case_of(made)["order_numbers"]}
    assert kinds == {"placer", "filler", "accession"}


def test_a_text_is_not_the_number_of_one_of_two_assigners() -> None:
    others = [ordered("OMI^O23", more=f"IPC|{RIS}"), ordered("OMI^O23", more="IPC|ACC-7^PACS", placer="P-2^EHR")]
    orders = [Document(name=f"{number}.hl7", content=order.content) for number, order in enumerate(others)]
    made = together(registered("adt", "A04", FIRST), *orders, reported(f18="ACC-7"))

    assert not places(made, "finished")


def test_another_number_from_the_same_assigner_is_a_conflict() -> None:
    documents = (ordered("ORM^O01", f18=RIS), reported(placer="P-1^EHR", f18="ACC-8^RIS^1.2.9^ISO"))
    made = together(registered("adt", "A04", FIRST), *documents)

    assert made.failure is FailureKind.CONFLICT
    assert [sorted(found) for found in places(made, "two-numbers")] == [["order.hl7#OBR-18", "oru.hl7#OBR-18"]]


@pytest.mark.parametrize("fields", [{"f18": "Placer 1"}, {"f19": "STEP-1"}, {"f20": "STEP-1"}])
def test_what_may_be_something_else_is_no_number(fields: dict[str, str]) -> None:
    made = together(registered("adt", "A04", FIRST), reported(**fields), charged("dft"))

    assert all(number["kind"] != "accession" for number in case_of(made)["order_numbers"])
    number = next(iter(fields)).removeprefix("f")
    told = [place for issue in made.issues if issue.rule == "coverage/unread" for place in issue.location]
    assert f"oru.hl7#OBR-{number}.1" in told


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Runtime:
    folder = tmp_path_factory.mktemp("own")
    (folder / "senders").mkdir()
    for field in ("OBR-19", "OBR-20", "none"):
        (folder / "senders" / f"{field.lower()}.yaml").write_text(f"sender: {field.lower()}\naccession: {field}\n")
    return load(Settings(mappings=str(folder)))


@pytest.mark.parametrize(("sender", "expected"), [("obr-19", ["B"]), ("obr-20", ["C"]), ("none", [])])
def test_the_file_of_a_sender_says_in_which_field_the_number_is(runtime: Runtime, sender: str, expected: list[str]) -> None:
    documents = [registered("adt", "A04", FIRST), reported(f18="A", f19="B", f20="C")]
    made = runtime.convert(documents, changes={"sender": sender})

    found = [number["value"] for number in case_of(made)["order_numbers"] if number["kind"] == "accession"]
    assert found == expected
