"""Parameters are read by a table; nothing is ignored."""

from typing import Any

import pytest

from adapter.issues import MOST_ISSUES
from adapter.terminology.operation_error import OperationRefusedError
from adapter.terminology.wire.parameter import Arguments, OperationParameter, ParameterType, Table, read_parameters, read_query

TABLE = Table(
    operation="Ark/$load",
    rows=(
        OperationParameter(name="url", kind=ParameterType.URI, says="where to", also=("to",)),
        OperationParameter(name="now", kind=ParameterType.BOOLEAN, says="whether at once"),
        OperationParameter(name="pairs", kind=ParameterType.INTEGER, says="how many"),
        OperationParameter(name="animal", kind=ParameterType.CODING, says="which", repeats=True),
        OperationParameter(name="kinds", kind=ParameterType.CONCEPT, says="which kinds"),
        OperationParameter(name="plan", kind=ParameterType.RESOURCE, says="the plan", holds=("ValueSet",)),
        OperationParameter(name="part", kind=ParameterType.PARTS, says="parts"),
        OperationParameter(name="mode", kind=ParameterType.CODE, says="how", only=("dry",)),
        OperationParameter(name="flood", kind=ParameterType.DATE_TIME, says="when", is_supported=False),
    ),
)


def read(*listed: object) -> Arguments:
    return read_parameters(TABLE, {"resourceType": "Parameters", "parameter": list(listed)})


def test_texts_are_read_whatever_their_type() -> None:
    for key in ("valueUri", "valueString", "valueCode", "valueCanonical", "valueUrl"):
        assert read({"name": "to", key: "https://ark.test"}).one("url") == "https://ark.test"


def test_what_repeats_keeps_its_order() -> None:
    arguments = read({"name": "animal", "valueCoding": {"code": "cat"}}, {"name": "animal", "valueCoding": {"code": "dove"}})

    assert [each["code"] for each in arguments.all("animal")] == ["cat", "dove"]
    assert arguments.has("animal")
    assert not arguments.has("url")
    assert arguments.one("url") is None


@pytest.mark.parametrize(
    ("name", "element", "value"),
    [
        ("now", {"valueBoolean": False}, False),
        ("now", {"valueString": "true"}, True),
        ("pairs", {"valueInteger": 2}, 2),
        ("pairs", {"valueString": "-2"}, -2),
        ("kinds", {"valueCodeableConcept": {"text": "all"}}, {"text": "all"}),
        ("plan", {"resource": {"resourceType": "ValueSet"}}, {"resourceType": "ValueSet"}),
        ("part", {"part": [{"name": "a", "valueString": "b"}]}, [{"name": "a", "valueString": "b"}]),
        ("mode", {"valueCode": "dry"}, "dry"),
    ],
)
def test_values_have_the_type_of_their_row(name: str, element: dict[str, Any], value: object) -> None:
    arguments = read({"name": name, **element})

    arguments.refuse_issues()
    assert arguments.one(name) == value


@pytest.mark.parametrize(
    ("element", "code"),
    [
        ({"name": "raven", "valueString": "x"}, "not-supported"),
        ({"name": "a b\n", "valueString": "x"}, "not-supported"),
        ({"name": "flood", "valueDateTime": "2026"}, "not-supported"),
        ({"name": "mode", "valueCode": "wet"}, "not-supported"),
        ({"name": "url", "valueInteger": 1}, "value"),
        ({"name": "url", "valueUri": ["x"]}, "value"),
        ({"name": "url", "valueUri": ""}, "value"),
        ({"name": "now", "valueString": "yes"}, "value"),
        ({"name": "now", "valueCode": ["true"]}, "value"),
        ({"name": "now", "valueInteger": 1}, "value"),
        ({"name": "pairs", "valueString": "two"}, "value"),
        ({"name": "pairs", "valueInteger": True}, "value"),
        ({"name": "pairs", "valueDecimal": 2}, "value"),
        ({"name": "animal", "valueCoding": {"code": 3}}, "value"),
        ({"name": "animal", "valueCoding": "cat"}, "value"),
        ({"name": "animal", "valueString": "cat"}, "value"),
        ({"name": "kinds", "valueCodeableConcept": {"coding": {}}}, "value"),
        ({"name": "kinds", "valueCodeableConcept": []}, "value"),
        ({"name": "plan", "resource": {}}, "value"),
        ({"name": "plan", "resource": {"resourceType": "Patient"}}, "invalid"),
        ({"name": "part", "part": [{"name": "a"}]}, "value"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(element: dict[str, Any], code: str) -> None:
    arguments = read(element)

    with pytest.raises(OperationRefusedError) as refused:
        arguments.refuse_issues()

    assert [issue.code for issue in refused.value.issues] == [code]
    known = element["name"] if element["name"] in TABLE.by_name else "Parameters.parameter[0].name"
    assert refused.value.issues[0].place == known


def test_names_that_are_not_known_are_not_worked_through_by_the_thousand() -> None:
    assert len(read(*({"name": f"raven-{number}", "valueString": "x"} for number in range(1000))).issues) == MOST_ISSUES + 1


def test_what_may_come_once_may_not_come_twice() -> None:
    arguments = read({"name": "url", "valueUri": "https://a.test"}, {"name": "to", "valueUri": "https://b.test"})

    assert [issue.code for issue in arguments.issues] == ["invalid"]


@pytest.mark.parametrize(
    "sent",
    [
        None,
        [],
        {"resourceType": "Bundle"},
        {"resourceType": "Parameters", "parameter": {}},
        {"resourceType": "Parameters", "parameter": ["url"]},
        {"resourceType": "Parameters", "parameter": [{"valueUri": "x"}]},
        {"resourceType": "Parameters", "parameter": [{"name": "url"}]},
        {"resourceType": "Parameters", "parameter": [{"name": "url", "valueUri": "x", "valueCode": "y"}]},
        {"resourceType": "Parameters", "parameter": [{"name": "url", "worth": "x"}]},
    ],
)
def test_parameters_that_are_none_are_refused(sent: object) -> None:
    with pytest.raises(OperationRefusedError) as refused:
        read_parameters(TABLE, sent)

    assert refused.value.issues[0].code == "structure"
    assert "Parameters" in str(refused.value)


def test_far_too_many_parameters_are_refused() -> None:
    with pytest.raises(OperationRefusedError) as refused:
        read(*({"name": "animal", "valueCoding": {"code": "cat"}} for _ in range(10_001)))

    assert refused.value.issues[0].code == "too-costly"


def test_a_query_is_read_like_parameters() -> None:
    arguments = read_query(TABLE, [("url", "https://ark.test"), ("now", "true"), ("pairs", "3"), ("animal", "cat")])

    assert (arguments.one("url"), arguments.one("now"), arguments.one("pairs")) == ("https://ark.test", True, 3)
    assert [issue.code for issue in arguments.issues] == ["value"]
