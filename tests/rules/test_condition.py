"""When a rule has something to look at: each condition holds of one case, and not of another that is near."""

from collections.abc import Mapping
from typing import Any

import pytest

from adapter.rules import condition
from adapter.rules.circumstances import Circumstances
from adapter.rules.condition import Condition
from adapter.rules.facts import Facts, facts_of
from adapter.rules.policy import PayerPolicy, Telehealth
from adapter.rules.state import state_of
from tests.rules.ground import LINE, NO_REPORT, PREAUTHORIZATION, STOPPED, VISIT, VOID, WITHOUT_BILLING, case_of, line_of, sent

Changes = Mapping[str, Any]
NO_LINES: Changes = {"billing.lines": []}
NO_DAYS: Changes = {f"billing.lines[{line}].dos_start": None for line in range(4)}
NOBODY: Changes = {"practitioners": []}
CODED: Changes = {"practitioners[0].taxonomy": "207SG0201X"}
FILED_WITHIN_A_YEAR = PayerPolicy(filing_limit=12)
TODAY = Circumstances(today="2024-06-01")


def facts(changes: Changes, policy: PayerPolicy | None = None, circumstances: Circumstances | None = None) -> Facts:
    case = case_of(changes)
    return facts_of(case, state_of(case), policy or PayerPolicy(), circumstances=circumstances)


def telehealth(**terms: str) -> PayerPolicy:
    return PayerPolicy(telehealth=Telehealth.model_validate(terms))


HOLDS: list[tuple[str, Facts, Facts]] = [
    ("ASKED", facts(PREAUTHORIZATION), facts(WITHOUT_BILLING)),
    ("CLAIM", facts({}), facts(PREAUTHORIZATION)),
    ("BEFORE", facts(PREAUTHORIZATION), facts({})),
    ("BEFORE", facts({"billing.use": "predetermination"}), facts(WITHOUT_BILLING)),
    ("LINES", facts({}), facts(NO_LINES)),
    ("ANALYSIS", facts({f"{LINE}.code": "0731t"}), facts({f"{LINE}.code": "0732T"})),
    ("NO_ANALYSIS", facts({f"{LINE}.code": "0732T"}), facts({})),
    ("SAME_DAY", facts({}), facts({"billing.lines": [line_of("0731T")]})),
    ("SAME_DAY", facts({}), facts({"billing.lines": [line_of("0731T"), line_of("99213", dos_start="2024-05-03")]})),
    ("SPLIT", facts(sent("26", line=3)), facts({})),
    ("SPLIT", facts(sent("TC")), facts(sent("25"))),
    ("NOT_SPLIT", facts({}), facts({}, PayerPolicy(components="split"))),
    ("ANALYSIS_AND_VISIT", facts({}), facts({f"{VISIT}.code": "99203"})),
    ("ANALYSIS_AND_VISIT", facts({}), facts({f"{LINE}.dos_start": "2024-05-03"})),
    ("FINAL", facts({}), facts(NO_REPORT)),
    ("SIGNED", facts({"review.status": "amended"}), facts({"review.status": "in-progress"})),
    ("STOPPED", facts(STOPPED), facts({})),
    ("REASON_TO_REDUCE", facts({"procedure.reduced_reason": "One view."}), facts({})),
    ("DIAGNOSES", facts({}), facts({"diagnoses": []})),
    ("AI", facts({"ai.candidates": []}), facts({"ai": None})),
    ("CANDIDATES", facts({}), facts({"ai.candidates": []})),
    ("SCORES", facts({"ai.candidates[3].scores": [{"kind": "probability"}]}), facts({})),
    ("IMAGES", facts({"ai": None}), facts({"images": []})),
    ("FACE", facts({"ai": None} | WITHOUT_BILLING), facts({"ai": None, "images": []} | WITHOUT_BILLING)),
    ("FACE", facts({"images": []} | WITHOUT_BILLING), facts({"ai": None, "images": []} | WITHOUT_BILLING)),
    ("FACE", facts({"ai": None, "images": []}), facts({"ai": None, "images": []} | WITHOUT_BILLING)),
    ("PRACTITIONERS", facts({}), facts(NOBODY)),
    ("NPI", facts({"organization.npi": None}), facts({"organization.npi": None, **NOBODY})),
    ("NPI", facts(NOBODY), facts({"organization": None, **NOBODY})),
    ("TAXONOMY", facts(CODED), facts({})),
    ("LABEL", facts({**CODED, "practitioners[0].taxonomy_label": "Genetics"}), facts(CODED)),
    ("LABEL", facts({**CODED, "practitioners[0].taxonomy_label": "A"}), facts({"practitioners[0].taxonomy_label": "A"})),
    ("DAYS", facts({}), facts(NO_DAYS)),
    ("DAYS", facts({**NO_DAYS, f"{VISIT}.dos_end": "2024-05-02"}), facts(NO_LINES)),
    ("MADE", facts({"billing.created": "2024"}), facts({})),
    ("MADE", facts({}, circumstances=TODAY), facts({})),
    ("PUBLIC", facts({}, circumstances=Circumstances(to_public_server=True)), facts({})),
    ("SYSTEMS", facts(sent({"code": "52", "system": "urn:a"})), facts(sent("52"))),
    ("PLACES", facts({}), facts({"billing.lines": [line_of("0731T", pos=None)]})),
    ("UNITS", facts({"billing.lines": [line_of("0731T", units=0)]}), facts({"billing.lines": [line_of("0731T", units=None)]})),
    ("MODE", facts({"encounter.mode": "audio"}), facts({})),
    ("NOT_LIVE", facts({"encounter.mode": "store-and-forward"}), facts({"encounter.mode": "video"} | sent("GQ"))),
    ("NOT_LIVE", facts(sent("GQ")), facts({})),
    ("VISIT", facts({}), facts({f"{VISIT}.code": "36415"})),
    *[
        ("VISIT", facts({f"{VISIT}.code": visit}), facts({f"{VISIT}.code": other}))
        for visit, other in (("98000", "97999"), ("98016", "98017"), ("99202", "99201"), ("99499", "99500"), ("99213", "9921"))
    ],
    ("BEGUN", facts({}), facts({"procedure.started_at": None})),
    ("BEGUN", facts({"procedure.started_at": None, "encounter.start": "2024-05-02"}), facts({"procedure.started_at": None})),
    ("NOT_SENT_AHEAD", facts({"encounter.mode": "video"}), facts({"encounter.mode": "store-and-forward"})),
    ("CLOCK", facts({}, circumstances=TODAY), facts({})),
    ("FILING_LIMIT", facts({}, FILED_WITHIN_A_YEAR), facts({})),
    ("FILING_LIMIT", facts({"billing.frequency": "original"}, FILED_WITHIN_A_YEAR), facts(VOID, FILED_WITHIN_A_YEAR)),
    ("FILING_LIMIT", facts(WITHOUT_BILLING, FILED_WITHIN_A_YEAR), facts(WITHOUT_BILLING)),
    ("PERIOD", facts({"coverage.period": {"start": "2024"}}), facts({})),
    ("CONSENT", facts({}), facts({"consent": None})),
    ("PHENOTYPES", facts({"phenotypes": [{"hpo": "HP:0000316", "presence": "absent"}]}), facts({})),
    ("MOLECULAR", facts({"molecular": [{"result": "negative"}]}), facts({})),
    ("CLINICIAN", facts({"clinician_diagnoses": [{"name": "A", "certainty": "dismissed"}]}), facts({})),
    ("ORDERS", facts({"orders": [{"code": "81407"}]}), facts({})),
    ("GENE_TEST", facts({"orders": [{"code": "81406"}]}), facts({"orders": [{"code": "81407"}]})),
    ("GENE_TEST", facts({f"{VISIT}.code": "81406"}), facts({})),
    ("NOTICE", facts({}, PayerPolicy(notice="abn")), facts({})),
    ("NO_NOTICE", facts({}), facts({}, PayerPolicy(notice="abn"))),
    ("NOT_IN_PERSON", facts({}), facts({"encounter.mode": "in-person"})),
    ("TELEHEALTH_SENT", facts(sent("95")), facts(sent("52"))),
    ("TELEHEALTH_MODIFIER", facts({}, telehealth(modifier="required")), facts({}, telehealth(modifier="optional"))),
    ("TELEHEALTH_UNTIL", facts({}, telehealth(until="2027-12-31")), facts({})),
    ("TELEHEALTH_PLACE", facts({}), facts({}, telehealth(place="not-a-condition"))),
    ("NO_DEPENDANTS", facts({}, PayerPolicy(dependants=False)), facts({})),
    ("NO_DEPENDANTS", facts({"coverage.filing_indicator": "MB"}), facts({"coverage": None})),
    ("NOT_VOID", facts({"billing.frequency": "replacement"}), facts(VOID)),
    ("NOT_ORIGINAL", facts(VOID), facts({"billing.frequency": "original"})),
    ("NOT_ORIGINAL", facts({"billing.frequency": "replacement"}), facts(WITHOUT_BILLING)),
]
"""The name of a condition, facts of which it holds, and facts of which it does not."""

_OF_SEVERAL_POLICIES = {"SEVERAL_NAMES"}
"""It needs policies that are chosen by name, which the tests of the choice have."""


@pytest.mark.parametrize(("name", "near", "far"), HOLDS, ids=[f"{each[0]}:{number}" for number, each in enumerate(HOLDS)])
def test_a_condition_holds_of_one_case_and_not_of_another(name: str, near: Facts, far: Facts) -> None:
    known: Condition[Any] = getattr(condition, name)

    assert (known.holds(near), known.holds(far)) == (True, False)


def test_every_condition_has_both() -> None:
    named = {name for name, value in vars(condition).items() if isinstance(value, Condition)}

    assert named == {name for name, *_ in HOLDS} | _OF_SEVERAL_POLICIES
