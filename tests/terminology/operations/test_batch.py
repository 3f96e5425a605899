"""`$batch-validate-code`."""

from typing import Any

import pytest

from adapter.terminology.operation_error import OperationRefusedError
from tests.terminology.operations.small import ANIMAL, ARK, body, call, value_of


def answers(result: dict[str, Any]) -> list[dict[str, Any]]:
    return [parameter["resource"] for parameter in result["parameter"]]


def test_validations_are_answered_in_their_order() -> None:
    validations = [body(coding={"system": ARK, "code": code}) for code in ("cat", "nessie", "dove")]

    made = answers(call("batch-validate-code", "ValueSet", url="https://ark.test/ValueSet/all", validation=validations))

    assert [(value_of(each, "code"), value_of(each, "result")) for each in made] == [
        ("cat", True),
        ("nessie", False),
        ("dove", True),
    ]


def test_a_validation_can_say_otherwise_than_the_request() -> None:
    validations = [body(code="cat"), body(code="cat", url="https://nowhere.test")]

    made = answers(call("batch-validate-code", "CodeSystem", url=ARK, display="Cat", validation=validations))

    assert [value_of(each, "result") for each in made] == [True, False]


def test_one_that_can_not_be_carried_out_does_not_spoil_the_others() -> None:
    validations = [body(display="Cat"), body(code="cat", raven=True), body(code="cat")]

    made = answers(call("batch-validate-code", "CodeSystem", url=ARK, validation=validations))

    assert [each["resourceType"] for each in made] == ["OperationOutcome", "OperationOutcome", "Parameters"]


def test_definitions_of_the_request_hold_for_all() -> None:
    mine = {**ANIMAL, "url": "https://mine.test"}
    validations = [body(code="cat"), body(code="dove")]

    made = answers(call("batch-validate-code", "CodeSystem", url="https://mine.test", tx_resource=mine, validation=validations))

    assert [value_of(each, "result") for each in made] == [True, True]


@pytest.mark.parametrize("validations", [[], [body(code="cat")] * 5_001])
def test_none_and_far_too_many_are_refused(validations: list[dict[str, Any]]) -> None:
    with pytest.raises(OperationRefusedError):
        call("batch-validate-code", "CodeSystem", url=ARK, validation=validations)
