"""The state machine."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args

import pytest

from adapter.case import AiReport, Billing, Case, Consent, Procedure, Review
from adapter.merging.singular import case_tree
from adapter.rules.facts import FINAL_REPORT
from adapter.rules.judgement import judge
from adapter.rules.state import DERIVED_FROM, CandidateStatus, ClaimStatus, ProcedureStatus, ReportStatus, State, state_of
from adapter.rules.transition import ALLOWED
from tests.rules.ground import VOID

Make = Callable[[Mapping[str, Any]], Case]
Values = dict[str, Any]


def _literals(model: type[Any], field: str) -> list[str | None]:
    found: list[str | None] = []
    for argument in get_args(model.model_fields[field].annotation):
        found.extend(get_args(argument) or ([argument] if isinstance(argument, str) else []))
    return found


PROCEDURES = _literals(Procedure, "status")
REVIEWS: list[Any] = [None, *[{"status": status} for status in _literals(Review, "status")]]
WRITTEN: list[Any] = [{"status": status, "conclusion": "A text."} for status in _literals(Review, "status")]
AMENDED: list[Any] = [{"status": "amended", "amendment": amendment} for amendment in _literals(Review, "amendment")]
CONSENTS: list[Any] = [None, *[{"status": status} for status in _literals(Consent, "status")]]
OUTCOMES: list[Any] = [None, *[{"tool": {}, "outcome": outcome} for outcome in [None, *_literals(AiReport, "outcome")]]]
BILLINGS: list[Any] = [None, *[{"use": use} for use in _literals(Billing, "use")]]


def _combinations() -> Iterator[Values]:
    for procedure, review, consent, ai, billing in itertools.product(
        PROCEDURES, REVIEWS + WRITTEN + AMENDED, CONSENTS, OUTCOMES, BILLINGS
    ):
        yield {"procedure": {"status": procedure}, "review": review, "consent": consent, "ai": ai, "billing": billing}


def _case(values: Values) -> Case:
    tree = {"id": "C", "patient": {"mrn": "M"}, "encounter": {"id": "E", "status": "finished"}, **values}
    return Case.model_validate(case_tree(tree))


@pytest.fixture(scope="module")
def everything() -> list[tuple[Values, State]]:
    """Every combination of statuses, with its state."""
    return [(values, state_of(_case(values))) for values in _combinations()]


def test_every_literal_of_the_case_takes_part() -> None:
    assert [len(x) for x in (PROCEDURES, REVIEWS, AMENDED, CONSENTS, OUTCOMES, BILLINGS)] == [7, 6, 3, 5, 5, 4]


def test_the_procedure_is_as_sent(everything: list[tuple[Values, State]]) -> None:
    assert all(state.procedure == values["procedure"]["status"] for values, state in everything)


def test_a_finished_report_is_signed_and_its_procedure_neither_stopped_nor_void(everything: list[tuple[Values, State]]) -> None:
    for values, state in everything:
        if state.report in FINAL_REPORT:
            assert values["review"]["status"] in ("signed", "amended")
            assert state.procedure not in ("stopped", "not-done", "entered-in-error")
            assert state.candidate == "final"


def test_ai_output_is_final_only_with_a_finished_report(everything: list[tuple[Values, State]]) -> None:
    assert all(state.report in FINAL_REPORT for _, state in everything if state.candidate == "final")


def test_entered_in_error_spreads_to_everything(everything: list[tuple[Values, State]]) -> None:
    void = [(values, state) for values, state in everything if state.procedure == "entered-in-error"]

    assert void
    for values, state in void:
        statuses = {state.procedure, state.report, state.candidate, state.observation}
        assert statuses == {"entered-in-error"}
        assert state.claim == ("cancelled" if values["billing"] else None)


def test_a_procedure_that_was_not_done_or_stopped_has_no_open_report(everything: list[tuple[Values, State]]) -> None:
    for _, state in everything:
        if state.procedure in ("not-done", "stopped"):
            assert state.report in (None, "cancelled", "entered-in-error")
            assert state.candidate in ("cancelled", "entered-in-error")


def test_there_is_no_claim_without_billing_or_for_what_was_not_done(everything: list[tuple[Values, State]]) -> None:
    for values, state in everything:
        assert (state.claim is None) == (values["billing"] is None or state.procedure == "not-done")


def test_a_claim_is_active_only_with_a_finished_report_or_a_stopped_procedure(everything: list[tuple[Values, State]]) -> None:
    for values, state in everything:
        if state.claim == "active" and values["billing"]["use"] == "claim":
            finished = state.procedure == "completed" and state.report in FINAL_REPORT
            assert finished or state.procedure == "stopped"


def test_an_opinion_can_be_asked_for_until_the_procedure_is_stopped(everything: list[tuple[Values, State]]) -> None:
    for values, state in everything:
        if state.claim == "active" and values["billing"]["use"] != "claim":
            assert state.procedure in ("preparation", "in-progress", "on-hold", "completed")


def test_refused_consent_takes_the_photographs_away_and_lets_no_claim_go(everything: list[tuple[Values, State]]) -> None:
    for values, state in everything:
        if (values["consent"] or {}).get("status") in ("rejected", "inactive"):
            assert state.photographs == "void"
            assert state.claim != "active"


def test_a_claim_that_is_held_back_is_explained_by_an_error() -> None:
    for values in _combinations():
        if values["billing"] and values["billing"]["use"] == "claim":
            judgement = judge(_case(values))
            assert judgement.claim == "active" or judgement.has_errors


@pytest.mark.parametrize(
    ("changes", "report", "candidate", "claim"),
    [
        ({"procedure.status": "preparation", "review": None, "ai": None}, None, "preliminary", "draft"),
        ({"procedure.status": "preparation"}, "final", "final", "draft"),
        ({"procedure.status": "not-done", "review": None, "ai": None}, None, "cancelled", None),
        ({"procedure.status": "not-done", "review": None}, "cancelled", "cancelled", None),
        ({"procedure.status": "in-progress", "review": None, "ai": None}, "registered", "preliminary", "draft"),
        ({"procedure.status": "in-progress", "review": None}, "preliminary", "preliminary", "draft"),
        ({"procedure.status": "in-progress", "review": None, "ai.outcome": None}, "preliminary", "preliminary", "draft"),
        ({"procedure.status": "in-progress", "review": None, "ai.outcome": "failed"}, "registered", "preliminary", "draft"),
        ({"procedure.status": "on-hold", "review": None, "ai.outcome": "partial"}, "partial", "preliminary", "draft"),
        ({"review": {"status": "in-progress", "conclusion": "A text."}, "ai": None}, "preliminary", "preliminary", "draft"),
        ({"review": {"status": "in-progress", "conclusion": "A text."}, "ai.outcome": "failed"}, *["preliminary"] * 2, "draft"),
        (
            {"review": {"status": "in-progress", "conclusion": "A text."}, "ai.outcome": "partial"},
            "partial",
            "preliminary",
            "draft",
        ),
        ({"review": {"status": "in-progress"}, "ai": None}, "registered", "preliminary", "draft"),
        ({"review": {"status": "none", "conclusion": "A text."}, "ai": None}, "registered", "preliminary", "draft"),
        ({}, "final", "final", "active"),
        ({"ai.outcome": "partial"}, "final", "final", "active"),
        ({"review.status": "in-progress"}, "preliminary", "preliminary", "draft"),
        ({"review.status": "amended"}, "amended", "final", "active"),
        ({"review.status": "amended", "review.amendment": "corrected"}, "corrected", "final", "active"),
        ({"review.status": "withdrawn"}, "entered-in-error", "entered-in-error", "cancelled"),
        (VOID | {"review.status": "withdrawn"}, "entered-in-error", "entered-in-error", "active"),
        (VOID | {"procedure.status": "not-done", "review": None, "ai": None}, None, "cancelled", "active"),
        (VOID | {"billing.use": "predetermination", "review.status": "withdrawn"}, *(["entered-in-error"] * 2), "cancelled"),
        ({"procedure.status": "stopped", "review": None}, "cancelled", "cancelled", "active"),
        ({"procedure.status": "stopped"}, "cancelled", "cancelled", "active"),
        ({"procedure.status": "stopped", "review.status": "withdrawn"}, "entered-in-error", "entered-in-error", "active"),
        ({"procedure.status": "stopped", "billing.use": "preauthorization"}, "cancelled", "cancelled", "draft"),
        ({"billing.use": "predetermination"}, "final", "final", "active"),
        ({"consent.status": "inactive", "consent.expires": None}, "final", "final", "draft"),
        ({"consent.status": "proposed"}, "final", "final", "active"),
    ],
)
def test_the_events_of_the_modelling_spec(
    make: Make, changes: Values, report: ReportStatus | None, candidate: CandidateStatus, claim: ClaimStatus | None
) -> None:
    state = state_of(make(changes))

    assert (state.report, state.candidate, state.claim) == (report, candidate, claim)


def test_each_field_of_the_state_names_the_case_fields_that_it_follows_from() -> None:
    named = {name: field.json_schema_extra for name, field in State.model_fields.items()}

    assert named == {name: {"from": list(paths)} for name, paths in DERIVED_FROM.items()}


def test_a_field_of_the_state_follows_from_nothing_else(everything: list[tuple[Values, State]]) -> None:
    for name, paths in DERIVED_FROM.items():
        answers: dict[tuple[Any, ...], set[Any]] = {}
        for values, state in everything:
            key = tuple(_seen(values, path) for path in paths)
            answers.setdefault(key, set()).add(getattr(state, name))
        assert {len(found) for found in answers.values()} == {1}


def _seen(values: Values, path: str) -> str | None:
    part, field = path.replace("analyses[*]", "ai").split(".")
    return values[part] and str(values[part].get(field))


@pytest.mark.parametrize("resource", sorted(ALLOWED))
def test_the_transitions_are_closed_and_never_stand_still(resource: str) -> None:
    table = ALLOWED[resource]

    for status, following in table.items():
        assert following <= set(table)
        assert status not in following


def test_a_finished_report_never_becomes_preliminary_again() -> None:
    for status in FINAL_REPORT:
        assert ALLOWED["DiagnosticReport"][status].isdisjoint({"registered", "partial", "preliminary", "cancelled"})


@pytest.mark.parametrize("resource", ["Procedure", "DiagnosticReport", "Observation"])
def test_everything_can_be_entered_in_error_and_stays_so(resource: str) -> None:
    table = ALLOWED[resource]

    assert all("entered-in-error" in following for status, following in table.items() if status != "entered-in-error")
    assert not table["entered-in-error"]


@pytest.mark.parametrize(
    ("resource", "statuses"),
    [("Procedure", get_args(ProcedureStatus)), ("DiagnosticReport", get_args(ReportStatus)), ("Claim", get_args(ClaimStatus))],
)
def test_the_transitions_know_every_status_of_the_state(resource: str, statuses: tuple[str, ...]) -> None:
    assert set(ALLOWED[resource]) == set(statuses)


def test_the_transitions_know_every_status_of_an_observation_and_of_a_consent() -> None:
    assert set(get_args(CandidateStatus)) < set(ALLOWED["Observation"])
    assert set(ALLOWED["Consent"]) == set(_literals(Consent, "status"))
