"""Is an answer what was expected: each expectation of a step, and what every answer of a FHIR server must be."""

import re
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from adapter.client.loose import list_in, text_in
from adapter.client.read_back import differences
from adapter.client.remark import remarks_of
from adapter.client.server_answer import json_or_none
from adapter.client.triage import TriagedRemark, TriageEntry, Verdict, triage
from adapter.conformance.case_file import Expectation
from adapter.conformance.path_value import values_at
from adapter.conformance.template import fill, fits, misfits
from adapter.conformance.verdict import CaseVerdict, StepFinding
from adapter.exchange import ServerAnswer
from adapter.fhir.json import read_json
from adapter.issues import InvalidError, Severity
from adapter.json_types import JsonMapping, JsonObject, JsonValue

_FIRST_REFUSAL = 400
_JSON = re.compile(r"application/(fhir\+)?json\b", re.IGNORECASE)
_GRAVE = frozenset({"fatal", "error"})
_MOST_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Looks at the answers of one server; `source` names it, `table` is the triage of what its validator says."""

    source: str
    table: tuple[TriageEntry, ...]

    def findings(self, expected: Sequence[Expectation], answer: ServerAnswer, names: JsonMapping) -> tuple[StepFinding, ...]:
        """What is not as expected, up to the first that is not; `names` are the variables of the case."""
        form = "; ".join(_faults_of_form(answer))
        findings = [StepFinding(verdict=CaseVerdict.FAIL, text=form)] if form else []
        for one in expected:
            troubles = [*self._troubles(one, answer, names)]
            if troubles:
                wrong = f"{one.otherwise}: " if one.otherwise else ""
                findings.append(StepFinding(verdict=CaseVerdict(one.level), text=wrong + "; ".join(_few(troubles))))
                break
            findings += self._weaknesses(one, answer)
        return tuple(findings)

    def remarks(self, answer: ServerAnswer) -> tuple[TriagedRemark, ...]:
        """What the server's validator says, with our triage."""
        return triage(remarks_of(json_or_none(answer), source=self.source), self.table)

    def _troubles(self, expected: Expectation, answer: ServerAnswer, names: JsonMapping) -> Iterator[str]:
        body = json_or_none(answer) or {}
        if expected.status and answer.status not in expected.status:
            statuses = " or ".join(map(str, expected.status))
            yield f"the answer has status {answer.status} instead of {statuses}"
            yield from _words(body)
            return
        yield from _headers(expected, answer, names)
        yield from _paths(expected, body, names)
        if expected.body is not None:
            yield from misfits(fill(expected.body, names), body, "the answer")
        if expected.same_as is not None:
            yield from _changes(fill(expected.same_as, names), body, precise=expected.precise)
        if expected.outcome and not _is_refusal(body):
            yield "the answer is not an OperationOutcome with an error"
        if expected.valid:
            yield from self._invalid(answer, Severity.ERROR)

    def _weaknesses(self, expected: Expectation, answer: ServerAnswer) -> Iterator[StepFinding]:
        if expected.valid:
            for text in self._invalid(answer, Severity.WARNING):
                yield StepFinding(verdict=CaseVerdict.WARN, text=text)

    def _invalid(self, answer: ServerAnswer, severity: Severity) -> Iterator[str]:
        if text_in(json_or_none(answer), "resourceType") != "OperationOutcome" and severity is Severity.ERROR:
            yield "the answer is not an OperationOutcome"
        for remark in self.remarks(answer):
            issue = remark.remark.issue
            is_as_grave = issue.is_error if severity is Severity.ERROR else issue.severity is severity
            if remark.verdict is Verdict.TO_FIX and is_as_grave:
                yield f"{issue.severity} at {', '.join(issue.expression) or 'the resource'}: {remark.remark.words} ({remark.why})"


def _few(troubles: list[str]) -> list[str]:
    rest = len(troubles) - _MOST_SHOWN
    return troubles if rest <= 0 else [*troubles[:_MOST_SHOWN], f"and {rest} more"]


def _faults_of_form(answer: ServerAnswer) -> Iterator[str]:
    """What is wrong with an answer whatever was asked (http://hl7.org/fhir/R4/http.html#mime-type)."""
    kind = answer.headers.get("Content-Type", "")
    if not answer.content.strip():
        if answer.status >= _FIRST_REFUSAL:
            yield f"a refusal (status {answer.status}) without an OperationOutcome"
        return
    if not _JSON.match(kind):
        yield f"the answer has the content type `{kind}` instead of application/fhir+json"
    if answer.content.startswith(BOM_UTF8):
        yield "the body of the answer begins with a byte order mark, which JSON does not have"
    body = json_or_none(answer)
    if body is None:
        yield f"the body of the answer is not a JSON object{_why_unreadable(answer.content)}"
    elif answer.status >= _FIRST_REFUSAL and not _is_refusal(body):
        yield f"a refusal (status {answer.status}) without an OperationOutcome"


def _why_unreadable(content: bytes) -> str:
    try:
        read_json(content, "answer")
    except InvalidError as error:
        return f": {error.issues[0].text}"
    return ""


def _is_refusal(body: JsonMapping) -> bool:
    issues = list_in(body, "issue")
    return text_in(body, "resourceType") == "OperationOutcome" and any(text_in(issue, "severity") in _GRAVE for issue in issues)


def _words(body: JsonObject) -> Iterator[str]:
    for remark in remarks_of(body, source=""):
        if remark.issue.is_error:
            yield f"it says: {remark.words}"


def _headers(expected: Expectation, answer: ServerAnswer, names: JsonMapping) -> Iterator[str]:
    for name, pattern in expected.headers.items():
        value = answer.headers.get(name)
        if value is None:
            yield f"the header {name} is missing"
        elif not re.search(str(fill(pattern, names)), value):
            yield f"the header {name} is `{value}`"


def _paths(expected: Expectation, body: JsonObject, names: JsonMapping) -> Iterator[str]:
    for written, template in expected.paths.items():
        expression = str(fill(written, names))
        actual, needed = values_at(expression, body), fill(template, names)
        if not _gives(needed, actual):
            yield f"{expression} is {_listed(actual)} instead of {_listed(needed)}"


def _gives(needed: JsonValue, actual: list[JsonValue]) -> bool:
    if isinstance(needed, list):
        return len(needed) == len(actual) and all(map(fits, needed, actual))
    return len(actual) == 1 and fits(needed, actual[0])


def _listed(values: JsonValue) -> str:
    items = values if isinstance(values, list) else [values]
    return (
        ", ".join(f"`{item}`" for item in items[:_MOST_SHOWN]) + (" …" if len(items) > _MOST_SHOWN else "") if items else "empty"
    )


def _changes(sent: JsonObject, read: JsonObject, *, precise: bool) -> Iterator[str]:
    for difference in differences(sent, read):
        if difference.kind != "kept":
            yield f"{difference.path} is {difference.kind}"
    if precise:
        yield from _lost_digits(sent, read, str(sent.get("resourceType")))


def _lost_digits(sent: JsonValue, read: JsonValue, path: str) -> Iterator[str]:
    """Where a number has other digits, 1.50 and 1.5 being different (http://hl7.org/fhir/R4/datatypes.html#precision)."""
    if isinstance(sent, Decimal | int) and str(sent) != str(read):
        yield f"{path} is {read} instead of {sent}"
    elif isinstance(sent, Mapping) and isinstance(read, Mapping):
        for name, member in sent.items():
            yield from _lost_digits(member, read.get(name), f"{path}.{name}")
    elif isinstance(sent, list) and isinstance(read, list):
        for index, (mine, theirs) in enumerate(zip(sent, read, strict=False)):
            yield from _lost_digits(mine, theirs, f"{path}[{index}]")
