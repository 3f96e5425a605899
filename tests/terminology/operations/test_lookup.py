"""`$lookup`, `$subsumes` and `$versions`."""

from typing import Any

import pytest

from adapter.terminology.operation_error import OperationRefusedError
from tests.terminology.operations.small import ANIMAL, ARK, DECK, call, said, value_of

NL = "https://ark.test/CodeSystem/animal-nl"


def lookup(**parameters: object) -> dict[str, Any]:
    return call("lookup", "CodeSystem", **{"system": ARK, **parameters})


def parts(answer: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [
        {part["name"]: next(v for k, v in part.items() if k != "name") for part in parameter["part"]}
        for parameter in answer["parameter"]
        if parameter["name"] == name
    ]


class TestLookup:
    def test_everything_is_known_of_a_code(self) -> None:
        answer = lookup(code="cat")

        assert [value_of(answer, name) for name in ("name", "version", "display", "definition", "abstract")] == [
            "Animal",
            "2.0.0",
            "Cat",
            "purrs",
            False,
        ]
        assert [part["value"] for part in parts(answer, "designation")] == ["Cat", "Katze", "Büsi", "Kitty"]
        assert parts(answer, "property") == [
            {"code": "inactive", "value": False},
            {"code": "legs", "value": 4},
            {"code": "food", "value": {"code": "fish"}},
            {"code": "parent", "value": "mammal", "description": "Mammal"},
        ]

    def test_only_what_is_asked_for_is_told(self) -> None:
        answer = lookup(code="mammal", property=["child", "group"])

        assert parts(answer, "designation") == []
        assert [part["value"] for part in parts(answer, "property")] == [True, "cat", "whale", "mammoth"]

    def test_a_coding_can_be_looked_up_in_a_version(self) -> None:
        assert value_of(lookup(coding={"system": ARK, "code": "cat", "version": "1.0.0"}), "display") == "Cat (1)"
        assert value_of(lookup(code="cat", version="1.0.0"), "display") == "Cat (1)"

    @pytest.mark.parametrize("name", ["displayLanguage", "language"])
    def test_the_display_is_in_a_wanted_language(self, name: str) -> None:
        assert value_of(lookup(code="cat", **{name: "de"}), "display") == "Katze"
        assert value_of(call("lookup", "CodeSystem", header="de", system=ARK, code="cat"), "display") == "Katze"

    def test_a_supplement_is_named(self) -> None:
        answer = lookup(code="cat", useSupplement=NL)

        assert value_of(answer, "used-supplement") == f"{NL}|1"
        assert [part["source"] for part in parts(answer, "designation") if "source" in part] == [f"{NL}|1", f"{NL}|1"]

    def test_a_code_system_without_a_name_is_named_otherwise(self) -> None:
        assert value_of(lookup(code="cat", tx_resource={**ANIMAL, "name": None, "title": "The animals"}), "name") == "The animals"
        assert value_of(call("lookup", "CodeSystem", system=DECK, code="top"), "name") == DECK

    @pytest.mark.parametrize(
        ("asked", "reason"),
        [
            ({"code": "nessie"}, ("not-found", "invalid-code")),
            ({"code": "cat", "system": "https://nowhere.test"}, ("not-found", "not-found")),
            ({"code": "cat", "version": "9"}, ("not-found", "not-found")),
            ({}, ("required", "invalid-data")),
            ({"coding": {"code": "cat"}}, ("required", "invalid-data")),
            ({"code": "cat", "coding": {"system": ARK, "code": "cat"}}, ("invalid", "invalid-data")),
            ({"code": "cat", "useSupplement": "https://nowhere.test"}, ("not-found", "not-found")),
            ({"code": "cat", "date": "2026-01-01"}, ("not-supported", "not-supported")),
        ],
    )
    def test_what_can_not_be_looked_up_is_refused(self, asked: dict[str, Any], reason: tuple[str, str]) -> None:
        with pytest.raises(OperationRefusedError) as refused:
            lookup(**asked)

        assert said(refused.value) == reason


class TestSubsumes:
    @pytest.mark.parametrize(
        ("first", "second", "outcome"),
        [
            ("mammal", "cat", "subsumes"),
            ("cat", "mammal", "subsumed-by"),
            ("cat", "cat", "equivalent"),
            ("cat", "dove", "not-subsumed"),
        ],
    )
    def test_concepts_are_compared(self, first: str, second: str, outcome: str) -> None:
        by_code = call("subsumes", "CodeSystem", system=ARK, codeA=first, codeB=second)
        codings = {f"coding{letter}": {"system": ARK, "code": code} for letter, code in (("A", first), ("B", second))}
        by_coding = call("subsumes", "CodeSystem", **codings)
        on_instance = call("subsumes", "CodeSystem", instance="animal", codeA=first, codeB=second)

        assert [value_of(each, "outcome") for each in (by_code, by_coding, on_instance)] == [outcome] * 3

    def test_a_hierarchy_can_be_said_by_properties(self) -> None:
        assert value_of(call("subsumes", "CodeSystem", system=DECK, codeA="top", codeB="hold"), "outcome") == "subsumes"
        assert value_of(call("subsumes", "CodeSystem", system=DECK, codeA="hold", codeB="mast"), "outcome") == "subsumed-by"

    def test_concepts_above_each_other_mean_the_same(self) -> None:
        def above(code: str, other: str) -> dict[str, Any]:
            return {"code": code, "property": [{"code": "parent", "valueCode": other}]}

        ring = {**ANIMAL, "concept": [above("a", "b"), above("b", "a"), above("c", "c")]}

        answer = call("subsumes", "CodeSystem", system=ARK, codeA="a", codeB="b", tx_resource=ring)

        assert value_of(answer, "outcome") == "equivalent"

    @pytest.mark.parametrize(
        "asked",
        [
            {"codeA": "cat"},
            {"codeA": "cat", "codeB": "nessie"},
            {"codeA": "cat", "codeB": "dove", "codingA": {"system": ARK, "code": "cat"}},
            {"codingA": {"system": ARK, "code": "cat"}, "codingB": {"system": DECK, "code": "top"}},
            {"codeA": "cat", "codeB": "dove", "system": "https://nowhere.test"},
        ],
    )
    def test_what_can_not_be_compared_is_refused(self, asked: dict[str, Any]) -> None:
        with pytest.raises(OperationRefusedError):
            call("subsumes", "CodeSystem", **{"system": ARK, **asked})


class TestVersions:
    def test_the_service_speaks_r4(self) -> None:
        answer = call("versions", None)

        assert (value_of(answer, "version"), value_of(answer, "default")) == ("4.0", "4.0")

    def test_parameters_are_refused(self) -> None:
        with pytest.raises(OperationRefusedError):
            call("versions", None, raven=True)


def test_properties_named_like_neighbours_are_told_once() -> None:
    answer = call("lookup", "CodeSystem", system=DECK, code="hold")

    assert [(part["code"], part["value"]) for part in parts(answer, "property")] == [
        ("inactive", False),
        ("parent", "middle"),
        ("parent", "top"),
        ("parent", "mast"),
    ]
