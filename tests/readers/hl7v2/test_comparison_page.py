"""The comparison with other converters in docs/sources.md says what their files and our bundles hold."""

import json
import os
import re
from pathlib import Path

import pytest

from adapter.conversion import Options
from adapter.readers.document import Document
from tests.examples.ground import ROOT, pipeline

SAMPLES = Path(os.environ.get("ADAPTER_TEST_DATA", "")) / "samples"
PAIRS = {"DFT-P03-01.hl7": "DFT-P03-01-expected.json", "v2-to-fhir_MDM_T02.hl7": "FHIR_bundle.hl7_MDM_T02.xml"}
VISITS = {"DFT-P03-01.hl7": "40007716", "v2-to-fhir_MDM_T02.hl7": "1234567891"}

pytestmark = pytest.mark.skipif(not os.environ.get("ADAPTER_TEST_DATA"), reason="ADAPTER_TEST_DATA names no folder of test data")


def count_of_theirs(file: Path) -> int:
    text = file.read_text("utf-8-sig")
    return len(json.loads(text)["entry"]) if file.suffix == ".json" else len(re.findall(r"<resource>", text))


@pytest.mark.parametrize("name", PAIRS)
def test_the_numbers_of_the_comparison_are_true(name: str) -> None:
    visit = {"id": VISITS[name], "encounter": {"id": VISITS[name], "status": "finished"}, "procedure": {"status": "completed"}}
    documents = [
        Document(name=name, content=(SAMPLES / "hl7v2" / name).read_bytes()),
        Document(name="encounter.json", content=json.dumps(visit).encode()),
    ]
    made = pipeline().convert(documents, Options(assigner="https://clinic.example/mrn"))
    theirs = count_of_theirs(SAMPLES / "hl7v2_expected_fhir" / PAIRS[name])

    assert made.bundle is not None
    assert f"| `{name}` | {theirs} | {len(made.bundle['entry'])} |" in (ROOT / "docs" / "sources.md").read_text()
