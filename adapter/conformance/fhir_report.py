"""A run as FHIR TestReports (http://hl7.org/fhir/R4/testreport.html), for systems that collect those."""

from html import escape

from adapter.conformance.suite import SuiteResult
from adapter.conformance.verdict import CaseResult, CaseVerdict, StepEvidence
from adapter.fhir.resource import Resource

_RESULTS = {
    CaseVerdict.GOOD: "pass",
    CaseVerdict.FAIL: "fail",
    CaseVerdict.WARN: "warning",
    CaseVerdict.SKIP: "skip",
    CaseVerdict.BLOCKED: "skip",
    CaseVerdict.COULD_NOT_JUDGE: "error",
}
_TEST = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}


def report_as_fhir(result: SuiteResult, *, canonical_base: str) -> Resource:
    """The run as one TestReport with a test for each case."""
    passed = sum(one.verdict in (CaseVerdict.GOOD, CaseVerdict.WARN) for one in result.results)
    run = [one for one in result.results if one.verdict not in (CaseVerdict.SKIP, CaseVerdict.BLOCKED)]
    score = round(100 * passed / len(run)) if run else 0
    return {
        "resourceType": "TestReport",
        "meta": {"security": [_TEST]},
        "text": {
            "status": "generated",
            "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{escape(_summary(result))}</p></div>',
        },
        "name": f"0731T conformance of {result.declared.software}",
        "status": "stopped" if result.is_interrupted else "completed",
        "testScript": {"identifier": {"system": canonical_base, "value": "conformance"}},
        "result": "pass" if result.is_good else "fail",
        "score": score,
        "tester": "adapter conformance",
        "issued": result.started,
        "participant": [{"type": "server", "uri": result.server, "display": result.declared.software}],
        "test": [_test(one) for one in result.results],
    }


def _summary(result: SuiteResult) -> str:
    counts = ", ".join(f"{number} {verdict}" for verdict, number in result.counts.items())
    return f"0731T conformance of {result.declared.software} at {result.server}: {counts}."


def _test(one: CaseResult) -> Resource:
    steps = [_action(step) for step in one.steps]
    return {"name": one.identity, "description": one.title, "action": steps or [_not_run(one)]}


def _action(step: StepEvidence) -> Resource:
    verdicts = {finding.verdict for finding in step.findings}
    worst = next((verdict for verdict in (CaseVerdict.FAIL, CaseVerdict.WARN) if verdict in verdicts), CaseVerdict.GOOD)
    operation: Resource = {"result": "error" if step.status is None else _RESULTS[worst]}
    message = "; ".join(finding.text for finding in step.findings) or (step.answer if step.status is None else "")
    return {"operation": operation | ({"message": message} if message else {})}


def _not_run(one: CaseResult) -> Resource:
    return {"operation": {"result": _RESULTS[one.verdict], "message": "; ".join(one.reasons) or one.verdict.value}}
