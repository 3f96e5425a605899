"""Testing a FHIR server that the settings name: the groups of cases, and the run of one group."""

from collections import Counter
from http import HTTPStatus

from flask import Request, Response

from adapter.conformance.json_report import describe_run
from adapter.conformance.supplies import cases_of
from adapter.files import adapter_version
from adapter.trial import Trial, new_run, placed_cases, server_at
from adapter.web.answer import JSON, json_answer
from adapter.web.query import check_parameters
from adapter.web.refusal import RefusedError, not_there
from adapter.web.service import Service
from adapter.web.workbench.own_page import check_own_page
from adapter.web.workbench.servers import known_server
from adapter.web.workbench.workload import Examination, asked_of


def groups(service: Service, request: Request) -> Response:
    """`GET /workbench/conformance`: the groups of cases in their order, and how many cases each has."""
    check_parameters(request, ())
    counts = Counter(case.group for case in cases_of(placed_cases(None), service.supplies, run="RUN"))
    return json_answer({"groups": [{"name": name, "cases": number} for name, number in counts.items()]}, media_type=JSON)


def run_group(service: Service, request: Request) -> Response:
    """`POST /workbench/conformance`: run the cases of one group against a server, and give the report.

    No case needs one of another group, so a run of one group after the other is a run of all, and whoever waits sees how far it
    is. As with `adapter conformance run`, a public server gets test data only, and all that a run makes is deleted at its end.
    """
    check_parameters(request, ())
    check_own_page(request)
    examination = asked_of(request, Examination)
    trial = _trial_of(service, known_server(service, examination.server), examination.group)
    if not trial.cases:
        rule, text = "workbench/group", "there is no group of cases of this name"
        raise not_there(rule, text, "GET /workbench/conformance lists them", location=("body#/group",))
    if trial.doubtful():
        text = "the cases hold identifiers that nobody has allowed; `adapter conformance run` shows them, and asks"
        raise RefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, text)
    return json_answer(describe_run(trial.result(show=lambda _: None), version=adapter_version()), media_type=JSON)


def _trial_of(service: Service, server: str, group: str) -> Trial:
    run, settings = new_run(), service.runtime.settings
    placed = [case for case in placed_cases(None) if case.group == group]
    return Trial(
        server=server_at(server, settings),
        settings=settings,
        supplies=service.supplies,
        cases=cases_of(placed, service.supplies, run=run),
        run=run,
    )
