"""Writes the end of docs/payers.md from the policies of payers: the telehealth table, and what each payer has published.

python scripts/make_payers_page.py
"""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from adapter.assembly import load  # noqa: E402 - found through the line above
from adapter.case import Case  # noqa: E402 - as above
from adapter.issues import Severity  # noqa: E402 - as above
from adapter.rules.description import latest  # noqa: E402 - as above
from adapter.rules.judgement import judge  # noqa: E402 - as above
from adapter.rules.policy import PayerPolicy  # noqa: E402 - as above
from adapter.settings import Settings  # noqa: E402 - as above

PAGE = ROOT / "docs" / "payers.md"
MARK = "\n<!-- From here on written by `python scripts/make_payers_page.py` from mappings/payers: change those. -->\n"
PLACES = ("11", "02", "10")
MODIFIERS = ("", "95", "GT", "GQ", "93", "FQ")
_OF_TELEHEALTH = ("MOD-06", *(f"MOD-4{digit}" for digit in range(2, 9)), "TEL-01", "TEL-02", "TEL-03", "TEL-05")
_VERDICT: Mapping[Severity, str] = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFORMATION: "remark"}
_WORST = (Severity.ERROR, Severity.WARNING, Severity.INFORMATION)


def page() -> str:
    """The page: its beginning as it is, and the rest anew."""
    policies = [*latest(load(Settings()).policies)]
    return PAGE.read_text().partition(MARK)[0] + MARK + "".join(_telehealth(policies)) + "".join(_published(policies))


def _telehealth(policies: list[PayerPolicy]) -> Iterator[str]:
    yield "\n## Telehealth in one table\n\n"
    yield "What the rules say of one line of 0731T in 2026, by visit, place of service and modifier, for each payer.\n"
    yield "*fine*: the rules about telehealth (MOD-06, MOD-42 to MOD-48, TEL-01 to TEL-05) say nothing.\n"
    payers: dict[str, list[str]] = {}
    for policy in policies:
        payers.setdefault("".join(_rows(policy)), []).append(policy.name)
    for rows, names in payers.items():
        yield f"\n### {', '.join(names)}\n\n| visit | place | none | 95 | GT | GQ | 93 | FQ |\n{'|---' * 8}|\n{rows}"


def _rows(policy: PayerPolicy) -> Iterator[str]:
    for row in policy.telehealth.visits:
        for place in PLACES:
            verdicts = [_verdict(policy, mode=row.mode, place=place, modifier=modifier) for modifier in MODIFIERS]
            yield f"| {row.mode} | {place} | {' | '.join(verdicts)} |\n"


def _verdict(policy: PayerPolicy, *, mode: str, place: str, modifier: str) -> str:
    line = {"code": "0731T", "pos": place, "dos_start": "2026-03-12", "modifiers": [modifier] if modifier else []}
    case = Case.model_validate(
        {
            "id": "telehealth",
            "patient": {"mrn": "1"},
            "encounter": {"id": "visit", "status": "finished", "mode": mode},
            "procedure": {"status": "completed"},
            "billing": {"use": "claim", "lines": [line]},
        }
    )
    told = {issue.severity: issue.rule for issue in judge(case, policy=policy).issues if issue.rule in _OF_TELEHEALTH}
    worst = next((severity for severity in _WORST if severity in told), None)
    return f"{_VERDICT[worst]} {told[worst]}" if worst else "fine"


def _published(policies: list[PayerPolicy]) -> Iterator[str]:
    yield "\n## What each payer has published\n"
    for policy in policies:
        yield f"\n### {policy.name} (`{policy.key}`)\n\n{policy.coverage_note} The policy rests on: {policy.standing}.\n"
        if policy.published:
            yield "\n| what it says, in our words | source | date | certainty |\n|---|---|---|---|\n"
        for fact in policy.published:
            yield f"| {fact.says} | {fact.source} | {fact.date or ''} | {fact.certainty} |\n"


if __name__ == "__main__":
    PAGE.write_text(page())
