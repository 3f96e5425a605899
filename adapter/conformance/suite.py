"""All cases against one server: in the order of their needs, as many at the same time as may be, and nothing left behind."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from urllib.parse import quote

from adapter.client.loose import list_in
from adapter.client.server_answer import json_or_none
from adapter.conformance.case_file import ConformanceCase
from adapter.conformance.case_run import Bench, CaseRun, empty_result
from adapter.conformance.declared import Declaration
from adapter.conformance.known_failure import KnownFailure, explanation_of
from adapter.conformance.template import fill
from adapter.conformance.verdict import CaseResult, CaseVerdict
from adapter.exchange import Request
from adapter.issues import AdapterError

Earlier = Mapping[str, CaseResult]
"""The results of the cases that were run before, by name."""
_ENOUGH = frozenset({CaseVerdict.GOOD, CaseVerdict.WARN})
_BY_USE = (
    CaseVerdict.GOOD,
    CaseVerdict.WARN,
    CaseVerdict.FAIL,
    CaseVerdict.COULD_NOT_JUDGE,
    CaseVerdict.BLOCKED,
    CaseVerdict.SKIP,
)
"""The verdicts in the order in which they speak for a kind that is needed: one good case is enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteResult:
    """What became of all cases at a `server`, when (an instant), and what the run could not delete (`Type/id`)."""

    server: str
    started: str
    declared: Declaration
    run: str
    results: tuple[CaseResult, ...]
    left_behind: tuple[str, ...]
    is_interrupted: bool

    @property
    def counts(self) -> dict[str, int]:
        """How many cases have each verdict; verdicts that no case has are left out."""
        counted = Counter(result.verdict.value for result in self.results)
        return {verdict.value: counted[verdict.value] for verdict in CaseVerdict if counted[verdict.value]}

    @property
    def is_good(self) -> bool:
        """Whether nothing needs attention: no failure without an explanation, nothing left behind, and all was run."""
        trouble = any(result.is_trouble for result in self.results)
        return not (trouble or self.left_behind or self.is_interrupted)


@dataclass(kw_only=True)
class Suite:
    """Runs cases; `show` is told of each result as it comes, `workers` cases run at the same time.

    `withheld` are cases that this server must not get, with the reason.
    """

    bench: Bench
    declared: Declaration
    started: str
    known_failures: Sequence[KnownFailure]
    show: Callable[[CaseResult], None]
    withheld: Mapping[str, str] = field(default_factory=dict)
    workers: int = 4
    _results: dict[str, CaseResult] = field(default_factory=dict)
    _gone: str = ""

    def run(self, cases: Sequence[ConformanceCase]) -> SuiteResult:
        """Run the cases and clean up, also after an interruption."""
        is_interrupted = False
        try:
            for wave in _waves(cases):
                earlier = dict(self._results)
                self._run_together([case for case in wave if not case.terms.alone], earlier)
                for case in wave:
                    if case.terms.alone:
                        self._note(case, earlier)
        except KeyboardInterrupt:
            is_interrupted = True
        left = self.bench.cleaner.clean()
        return SuiteResult(
            server=self.bench.base_url,
            started=self.started,
            declared=self.declared,
            run=self.bench.run,
            results=tuple(self._results.get(case.identity) or _interrupted(case) for case in cases),
            left_behind=left,
            is_interrupted=is_interrupted,
        )

    def _run_together(self, cases: Sequence[ConformanceCase], earlier: Earlier) -> None:
        with ThreadPoolExecutor(max_workers=self.workers) as pool:
            try:
                list(pool.map(partial(self._note, earlier=earlier), cases))
            except KeyboardInterrupt:
                pool.shutdown(cancel_futures=True)
                raise

    def _note(self, case: ConformanceCase, earlier: Earlier) -> None:
        result = self._result(case, earlier)
        self._results[result.identity] = result
        self.show(result)

    def _result(self, case: ConformanceCase, earlier: Earlier) -> CaseResult:
        if self._gone:
            return empty_result(case, CaseVerdict.BLOCKED, (f"the server does not answer any more: {self._gone}",))
        if reason := self.withheld.get(case.identity):
            return empty_result(case, CaseVerdict.SKIP, (reason,))
        if missing := [capability for capability in self._capabilities(case) if not self.declared.can(capability)]:
            return empty_result(case, CaseVerdict.SKIP, (f"the server does not declare {', '.join(missing)}",))
        if missed := {need: verdict for need in case.terms.needs if (verdict := _verdict_of_need(need, earlier)) not in _ENOUGH}:
            verdict = CaseVerdict.SKIP if set(missed.values()) == {CaseVerdict.SKIP} else CaseVerdict.BLOCKED
            return empty_result(case, verdict, tuple(f"it needs {need}: {why.value}" for need, why in missed.items()))
        if unheld := [url for url in fill(list(case.terms.holds), case.supplied) if not self._holds(url)]:
            return empty_result(case, CaseVerdict.SKIP, (f"the server does not hold {', '.join(unheld)}",))
        one = CaseRun(case, self.bench)
        result = one.result()
        if one.lost:
            self._look_whether_alive(str(one.lost))
        return replace(result, explained=explanation_of(result, self.known_failures, software=self.declared.software))

    def _capabilities(self, case: ConformanceCase) -> Iterator[str]:
        for capability in case.terms.capabilities:
            yield capability.replace("${type}", str(case.supplied.get("type")))

    def _holds(self, url: str) -> bool:
        address = f"{self.bench.base_url}/StructureDefinition?url={quote(url, safe='')}"
        answer = self.bench.send(Request(method="GET", url=address))
        return bool(list_in(json_or_none(answer), "entry"))

    def _look_whether_alive(self, why: str) -> None:
        try:
            self.bench.send(Request(method="GET", url=f"{self.bench.base_url}/metadata"))
        except AdapterError:
            self._gone = why


def _verdict_of_need(need: str, earlier: Earlier) -> CaseVerdict:
    """What became of a case, or of those of its kind, that another needs; what was not chosen to be run does not count."""
    verdicts = [result.verdict for name, result in earlier.items() if name == need or name.startswith(f"{need}/")]
    return min(verdicts, key=_BY_USE.index, default=CaseVerdict.GOOD)


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
