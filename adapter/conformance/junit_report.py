"""A run as JUnit XML: one testsuite for each group, so that CI shows it."""

from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from adapter.conformance.suite import SuiteResult
from adapter.conformance.verdict import CaseResult, CaseVerdict
from adapter.export.ci_report import xml_text

_ELEMENTS = {CaseVerdict.FAIL: "failure", CaseVerdict.COULD_NOT_JUDGE: "error"}
_NOT_RUN = frozenset({CaseVerdict.SKIP, CaseVerdict.BLOCKED})


def junit_of_run(result: SuiteResult) -> str:
    """The run; a failure that is explained is shown as skipped, with the explanation."""
    suites = Element("testsuites", name=xml_text(result.server))
    for group, cases in groupby(result.results, key=lambda one: one.group):
        _add_group(suites, group, list(cases))
    indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(suites, encoding="unicode") + "\n"


def _add_group(suites: Element, group: str, cases: list[CaseResult]) -> None:
    suite = SubElement(suites, "testsuite", name=group, tests=str(len(cases)))
    for one in cases:
        test = SubElement(suite, "testcase", name=one.identity, classname=f"conformance.{group}", time=f"{one.seconds:.3f}")
        _add_outcome(test, one)
    for kind, counted in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        suite.set(counted, str(len(suite.findall(f"testcase/{kind}"))))


def _add_outcome(test: Element, one: CaseResult) -> None:
    reasons = xml_text("\n".join(one.reasons))
    if one.explained:
        SubElement(test, "skipped", message=xml_text(f"{one.explained.verdict.value}: {one.explained.why}")).text = reasons
    elif one.verdict in _ELEMENTS:
        trouble = SubElement(test, _ELEMENTS[one.verdict], message=xml_text(one.reasons[0]), type=one.verdict.value)
        trouble.text = xml_text("\n".join((reasons, "", *(f"{step.curl}\n→ {step.status}" for step in one.steps))))
    elif one.verdict in _NOT_RUN:
        SubElement(test, "skipped", message=f"{one.verdict.value}: {reasons}")
    elif one.reasons:
        SubElement(test, "system-out").text = f"{one.verdict.value}: {reasons}"
