"""`$translate`, in the words of R4 and of R5."""

from typing import Any

import pytest

from adapter.terminology.operation_error import OperationRefusedError
from tests.terminology.operations.small import ARK, DECK, TO_TRADE, TRADE, call, said, value_of

MAP = "https://ark.test/ConceptMap/to-trade"


def translate(**parameters: object) -> dict[str, Any]:
    return call("translate", "ConceptMap", **parameters)


def matches(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {part["name"]: next(v for k, v in part.items() if k != "name") for part in parameter["part"]}
        for parameter in answer["parameter"]
        if parameter["name"] == "match"
    ]


def targets(answer: dict[str, Any]) -> list[str]:
    return [match["concept"]["code"] for match in matches(answer) if "concept" in match]


def test_a_code_is_translated_in_the_words_of_r4() -> None:
    answer = translate(code="cat", system=ARK, targetsystem=TRADE)

    assert value_of(answer, "result") is True
    assert matches(answer) == [
        {
            "equivalence": "wider",
            "relationship": "source-is-narrower-than-target",
            "concept": {"system": TRADE, "code": "cat", "display": "Caterer"},
            "originMap": f"{MAP}|1.0.0",
            "source": MAP,
        }
    ]


@pytest.mark.parametrize(
    "asked",
    [
        {"coding": {"system": ARK, "code": "cat"}},
        {"codeableConcept": {"coding": [{"system": ARK, "code": "cat"}]}},
        {"sourceCode": "cat", "sourceSystem": ARK},
        {"sourceCoding": {"system": ARK, "code": "cat"}, "targetSystem": TRADE},
        {"sourceCodeableConcept": {"coding": [{"system": ARK, "code": "cat"}]}},
        {"code": "cat", "system": ARK, "url": MAP},
        {"code": "cat", "system": ARK, "url": MAP, "conceptMapVersion": "1.0.0"},
        {"code": "cat", "system": ARK, "conceptMap": TO_TRADE},
        {"code": "cat", "system": ARK, "target": "https://ark.test/ValueSet/trades"},
    ],
)
def test_a_code_is_translated_however_it_is_asked(asked: dict[str, Any]) -> None:
    assert targets(translate(**asked)) == ["cat"]


def test_an_instance_can_be_asked() -> None:
    assert targets(call("translate", "ConceptMap", instance="to-trade", code="cat", system=ARK)) == ["cat"]


def test_backwards_in_the_words_of_r4_the_match_is_the_source() -> None:
    answer = translate(code="cat", system=TRADE, reverse=True)

    assert [(match["concept"]["system"], match["concept"]["code"], match["equivalence"]) for match in matches(answer)] == [
        (ARK, "cat", "narrower")
    ]


def test_backwards_in_the_words_of_r5_the_source_stands_beside_the_match() -> None:
    answer = translate(targetCode="cat", targetSystem=TRADE, sourceSystem=ARK)

    assert [(match["concept"]["code"], match["source"]["system"]) for match in matches(answer)] == [("cat", ARK)]
    assert targets(translate(targetCode="cat", targetSystem=TRADE, sourceSystem=DECK)) == []
    assert value_of(translate(targetCoding={"system": ARK, "code": "whale"}), "result") is True


def test_codes_that_mean_nothing_alike_are_no_translation() -> None:
    for code in ("dove", "olm"):
        answer = translate(code=code, system=ARK)
        assert value_of(answer, "result") is False
        assert value_of(answer, "message") == "No ConceptMap here says what the code becomes"
        assert len(matches(answer)) == 1


def test_a_map_can_say_what_becomes_of_all_other_codes() -> None:
    assert targets(translate(code="auk", system=ARK)) == ["Smith"]
    assert targets(translate(code="top", system=DECK)) == ["top"]
    assert targets(translate(code="cat", system=TRADE)) == []


def test_a_translation_stays_in_its_target() -> None:
    assert targets(translate(code="cat", system=ARK, targetSystem=DECK)) == []
    assert targets(translate(code="cat", system=ARK, target="https://ark.test/ValueSet/mammals")) == []
    assert targets(translate(code="Smith", system=TRADE, target="https://ark.test/ValueSet/mammals")) == ["whale"]
    assert targets(translate(code="cat", system=ARK, target="https://nowhere.test")) == []


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({}, "required"),
        ({"code": "cat"}, "required"),
        ({"codeableConcept": {"coding": []}}, "required"),
        ({"code": "cat", "system": ARK, "coding": {"system": ARK, "code": "cat"}}, "invalid"),
        ({"code": "cat", "system": ARK, "url": "https://nowhere.test"}, "not-found"),
        ({"code": "cat", "system": ARK, "date": "2026"}, "not-supported"),
    ],
)
def test_what_can_not_be_translated_is_refused(asked: dict[str, Any], reason: str) -> None:
    with pytest.raises(OperationRefusedError) as refused:
        translate(**asked)

    assert said(refused.value)[0] == reason
