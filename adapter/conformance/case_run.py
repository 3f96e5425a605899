"""One case against a server: its steps in order, each judged, with the evidence."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias, get_args

from adapter.client.loose import dict_in, list_in, text_in
from adapter.client.remark import is_outcome
from adapter.client.server_answer import json_of, json_or_none
from adapter.conformance.case_file import HEADER, ConformanceCase, Step
from adapter.conformance.cleaner import Cleaner
from adapter.conformance.evidence import curl_line, shown_answer
from adapter.conformance.judge import Judge
from adapter.conformance.path_value import one_value
from adapter.conformance.supplies import TAG_SYSTEM
from adapter.conformance.template import content_of, fill, with_form
from adapter.conformance.verdict import CaseResult, CaseVerdict, StepEvidence, StepFinding
from adapter.exchange import Method, Request, Send, ServerAnswer
from adapter.issues import AdapterError, Issue, IssueType, Severity, UnavailableError
from adapter.json_types import JsonObject, JsonValue

Part = Literal["setup", "steps", "teardown"]
METHODS: dict[str, Method] = {name: name for name in get_args(Method)}
_FIRST_FAULT = 500
_TOO_OFTEN = 429
_GRAVITY = (CaseVerdict.FAIL, CaseVerdict.BLOCKED, CaseVerdict.WARN, CaseVerdict.GOOD)
_Judged: TypeAlias = tuple[CaseVerdict, tuple[str, ...]]
"""A verdict and its reasons."""


class NoAnswerError(Exception):
    """A step had no answer, so that the rest of its case makes no sense; `error` says why."""

    def __init__(self, error: AdapterError) -> None:
        """Keep why."""
        super().__init__(str(error))
        self.error = error


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What cases are run with: the way to the server, its base URL, who judges and who cleans up, and the run's name.

    `clock` gives seconds.
    """

    send: Send
    base_url: str
    judge: Judge
    cleaner: Cleaner
    run: str
    clock: Callable[[], float]


class CaseRun:
    """Runs one case; `steps` grows with the evidence, `lost` is why there was no answer."""

    def __init__(self, case: ConformanceCase, bench: Bench) -> None:
        """Take the case and what it is run with."""
        self.case = case
        self.lost: UnavailableError | None = None
        self._bench = bench
        self._names: JsonObject = dict(case.supplied)
        self._steps: list[StepEvidence] = []

    def result(self) -> CaseResult:
        """Run the case, and say what became of it. Nothing that goes wrong with us counts against the server."""
        started = self._bench.clock()
        try:
            verdict, reasons = self._judged()
        except Exception as error:  # noqa: BLE001 - a mistake of ours, or of the engine of FHIRPath, is not the server's
            verdict, reasons = CaseVerdict.COULD_NOT_JUDGE, (f"we could not judge: {type(error).__name__}: {error}",)
        seconds = self._bench.clock() - started
        return replace(empty_result(self.case, verdict, reasons), steps=tuple(self._steps), seconds=round(seconds, 3))

    def _judged(self) -> _Judged:
        """The verdict and its reasons; what a case puts away at its end is put away whatever came before."""
        judged = self._answerable(self._of_steps)
        after = self._answerable(lambda: _judged(self._findings("teardown")))
        return min(judged, after, key=lambda one: _GRAVITY.index(one[0]))

    def _of_steps(self) -> _Judged:
        trouble = self._findings("setup")
        if any(finding.verdict is CaseVerdict.FAIL for finding in trouble):
            return CaseVerdict.BLOCKED, tuple(f"its preparation failed: {finding.text}" for finding in trouble)
        return _judged(self._findings("steps"))

    def _answerable(self, judged: Callable[[], _Judged]) -> _Judged:
        try:
            return judged()
        except NoAnswerError as error:
            issue = error.error.issues[0]
            if issue.code is IssueType.THROTTLED:
                return CaseVerdict.BLOCKED, (str(error),)
            if isinstance(error.error, UnavailableError):
                self.lost = error.error
            return CaseVerdict.FAIL, (str(error),)

    def _findings(self, part: Part) -> list[StepFinding]:
        steps: tuple[Step, ...] = getattr(self.case.terms, part)
        findings: list[StepFinding] = []
        for step in steps:
            new = self._step(step)
            findings += new
            # What follows a step that failed would fail for the same reason.
            if any(finding.verdict is CaseVerdict.FAIL for finding in new):
                break
        return findings

    def _step(self, step: Step) -> list[StepFinding]:
        request = self._request(step)
        with ThreadPoolExecutor(max_workers=step.times) as pool:
            answers = list(pool.map(self._answered, [request] * step.times))
        evidence = [self._evidence(step, request, answer) for answer in answers]
        self._steps += evidence
        body = json_or_none(answers[0]) or {}
        self._names |= {name: _kept(source, answers[0], body) for name, source in step.keep.items()}
        return list(dict.fromkeys(finding for one in evidence for finding in one.findings))

    def _request(self, step: Step) -> Request:
        method, path = str(fill(step.send, self._names)).split(" ", 1)
        body = self._prepared(fill(step.body, self._names), method, path)
        headers = {name: str(fill(value, self._names)) for name, value in step.headers.items()}
        return Request(
            method=METHODS[method],
            url=self._url(path),
            headers=with_form(headers, body),
            body=content_of(body),
            is_repeatable=method != "POST",
        )

    def _prepared(self, body: JsonValue, method: str, path: str) -> JsonValue:
        """A body as it is sent: a resource that is stored has the id of the URL and the tag of the run."""
        if not isinstance(body, dict):
            return body
        resource = _with_id(body, method, path)
        if method in ("POST", "PUT") and "$" not in path:
            resource = tagged(resource, self._bench.run)
            self._bench.cleaner.will_write(resource)
        self._names["sent"] = resource
        return resource

    def _url(self, path: str) -> str:
        """The URL of a path below the base; a link that the server gave may be whole, and must lead to the same server."""
        if path.startswith(("http://", "https://")):
            if not path.startswith(f"{self._bench.base_url}/") and path.partition("?")[0] != self._bench.base_url:
                text = "The FHIR server links to another address than the one it is called by: it is not followed."
                raise NoAnswerError(UnavailableError(Issue(severity=Severity.ERROR, code=IssueType.SECURITY, text=text)))
            return path
        return f"{self._bench.base_url}/{path}".rstrip("/")

    def _answered(self, request: Request) -> ServerAnswer:
        try:
            answer = self._bench.send(request)
            if answer.status == _TOO_OFTEN:
                json_of(answer, source="")
        except AdapterError as error:
            self._steps.append(StepEvidence(curl=curl_line(request), status=None, answer=str(error)))
            raise NoAnswerError(error) from error
        self._bench.cleaner.wrote(request, answer)
        return answer

    def _evidence(self, step: Step, request: Request, answer: ServerAnswer) -> StepEvidence:
        body = json_or_none(answer)
        findings = self._bench.judge.findings(step.expect, answer, self._names)
        if answer.status >= _FIRST_FAULT and request.method == "PUT" and self._is_stored(request):
            text = f"the server answers with status {answer.status} after it stored the resource"
            findings = (*findings, StepFinding(verdict=CaseVerdict.FAIL, text=text))
        return StepEvidence(
            curl=curl_line(request),
            status=answer.status,
            answer=shown_answer(answer, request.body),
            findings=findings,
            remarks=self._bench.judge.remarks(answer) if any(one.valid for one in step.expect) else (),
            outcome=body if body is not None and is_outcome(body) else {},
        )

    def _is_stored(self, request: Request) -> bool:
        """Whether the server holds what it says it failed to store."""
        held = json_or_none(self._bench.send(Request(method="GET", url=request.url)))
        tags = list_in(dict_in(held, "meta"), "tag")
        return any(text_in(tag, "code") == self._bench.run for tag in tags)


def _judged(findings: list[StepFinding]) -> _Judged:
    verdicts = [CaseVerdict.GOOD, *(finding.verdict for finding in findings)]
    return min(verdicts, key=_GRAVITY.index), tuple(dict.fromkeys(finding.text for finding in findings))


def _with_id(resource: JsonObject, method: str, path: str) -> JsonObject:
    """A resource that is put, with the id of the URL if it has none."""
    if method != "PUT" or "?" in path or "id" in resource:
        return resource
    return {**resource, "id": path.rsplit("/", 1)[-1]}


def empty_result(case: ConformanceCase, verdict: CaseVerdict, reasons: tuple[str, ...]) -> CaseResult:
    """A result without evidence."""
    return CaseResult(
        identity=case.identity,
        group=case.group,
        title=case.title,
        requirement=case.terms.proves.text,
        link=case.terms.proves.link,
        place=str(case.place),
        verdict=verdict,
        reasons=reasons,
        needs=case.terms.needs,
    )


def tagged(resource: JsonValue, run: str) -> JsonObject:
    """A resource, and all resources in a Bundle, with the tag of the run."""
    if text_in(resource, "resourceType") == "Bundle":
        return {**resource, "entry": [_tagged_entry(entry, run) for entry in list_in(resource, "entry")]}
    tag = {"system": TAG_SYSTEM, "code": run}
    meta = dict_in(resource, "meta")
    tags = list_in(meta, "tag")
    return {**resource, "meta": {**meta, "tag": tags if tag in tags else [*tags, tag]}}


def _tagged_entry(entry: JsonObject, run: str) -> JsonObject:
    return {**entry, "resource": tagged(entry["resource"], run)} if "resource" in entry else entry


def _kept(source: str, answer: ServerAnswer, body: JsonObject) -> JsonValue:
    if source.startswith(HEADER):
        return answer.headers.get(source.removeprefix(HEADER), "")
    return one_value(source, body)
