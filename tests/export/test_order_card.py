"""The card of confirmatory orders."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from adapter.case import Case
from adapter.cli import adapter
from adapter.cli.exit_code import Outcome
from adapter.export.order_card import order_cards, order_remarks
from tests.examples.ground import EXAMPLES, conversion_of, example_names
from tests.export.test_claim_sheet import case_of

REASON = "the reason for the test"
GENE = "the gene (81406 is for one gene; for a panel choose the panel's code)"
WHO = "who ordered it"


def with_orders(*orders: dict[str, Any]) -> Case:
    return case_of("complete", orders=list(orders))


@pytest.mark.parametrize(
    ("order", "standing", "missing"),
    [
        ({"code": "81406"}, "proposed, not ordered", (REASON, GENE)),
        ({"code": "81406", "reason": "r"}, "proposed, not ordered", (GENE,)),
        ({"code": "81406", "gene": "NSD1"}, "proposed, not ordered", (REASON,)),
        ({"code": "81406", "gene": "NSD1", "reason": "r", "proposed_by": "ai"}, "proposed, not ordered (by the AI tool)", ()),
        ({"code": "88271", "reason": "r", "proposed_by": "clinician"}, "proposed, not ordered", ()),
        ({"code": "88271", "reason": "r", "status": "active", "proposed_by": "ai"}, "ordered", (WHO,)),
        ({"code": "88271", "reason": "r", "status": "completed", "ordered_by": "dr"}, "done", ()),
        ({"code": "81406", "status": "revoked"}, "withdrawn", ()),
    ],
)
def test_an_order_says_how_it_stands_and_what_it_lacks(order: dict[str, Any], standing: str, missing: tuple[str, ...]) -> None:
    (remark,) = order_remarks(with_orders(order))

    assert (remark.standing, remark.missing) == (standing, missing)


def test_the_card_lists_the_orders_that_are_there() -> None:
    (card,) = order_cards(with_orders({"code": "88271", "text": "FISH", "reason": "r"}, {"code": "81406"}))["cards"]

    assert card["summary"] == "The case has 2 confirmatory orders; 1 of them lack what the laboratory or payer asks for."
    assert card["indicator"] == "warning"
    assert card["detail"] == (
        f"- 88271: FISH (proposed, not ordered)\n- 81406 (proposed, not ordered; missing: {REASON}; missing: {GENE})"
    )


def test_a_case_whose_orders_lack_nothing_is_told_so() -> None:
    (card,) = order_cards(with_orders({"code": "88271", "reason": "r"}))["cards"]

    assert (card["summary"], card["indicator"]) == ("The case has one confirmatory order; nothing is missing.", "info")


def test_a_case_without_orders_gets_none() -> None:
    (card,) = order_cards(with_orders())["cards"]

    assert card["summary"] == card["detail"] == "The case has no confirmatory order, and none is suggested."


@pytest.mark.parametrize("name", example_names())
def test_no_order_is_invented_and_the_card_keeps_to_its_limits(name: str) -> None:
    case = conversion_of(name).case
    assert case is not None
    (card,) = order_cards(case)["cards"]

    assert [remark.order for remark in order_remarks(case)] == list(case.orders)
    assert len(card["summary"]) < 140
    assert "suggestions" not in card


def run(*arguments: object) -> Result:
    return CliRunner().invoke(adapter, ["orders", *map(str, arguments)], standalone_mode=False)


def test_the_command_shows_the_card() -> None:
    shown = run(EXAMPLES / "complete")
    cards = json.loads(run(EXAMPLES / "complete", "--json").stdout)

    assert shown.return_value == Outcome.GOOD
    assert shown.stdout == "\n".join((cards["cards"][0]["summary"], cards["cards"][0]["detail"])) + "\n"


def test_the_command_refuses_what_can_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "encounter.json").write_text("{")

    assert run(tmp_path).return_value == Outcome.ISSUES
