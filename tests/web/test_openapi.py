"""The service does what it says of itself: made-up requests from its OpenAPI get no 5xx and no status that is not declared."""

import os
from typing import Any

import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from tests.web.ground import client

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
# The phase `coverage` makes three thousand bodies before the first test; test_mutations.py does that quicker, for real documents.
CONFIG = schemathesis.Config.from_dict({"phases": {"coverage": {"enabled": False}}})
schema = schemathesis.openapi.from_wsgi("/openapi.json", client().application, config=CONFIG)


@schema.parametrize()
@settings(
    max_examples=2_000 if os.environ.get("ADAPTER_TEST_FUZZ") == "long" else 20,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_the_service_keeps_to_its_description(case: schemathesis.Case[Any]) -> None:
    response = case.call()

    case.validate_response(response, checks=CHECKS)
