"""What a terminology server may do wrong, shown on the adapter's own service: each fault is caught by a case that names it."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from adapter.assembly import load
from adapter.cli.in_process import OWN_ADDRESS, send_to
from adapter.conformance.verdict import CaseVerdict
from adapter.exchange import Request, Send, ServerAnswer
from adapter.json_types import JsonObject
from adapter.settings import Settings
from adapter.web import create_app
from tests.conformance.run_cases import placed, run_placed

Change = Callable[[JsonObject], object]


@cache
def own_service() -> Send:
    return send_to(create_app(load(Settings(log_level="error"))))


def reasons(change: Change, case: str) -> tuple[CaseVerdict, str]:
    """What becomes of a case on the own service with this change of its answers."""

    def send(request: Request) -> ServerAnswer:
        answer = own_service()(request)
        resource = json.loads(answer.content)
        change(resource)
        return replace(answer, content=json.dumps(resource).encode())

    (result,) = run_placed(send, OWN_ADDRESS, placed(case), names=[case]).results
    return result.verdict, "\n".join(result.reasons)


def loses_a_code(resource: JsonObject) -> None:
    if "expansion" in resource:
        del resource["expansion"]["contains"][0]


def adds_the_group(resource: JsonObject) -> None:
    if "expansion" in resource:
        resource["expansion"]["contains"].append({"code": "extent"})


def knows_every_code(resource: JsonObject) -> None:
    for parameter in resource.get("parameter", []):
        if parameter["name"] == "result":
            parameter["valueBoolean"] = True


def translates_otherwise(resource: JsonObject) -> None:
    for parameter in resource.get("parameter", []):
        for part in parameter.get("part", []):
            if part["name"] == "concept":
                part["valueCoding"]["code"] = "53"


@pytest.mark.parametrize(
    ("change", "case", "words"),
    [
        (loses_a_code, "terminology/published-expand", "expands our value set to other codes than its own"),
        (adds_the_group, "terminology/published-expand", "expands our value set to other codes than its own"),
        (knows_every_code, "terminology/published-code", "knows a code that does not exist"),
        (translates_otherwise, "terminology/published-translate", "translates to another code than the concept map names"),
    ],
)
def test_a_fault_is_caught_by_a_case_that_names_it(change: Change, case: str, words: str) -> None:
    verdict, said = reasons(change, case)

    assert verdict is CaseVerdict.FAIL
    assert words in said


@pytest.mark.parametrize("name", ["expand", "code", "translate"])
def test_without_a_fault_the_case_passes(name: str) -> None:
    assert reasons(lambda _: None, f"terminology/published-{name}") == (CaseVerdict.GOOD, "")
