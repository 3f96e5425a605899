"""Where HAPI's validator finds an error in a small resource, our checks find one too."""

from typing import Any

import pytest
import requests

from tests.checks.small_resources import small_resources

pytestmark = pytest.mark.live


def _errors(server: str, resource: dict[str, Any]) -> list[str]:
    """What the server calls an error in a resource: by `$validate`, or because it cannot be parsed."""
    answer = requests.post(f"{server}/{resource['resourceType']}/$validate", json=resource, timeout=300)
    issues = answer.json()["issue"]
    return [str(issue.get("diagnostics")) for issue in issues if issue["severity"] in ("error", "fatal")]


def test_our_checks_miss_no_error_that_hapi_finds(fhir_server: str) -> None:
    found = [(small, _errors(fhir_server, small.resource)) for small in small_resources()]

    assert [(small.name, errors) for small, errors in found if errors and small.says != "error"] == []
    assert sum(1 for _, errors in found if errors) > len(found) / 2
