"""Small resources that are wrong in one way are told, and those that are right are not."""

import pytest

from adapter.checks import r4
from adapter.checks.full_check import check_resource
from tests.checks.ground import written
from tests.checks.small_resources import SmallResource, small_resources

SMALL = small_resources()


@pytest.mark.parametrize("small", SMALL, ids=[small.name for small in SMALL])
def test_what_is_wrong_with_a_small_resource_is_said(small: SmallResource) -> None:
    severities = {str(issue.severity) for issue in written(check_resource(small.resource, r4()))}

    assert small.says in severities if small.says != "nothing" else not severities
