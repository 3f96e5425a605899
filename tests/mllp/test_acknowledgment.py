"""Acknowledgments are made from the message that they answer."""

import hl7
import pytest

from adapter.issues import Issue, IssueType, Severity
from adapter.mllp.acknowledgment import answers, header_of
from adapter.mllp.reception import Acceptance, Reception

NOW = "20260312081500+0000"
MESSAGE = "MSH|^~\\&|REG|CLINIC|ADAPTER|HERE|20260312||ADT^A04^ADT_A01|42|T|2.5.1|||{accept}|{application}\rPID|1\r"
PROBLEM = Issue(
    severity=Severity.ERROR,
    code=IssueType.REQUIRED,
    rule="x/y",
    text="a | is missing",
    suggestion="send it",
    location=("a.hl7#FT1[2]-26[1].1.2", "a.hl7#PID-3"),
)


def answered(
    acceptance: Acceptance, *issues: Issue, accept: str = "", application: str = "", message: str = MESSAGE
) -> list[str]:
    sent = message.replace("{accept}", accept).replace("{application}", application).encode()
    reception = Reception(acceptance=acceptance, issues=issues)
    return [answer.decode() for answer in answers(header_of(sent), reception, NOW)]


def test_an_answer_turns_the_header_around_and_names_the_control_id() -> None:
    (answer,) = answered(Acceptance.ACCEPTED)

    assert answer == ("MSH|^~\\&|ADAPTER|HERE|REG|CLINIC|20260312081500+0000||ACK^A04^ACK|ACK42|T|2.5.1\rMSA|AA|42\r")


@pytest.mark.parametrize("acceptance", [Acceptance.ACCEPTED, Acceptance.REJECTED])
@pytest.mark.parametrize("kind", ["ACK", "ACK^A04^ACK"])
def test_an_answer_is_not_answered(kind: str, acceptance: Acceptance) -> None:
    assert answered(acceptance, message=MESSAGE.replace("ADT^A04^ADT_A01", kind)) == []


def test_an_error_says_where_what_how_bad_and_in_words() -> None:
    (answer,) = answered(Acceptance.ERROR, PROBLEM)
    error = hl7.parse(answer).segment("ERR")

    assert str(error[2]) == "FT1^2^26^1^1^2~PID^1^3^1"
    assert str(error[3]) == "101^Required field missing^HL70357"
    assert str(error[4]) == "E"
    assert str(error[5]) == "x/y"
    assert str(error[8]) == "a \\F\\ is missing. send it"


def test_a_place_by_line_and_column_is_said_in_the_words() -> None:
    problem = Issue(severity=Severity.FATAL, code=IssueType.STRUCTURE, text="no", location=("a.hl7:3:1",))
    (answer,) = answered(Acceptance.REJECTED, problem)

    assert answer.endswith("ERR|||100^Segment sequence error^HL70357|F||||no (line 3, character 1)\r")


@pytest.mark.parametrize(
    ("accept", "application", "acceptance", "codes"),
    [
        ("", "", Acceptance.ACCEPTED, ["AA"]),
        ("", "", Acceptance.ERROR, ["AE"]),
        ("", "", Acceptance.REJECTED, ["AR"]),
        ("AL", "NE", Acceptance.ACCEPTED, ["CA"]),
        ("AL", "", Acceptance.ERROR, ["CA"]),
        ("AL", "AL", Acceptance.ERROR, ["CA", "AE"]),
        ("AL", "AL", Acceptance.REJECTED, ["CR"]),
        ("ER", "AL", Acceptance.REJECTED, ["CR"]),
        ("SU", "AL", Acceptance.REJECTED, ["AR"]),
        ("ER", "ER", Acceptance.ACCEPTED, []),
        ("ER", "ER", Acceptance.ERROR, ["AE"]),
        ("ER", "NE", Acceptance.REJECTED, ["CR"]),
        ("SU", "SU", Acceptance.ACCEPTED, ["CA", "AA"]),
        ("NE", "NE", Acceptance.REJECTED, []),
        ("NE", "AL", Acceptance.ACCEPTED, ["AA"]),
        ("XX", "NE", Acceptance.ACCEPTED, ["CA"]),
    ],
)
def test_the_modes_of_acknowledgment(accept: str, application: str, acceptance: Acceptance, codes: list[str]) -> None:
    found = answered(acceptance, accept=accept, application=application)

    assert [str(hl7.parse(answer).segment("MSA")[1]) for answer in found] == codes


def test_an_answer_speaks_with_the_separators_and_in_the_character_set_of_its_message() -> None:
    message = "MSH$%*!@$REG$Kl\u00ednik$A$B$2026$$ORU%R01$7$P$2.3$$$$$$8859/1\r".encode("latin-1")
    (answer,) = answers(header_of(message), Reception(acceptance=Acceptance.ERROR, issues=(PROBLEM,)), NOW)

    assert answer.startswith(
        "MSH$%*!@$A$B$REG$Kl\u00ednik$20260312081500+0000$$ACK%R01%ACK$ACK7$P$2.3$$$$$$8859/1\r".encode("latin-1")
    )
    assert b"FT1%2%26%1%1%2*PID%1%3%1" in answer


@pytest.mark.parametrize("message", [b"", b"garbage", b"PID|1\r", b"MSH", b"\xff\xfe"])
def test_what_has_no_header_is_answered_with_a_header_of_ours(message: bytes) -> None:
    (answer,) = answers(header_of(message), Reception(acceptance=Acceptance.REJECTED), NOW)

    assert answer == b"MSH|^~\\&|||||20260312081500+0000||ACK|ACK|P|2.5.1\rMSA|AR|\r"


def test_a_header_cut_off_and_bytes_of_no_set_are_answered() -> None:
    cut = b"MSH|"
    wrong = "MSH|^~\\&|REG|K\u00e4".encode("latin-1") + b"|" * 14 + b"UNICODE UTF-8\r"

    assert [next(answers(header_of(sent), Reception(acceptance=Acceptance.REJECTED), NOW))[:5] for sent in (cut, wrong)] == [
        b"MSH|^",
        b"MSH|^",
    ]


@pytest.mark.parametrize(
    ("code", "rule", "severity", "expected"),
    [
        (IssueType.STRUCTURE, "hl7v2/charset", Severity.FATAL, "102"),
        (IssueType.REQUIRED, "hl7v2/message-type", Severity.FATAL, "101"),
        (IssueType.VALUE, "map/recode", Severity.WARNING, "103"),
        (IssueType.VALUE, "map/number", Severity.WARNING, "102"),
        (IssueType.SECURITY, "feed/inline-image", Severity.ERROR, "102"),
        (IssueType.CODE_INVALID, "feed/processing", Severity.WARNING, "202"),
        (IssueType.NOT_SUPPORTED, "feed/version", Severity.WARNING, "203"),
        (IssueType.BUSINESS_RULE, "feed/test-data", Severity.WARNING, "0"),
        (IssueType.BUSINESS_RULE, "some/rule", Severity.ERROR, "207"),
    ],
)
def test_the_kind_of_a_problem_is_what_hl7_calls_it(code: IssueType, rule: str, severity: Severity, expected: str) -> None:
    (answer,) = answered(Acceptance.ACCEPTED, Issue(severity=severity, code=code, rule=rule, text="no"))

    assert str(hl7.parse(answer).segment("ERR")[3][0][0]) == expected


@pytest.mark.parametrize("encoding", ["^\\~\\&", "^^~&", "|~\\&"])
def test_separators_that_are_one_character_twice_are_not_answered_with(encoding: str) -> None:
    message = f"MSH|{encoding}|A|B|C|D|20260101||ADT^A04|1|T|2.5.1\r".encode()
    problem = Issue(severity=Severity.FATAL, code=IssueType.STRUCTURE, rule="x", text="no", suggestion="send ^~\\& in MSH-2")
    (answer,) = answers(header_of(message), Reception(acceptance=Acceptance.REJECTED, issues=(problem,)), NOW)

    assert answer.startswith(b"MSH|^~\\&|")
    assert b"send \\S\\\\R\\\\E\\\\T\\ in MSH-2" in answer
