"""Which modifiers the facts defend, and which not."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from adapter.case import Case
from adapter.rules.facts import facts_of
from adapter.rules.policy import PayerPolicy, Telehealth
from adapter.rules.state import state_of
from adapter.rules.suggestion import TEN, Suggestion, suggest

Make = Callable[[Mapping[str, Any]], Case]
LINE = "billing.lines[0]"
VIDEO = {"encounter.mode": "video"}
STOPPED = {"procedure.status": "stopped", "review": None}
SPLIT = PayerPolicy(components="split")
OTHERS_PHOTOGRAPHS = {f"images[{at}].operator": "somebody" for at in range(5)}


def said_of(case: Case, policy: PayerPolicy | None = None) -> dict[str, Suggestion]:
    return {each.modifier: each for each in suggest(facts_of(case, state_of(case), policy or PayerPolicy()))}


@pytest.mark.parametrize(
    ("changes", "defended"),
    [
        ({}, set()),
        ({"procedure.reduced_reason": "One view only."}, {"52"}),
        ({"ai.outcome": "partial"}, {"52"}),
        ({"procedure.reduced_reason": "x", "review.status": "in-progress"}, set()),
        ({"procedure.reduced_reason": "x", "procedure.status": "in-progress"}, set()),
        ({"procedure.reduced_reason": "x", "billing.use": "preauthorization"}, set()),
        ({"procedure.reduced_reason": "x", "ai": None}, {"52"}),
        (STOPPED, {"53"}),
        (STOPPED | {"procedure.started_at": None}, set()),
        (STOPPED | {"review": {"status": "signed"}}, set()),
        (STOPPED | {"billing.use": "predetermination"}, set()),
        (VIDEO, {"95"}),
        (VIDEO | STOPPED, {"53", "95"}),
        (VIDEO | {"billing.use": "preauthorization", "procedure.status": "preparation"}, {"95"}),
        (VIDEO | {"procedure.status": "preparation"}, set()),
        ({"encounter.mode": "audio"}, set()),
        (VIDEO | {f"{LINE}.modifiers": ["GT"]}, set()),
        (VIDEO | {f"{LINE}.modifiers": [" gq "]}, set()),
        (VIDEO | {f"{LINE}.modifiers": ["76", "59", "77"]}, {"95"}),
        (VIDEO | {f"{LINE}.modifiers": ["76", "59", "77", "91"]}, set()),
        (VIDEO | {f"{LINE}.modifiers": ["76", "59", "77"], "procedure.reduced_reason": "x"}, {"52"}),
    ],
)
def test_what_the_facts_defend(make: Make, changes: dict[str, Any], defended: set[str]) -> None:
    said = said_of(make(changes))

    assert {modifier for modifier, each in said.items() if each.defensible} == defended
    assert tuple(said) == TEN


@pytest.mark.parametrize(
    ("modifier", "modifiers", "defensible"),
    [("required", ("95",), True), ("optional", ("95",), True), ("not-used", ("95",), False), ("required", (), False)],
)
def test_95_is_what_the_payer_takes(make: Make, modifier: Any, modifiers: tuple[str, ...], defensible: bool) -> None:  # noqa: ANN401, FBT001 - a Literal; a parameter
    policy = PayerPolicy(telehealth=Telehealth(modifier=modifier), modifiers=modifiers)

    assert said_of(make(VIDEO), policy)["95"].defensible is defensible


@pytest.mark.parametrize(
    ("changes", "defensible"),
    [
        (OTHERS_PHOTOGRAPHS, True),
        (OTHERS_PHOTOGRAPHS | {"images[0].operator": "np"}, False),
        (OTHERS_PHOTOGRAPHS | {"images[0].operator": None}, False),
        ({"images": []}, False),
        (OTHERS_PHOTOGRAPHS | {"review": None}, False),
        (OTHERS_PHOTOGRAPHS | {"billing.use": "preauthorization"}, False),
    ],
)
def test_26_needs_a_payer_that_splits_a_report_and_others_photographs(
    make: Make,
    changes: dict[str, Any],
    defensible: bool,  # noqa: FBT001 - a parameter
) -> None:
    case = make(changes)

    assert said_of(case, SPLIT)["26"].defensible is defensible
    assert said_of(case)["26"].defensible is False


def test_the_technical_part_alone_is_never_defended(make: Make) -> None:
    assert not said_of(make({}), SPLIT)["TC"].defensible
    assert said_of(make({}), SPLIT)["TC"].why != said_of(make({}))["TC"].why


def test_to_help_is_no_assistance_at_surgery(make: Make) -> None:
    case = make({"practitioners[1].role": "assisting"})

    assert "part of the service" in said_of(case)["80"].why
    assert "part of the service" not in said_of(make({}))["80"].why


def test_what_was_sent_is_known_however_it_is_written(make: Make) -> None:
    said = said_of(make({f"{LINE}.modifiers": ["tc ", "53"]}))

    assert {modifier for modifier, each in said.items() if each.sent} == {"TC", "53"}


def test_a_level_of_care_is_not_telehealth(make: Make) -> None:
    assert said_of(make(VIDEO))["TG"].why.endswith("not telehealth")
    assert not said_of(make({}))["TG"].why.endswith("not telehealth")


def test_each_line_of_the_analysis_is_weighed_and_no_other(make: Make) -> None:
    case = make({"billing.lines[2].code": "0731T"})

    assert {each.line for each in suggest(facts_of(case, state_of(case), PayerPolicy()))} == {0, 2}


def test_where_nothing_is_asked_of_a_payer_nothing_is_suggested(make: Make) -> None:
    case = make({"billing": None})

    assert suggest(facts_of(case, state_of(case), PayerPolicy())) == ()
