"""The suite's own test: each fault that a server may have is caught, by a case whose message names it."""

from collections.abc import Iterator

import pytest

from adapter.conformance.verdict import CaseVerdict
from tests.conformance.faults import FAULTS, SHORT, times_out
from tests.conformance.faulty_server import Fault, faulty_server, no_fault
from tests.conformance.run_cases import run_cases

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def sound(fhir_server: str) -> Iterator[dict[str, CaseVerdict]]:
    """Give the verdicts behind a proxy that changes nothing: a case that fails there would catch nothing."""
    run_cases(fhir_server, ["capability/version"])
    with faulty_server(fhir_server, no_fault) as base_url:
        yield {one.identity: one.verdict for one in run_cases(base_url, [case for _, _, case, _ in FAULTS]).results}


@pytest.mark.parametrize(("fault", "case", "words"), [pytest.param(*rest, id=name) for name, *rest in FAULTS])
def test_a_fault_is_caught_by_a_case_that_names_it(
    sound: dict[str, CaseVerdict], fhir_server: str, fault: Fault, case: str, words: str
) -> None:
    with faulty_server(fhir_server, fault) as base_url:
        (result,) = run_cases(base_url, [case], seconds=SHORT if fault is times_out else 60).results

    assert sound[case] is CaseVerdict.GOOD
    assert result.verdict in (CaseVerdict.FAIL, CaseVerdict.WARN)
    assert words in "\n".join(result.reasons)
