"""What the rules say of ten modifiers, alone and in pairs, for every visit, service and payer: one page for billers.

python -m tests.rules.decision_table.table    writes verdicts.md anew
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, partial
from itertools import combinations
from pathlib import Path
from typing import Any

from adapter.assembly import load
from adapter.case import Case
from adapter.issues import Severity
from adapter.rules.facts import facts_of
from adapter.rules.judgement import Judgement, judge
from adapter.rules.state import state_of
from adapter.rules.suggestion import TEN, Suggestion, suggest
from adapter.settings import Settings

PAGE = Path(__file__).parent / "verdicts.md"
POLICIES = {key: held[-1] for key, held in load(Settings()).policies.by_key.items()}
PAYERS = tuple(POLICIES)
MODES = ("in-person", "video", "audio", "store-and-forward")
_SIGNED = {"status": "signed", "reviewer": "dr", "signed_at": "2024-05-02T11:00:00-05:00", "conclusion": "Words."}
_BEGUN = {"started_at": "2024-05-02T09:00:00-05:00"}
SERVICES: Mapping[str, dict[str, Any]] = {
    "completed": {"procedure": {"status": "completed", **_BEGUN}, "review": _SIGNED},
    "reduced": {"procedure": {"status": "completed", **_BEGUN, "reduced_reason": "One view only."}, "review": _SIGNED},
    "stopped": {"procedure": {"status": "stopped", **_BEGUN, "stop_reason": "The child was ill."}},
    "not started": {"procedure": {"status": "not-done", "stop_reason": "The visit was cancelled."}},
}
SETS: tuple[tuple[str, ...], ...] = ((), *((each,) for each in TEN), *combinations(TEN, 2))
ADDRESS = {"line": ["1 Road"], "city": "Town", "state": "VT", "postal_code": "05000"}
_COVERAGE = {"member_id": "1EG4TE5MK73", "relationship": "self", "subscriber": "patient"}
_ANALYSIS = {"tool": {"product": "Tool", "app_version": "1"}, "outcome": "complete", "candidates": [{"rank": 1, "name": "One"}]}
_LETTER = {Severity.ERROR: "E", Severity.WARNING: "W", Severity.INFORMATION: "I"}
_ALL = "all"


def case_of(service: str, mode: str, modifiers: Iterable[str], payer: str) -> Case:
    """A case without other faults: one line of 0731T in the visit's place, by a geneticist with one photograph."""
    begun = service != "not started"
    line = {
        "code": "0731T",
        "units": 1,
        "modifiers": list(modifiers),
        "pos": "11" if mode == "in-person" else "10",
        "dos_start": "2024-05-02",
        "charge": 250,
        "dx_pointers": [1],
    }
    return Case.model_validate(
        {
            "id": "CASE-1",
            "test": True,
            "patient": {
                "mrn": "MRN-1",
                "family": "Doe",
                "given": ["Jo"],
                "sex": "female",
                "birth_date": "1990-03-01",
                "address": ADDRESS,
            },
            "practitioners": [{"key": "dr", "family": "Roe", "npi": "1234567893", "taxonomy": "207SG0201X", "role": "rendering"}],
            "organization": {"name": "Clinic", "npi": "1234567893", "tin": "00-0000001", "address": ADDRESS},
            "payer": {"name": "Payer", "payer_id": "P-1"},
            "coverage": {**_COVERAGE, "filing_indicator": next(iter(POLICIES[payer].filing_indicators), "CI")},
            "encounter": {"id": "E-1", "status": "finished", "mode": mode},
            "consent": {"status": "active", "date": "2024-05-01", "analysis": True},
            "images": [{"id": "i1", "url": "https://images.invalid/1.jpg"}] if begun else [],
            "analyses": [_ANALYSIS] if begun else [],
            "diagnoses": [{"icd10cm": "Q18.9", "certainty": "confirmed", "source": "clinician", "order": 1}],
            "billing": {"use": "claim", "created": "2024-05-03", "lines": [line]},
            **SERVICES[service],
        }
    )


@cache
def judgement(service: str, mode: str, modifiers: tuple[str, ...], payer: str) -> Judgement:
    """The judgement of such a case by the policy of a payer."""
    return judge(case_of(service, mode, modifiers, payer), policy=POLICIES[payer])


@cache
def suggestions(service: str, mode: str, payer: str) -> tuple[Suggestion, ...]:
    """What the facts of such a case without modifiers say of the ten."""
    case = case_of(service, mode, (), payer)
    return suggest(facts_of(case, state_of(case), POLICIES[payer]))


def rules_of(service: str, mode: str, modifiers: tuple[str, ...], payer: str) -> dict[str, Severity]:
    """The broken rules with the worst severity of each."""
    found: dict[str, Severity] = {}
    for issue in judgement(service, mode, modifiers, payer).issues:
        assert issue.rule is not None
        worst = {issue.severity, found.get(issue.rule, issue.severity)}
        found[issue.rule] = Severity.ERROR if Severity.ERROR in worst else min(worst, key=list(_LETTER).index)
    return found


def page() -> str:
    """The whole page."""
    return "".join([_HEAD, *_without(), *_alone(), *_pairs()])


_HEAD = """# Ten modifiers on a claim of 0731T

Written by `python -m tests.rules.decision_table.table`, and compared by a test: read each change before you commit it.

One line of 0731T, otherwise without fault, rendered by a geneticist (physician), in place 11 (in person) or 10 (other visits).
*completed*: the report is signed; *reduced*: the same, and a reason says that part was left out; *stopped*: begun, and ended
before a report; *not started*: cancelled before anything was done. E keeps the claim a draft, W warns, I informs. Where payers
differ, the letter for all comes first. Payers: {payers}. docs/payers.md says what their policies rest on.
""".format(payers=", ".join(PAYERS))


def _without() -> Iterator[str]:
    yield "\n## Without a modifier\n\n| service | visit | rules | claim |\n|---|---|---|---|\n"
    rows = _rows(lambda service, mode: (_said(_by_payer(service, mode, ())), _claim(service, mode, ())))
    for services, modes, (rules, claim) in rows:
        yield f"| {services} | {modes} | {rules} | {claim} |\n"


def _alone() -> Iterator[str]:
    yield "\n## One modifier\n\n"
    yield "What each adds to the above, and what it takes away (lifts). *Defended*: the facts speak for it.\n\n"
    yield "| modifier | service | visit | defended | rules | claim |\n|---|---|---|---|---|---|\n"
    for modifier in TEN:
        for services, modes, (defended, rules, claim) in _rows(partial(_single, modifier)):
            yield f"| {modifier} | {services} | {modes} | {defended} | {rules} | {claim} |\n"


def _pairs() -> Iterator[str]:
    yield "\n## Two modifiers\n\n"
    yield "Only what a pair adds to, or takes away from (lifts), what its two modifiers do alone. Pairs that\n"
    yield "are not named, and visits and services that are not named with a pair, do what both do.\n\n"
    yield "| pair | service | visit | rules |\n|---|---|---|---|\n"
    for pair in combinations(TEN, 2):
        for services, modes, (rules,) in _rows(partial(_interaction, pair)):
            if rules != "none":
                yield f"| {' '.join(pair)} | {services} | {modes} | {rules} |\n"


Cell = tuple[str, ...]


def _rows(cell: Callable[[str, str], Cell]) -> Iterator[tuple[str, str, Cell]]:
    """Services and visits with the same cell, together."""
    groups: dict[tuple[tuple[str, Cell], ...], list[str]] = {}
    for service in SERVICES:
        groups.setdefault(_modes({mode: cell(service, mode) for mode in MODES}), []).append(service)
    for rows, services in groups.items():
        for modes, content in rows:
            yield _ALL if len(services) == len(SERVICES) else ", ".join(services), modes, content


def _modes(cells: Mapping[str, Cell]) -> tuple[tuple[str, Cell], ...]:
    groups: dict[Cell, list[str]] = {}
    for mode, cell in cells.items():
        groups.setdefault(cell, []).append(mode)
    return tuple((_ALL if len(modes) == len(MODES) else ", ".join(modes), cell) for cell, modes in groups.items())


Found = dict[str, dict[str, Severity]]
"""By rule and payer, how bad it is."""


def _by_payer(service: str, mode: str, modifiers: tuple[str, ...]) -> Found:
    found: Found = {}
    for payer in PAYERS:
        for rule_id, severity in rules_of(service, mode, modifiers, payer).items():
            found.setdefault(rule_id, {})[payer] = severity
    return found


def _change(service: str, mode: str, modifiers: tuple[str, ...], before: Found) -> str:
    now = _by_payer(service, mode, modifiers)
    added = {rule_id: said for rule_id, said in now.items() if rule_id not in before}
    gone = [f"lifts {rule_id}" for rule_id in before if rule_id not in now]
    return ", ".join([*([_said(added)] if added else []), *gone]) or "none"


def _single(modifier: str, service: str, mode: str) -> Cell:
    change = _change(service, mode, (modifier,), _by_payer(service, mode, ()))
    return _defended(service, mode, modifier), change, _claim(service, mode, (modifier,))


def _interaction(pair: tuple[str, ...], service: str, mode: str) -> Cell:
    nothing, one, other = (_by_payer(service, mode, each) for each in ((), pair[:1], pair[1:]))
    gone = {rule_id for rule_id in nothing if rule_id not in one or rule_id not in other}
    return (_change(service, mode, pair, {k: v for k, v in (nothing | one | other).items() if k not in gone}),)


def _said(found: Found) -> str:
    return ", ".join(_rule(rule_id, said) for rule_id, said in found.items()) or "none"


def _rule(rule_id: str, said: Mapping[str, Severity]) -> str:
    letters = {payer: _LETTER[said[payer]] if payer in said else "none" for payer in PAYERS}
    usual = letters["default"]
    others = [f"{payer} {letter}" for payer, letter in letters.items() if letter != usual]
    return f"{rule_id} {usual}" + (f" ({', '.join(others)})" if others else "")


def _claim(service: str, mode: str, modifiers: tuple[str, ...]) -> str:
    return _of_payers({payer: judgement(service, mode, modifiers, payer).claim or "none" for payer in PAYERS})


def _defended(service: str, mode: str, modifier: str) -> str:
    said = {
        payer: next(
            "yes" if suggestion.defensible else "no"
            for suggestion in suggestions(service, mode, payer)
            if suggestion.modifier == modifier
        )
        for payer in PAYERS
    }
    return _of_payers(said)


def _of_payers(said: Mapping[str, str]) -> str:
    usual = said["default"]
    return "; ".join([usual, *(f"{payer}: {each}" for payer, each in said.items() if each != usual)])


if __name__ == "__main__":
    PAGE.write_text(page())
