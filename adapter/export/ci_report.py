"""What checks found, in the forms that CI systems show: SARIF 2.1.0 beside the lines of a change, JUnit as a list of tests."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from adapter.issues import Issue, Severity
from adapter.json_types import JsonObject

Checked = Mapping[str, Sequence[Issue]]
"""The issues of each file that was checked, by its path."""

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.FATAL: "error", Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFORMATION: "note"}
_LINE = re.compile(r"(?P<file>.+):(?P<line>[0-9]+):(?P<column>[0-9]+)")
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def sarif(checked: Checked, *, version: str) -> JsonObject:
    """The issues as a SARIF log (https://docs.oasis-open.org/sarif/sarif/v2.1.0/); `version` is the adapter's."""
    results = [_result(file, issue) for file, issues in checked.items() for issue in issues]
    rules = sorted({result["ruleId"] for result in results})
    driver = {"name": "adapter-0731t", "version": version, "rules": [{"id": rule} for rule in rules]}
    artifacts = [{"location": {"uri": quote(file)}} for file in checked]
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "artifacts": artifacts, "results": results, "columnKind": "unicodeCodePoints"}],
    }


def _result(file: str, issue: Issue) -> JsonObject:
    place: JsonObject = {"physicalLocation": {"artifactLocation": {"uri": quote(file)}}}
    line = next((match for location in issue.location if (match := _LINE.fullmatch(location))), None)
    if line:
        place["physicalLocation"]["region"] = {"startLine": int(line["line"]), "startColumn": max(1, int(line["column"]))}
    names = [*issue.expression, *(location for location in issue.location if "#" in location)]
    if names:
        place["logicalLocations"] = [{"fullyQualifiedName": name} for name in names]
    return {
        "ruleId": issue.rule or issue.code.value,
        "level": _LEVELS[issue.severity],
        "message": {"text": _words(issue)},
        "locations": [place],
    }


def junit(checked: Checked, *, name: str) -> str:
    """The files as the tests of a suite; one fails for its errors, and shows what else was found as its output."""
    suite = Element("testsuite", name=name, tests=str(len(checked)), errors="0", skipped="0")
    failures = 0
    for file, issues in checked.items():
        test = SubElement(suite, "testcase", name=xml_text(file), classname=name)
        errors = [issue for issue in issues if issue.is_error]
        failures += bool(errors)
        if errors:
            message = f"{len(errors)} error{'s' if len(errors) > 1 else ''}"
            SubElement(test, "failure", message=message, type="error").text = _lines(errors)
        if others := [issue for issue in issues if not issue.is_error]:
            SubElement(test, "system-out").text = _lines(others)
    suite.set("failures", str(failures))
    suites = Element("testsuites")
    suites.append(suite)
    indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(suites, encoding="unicode") + "\n"


def _lines(issues: Sequence[Issue]) -> str:
    return xml_text("\n".join(map(_line, issues)))


def _line(issue: Issue) -> str:
    places = ", ".join((*issue.location, *issue.expression))
    return f"{issue.severity} {issue.rule or issue.code.value}: {_words(issue)}" + (f" [{places}]" if places else "")


def _words(issue: Issue) -> str:
    return f"{issue.text} ({issue.suggestion})" if issue.suggestion else issue.text


def xml_text(text: str) -> str:
    """A text without what XML cannot hold."""
    return _NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text)
