"""A case without fault, and the way to break it."""

import copy
import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from adapter.case import Case

Make = Callable[[Mapping[str, Any]], Case]


def _line(code: str, *modifiers: str) -> dict[str, Any]:
    return {
        "code": code,
        "units": 1,
        "modifiers": list(modifiers),
        "pos": "11",
        "dos_start": "2024-05-02",
        "charge": 250,
        "dx_pointers": [1, 2],
    }


CLEAN: dict[str, Any] = {
    "id": "CASE-1",
    "test": True,
    "patient": {"mrn": "MRN-1"},
    "practitioners": [{"key": "dr", "npi": "1234567893"}, {"key": "np", "npi": "1245319599"}],
    "organization": {"name": "Clinic", "npi": "1234567893"},
    "payer": {"name": "Payer"},
    "coverage": {"member_id": "M-1"},
    "encounter": {"id": "E-1", "status": "finished"},
    "consent": {"status": "active", "date": "2024-05-01", "expires": "2025-05-01", "analysis": True},
    "images": [
        {"id": f"i{at}", "url": f"https://images.invalid/store/{at}.jpg", "captured_at": "2024-05-02T09:00:00-05:00"}
        for at in range(5)
    ],
    "ai": {
        "tool": {"product": "Tool"},
        "outcome": "complete",
        "started_at": "2024-05-02T10:00:00-05:00",
        "finished_at": "2024-05-02T10:01:00-05:00",
        "candidates": [{"rank": at + 1, "name": f"Syndrome {at}", "status": "preliminary"} for at in range(10)],
    },
    "review": {"status": "signed", "reviewer": "dr", "signed_at": "2024-05-02T11:00:00-05:00", "conclusion": "Words."},
    "procedure": {"status": "completed", "started_at": "2024-05-02T09:00:00-05:00"},
    "diagnoses": [
        {"icd10cm": "Q18.9", "certainty": "confirmed", "source": "clinician", "order": 1},
        {"icd10cm": "R62.50", "certainty": "confirmed", "order": 2},
    ],
    "billing": {"use": "claim", "lines": [_line("0731T"), _line("99213", "25"), _line("81406"), _line("88271")]},
}


def _put(tree: Any, path: str, value: Any) -> None:  # noqa: ANN401 - any JSON
    *way, last = [int(step) if step.isdigit() else step for step in re.findall(r"\w+", path)]
    for step in way:
        tree = tree[step]
    tree[last] = value


@pytest.fixture(scope="session")
def make() -> Make:
    """Make the clean case with some of its fields changed: path such as `billing.lines[0].units` to value."""

    def changed(changes: Mapping[str, Any]) -> Case:
        tree = copy.deepcopy(CLEAN)
        for path, value in changes.items():
            _put(tree, path, value)
        return Case.model_validate(tree)

    return changed
