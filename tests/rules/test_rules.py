"""Every rule that is looked for, with what breaks it and what nearly does."""

import itertools
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from adapter.case import Case
from adapter.rules.judgement import judge
from adapter.rules.registry import IMPLEMENTED

Make = Callable[[Mapping[str, Any]], Case]
Example = tuple[str, dict[str, Any], tuple[str, ...]]

LINE = "billing.lines[0]"
NO_REPORT = {"review": None}
STOPPED = {"procedure.status": "stopped", "review": None, f"{LINE}.modifiers": ["53"]}
PREAUTHORIZATION = {"billing.use": "preauthorization", "review": None, "procedure.status": "in-progress"}
WITHOUT_BILLING = {"billing": None}
TIMED_CONSENT = {"consent.date": "2024-05-02T09:00:00-05:00", "consent.expires": "2024-05-02T10:01:00-05:00"}
PHOTOGRAPH_DAYS = tuple(f"images[{at}].captured_at" for at in range(5))

EXAMPLES: list[Example] = [
    ("DOS-01", {f"{LINE}.dos_start": "2022-06-30"}, (f"{LINE}.dos_start",)),
    ("DOS-01", {f"{LINE}.dos_start": "2022-07-01"}, ()),
    ("DOS-01", {"billing.lines[1].dos_start": "2022-06-30"}, ()),
    ("DOS-01", {f"{LINE}.dos_start": None, f"{LINE}.dos_end": "2022-06-30"}, ()),
    ("DOS-03", {"billing.lines[1].dos_start": None}, ("billing.lines[1].dos_start",)),
    ("DOS-03", {f"{LINE}.dos_end": "2024-05-01"}, (f"{LINE}.dos_end",)),
    ("DOS-03", {f"{LINE}.dos_end": "2024-05-02"}, ()),
    ("DOS-03", {f"{LINE}.dos_end": "2024-05-03"}, ()),
    ("RPT-01", {"review.status": "in-progress"}, ("review.status",)),
    ("RPT-01", NO_REPORT, ("review.status",)),
    ("RPT-01", {"review.status": "withdrawn"}, ("review.status",)),
    ("RPT-01", {"review.status": "withdrawn", f"{LINE}.modifiers": ["53"]}, ("review.status",)),
    ("RPT-01", NO_REPORT | {f"{LINE}.modifiers": ["53"]}, ("review.status",)),
    ("RPT-01", STOPPED | {"billing.lines[1].code": "0731T"}, ("review.status",)),
    ("RPT-01", STOPPED | {f"{LINE}.code": "99203"}, ("review.status",)),
    ("RPT-01", STOPPED, ()),
    ("RPT-01", PREAUTHORIZATION, ()),
    ("RPT-01", NO_REPORT | WITHOUT_BILLING, ()),
    ("RPT-01", {"review.status": "amended"}, ()),
    ("RPT-01", {"review.status": "amended", "review.amendment": "appended"}, ()),
    ("RPT-02", {"review.reviewer": None}, ("review.reviewer",)),
    ("RPT-02", {"review": {"status": "amended"}}, ("review.reviewer", "review.signed_at", "review.conclusion")),
    ("RPT-02", {"review": {"status": "in-progress"}}, ()),
    ("RPT-02", STOPPED | {"review": {"status": "signed"}}, ()),
    ("RPT-03", {"review.reviewer": "Tool"}, ("review.reviewer",)),
    ("RPT-03", {"practitioners": []}, ("review.reviewer",)),
    ("RPT-03", {"review.reviewer": "np"}, ()),
    ("RPT-03", {"review.reviewer": None}, ()),
    ("RPT-03", {"review.reviewer": "Tool", "review.status": "in-progress"}, ()),
    ("RPT-03", NO_REPORT, ()),
    *[("RPT-04", {"procedure.status": status}, ("procedure.status",)) for status in ("preparation", "in-progress", "on-hold")],
    *[("RPT-04", {"procedure.status": status}, ("procedure.status",)) for status in ("not-done", "entered-in-error")],
    ("RPT-04", STOPPED, ()),
    ("RPT-04", {}, ()),
    ("RPT-04", PREAUTHORIZATION, ()),
    ("UNT-02", {"billing.lines[1].units": None}, ("billing.lines[1].units",)),
    ("UNT-02", {f"{LINE}.units": 0}, (f"{LINE}.units",)),
    ("UNT-02", {f"{LINE}.units": -1}, (f"{LINE}.units",)),
    ("UNT-02", {f"{LINE}.units": Decimal("1.5")}, (f"{LINE}.units",)),
    ("UNT-02", {f"{LINE}.units": Decimal("0.999999999999999999999999999")}, (f"{LINE}.units",)),
    ("UNT-02", {f"{LINE}.units": Decimal("1.0")}, ()),
    ("UNT-02", {f"{LINE}.units": Decimal("1E+20")}, ()),
    ("UNT-02", {f"{LINE}.units": 10**12}, ()),
    ("DX-01", {"diagnoses": []}, ("diagnoses",)),
    ("DX-01", {"billing.lines[2].dx_pointers": []}, ("billing.lines[2].dx_pointers",)),
    ("DX-01", {f"{LINE}.dx_pointers": [2, 3]}, (f"{LINE}.dx_pointers[1]",)),
    ("DX-01", {f"{LINE}.dx_pointers": [0]}, (f"{LINE}.dx_pointers[0]",)),
    ("DX-01", PREAUTHORIZATION | {"diagnoses": []}, ("diagnoses",)),
    ("DX-01", {"diagnoses[0].order": None, "diagnoses[1].order": None}, ()),
    ("DX-01", {"diagnoses": []} | WITHOUT_BILLING, ()),
    ("DX-02", {"diagnoses[1].certainty": "suspected"}, ("diagnoses[1].certainty",)),
    ("DX-02", {"diagnoses[1].certainty": "ruled-out"}, ("diagnoses[1].certainty",)),
    ("DX-02", {"diagnoses[1].certainty": None}, ("diagnoses[1].certainty",)),
    ("DX-02", {"diagnoses[0].source": "ai"}, ("diagnoses[0].source",)),
    ("DX-02", {"diagnoses[0].source": None}, ()),
    ("DX-02", {"diagnoses[0].certainty": "suspected"} | WITHOUT_BILLING, ()),
    ("MOD-01", {f"{LINE}.modifiers": ["22", "26", "52", "80", "95"]}, (f"{LINE}.modifiers[4]",)),
    ("MOD-01", {f"{LINE}.modifiers": ["22", "26", "52", "80", "95", "TG"]}, (f"{LINE}.modifiers[4]",)),
    ("MOD-01", {f"{LINE}.modifiers": ["22", "26", "52", "80"]}, ()),
    ("MOD-02", {f"{LINE}.modifiers": ["tc", "95", " TC "]}, (f"{LINE}.modifiers[2]",)),
    ("MOD-02", {f"{LINE}.modifiers": ["52", "52", "52"]}, (f"{LINE}.modifiers[1]", f"{LINE}.modifiers[2]")),
    ("MOD-02", {f"{LINE}.modifiers": ["TC", "TG"]}, ()),
    ("MOD-02", {f"{LINE}.modifiers": ["25"]}, ()),
    ("MOD-10", {f"{LINE}.modifiers": ["53", "95", "52"]}, (f"{LINE}.modifiers[2]",)),
    ("MOD-10", {"billing.lines[1].modifiers": ["52", "53"]}, ("billing.lines[1].modifiers[1]",)),
    ("MOD-10", {f"{LINE}.modifiers": ["52", "95"], "billing.lines[1].modifiers": ["53", "25"]}, ()),
    ("MOD-14", {f"{LINE}.modifiers": ["95", "53"]}, (f"{LINE}.modifiers[1]",)),
    ("MOD-14", STOPPED | {"review": {"status": "amended"}}, (f"{LINE}.modifiers[0]",)),
    ("MOD-14", STOPPED | {"review": {"status": "withdrawn"}}, ()),
    ("MOD-14", STOPPED, ()),
    ("MOD-14", {"billing.lines[1].modifiers": ["53"]}, ()),
    ("MOD-15", STOPPED | {"procedure.status": "not-done"}, (f"{LINE}.modifiers[0]",)),
    ("MOD-15", STOPPED | {"procedure.started_at": None}, (f"{LINE}.modifiers[0]",)),
    ("MOD-15", STOPPED, ()),
    ("MOD-15", {"procedure.started_at": None}, ()),
    ("MOD-18", STOPPED | {f"{LINE}.modifiers": ["52"]}, (f"{LINE}.modifiers",)),
    ("MOD-18", STOPPED | {"billing.lines[2].code": "0731T"}, ("billing.lines[2].modifiers",)),
    ("MOD-18", STOPPED, ()),
    ("MOD-18", STOPPED | {f"{LINE}.modifiers": [], "billing.use": "preauthorization"}, ()),
    ("AI-02", {"ai.candidates[0].rank": 2}, ("ai.candidates[0].rank", "ai.candidates[1].rank")),
    ("AI-02", {"ai.candidates[4].rank": None}, ("ai.candidates[4].rank",)),
    ("AI-02", {"ai.candidates[9].rank": 9}, ("ai.candidates[9].rank",)),
    ("AI-02", {"ai.candidates[9].rank": 11}, ("ai.candidates[9].rank",)),
    ("AI-02", {"ai.candidates": [{"rank": 0, "name": "A"}, {"rank": 1, "name": "B"}]}, ("ai.candidates[0].rank",)),
    ("AI-02", {"ai.candidates": [{"rank": 1, "name": "A"}]}, ()),
    ("AI-02", {"ai.candidates": []}, ()),
    ("AI-02", {"ai": None}, ()),
    ("AI-04", NO_REPORT | {"ai.candidates[3].status": "final"}, ("ai.candidates[3].status",)),
    ("AI-04", {"review.status": "withdrawn", "ai.candidates[3].status": "final"}, ("ai.candidates[3].status",)),
    ("AI-04", {"ai.candidates[3].status": "final"}, ()),
    ("AI-04", NO_REPORT, ()),
    ("AI-04", NO_REPORT | {"ai": None}, ()),
    ("PRI-01", {"consent": None}, ("consent",)),
    ("PRI-01", {"consent": None, "images": []}, ("consent",)),
    ("PRI-01", {"consent": None, "ai": None}, ("consent",)),
    *[("PRI-01", {"consent.status": status}, ("consent.status",)) for status in ("proposed", "rejected", "inactive")],
    ("PRI-01", {"consent.status": "rejected", "images": [], "ai": None}, ("consent.status",)),
    ("PRI-01", {"consent.analysis": False}, ("consent.analysis",)),
    ("PRI-01", {"consent.date": "2024-05-03"}, (*PHOTOGRAPH_DAYS, "ai.started_at", "ai.finished_at")),
    ("PRI-01", {"consent.date": "2024-05-02T09:00:01-05:00"}, PHOTOGRAPH_DAYS),
    ("PRI-01", {"consent.date": "2024-05-02T15:00:01Z"}, (*PHOTOGRAPH_DAYS, "ai.started_at")),
    ("PRI-01", {"consent.expires": "2024-05-02T10:00:59-05:00"}, ("ai.finished_at",)),
    ("PRI-01", {"consent.expires": "2024-05-02T16:00:59+01:00"}, ("ai.finished_at",)),
    ("PRI-01", {"consent.expires": "2024-05-01", "images": []}, ("ai.started_at", "ai.finished_at")),
    ("PRI-01", TIMED_CONSENT, ()),
    ("PRI-01", {"consent.date": "2024-05-02T14:00:00Z"}, ()),
    ("PRI-01", {"consent.date": "2024-05-02", "consent.expires": "2024-05-02"}, ()),
    ("PRI-01", {"consent.date": "2024", "consent.expires": "2024-05"}, ()),
    ("PRI-01", {"consent.date": None, "consent.expires": None, "consent.analysis": None}, ()),
    ("PRI-01", {"consent.date": "2024-05-03", "images": [{"id": "i"}], "ai.started_at": None, "ai.finished_at": None}, ()),
    ("PRI-01", {"consent.date": "2024-05-03", "images": [], "ai": None}, ()),
    ("PRI-01", {"consent": None, "images": [], "ai": None}, ()),
    ("PRI-01", {"consent.status": "proposed", "images": [], "ai": None}, ()),
    ("PRI-01", {"consent.status": "rejected", "images": [], "ai": None} | WITHOUT_BILLING, ()),
    ("PRI-02", {"images[1].data": "AAAA"}, ("images[1].data",)),
    ("PRI-02", {"images[1].url": "Data:image/jpeg;base64,AAAA"}, ("images[1].url",)),
    ("PRI-02", {"images[1].url": "https://images.invalid/data:1"}, ()),
    ("PRI-02", {"images[1].url": None}, ()),
    ("PRI-04", {"images[1].url": "https://reader:word@images.invalid/1"}, ("images[1].url",)),
    ("PRI-04", {"images[1].url": "HTTPS://reader@images.invalid/1"}, ("images[1].url",)),
    ("PRI-04", {"images[1].url": "//reader@images.invalid/1"}, ("images[1].url",)),
    ("PRI-04", {"images[1].url": "https://images.invalid/1?w=2&X-AMZ-Signature=ab"}, ("images[1].url",)),
    ("PRI-04", {"images[1].url": "https://images.invalid/1?SIG=ab"}, ("images[1].url",)),
    ("PRI-04", {"images[1].url": "https://images.invalid/1#access_token=ab"}, ("images[1].url",)),
    ("PRI-04", {"images[1].url": "https://images.invalid/1?token"}, ("images[1].url",)),
    ("PRI-04", {"images[1].url": "https://images.invalid/sig=1/reader@1?size=2&monkey=3&keys=4"}, ()),
    ("PRI-04", {"images[1].url": "urn:uuid:7a1c0a3e-0000-4000-8000-000000000000"}, ()),
    ("PRI-04", {"images[1].url": None}, ()),
    ("PRV-NPI", {"practitioners[1].npi": "1234567894"}, ("practitioners[1].npi",)),
    ("PRV-NPI", {"practitioners[1].npi": "1234567839"}, ("practitioners[1].npi",)),
    ("PRV-NPI", {"practitioners[1].npi": "123456789"}, ("practitioners[1].npi",)),
    ("PRV-NPI", {"practitioners[1].npi": "12345678931"}, ("practitioners[1].npi",)),
    ("PRV-NPI", {"practitioners[1].npi": "١٢٣٤٥٦٧٨٩٣"}, ("practitioners[1].npi",)),
    ("PRV-NPI", {"organization.npi": "1245319598"}, ("organization.npi",)),
    ("PRV-NPI", {"practitioners[1].npi": None, "organization.npi": None}, ()),
    ("PRV-NPI", {"organization": None}, ()),
    ("PRV-NPI", {"organization.npi": "1245319599"}, ()),
    ("COV-01", {"coverage": None, "payer": None}, ("coverage", "payer")),
    ("COV-01", {"payer": None}, ("payer",)),
    ("COV-01", {"coverage": None, "payer": None} | WITHOUT_BILLING, ()),
    ("COV-01", PREAUTHORIZATION, ()),
    ("PRV-ORG", {"organization": None}, ("organization",)),
    ("PRV-ORG", {"organization": None} | WITHOUT_BILLING, ()),
    ("PRV-ORG", PREAUTHORIZATION, ()),
]


@pytest.mark.parametrize(("rule", "changes", "fields"), EXAMPLES)
def test_a_rule_names_exactly_the_fields_that_break_it(
    make: Make, rule: str, changes: dict[str, Any], fields: tuple[str, ...]
) -> None:
    judgement = judge(make(changes))

    assert tuple(issue.field for issue in judgement.issues if issue.rule == rule) == fields


def test_every_rule_that_is_looked_for_has_an_example_and_a_near_miss() -> None:
    assert {rule for rule, _, fields in EXAMPLES if fields} == IMPLEMENTED
    assert {rule for rule, _, fields in EXAMPLES if not fields} == IMPLEMENTED


def _part(annotation: object) -> type[BaseModel]:
    inner = [annotation, *get_args(annotation), *itertools.chain(*map(get_args, get_args(annotation)))]
    return next(kind for kind in inner if isinstance(kind, type) and issubclass(kind, BaseModel))


@pytest.mark.parametrize("path", sorted({field for _, _, fields in EXAMPLES for field in fields}))
def test_a_blamed_field_is_a_field_of_the_case(path: str) -> None:
    *parents, last = re.sub(r"\[[0-9]+\]", "", path).split(".")
    model: type[BaseModel] = Case
    for step in parents:
        model = _part(model.model_fields[step].annotation)

    assert last in model.model_fields


def test_a_missing_rank_suggests_the_place_in_the_list(make: Make) -> None:
    (issue,) = judge(make({"ai.candidates[4].rank": None})).issues

    assert issue.suggestion == "5"
