"""HL7's terminology test cases pass as often as they did, and at least as often as promised."""

from pathlib import Path

import pytest

from tests.live.hapi_server import is_required
from tests.tx.baseline import changes, read_baseline
from tests.tx.runner import RunnerMissingError, Verdict, running_service, verdicts

pytestmark = [pytest.mark.live, pytest.mark.slow]
PROMISED = 0.95


@pytest.fixture(scope="module")
def found(test_data: Path) -> list[Verdict]:
    folder = test_data / "tx-tests"
    if not folder.is_dir():
        pytest.skip("the test data holds no tx-tests, HL7's terminology test cases")
    try:
        with running_service() as url:
            return verdicts(url, folder)
    except RunnerMissingError as error:
        if is_required():
            pytest.fail(str(error))
        pytest.skip(str(error))


def test_no_verdict_changes_without_being_promoted(found: list[Verdict]) -> None:
    changed = list(changes(found, read_baseline()))

    assert changed == [], "look at each; `python -m tests.tx --promote` makes them the baseline"


def test_at_least_95_percent_pass(found: list[Verdict]) -> None:
    passed = sum(each.has_passed for each in found)

    assert passed >= PROMISED * len(found)


def test_every_case_that_fails_is_explained(found: list[Verdict]) -> None:
    text = (Path(__file__).parents[2] / "docs" / "terminology.md").read_text()

    unexplained = [each.case for each in found if not each.has_passed and f"`{each.case}`" not in text]

    assert unexplained == []
