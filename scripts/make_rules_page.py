"""Writes docs/rules.md from the table of rules and the policies of payers.

python scripts/make_rules_page.py
"""

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from adapter.assembly import load  # noqa: E402 - found through the line above
from adapter.rules.description import latest  # noqa: E402 - as above
from adapter.rules.policy import Policies  # noqa: E402 - as above
from adapter.rules.registry import RULES  # noqa: E402 - as above
from adapter.rules.rule import Rule  # noqa: E402 - as above
from adapter.settings import Settings  # noqa: E402 - as above

PAGE = ROOT / "docs" / "rules.md"
START = """# The coding rules for 0731T

Written by `python scripts/make_rules_page.py` from the rules (`adapter/rules/`) and the policies of payers
(`mappings/payers/`): change those, not this page.

A rule never rewrites a code: what was sent is carried, and an issue says what is wrong, where, and what to do. An error keeps the
claim a draft; where a rule does something else, its effect is named. A void is held back only by what it has to say as well
(CMP, PRV, COV-01, COV-06): the other errors may be why an earlier claim is taken back. A payer's policy changes how bad a
warning is, and never an error; rules about what the payer wants (MOD-06, MOD-44, MOD-90, MOD-91, TEL-02, COV-02, COV-04,
COV-09, DOS-09) follow it (docs/payers.md). `adapter rules explain FILE…` says what became of each rule for a case.

"verified" means that the source itself was read; the others rest on custom, reasoning, or a source that was not read.

How well the tests watch the rules: of 2,128 mutants of the conditions in `adapter/rules` (cosmic-ray 8.7.0, the selection in
`cosmic-ray.toml`), 100 drawn at random were tried on 2026-11-29, and `tests/rules` catches 93: 71 by the examples of the rules
alone, and five by tests that were written for them. The seven others change nothing that can be seen (whether a dataclass is
frozen, how many values are kept in memory, which of two right ways is quicker).
"""
_GROUPS = {
    "RPT": "The report",
    "CON": "What excludes each other",
    "AI": "The AI output",
    "PHE": "Features",
    "MOL": "Molecular findings",
    "PRI": "Privacy",
    "TIM": "The timeline",
    "DOS": "Dates of service",
    "UNT": "Units",
    "DX": "Diagnoses",
    "COD": "Shapes of codes",
    "MEA": "Measurements",
    "PAT": "The patient",
    "POS": "Places of service",
    "REL": "Related codes",
    "MOD": "Modifiers",
    "TEL": "Telehealth",
    "PRV": "Providers",
    "TAX": "Taxonomy",
    "CMP": "What a claim needs",
    "COV": "Coverage",
    "CHG": "Charges",
    "PRE": "Before the service",
    "ORD": "Orders",
    "REF": "Keys that name others",
    "MAP": "What the output changes",
}


def page() -> str:
    """The whole page."""
    return START + "".join(_payers(_policies())) + "".join(_groups(_policies()))


def _policies() -> Policies:
    return load(Settings()).policies


def _payers(policies: Policies) -> Iterator[str]:
    yield "\n## Payers\n\n"
    yield "| policy | payer | telehealth modifier | units a day | 26 and TC | rests on |\n"
    yield "|---|---|---|---|---|---|\n"
    for policy in latest(policies):
        wanted, components = (text.replace("-", " ") for text in (policy.telehealth.modifier, policy.components))
        yield f"| `{policy.key}` | {policy.name} | {wanted} | {policy.unit_limit} | {components} | {policy.standing} |\n"


def _groups(policies: Policies) -> Iterator[str]:
    for prefix, title in _GROUPS.items():
        yield f"\n## {title}\n"
        for rule in RULES:
            if rule.id.split("-")[0] == prefix:
                yield from _rule(rule, policies)


def _rule(rule: Rule, policies: Policies) -> Iterator[str]:
    yield f"\n### {rule.id}: {rule.title}\n\n{rule.text}\n\n"
    yield f"- severity: {rule.severity}, type `{rule.code}`{_effect(rule)}\n"
    for variant in rule.variants:
        severity, code = variant.severity or rule.severity, variant.code or rule.code
        yield f"- or, {variant.name}: {severity}, type `{code}`{_text(variant.text)}\n"
    for policy in latest(policies):
        if rule.id in policy.severities:
            yield f"- {policy.name}: {policy.severities[rule.id]} ({policy.standing})\n"
    conditions = "; or ".join(condition.otherwise for condition in rule.applies)
    yield f"- not looked for if: {conditions}\n" if conditions else ""
    yield f"- source: {rule.source} ({'verified' if rule.verified else 'not verified'})\n"


def _effect(rule: Rule) -> str:
    said = {"draft": "", "none": ", says it only", "no-claim": ", no claim is made", "refuse": ", the input is refused"}
    return said[rule.effect]


def _text(text: str | None) -> str:
    return f": {text}" if text else ""


if __name__ == "__main__":
    PAGE.write_text(page())
