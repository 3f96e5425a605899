"""A run as JSON: all that is known of it, for machines and for `compare`."""

from adapter.conformance.suite import SuiteResult
from adapter.conformance.verdict import CaseResult, StepEvidence
from adapter.json_types import JsonObject


def describe_run(result: SuiteResult, *, version: str) -> JsonObject:
    """The run; `version` is the adapter's."""
    return {
        "adapter": version,
        "server": result.server,
        "software": result.declared.software,
        "fhirVersion": result.declared.fhir_version,
        "started": result.started,
        "run": result.run,
        "interrupted": result.is_interrupted,
        "good": result.is_good,
        "counts": result.counts,
        "leftBehind": list(result.left_behind),
        "cases": [_case(one) for one in result.results],
    }


def _case(result: CaseResult) -> JsonObject:
    described: JsonObject = {
        "case": result.identity,
        "group": result.group,
        "title": result.title,
        "requirement": result.requirement,
        "link": result.link,
        "place": result.place,
        "verdict": result.verdict.value,
        "reasons": list(result.reasons),
        "needs": list(result.needs),
        "seconds": result.seconds,
        "steps": [_step(step) for step in result.steps],
    }
    known = result.explained
    return described | ({"explained": {"verdict": known.verdict.value, "why": known.why}} if known else {})


def _step(step: StepEvidence) -> JsonObject:
    remarks = [
        {
            "severity": remark.remark.issue.severity.value,
            "messageId": remark.remark.issue.rule,
            "path": list(remark.remark.issue.expression),
            "words": remark.remark.words,
            "verdict": remark.verdict.value,
            "why": remark.why,
        }
        for remark in step.remarks
    ]
    findings = [{"verdict": finding.verdict.value, "text": finding.text} for finding in step.findings]
    described: JsonObject = {"curl": step.curl, "status": step.status, "answer": step.answer}
    optional = {"findings": findings, "remarks": remarks, "outcome": step.outcome}
    return described | {name: value for name, value in optional.items() if value}
