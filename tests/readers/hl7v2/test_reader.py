"""HL7 v2 is read into groups, segments, fields and components, and every value knows where it stands."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.issues import UnreadableError
from adapter.path import Path, at, leaves
from adapter.readers.document import NULL, Document
from adapter.readers.hl7v2.charset import encoded
from adapter.readers.hl7v2.segment_tables import tables
from tests.readers.hl7v2.ground import READER, message, one, read, segment, written
from tests.steps import steps

PID = "PID|1||4711^^^HOSP&1.2.3&ISO^MR~0815^^^^PI||Muster&von^Max||20200229|M"


def test_fields_components_and_subcomponents_stand_under_their_numbers() -> None:
    patient = one(PID, "OBR|1").tree["PATIENT_RESULT"][0]["PATIENT"]["PID"]

    assert patient["1"] == "1"
    assert patient["3"] == [
        {"1": "4711", "4": {"1": "HOSP", "2": "1.2.3", "3": "ISO"}, "5": "MR"},
        {"1": "0815", "5": "PI"},
    ]
    assert patient["5"] == [{"1": {"1": "Muster", "2": "von"}, "2": "Max"}]
    assert patient["7"] == "20200229"
    assert "4" not in patient


def test_the_header_counts_its_own_separators_as_fields() -> None:
    header = one(PID).tree["MSH"]

    assert header["1"] == "|"
    assert header["2"] == "^~\\&"
    assert header["3"] == {"1": "LAB"}
    assert header["9"] == {"1": "ORU", "2": "R01", "3": "ORU_R01"}


def test_an_observation_belongs_to_its_order_and_a_note_to_its_parent() -> None:
    document = one(
        PID,
        "NTE|1||of the patient",
        "OBR|1|A",
        "NTE|1||of A",
        "OBX|1|NM|X||1",
        "NTE|1||of X",
        "OBX|2|NM|Y||2",
        "OBR|2|B",
        "OBX|1|NM|Z||3",
    )
    result = document.tree["PATIENT_RESULT"][0]
    first, second = result["ORDER_OBSERVATION"]

    assert result["PATIENT"]["NTE"][0]["3"] == ["of the patient"]
    assert first["NTE"][0]["3"] == ["of A"]
    assert [o_b_s_e_r_v_a_t_i_o_n["OBX"]["3"]["1"] for o_b_s_e_r_v_a_t_i_o_n in first["OBSERVATION"]] == ["X", "Y"]
    assert first["OBSERVATION"][0]["NTE"][0]["3"] == ["of X"]
    assert second["OBSERVATION"][0]["OBX"]["5"] == [{"1": "3"}]


def test_an_order_with_a_common_order_and_a_timing_is_one_order() -> None:
    document = one(PID, "ORC|RE|A", "OBR|1|A", "TQ1|1", "OBX|1|NM|X||1", "ORC|RE|B", "OBR|2|B")
    first, second = document.tree["PATIENT_RESULT"][0]["ORDER_OBSERVATION"]

    assert first["COMMON_ORDER"]["ORC"]["2"][0]["1"] == "A"
    assert len(first["TIMING_QTY"]) == 1
    assert second["OBR"]["2"][0]["1"] == "B"


def test_charges_are_groups_of_their_own() -> None:
    document = one(
        "EVN|P03",
        "PID|1||1",
        "PV1|1|O",
        "FT1|1||||||0731T",
        "PR1|1",
        "FT1|2||||||99213",
        "DG1|1||Q87.0",
        "IN1|1|A",
        "IN1|2|B",
        kind="DFT^P03",
    )

    assert document.form == "hl7v2.DFT_P03"
    assert [charge["FT1"]["7"]["1"] for charge in document.tree["FINANCIAL"]] == ["0731T", "99213"]
    assert len(document.tree["FINANCIAL"][0]["FINANCIAL_PROCEDURE"]) == 1
    assert len(document.tree["INSURANCE"]) == 2


def test_a_segment_that_comes_late_still_finds_its_group_at_the_root() -> None:
    document = one("EVN|P03", "PID|1||1", "DG1|1||Q87.0", "FT1|1||||||0731T", "PV1|1|O", kind="DFT^P03")

    assert document.tree["FINANCIAL"][0]["FT1"]["7"]["1"] == "0731T"
    assert document.tree["PV1"]["2"]["1"] == "O"


@pytest.mark.parametrize(
    ("kind", "form"),
    [
        ("ADT^A04", "hl7v2.ADT_A01"),
        ("ADT^A04^ADT_A04", "hl7v2.ADT_A01"),
        ("ADT^A40^ADT_A39", "hl7v2.ADT_A39"),
        ("ADT^A11", "hl7v2.ADT_A09"),
        ("MDM^T08^MDM_T02", "hl7v2.MDM_T02"),
        ("ORU^R01", "hl7v2.ORU_R01"),
        ("DFT^P11", "hl7v2.DFT_P11"),
        ("SIU^S12^SIU_S12", "hl7v2.SIU_S12"),
        ("ACK", "hl7v2.ACK"),
        ("ORU", "hl7v2.ORU_R01"),
        ("DFT", "hl7v2.DFT_P03"),
    ],
)
def test_the_structure_follows_from_the_message_type_and_event(kind: str, form: str) -> None:
    assert one("EVN||2026", "PID|1||1", kind=kind).form == form


@pytest.mark.parametrize(("kind", "event", "form"), [("ADT", "A11", "hl7v2.ADT_A09"), ("ADT^A04", "A01", "hl7v2.ADT_A01")])
def test_the_event_is_that_of_evn_only_where_the_header_has_none(kind: str, event: str, form: str) -> None:
    assert one(f"EVN|{event}|2026", "PID|1||1", kind=kind).form == form


def test_a_message_without_a_known_structure_has_its_segments_in_lists() -> None:
    document = one("SCH|1", "PID|1||1", "ZDR|1|x", kind="SIU^S12")

    assert document.tree["SCH"][0]["1"] == {"1": "1"}
    assert document.positions(("ZDR", 0, "2", 0, "1")) == ("a.hl7#ZDR-2[1].1",)


def test_local_segments_and_unknown_fields_are_kept() -> None:
    document = one(PID, "ZDR|a^b~c|d&e", "OBR|1" + "|" * 60 + "far")

    assert document.tree["ZDR"] == [{"1": [{"1": "a", "2": "b"}, {"1": "c"}], "2": [{"1": "d&e"}]}]
    assert document.tree["PATIENT_RESULT"][0]["ORDER_OBSERVATION"][0]["OBR"]["61"] == [{"1": "far"}]


def test_what_may_not_repeat_is_kept_beside_the_first() -> None:
    visit = segment("PV1", f2="O", f44="20260101^M")
    document = one("EVN|A04", "PID|1||1|||||F~M", visit, "PV2|1", "PV2|2", kind="ADT^A04")

    assert document.tree["PID"]["8"] == {"1": "F"}
    assert document.tree["PID"]["8+"] == [{"1": "M"}]
    assert document.positions(("PID", "8+", 0, "1")) == ("a.hl7#PID-8[2].1",)
    assert document.tree["PV2+"][0]["1"] == {"1": {"1": "2"}}
    assert document.positions(("PV2+", 0, "1", "1")) == ("a.hl7#PV2[2]-1.1",)
    assert (document.tree["PV1"]["44"], document.tree["PV1"]["44^"]) == ("20260101", "M")
    assert document.positions(("PV1", "44^")) == ("a.hl7#PV1-44.2",)


def test_what_may_not_repeat_is_kept_beside_the_first_also_after_a_group() -> None:
    document = one("EVN|A04", PID, "PV1|1|O", "PR1|1||x", "PV1|2|I", "PR1|2||y", kind="ADT^A04")

    assert document.tree["PV1+"][0]["1"] == "2"
    assert [group["PR1"]["1"] for group in document.tree["PROCEDURE"]] == ["1", "2"]
    assert document.positions(("PV1+", 0, "2", "1")) == ("a.hl7#PV1[2]-2.1",)


def test_local_segments_are_one_list_wherever_they_stand() -> None:
    document = one("EVN|A04", PID, "ZDR|1", "ZDR|2", "PV1|1|O", "PR1|1||x", "ZDR|3", kind="ADT^A04")

    assert [local["1"][0]["1"] for local in document.tree["ZDR"]] == ["1", "2", "3"]
    assert "ZDR+" not in document.tree


def test_null_is_neither_absent_nor_text() -> None:
    patient = one('PID|1||1||""||""|F||""', "OBR|1").tree["PATIENT_RESULT"][0]["PATIENT"]["PID"]

    assert patient["7"] is NULL
    assert patient["5"] == [{"1": {"1": NULL}}]
    assert patient["10"] == [{"1": NULL}]
    assert "6" not in patient


def test_a_stray_separator_survives_in_a_text_and_divides_elsewhere() -> None:
    document = one(PID, "OBR|1", "OBX|1|TX|A||2^3 is 8~next", "OBX|2|CWE|B||x^y^z", "OBX|3|NM|C||5")
    observations = document.tree["PATIENT_RESULT"][0]["ORDER_OBSERVATION"][0]["OBSERVATION"]
    values = [observation["OBX"]["5"] for observation in observations]

    assert values == [[{"1": "2^3 is 8\nnext"}], [{"1": "x", "2": "y", "3": "z"}], [{"1": "5"}]]


def test_an_observation_without_a_value_type_or_value_is_read() -> None:
    (observation,) = one(PID, "OBR|1", "OBX|1").tree["PATIENT_RESULT"][0]["ORDER_OBSERVATION"][0]["OBSERVATION"]

    assert observation == {"OBX": {"1": "1"}}


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        (r"a\F\b\S\c\T\d\R\e\E\f", r"a|b^c&d~e\f"),
        (r"one\.br\two\.sp2\three", "one\ntwo\nthree"),
        (r"\H\bold\N\ plain", "bold plain"),
        (r"\X41\B", "AB"),
        (r"a\X0D0A\b", "a\nb"),
        (r"\XC3A4\ ", "\u00e4 "),
        (r"\XFF\ ", r"\XFF\ "),
        (r"\X00\ ", r"\X00\ "),
        (r"C:\temp\x", r"C:\temp\x"),
        (r"a\b", r"a\b"),
        (r"\Zlocal\ ", r"\Zlocal\ "),
    ],
)
def test_escape_sequences_are_replaced_and_what_is_none_stays(sent: str, text: str) -> None:
    document = one(PID, "OBR|1", f"OBX|1|ST|A||{sent}")

    assert document.tree["PATIENT_RESULT"][0]["ORDER_OBSERVATION"][0]["OBSERVATION"][0]["OBX"]["5"] == [{"1": text}]


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\r\r", "\n\n"])
def test_any_line_end_will_do(end: str) -> None:
    assert one(PID, "OBR|1", end=end).tree == one(PID, "OBR|1").tree


def test_a_line_feed_within_a_text_is_text_where_segments_end_with_a_carriage_return() -> None:
    document = one(PID, "OBR|1", "OBX|1|TX|A||first\nsecond")

    assert document.tree["PATIENT_RESULT"][0]["ORDER_OBSERVATION"][0]["OBSERVATION"][0]["OBX"]["5"] == [{"1": "first\nsecond"}]


@pytest.mark.parametrize("separators", ["|^~\\&", "|^~\\}", "$%*!&", "|^~\\&#"])
def test_any_separators_will_do(separators: str) -> None:
    field, component = separators[0], separators[1]
    text = field.join(["MSH" + field + separators[1:], "", "", "", "", "", "", f"ORU{component}R01", "1", "P", "2.3"])
    (document,) = read(f"{text}\rPID{field}1{field}{field}1{separators[2]}2\r")

    assert document.tree["PATIENT_RESULT"][0]["PATIENT"]["PID"]["3"] == [{"1": "1"}, {"1": "2"}]


def test_a_header_may_declare_fewer_separators() -> None:
    (document,) = read("MSH|^|||||||ORU^R01|1|P|2.3\rPID|1||1~2&3\\F\\\r")

    assert document.tree["PATIENT_RESULT"][0]["PATIENT"]["PID"]["3"] == [{"1": "1~2&3\\F\\"}]


@pytest.mark.parametrize(
    ("declared", "content", "name"),
    [
        ("", "Schädel", "utf-8"),
        ("8859/1", "Schädel", "latin-1"),
        ("8859/15", "3 €", "iso8859-15"),
        ("UNICODE UTF-8", "Schädel", "utf-8"),
        ("ISO IR87", "顔", "iso2022_jp"),
        ("8859/1~ISO IR87", "Schädel", "latin-1"),
        ("~ISO IR87", "Skull 顔", "iso2022_jp"),
        ("ISO IR6~ISO IR87", "Skull 顔", "iso2022_jp"),
        ("ASCII~ISO IR87~ISO IR159", "顔 丂", "iso2022_jp_1"),
        ("ASCII~ISO IR14~ISO IR87", "顔 ｶｵ", "iso2022_jp_ext"),
        ("UNICODE UTF-8~ISO IR87", "顔", "utf-8"),
        ("ISO IR6", "Skull", "ascii"),
    ],
)
def test_the_character_set_is_that_of_the_header(declared: str, content: str, name: str) -> None:
    text = f"MSH|^~\\&|||||||ORU^R01|1|P|2.5||||||{declared}\rPID|1||1\rOBR|1\rNTE|1||{content}\r"
    (document,) = read(text.encode(name))

    assert document.tree["PATIENT_RESULT"][0]["ORDER_OBSERVATION"][0]["NTE"][0]["3"] == [content]
    assert encoded(text, "a.hl7") == text.encode(name)


def noted(declared: str, text: str) -> str:
    return f"MSH|^~\\&|||||||ORU^R01|1|P|2.5{declared}\rPID|1||1\rNTE|1||{text}\r"


def test_each_message_of_a_batch_is_in_its_own_set_and_else_in_that_of_the_one_before_it() -> None:
    latin = [noted("||||||8859/1", "Schädel"), noted("||||||8859/1", "Gaumen ä"), noted("||||||", "ä"), noted("", "ä")]
    other = noted("||||||UNICODE UTF-8", "Łódź")
    content = "".join(latin).encode("latin-1") + other.encode()

    assert ["ä" in str(document.tree) for document in read(content)] == [True] * len(latin) + [False]
    assert "Łódź" in str(read(content)[-1].tree)
    assert encoded("".join([*latin, other]), "a.hl7") == content


def test_what_does_not_fit_the_set_of_its_message_has_its_line_in_the_file() -> None:
    content = noted("||||||8859/1", "ä").encode("latin-1") + noted("||||||UNICODE UTF-8", "ä").encode("latin-1")
    with pytest.raises(UnreadableError) as refused:
        read(content)

    assert refused.value.issues[0].location == ("a.hl7:6:8",)


def test_an_escape_into_a_set_that_is_not_declared_is_refused() -> None:
    with pytest.raises(UnreadableError):
        read(noted("||||||ASCII", "顔").encode("iso2022_jp"))


def test_a_character_that_the_declared_set_does_not_have_is_refused_with_its_place() -> None:
    text = "MSH|^~\\&|||||||ORU^R01|1|P|2.5||||||8859/1\rPID|1||1\rNTE|1||äöü €\r"

    with pytest.raises(UnreadableError) as refused:
        encoded(text, "a.hl7")

    (issue,) = refused.value.issues
    assert issue.location == ("a.hl7:3:12",)


def test_a_set_that_is_not_read_is_left_to_the_reader() -> None:
    assert encoded("MSH|^~\\&|||||||ORU^R01|1|P|2.5||||||EBCDIC\rNTE|1||ä\r", "a.hl7").endswith("ä\r".encode())


def test_a_byte_order_mark_and_frames_do_no_harm() -> None:
    content = message(PID, "OBR|1").encode()

    assert read(b"\xef\xbb\xbf" + content)[0].tree == one(PID, "OBR|1").tree
    assert [document.name for document in read(b"\x0b" + content + b"\x1c\r\x0b" + content + b"\x1c\r")] == [
        "a.hl7[1]",
        "a.hl7[2]",
    ]


def test_a_batch_is_its_messages() -> None:
    text = f"FHS|^~\\&\rBHS|^~\\&\r{message(PID)}{message('PID|1||2')}BTS|2\rFTS|1\r"
    first, second = read(text)

    assert second.tree["PATIENT_RESULT"][0]["PATIENT"]["PID"]["3"] == [{"1": "2"}]
    assert second.positions(("PATIENT_RESULT", 0, "PATIENT", "PID", "3", 0, "1")) == ("a.hl7[2]#PID-3[1].1",)
    assert first.line_and_column(("PATIENT_RESULT", 0, "PATIENT", "PID")) == (4, 1)


@pytest.mark.parametrize(
    ("path", "position", "place"),
    [
        (("MSH", "9", "2"), "MSH-9.2", (1, 42)),
        (("PATIENT_RESULT", 0, "PATIENT", "PID", "3", 1, "5"), "PID-3[2].5", (2, 8)),
        (("PATIENT_RESULT", 0, "PATIENT", "PID", "3", 0, "4", "2"), "PID-3[1].4.2", (2, 8)),
        (("PATIENT_RESULT", 0, "ORDER_OBSERVATION", 0, "OBSERVATION", 1, "OBX", "5", 0, "1"), "OBX[2]-5[1].1", (5, 13)),
        (("PATIENT_RESULT", 0, "ORDER_OBSERVATION", 0, "OBSERVATION", 1, "OBX"), "OBX[2]", (5, 1)),
    ],
)
def test_a_value_knows_its_segment_field_line_and_column(path: Path, position: str, place: tuple[int, int]) -> None:
    document = one(PID, "OBR|1", "OBX|1|NM|X||1", "OBX|2|NM|Y||2")

    assert document.positions(path) == (f"a.hl7#{position}",)
    assert document.line_and_column(path) == place


@pytest.mark.parametrize(
    ("path", "position"),
    [
        ((), ""),
        (("PATIENT_RESULT", 0, "ORDER_OBSERVATION", 0, "OBSERVATION", 0), "OBX"),
        (("PATIENT_RESULT", 0, "ORDER_OBSERVATION", 0, "OBR", "45"), "OBR"),
        (("PATIENT_RESULT", 0, "PATIENT", "PID", "99"), "PID"),
    ],
)
def test_the_place_of_a_group_or_of_what_is_missing_is_the_nearest_segment(path: Path, position: str) -> None:
    document = one(PID, "OBR|1", "OBX|1|NM|X||1")

    assert document.positions(path) == (f"a.hl7#{position}",)


REFUSED = [
    ("a second header in a line", message(PID).replace("\rPID", " MSH|^~\\&|\rPID"), "run-together", "a.hl7:1:"),
    (
        "segments run together",
        "MSH|^~\\&|||||||DFT^P03|1|P|2.3\rEVN|P03|2026 PID|1||1 PV1||O FT1|1\r",
        "run-together",
        "a.hl7:2:14",
    ),
    ("no PID", message("OBR|1"), "patient", "a.hl7:2:1"),
    ("two patients", message("EVN|A04", "PID|1||1", "PID|2||2", kind="ADT^A04"), "patient", "a.hl7:4:1"),
    ("a backslash too many", message(PID).replace("^~\\&", "^\\~\\&", 1), "separators", "a.hl7:1:5"),
    ("no encoding characters", "MSH||LAB||||||ORU^R01\rPID|1", "separators", "a.hl7:1:5"),
    ("letters that separate", "MSH|abcd|LAB\rPID|1", "separators", "a.hl7:1:5"),
    ("a header cut off", "MSH", "separators", "a.hl7:1:4"),
    ("no message type", "MSH|^~\\&|LAB\rPID|1||1", "message-type", "a.hl7:1:14"),
    ("a line that is not a segment", message(PID, "and a text that goes on"), "segment", "a.hl7:3:1"),
    ("a segment cut off", message(PID, "OB"), "segment", "a.hl7:3:1"),
    ("a batch cut off", f"BHS|^~\\&\r{message(PID)}", "batch", "a.hl7"),
    ("a file cut off", f"FHS|^~\\&\r{message(PID)}", "batch", "a.hl7"),
    ("a batch with a message missing", f"BHS|^~\\&\r{message(PID)}BTS|2", "batch", "a.hl7:4:5"),
    ("an empty batch", "BHS|^~\\&\rBTS|0", "batch", "a.hl7"),
    ("a segment before the header", "BHS|^~\\&\rPID|1\rBTS|0", "header", "a.hl7:2:1"),
    ("a control character", message(PID, "NTE|1||a\x07b"), "control-character", "a.hl7:3:9"),
    ("a character that XML does not have", message(PID, "NTE|1||a\ufffeb"), "control-character", "a.hl7:3:9"),
    ("a frame cut off", f"\x0b{message(PID)}", "frame", "a.hl7"),
]


@pytest.mark.parametrize(("text", "rule", "place"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_what_cannot_be_read_is_refused_with_its_place(text: str, rule: str, place: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        read(text)

    (issue,) = caught.value.issues
    assert issue.rule == f"hl7v2/{rule}"
    assert issue.location[0].startswith(place)


@pytest.mark.parametrize(
    ("declared", "content", "words"),
    [
        ("", b"Sch\xe4del", "not UTF-8, and MSH-18 names no character set"),
        ("ASCII", "Sch\u00e4del".encode(), "not in the character set that MSH-18 names"),
        ("KLINGON", b"x", "MSH-18 names a character set that is not read"),
    ],
)
def test_bytes_that_are_not_in_the_set_are_refused_and_not_mangled(declared: str, content: bytes, words: str) -> None:
    text = f"MSH|^~\\&|||||||ORU^R01|1|P|2.5||||||{declared}\rPID|1||1\rNTE|1||".encode()
    with pytest.raises(UnreadableError, match=words) as caught:
        read(text + content)

    assert caught.value.issues[0].location[0] in ("a.hl7:3:11", "a.hl7#MSH-18")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"MSH|^~\\&|", True),
        (b"\xef\xbb\xbfMSH|", True),
        (b"\x0bMSH|", True),
        (b"\r\nFHS|", True),
        (b"BHS$", True),
        (b"MSHX", False),
        (b"PID|1", False),
        (b"{}", False),
    ],
)
def test_a_message_is_recognised_by_its_header(content: bytes, *, expected: bool) -> None:
    assert READER.recognises(content) is expected


def test_every_type_of_the_tables_is_known() -> None:
    known = tables()

    assert all(part in known.segments or part == "DSC" for structure in known.structures.values() for part in structure.names)
    assert all(target in known.structures for target in known.events.values())


TEXT = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=6)
FIELD = st.lists(st.lists(st.lists(TEXT, min_size=1, max_size=1), min_size=1, max_size=4), min_size=1, max_size=3)


@given(st.lists(FIELD, min_size=1, max_size=5), st.sampled_from(["|^~\\&", "$%*!@", "|^~\\}"]))
def test_what_is_written_is_read_back(fields: list[list[list[list[str]]]], separators: str) -> None:
    mark, component = separators[0], separators[1]
    header = mark.join(["MSH", separators[1:], *[""] * 6, f"ORU{component}R01", "1", "P", "2.5"])
    body = mark.join(["ZZZ", *(written(field, separators) for field in fields)])
    if any(written(field, separators) == '""' for field in fields):
        return
    (document,) = read(f"{header}\rPID{mark}1{mark}{mark}1\r{body}\r")

    expected = {
        str(number): [
            {str(place): NULL if parts[0] == '""' else parts[0] for place, parts in enumerate(components, start=1)}
            for components in field
        ]
        for number, field in enumerate(fields, start=1)
    }
    assert document.tree["ZZZ"] == [expected]
    assert all(document.positions(leaf) for leaf in leaves(document.tree))
    assert all(at(document.tree, leaf) is not None for leaf in leaves(document.tree))


@given(
    st.binary(max_size=200),
    st.sampled_from([b"", b"MSH|^~\\&|||||||ORU^R01|1|P|2.5\rPID|1||1\r", b"MSH|^~\\&", b"BHS|", b"\x0bMSH"]),
)
def test_no_bytes_break_the_reader(content: bytes, beginning: bytes) -> None:
    with suppress(UnreadableError):
        READER.read(Document(name="a", content=beginning + content))


@pytest.mark.parametrize("kind", ["results", "repetitions", "components", "messages"])
def test_a_message_costs_as_much_as_it_is_long(kind: str) -> None:
    make: dict[str, Callable[[int], str]] = {
        "results": lambda n: message(PID, "OBR|1|A", *(f"OBX|{number}|NM|X^Y||1.5|cm|||||F" for number in range(n))),
        "repetitions": lambda n: message("PID|1||" + "~".join(f"{number}^^^A&1.2&ISO" for number in range(n))),
        "components": lambda n: message(PID, "ZZZ|" + "^".join(str(number) for number in range(n))),
        "messages": lambda n: message(PID) * n,
    }

    def cost(size: int) -> int:
        text = make[kind](size)
        return steps(lambda: [document.positions(leaf) for document in read(text) for leaf in leaves(document.tree)])

    cost(1)  # what is worked out once is no part of it
    base = cost(1)
    costs = [(cost(size) - base) / size for size in (10, 100, 1_000)]

    assert max(costs) < 1.5 * min(costs)
