"""The service does what it says of itself: made-up requests from its OpenAPI meet every check that schemathesis has."""

import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from adapter.assembly import load
from adapter.settings import Settings
from adapter.web.app import make_app
from adapter.web.desk import desk_of
from tests.delivery.ground import KEY
from tests.rounds import ROUNDS
from tests.seconds import within

# The phase `coverage` makes three thousand bodies before the first test; test_mutations.py does that quicker, for real documents.
CONFIG = schemathesis.Config.from_dict({"phases": {"coverage": {"enabled": False}}})
FOLDER = Path(tempfile.mkdtemp())
SETTINGS = Settings(log_level="error", store=f"sqlite:///{FOLDER}/store.db", store_keys=str(FOLDER / "keys"), deliver=False)
WITH_ALL = make_app(load(SETTINGS), workbench=True)
schema = schemathesis.openapi.from_wsgi("/openapi.json", WITH_ALL, config=CONFIG)

REFUSED = {400, 406, 413, 415, 422}
TOGETHER = re.compile(
    r"is missing; send it|Unable to find code to validate|not several|may be sent once only"  # which parameters go together
    r"|must hold a \w+ in FHIR R4|has no such element|is not of the type that the URL names"  # what FHIR says of a resource
    r"|has no resource of the type in the URL"  # which types there are
    r"|exclude each other|is not an element of \w+ in R4"  # which elements a definition has
    r"|`payer` is missing and needed"  # of the second insurance and later ones
    r"|there is no file of this sender"  # which senders are set up
    r"|has more than 28 digits or an exponent beyond 30"
)
"""What no JSON Schema can say of single values."""
OF_WHOLE_CASES = re.compile(
    r"document/(assigner|system|diagnosis-order|conflict|one-payer|deceased|form|shape|kind|map)|[A-Z]+-\d+|(map|policy|terminology|profile|suggestion|checklist|file)/.*|request/more"
)
"""The rules for what fits together in a case, in mapping files, and for claims; their issues answer what can be read."""
TEXTS = {"text/csv", "text/plain", "text/tab-separated-values", "application/hl7-v2", "multipart/form-data"}
"""Content types of documents that no JSON Schema describes."""


@pytest.fixture(scope="module", autouse=True)
def _open() -> Iterator[None]:
    (FOLDER / "keys").write_text(KEY)
    desk = desk_of(WITH_ALL)
    assert desk is not None
    with desk.open():
        yield


@schema.parametrize()
@settings(
    max_examples=8 * ROUNDS,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_the_service_keeps_to_its_description(case: schemathesis.Case[Any]) -> None:
    response = within(2, case.call)

    case.validate_response(response, excluded_checks=[positive_data_acceptance])
    is_positive = case.meta is not None and case.meta.generation.mode is GenerationMode.POSITIVE
    # In Python `$` also stands before a last line break; in the patterns of JSON Schema it does not.
    is_valid = is_positive and '\\n"' not in json.dumps(case.body, default=str)
    if is_valid and response.status_code in REFUSED and case.media_type not in TEXTS:
        assert [issue for issue in response.json()["issue"] if not is_of_the_whole(issue)] == []


def is_of_the_whole(issue: dict[str, Any]) -> bool:
    return bool(
        TOGETHER.search(issue["details"]["text"]) or OF_WHOLE_CASES.fullmatch(issue.get("diagnostics", "").partition(";")[0])
    )
