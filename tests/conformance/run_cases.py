"""Cases of ours run against a server, as the command line does it, for tests that look at the results."""

import time
from collections.abc import Sequence
from functools import cache
from secrets import token_hex

from adapter.assembly import default_runtime
from adapter.client import FhirClient, Retries, TriageEntry
from adapter.conformance.case_file import PlacedCase
from adapter.conformance.case_run import Bench
from adapter.conformance.cleaner import Cleaner
from adapter.conformance.declared import Declaration
from adapter.conformance.judge import Judge
from adapter.conformance.suite import Suite, SuiteResult
from adapter.conformance.supplies import Supplies, cases_of
from adapter.connection import triage_lines
from adapter.exchange import Send
from adapter.trial import placed_cases, supplies_of

NOTHING = Declaration(statement={})
"""What a server declares that is asked all the same."""


@cache
def _supplies() -> Supplies:
    return supplies_of(default_runtime())


@cache
def _table() -> tuple[TriageEntry, ...]:
    return triage_lines(default_runtime().settings)


@cache
def _placed() -> tuple[PlacedCase, ...]:
    return placed_cases(None)


def placed(*names: str) -> list[PlacedCase]:
    """The cases of our files that these names are of, or belong to."""
    return [one for one in _placed() if any(f"{name}/".startswith(f"{one.identity}/") for name in names)]


def run_cases(base_url: str, names: Sequence[str], *, seconds: float = 60) -> SuiteResult:
    """Run the cases of these names; what the server declares is not asked for."""
    client = FhirClient(base_url, timeout=(3, seconds), retries=Retries(attempts=1))
    return run_placed(client.exchange, base_url, placed(*names), names=names)


def run_placed(
    send: Send,
    base_url: str,
    cases: Sequence[PlacedCase],
    *,
    names: Sequence[str] = (),
    workers: int = 4,
    declared: Declaration = NOTHING,
) -> SuiteResult:
    """Run cases of files, all or those of these names, as a run of its own."""
    run = f"t{token_hex(4)}"
    bench = Bench(
        send=send,
        base_url=base_url,
        judge=Judge(source="test", table=_table()),
        cleaner=Cleaner(send=send, base_url=base_url, run=run),
        run=run,
        clock=time.monotonic,
    )
    suite = Suite(
        bench=bench,
        declared=declared,
        started="2026-11-28T12:00:00Z",
        known_failures=(),
        show=lambda _: None,
        workers=workers,
    )
    return suite.run([case for case in cases_of(cases, _supplies(), run=run) if not names or case.identity in names])
