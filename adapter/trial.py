"""A FHIR server is tested as the settings say: its cases, what they are made of, and what may be sent to it."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property

from adapter.assembly import Runtime
from adapter.client import Target
from adapter.clock import instant_now, request_id
from adapter.conformance.case_file import ConformanceCase, PlacedCase, read_case_files
from adapter.conformance.case_run import Bench
from adapter.conformance.cleaner import Cleaner
from adapter.conformance.declared import probe
from adapter.conformance.judge import Judge
from adapter.conformance.known_failure import read_known_failures
from adapter.conformance.preflight import Preflight, personal_values
from adapter.conformance.suite import Suite, SuiteResult
from adapter.conformance.supplies import Supplies
from adapter.conformance.verdict import CaseResult
from adapter.connection import client_of, triage_lines
from adapter.distribution import example_folders, inputs_of
from adapter.exchange import Send
from adapter.fhir.json import read_json
from adapter.files import case_files
from adapter.readers.document import Document
from adapter.settings import Settings

ANSWER_SECONDS = 60
"""How long a server that is tested may take to answer."""
_KNOWN_FAILURES = "known-failures.yaml"
"""The file, in our folder of cases and in the user's, that explains failures."""


@dataclass(frozen=True, kw_only=True)
class TestedServer:
    """Where it is, what it is called in issues, and the way to it."""

    target: Target
    source: str
    send: Send


def server_at(name: str, settings: Settings, *, seconds: float = ANSWER_SECONDS) -> TestedServer:
    """The server of this name or base URL; waits so many `seconds` for an answer."""
    client = client_of(name, settings, seconds=seconds)
    return TestedServer(target=client.target, source=client.source, send=client.exchange)


def new_run() -> str:
    """A name for a run, with which all that it makes on the server is tagged."""
    return f"r{request_id()[:10]}"


def placed_cases(own: str | None) -> tuple[PlacedCase, ...]:
    """All cases: ours, and those in the folder `own`."""
    return read_case_files({name: text for name, text in case_files(own or "").items() if not name.endswith(_KNOWN_FAILURES)})


def supplies_of(runtime: Runtime) -> Supplies:
    """What the cases are made of."""
    bundles = {folder: folder / "bundle.json" for folder in example_folders()}
    examples = {folder: read_json(file.read_bytes(), str(file)) for folder, file in bundles.items() if file.exists()}
    fullest = max(examples, key=lambda folder: len(examples[folder]["entry"]))
    documents = [Document(name=file.name, content=file.read_bytes()) for file in inputs_of(fullest)]
    return Supplies(
        examples={folder.name: bundle for folder, bundle in examples.items()},
        claiming=lambda: runtime.convert(documents, changes={"profiles": "uscore"}).bundle or {"entry": []},
        definitions=runtime.definitions,
        canonical_base=runtime.settings.canonical_base,
    )


@dataclass(frozen=True, kw_only=True)
class Trial:
    """The cases of one run, for one server; `own` is the user's folder of cases, which explains failures too.

    `allowed` are the identifiers, phone numbers and addresses that may go to a public server besides those of the examples.
    """

    server: TestedServer
    settings: Settings
    supplies: Supplies
    cases: tuple[ConformanceCase, ...]
    run: str
    own: str | None = None
    allowed: Collection[str] = ()

    def doubtful(self) -> tuple[str, ...]:
        """What nobody has allowed to be sent to a public server; raises InvalidError for what never goes there."""
        return self._flight.doubtful([case for case in self.cases if case.identity not in self._withheld])

    def result(self, *, show: Callable[[CaseResult], None], force: bool = False) -> SuiteResult:
        """Run the cases and clean up; `show` is told of each result as it comes. With `force` any release of FHIR is tested."""
        suite = Suite(
            bench=self._bench,
            declared=probe(self.server.send, self.server.target.base_url, force=force, source=self.server.source),
            started=instant_now(),
            known_failures=read_known_failures(_known_failure_files(self.own)),
            show=show,
            withheld=self._withheld,
        )
        return suite.run(self.cases)

    @cached_property
    def _flight(self) -> Preflight:
        named = {value for bundle in self.supplies.examples.values() for value in personal_values(bundle)}
        return Preflight(target=self.server.target, allowed=frozenset({*named, *self.allowed}), run=self.run)

    @cached_property
    def _withheld(self) -> dict[str, str]:
        return self._flight.withheld(self.cases)

    @property
    def _bench(self) -> Bench:
        send, base_url = self.server.send, self.server.target.base_url
        return Bench(
            send=send,
            base_url=base_url,
            judge=Judge(source=self.server.source, table=triage_lines(self.settings)),
            cleaner=Cleaner(send=send, base_url=base_url, run=self.run),
            run=self.run,
            clock=time.monotonic,
        )


def _known_failure_files(own: str | None) -> dict[str, str]:
    """The files that explain failures: the user's first."""
    files = [(name, text) for name, text in case_files(own or "").items() if name.endswith(_KNOWN_FAILURES)]
    return dict(reversed(files))
