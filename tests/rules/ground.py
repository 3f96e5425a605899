"""A case without fault, the way to break it, and what an example of a rule is."""

import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from adapter.case import Case
from adapter.issues import Issue
from adapter.merging.singular import case_tree
from adapter.rules.circumstances import Circumstances
from adapter.rules.facts import facts_of
from adapter.rules.judgement import Judgement, judgement_of
from adapter.rules.policy import Named, PayerPolicy
from adapter.rules.state import state_of

Make = Callable[[Mapping[str, Any]], Case]
LINE = "billing.lines[0]"
VISIT = "billing.lines[1]"
ALWAYS = "COV-02"
"""The rule that informs about every case with 0731T."""


def line_of(code: str, *modifiers: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """Give a line without fault, with changes."""
    return {
        "code": code,
        "units": 1,
        "modifiers": list(modifiers),
        "pos": "11",
        "dos_start": "2024-05-02",
        "charge": 250,
        "dx_pointers": [1, 2],
        **changes,
    }


CLEAN: dict[str, Any] = {
    "id": "CASE-1",
    "test": True,
    "patient": {
        "mrn": "MRN-1",
        "family": "Doe",
        "given": ["Jo"],
        "sex": "female",
        "birth_date": "2020-03-01",
        "address": {"line": ["2 Road"], "city": "Town", "state": "VT", "postal_code": "05000"},
    },
    "guardian": {"family": "Doe", "given": ["Al"], "relationship": "parent"},
    "practitioners": [
        {"key": "dr", "family": "Roe", "npi": "1234567893", "role": "rendering"},
        {"key": "np", "npi": "1245319599"},
    ],
    "organization": {
        "name": "Clinic",
        "npi": "1234567893",
        "tin": "00-0000001",
        "address": {"line": ["1 Road"], "city": "Town", "state": "VT", "postal_code": "05000"},
    },
    "payer": {"name": "Payer", "payer_id": "P-1"},
    "coverage": {"member_id": "M-1", "filing_indicator": "CI", "relationship": "child", "subscriber": "guardian"},
    "encounter": {"id": "E-1", "status": "finished"},
    "consent": {"status": "active", "date": "2024-05-01", "expires": "2025-05-01", "analysis": True},
    "images": [
        {"id": f"i{at}", "url": f"https://images.invalid/store/{at}.jpg", "captured_at": "2024-05-02T09:00:00-05:00"}
        for at in range(5)
    ],
    "ai": {
        "tool": {"product": "Tool", "app_version": "1"},
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
    "billing": {"use": "claim", "lines": [line_of("0731T"), line_of("99213", "25"), line_of("96041"), line_of("36415")]},
}


def _put(tree: Any, path: str, value: Any) -> None:  # noqa: ANN401 - any JSON
    *way, last = [int(step) if step.isdigit() else step for step in re.findall(r"\w+", path)]
    for step in way:
        tree = tree[step]
    tree[last] = value


def case_of(changes: Mapping[str, Any]) -> Case:
    """Give the clean case with some of its fields changed: path such as `billing.lines[0].units` to value."""
    tree = copy.deepcopy(CLEAN)
    for path, value in changes.items():
        _put(tree, path, copy.deepcopy(value))
    return Case.model_validate(case_tree(tree))


def issues_of(judgement: Judgement) -> tuple[Issue, ...]:
    """Give the issues, without the one that every case with 0731T has."""
    return tuple(issue for issue in judgement.issues if issue.rule != ALWAYS)


@dataclass(frozen=True)
class Example:
    """A change of the clean case, and the fields that a rule then names, none for a near miss; suggestions if they are told."""

    rule: str
    changes: Mapping[str, Any]
    fields: tuple[str, ...]
    suggestions: tuple[str | None, ...] | None = None
    circumstances: Circumstances | None = None
    policy: PayerPolicy | None = None
    named: tuple[Named, ...] = ()
    further: tuple[tuple[Named, ...], ...] = ()

    @property
    def found(self) -> tuple[Issue, ...]:
        """What the rule finds."""
        case = case_of(self.changes)
        policy = self.policy or PayerPolicy()
        facts = facts_of(case, state_of(case), policy, circumstances=self.circumstances, named=self.named, further=self.further)
        judgement = judgement_of(facts)
        return tuple(issue for issue in judgement.issues if issue.rule == self.rule)


STOPPED = {"procedure.status": "stopped", "review": None, f"{LINE}.modifiers": ["53"]}
PREAUTHORIZATION = {"billing.use": "preauthorization", "review": None, "procedure.status": "in-progress"}
NO_REPORT = {"review": None}
VOID = {"billing.frequency": "void", "billing.related": [{"claim": "C-1", "relationship": "prior"}]}
WITHOUT_BILLING = {"billing": None}


def sent(*modifiers: object, line: int = 0) -> dict[str, Any]:
    """Give the change that puts modifiers on a line."""
    return {f"billing.lines[{line}].modifiers": list(modifiers)}


def at(place: int, line: int = 0) -> str:
    """Give the field of a modifier."""
    return f"billing.lines[{line}].modifiers[{place}]"
