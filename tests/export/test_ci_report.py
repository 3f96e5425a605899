"""What checks found, as SARIF and as JUnit XML."""

from xml.etree.ElementTree import fromstring

from adapter.export.ci_report import junit, sarif
from adapter.issues import Issue, IssueType, Severity

ERROR = Issue(
    severity=Severity.ERROR,
    code=IssueType.VALUE,
    rule="json/syntax",
    text="expected \x1b < & a value",
    suggestion="write null",
    location=("a b.json:3:0",),
)
WARNING = Issue(severity=Severity.WARNING, code=IssueType.VALUE, text="odd", location=("x.json#/a",), expression=("Patient.a",))
NOTE = Issue(severity=Severity.INFORMATION, code=IssueType.INFORMATIONAL, rule="n", text="good to know")
CHECKED = {"a b.json": [ERROR, ERROR], "x.json": [WARNING, NOTE], "good\x01.json": []}


def test_sarif_names_rule_level_words_and_place() -> None:
    log = sarif(CHECKED, version="1.2.3")

    (run,) = log["runs"]
    assert log["version"] == "2.1.0"
    assert run["tool"]["driver"]["version"] == "1.2.3"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["json/syntax", "n", "value"]
    assert [(result["ruleId"], result["level"]) for result in run["results"]] == [
        ("json/syntax", "error"),
        ("json/syntax", "error"),
        ("value", "warning"),
        ("n", "note"),
    ]
    assert run["results"][0]["message"] == {"text": "expected \x1b < & a value (write null)"}
    assert run["results"][0]["locations"] == [
        {"physicalLocation": {"artifactLocation": {"uri": "a%20b.json"}, "region": {"startLine": 3, "startColumn": 1}}}
    ]
    assert run["results"][2]["locations"][0]["logicalLocations"] == [
        {"fullyQualifiedName": "Patient.a"},
        {"fullyQualifiedName": "x.json#/a"},
    ]
    assert run["artifacts"][2] == {"location": {"uri": "good%01.json"}}


def test_a_file_is_a_test_that_fails_for_its_errors() -> None:
    suite = fromstring(junit(CHECKED, name="adapter check"))[0]  # noqa: S314 - our own XML

    assert suite.attrib == {"name": "adapter check", "tests": "3", "errors": "0", "skipped": "0", "failures": "1"}
    failed, told, good = suite
    assert [child.tag for child in failed] == ["failure"]
    assert failed[0].get("message") == "2 errors"
    assert "error json/syntax: expected \N{REPLACEMENT CHARACTER} < & a value (write null) [a b.json:3:0]" in (
        failed[0].text or ""
    )
    assert [child.tag for child in told] == ["system-out"]
    assert "warning value: odd [x.json#/a, Patient.a]\ninformation n: good to know" in (told[0].text or "")
    assert (good.get("name"), len(good)) == ("good\N{REPLACEMENT CHARACTER}.json", 0)


def test_one_error_is_one() -> None:
    assert 'message="1 error"' in junit({"a": [ERROR]}, name="x")
