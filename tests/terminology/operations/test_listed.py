"""Code systems that exist, but that nobody here may hold: only what a value set lists of them is known."""

from typing import Any

import pytest

from adapter.terminology.catalog import Catalog
from adapter.terminology.operation_error import OperationRefusedError
from adapter.terminology.wire.operation.common import Invocation, OperationContext
from adapter.terminology.wire.parameter import read_parameters
from tests.terminology.operations.small import ANIMAL, NOW, body, operation, texts, value_of, value_set

CLOSED = "https://guild.test/CodeSystem/secret"
LIST = value_set("secrets", {"system": CLOSED, "concept": [{"code": "22", "display": "ours"}, {"code": "52"}]})
VERSIONED = value_set("versioned", {"system": CLOSED, "version": "3", "concept": [{"code": "22"}]})
WITHOUT = value_set(
    "without",
    {"valueSet": [LIST["url"]]},
    exclude=[{"system": CLOSED, "concept": [{"code": "52"}]}, {"system": "https://x.test"}],
)
SURROUNDINGS = OperationContext(
    catalog=Catalog.of([ANIMAL, LIST, VERSIONED, WITHOUT], closed=frozenset({CLOSED, "https://x.test"})), now=NOW
)


def ask(name: str, **said: object) -> dict[str, Any]:
    chosen = operation(name, "ValueSet")
    return chosen.call(SURROUNDINGS, Invocation(arguments=read_parameters(chosen.table, body(**said))))


def test_a_listed_code_is_a_member_and_it_is_said_that_no_more_is_known() -> None:
    answer = ask("validate-code", url=LIST["url"], code="22", system=CLOSED)

    assert value_of(answer, "result") is True
    assert value_of(answer, "display") == "ours"
    assert [severity for severity, text in texts(answer) if "not held here" in text] == ["information"]


def test_a_code_that_is_not_listed_is_no_member() -> None:
    answer = ask("validate-code", url=LIST["url"], code="26", system=CLOSED)

    assert value_of(answer, "result") is False
    assert value_of(answer, "x-unknown-system") is None


@pytest.mark.parametrize(("version", "result"), [(None, True), ("3", True), ("4", False)])
def test_a_version_counts_if_both_name_one(version: str | None, *, result: bool) -> None:
    coding = {"system": CLOSED, "code": "22", **({"version": version} if version else {})}

    assert value_of(ask("validate-code", url=VERSIONED["url"], coding=coding), "result") is result


def test_excluded_codes_are_no_members() -> None:
    with pytest.raises(OperationRefusedError, match="could not be found"):
        ask("expand", url=WITHOUT["url"])
    assert value_of(ask("validate-code", url=WITHOUT["url"], code="52", system=CLOSED), "result") is False
    assert value_of(ask("validate-code", url=WITHOUT["url"], code="22", system=CLOSED), "result") is True


def test_listed_codes_can_be_expanded() -> None:
    expansion = ask("expand", url=LIST["url"])["expansion"]

    assert [(entry["code"], entry.get("display")) for entry in expansion["contains"]] == [("22", "ours"), ("52", None)]
    assert {"name": "used-codesystem", "valueUri": CLOSED} in expansion["parameter"]


def test_the_list_can_tell_the_system() -> None:
    assert value_of(ask("validate-code", url=LIST["url"], code="52"), "system") == CLOSED


def test_a_definition_of_the_request_comes_before_the_list() -> None:
    held = {**ANIMAL, "url": CLOSED, "concept": [{"code": "22", "display": "Twenty-two"}]}

    assert value_of(ask("validate-code", url=LIST["url"], code="22", system=CLOSED, tx_resource=held), "display") == "Twenty-two"
    assert value_of(ask("validate-code", url=LIST["url"], code="52", system=CLOSED, tx_resource=held), "result") is False
