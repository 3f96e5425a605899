"""Files that nobody in this project wrote, beside an encounter: a real FHIR server finds no error in what becomes of them."""

from pathlib import Path

import pytest

from adapter.client import FhirClient, triage
from adapter.connection import triage_lines
from adapter.settings import Settings
from tests.examples.test_samples import BESIDE, beside_an_encounter, sample

pytestmark = pytest.mark.live


@pytest.mark.parametrize("name", BESIDE)
def test_what_becomes_of_a_sample_is_valid_and_every_remark_is_known(fhir_server: str, test_data: Path, name: str) -> None:
    bundle = beside_an_encounter(sample(test_data, name)).bundle
    assert bundle is not None
    validation = FhirClient(fhir_server, timeout=(3.05, 300.0)).validate(bundle)
    remarks = triage(validation.remarks, triage_lines(Settings()))

    assert remarks
    assert [remark.remark.words for remark in remarks if remark.remark.issue.is_error or not remark.is_known] == []
