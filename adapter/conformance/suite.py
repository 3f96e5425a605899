"""All cases against one server: in the order of their needs, as many at the same time as may be, and nothing left behind."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from adapter.client.loose import list_in
from adapter.client.server_answer import json_or_none
from adapter.conformance.case_file import ConformanceCase
from adapter.conformance.case_run import Bench, CaseRun, empty_result
from adapter.conformance.declared import Declared
from adapter.conformance.explanation_file import Explanation, explanation_of
from adapter.conformance.verdict import CaseResult, CaseVerdict
from adapter.exchange import Request
from adapter.issues import AdapterError

_ENOUGH = frozenset({CaseVerdict.PASS, CaseVerdict.WARN})


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteResult:
    """What became of all cases, and what the run could not delete (`Type/id`)."""

    declared: Declared
    run: str
    results: tuple[CaseResult, ...]
    left_behind: tuple[str, ...]
    is_interrupted: bool


@dataclass(kw_only=True)
class Suite:
    """Runs cases; `show` is told of each result as it comes, `workers` cases run at the same time."""

    bench: Bench
    declared: Declared
    explanations: Sequence[Explanation]
    show: Callable[[CaseResult], None]
    workers: int = 4
    _results: dict[str, CaseResult] = field(default_factory=dict)
    _gone: str = ""

    def run(self, cases: Sequence[ConformanceCase]) -> SuiteResult:
        """Run the cases and clean up, also after an interruption."""
        is_interrupted = False
        try:
            for wave in _waves(cases):
                self._run_together([case for case in wave if not case.terms.alone])
                for case in wave:
                    if case.terms.alone:
                        self._note(self._result(case))
        except KeyboardInterrupt:
            is_interrupted = True
        left = self.bench.cleaner.clean()
        return SuiteResult(
            declared=self.declared,
            run=self.bench.run,
            results=tuple(self._results.get(case.identity) or _interrupted(case) for case in cases),
            left_behind=left,
            is_interrupted=is_interrupted,
        )

    def _run_together(self, cases: Sequence[ConformanceCase]) -> None:
        with ThreadPoolExecutor(max_workers=self.workers) as pool:
            try:
                for result in pool.map(self._result, cases):
                    self._note(result)
            except KeyboardInterrupt:
                pool.shutdown(cancel_futures=True)
                raise

    def _note(self, result: CaseResult) -> None:
        self._results[result.identity] = result
        self.show(result)

    def _result(self, case: ConformanceCase) -> CaseResult:
        if self._gone:
            return empty_result(case, CaseVerdict.BLOCKED, (f"the server does not answer any more: {self._gone}",))
        if missing := [capability for capability in self._capabilities(case) if not self.declared.can(capability)]:
            return empty_result(case, CaseVerdict.SKIP, (f"the server does not declare {', '.join(missing)}",))
        if blocking := [*self._blocking(case)]:
            return empty_result(case, CaseVerdict.BLOCKED, tuple(f"it needs {need}, which is not good" for need in blocking))
        if unheld := [url for url in case.terms.holds if not self._holds(url)]:
            return empty_result(case, CaseVerdict.SKIP, (f"the server does not hold {', '.join(unheld)}",))
        one = CaseRun(case, self.bench)
        result = one.result()
        if one.lost:
            self._look_whether_alive(str(one.lost))
        return replace(result, explained=explanation_of(result, self.explanations, software=self.declared.software))

    def _capabilities(self, case: ConformanceCase) -> Iterator[str]:
        for capability in case.terms.capabilities:
            yield capability.replace("${type}", str(case.supplied.get("type")))

    def _blocking(self, case: ConformanceCase) -> Iterator[str]:
        """What it needs that did not go well; what was not chosen to be run does not count."""
        for need in case.terms.needs:
            found = [result for name, result in self._results.items() if name == need or name.startswith(f"{need}/")]
            if found and not any(result.verdict in _ENOUGH for result in found):
                yield need

    def _holds(self, url: str) -> bool:
        address = f"{self.bench.base_url}/StructureDefinition?url={quote(url, safe='')}"
        answer = self.bench.send(Request(method="GET", url=address, headers=self.bench.headers))
        return bool(list_in(json_or_none(answer), "entry"))

    def _look_whether_alive(self, why: str) -> None:
        try:
            self.bench.send(Request(method="GET", url=f"{self.bench.base_url}/metadata", headers=self.bench.headers))
        except AdapterError:
            self._gone = why


def _interrupted(case: ConformanceCase) -> CaseResult:
    return empty_result(case, CaseVerdict.BLOCKED, ("the run was interrupted",))


def _waves(cases: Sequence[ConformanceCase]) -> Iterator[list[ConformanceCase]]:
    """The cases in groups, each after all that its cases need; a circle of needs comes last, as one group."""
    waiting = list(cases)
    while waiting:
        pending = {f"{case.group}/{case.terms.case}" for case in waiting}
        ready = [case for case in waiting if not pending & set(case.terms.needs)] or waiting
        yield ready
        waiting = [case for case in waiting if case not in ready]
