"""docs/conformance.md: what it shows is read as the adapter reads it, and its tables are whole."""

import json
import re
from pathlib import Path

import pytest

from adapter.client.sign_in_file import read_sign_ins
from adapter.conformance.case_file import SUPPLIED, CaseTerms, Expectation, Step, read_case_files
from adapter.conformance.verdict import CaseVerdict

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "conformance.md").read_text()
SIGN_INS, CASES = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def names_in_table(head: str) -> set[str]:
    """The names in the first column of the table with this head."""
    rows = PAGE.partition(f"| {head} |")[2].partition("\n\n")[0].splitlines()[2:]
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])}


def test_the_file_of_sign_ins_can_be_read() -> None:
    found = read_sign_ins(SIGN_INS, "sign-ins.yaml", read=lambda name: f"text of {name}")

    assert len(found) == SIGN_INS.count("server:")


def test_the_case_can_be_read() -> None:
    assert [case.identity for case in read_case_files({"allergy.yaml": CASES})] == ["allergy/keep"]


@pytest.mark.parametrize(
    ("head", "names"),
    [
        ("verdict", {verdict.value for verdict in CaseVerdict}),
        ("key of a case", set(CaseTerms.model_fields)),
        ("key of a step", set(Step.model_fields)),
        ("key of an expectation", set(Expectation.model_fields)),
    ],
)
def test_a_table_is_whole(head: str, names: set[str]) -> None:
    assert names_in_table(head) == names


def test_every_variable_of_every_kind_is_named() -> None:
    assert all(f"`{name}`" in PAGE for names in SUPPLIED.values() for name in names)


def test_what_two_servers_differ_in_is_explained() -> None:
    hapi, medplum = (
        json.loads((ROOT / "tests" / "conformance" / f"{name}.json").read_text())["cases"] for name in ("hapi", "medplum")
    )
    rows = PAGE.partition("| cases | HAPI | Medplum | why |")[2].partition("\n\n")[0]
    operations = ("validation/", "terminology/")

    for case in hapi:
        if hapi[case] != medplum[case] and not case.startswith(operations):
            assert re.search(rf"`{case}`.*\| {hapi[case]} \| {medplum[case]} \|", rows), case
