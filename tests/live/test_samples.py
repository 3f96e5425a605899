"""Files that nobody in this project wrote, beside an encounter: a real FHIR server finds no error in what becomes of them."""

from pathlib import Path

import pytest

from adapter.client import Sender
from adapter.connection import sender_of
from adapter.settings import Settings
from tests.examples.test_samples import BESIDE, beside_an_encounter, sample
from tests.live.test_shared import renamed, salted

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def sender(fhir_server: str) -> Sender:
    return sender_of(fhir_server, Settings(), seconds=300)


@pytest.mark.parametrize("name", BESIDE)
def test_what_becomes_of_a_sample_is_taken_and_every_remark_is_known(sender: Sender, test_data: Path, name: str) -> None:
    bundle = beside_an_encounter(sample(test_data, name)).bundle
    assert bundle is not None
    # Several files tell of one patient number in different words; each is a patient of its own here.
    delivery = sender.send(renamed(salted(bundle, name), name))

    assert [resource for resource in delivery.resources if not resource.is_good] == []
    assert delivery.is_good
    assert delivery.is_validated
    remarks = [remark for resource in delivery.resources for remark in resource.remarks]
    assert [remark.remark.words for remark in remarks if not remark.is_known] == []
