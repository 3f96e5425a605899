"""What the service says of the coding rules; each function takes the service and the request, and gives the answer."""

from flask import Request, Response

from adapter.rules.code_page import describe_code
from adapter.rules.description import describe_explanation, describe_policy, describe_rule, latest
from adapter.rules.registry import RULES
from adapter.web.answer import JSON, json_answer, refusal_answer
from adapter.web.query import check_parameters, single
from adapter.web.request import documents_of
from adapter.web.service import Service


def rules(service: Service, request: Request) -> Response:
    """`GET /rules`: every rule with its severities, and the policies of payers."""
    check_parameters(request, ())
    policies = service.runtime.policies
    body = {
        "rules": [describe_rule(rule, policies) for rule in RULES],
        "policies": [describe_policy(policy) for policy in latest(policies)],
    }
    return json_answer(body, media_type=JSON)


def code(service: Service, request: Request) -> Response:
    """`GET /codes/0731T`: all that is known of the code."""
    check_parameters(request, ())
    return json_answer(describe_code(), media_type=JSON)


def explain(service: Service, request: Request) -> Response:
    """`POST /rules/explain`: documents of one encounter in, what became of every rule and of ten modifiers out."""
    given = single(request, {"form": (), "payer": ()})
    conversion = service.runtime.convert(documents_of(request), changes={"payer": given.get("payer")})
    if conversion.explanation is None:
        return refusal_answer(conversion, service.base)
    return json_answer(describe_explanation(conversion.explanation), media_type=JSON)
