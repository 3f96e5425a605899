"""`check-valueset-version`: a value set of another version is refused, whether it is asked about or imported."""

import pytest

from adapter.terminology.operation_error import OperationRefusedError
from tests.terminology.operations.small import ARK, call, said, value_of

MAMMALS, IMPORTING = (f"https://ark.test/ValueSet/{tail}" for tail in ("mammals", "importing"))


@pytest.mark.parametrize("url", [MAMMALS, f"{MAMMALS}|1.0.0", IMPORTING])
@pytest.mark.parametrize("name", ["validate-code", "expand"])
def test_the_version_that_is_wanted_is_taken(url: str, name: str) -> None:
    about = {"code": "cat", "system": ARK} if name == "validate-code" else {}

    answer = call(name, "ValueSet", url=url, check_valueset_version=f"{MAMMALS}|1.x", **about)

    assert answer["resourceType"] == "ValueSet" or value_of(answer, "result") is True


@pytest.mark.parametrize(("url", "more"), [(f"{MAMMALS}|1.0.0", {}), (MAMMALS, {"valueSetVersion": "1.0.0"})])
@pytest.mark.parametrize("name", ["validate-code", "expand"])
def test_another_version_is_refused(url: str, more: dict[str, str], name: str) -> None:
    about = {"code": "cat", "system": ARK} if name == "validate-code" else {}

    with pytest.raises(OperationRefusedError) as refused:
        call(name, "ValueSet", url=url, check_valueset_version=f"{MAMMALS}|2.0.0", **more, **about)

    assert said(refused.value) == ("exception", "version-error")
