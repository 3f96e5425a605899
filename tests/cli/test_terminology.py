"""`adapter terminology`: the answers of the service on the command line."""

import json
from typing import Any

import pytest

from tests.cli.ground import Run
from tests.web.ground import client, json_of

BASE = "https://0731t-adapter.invalid/fhir"
OURS = f"{BASE}/CodeSystem/procedure-modifier"
CPT = "http://www.ama-assn.org/go/cpt"


@pytest.mark.parametrize(
    ("line", "query"),
    [
        (
            "lookup procedure-modifier extent-reduced",
            f"CodeSystem/$lookup?system={OURS}&code=extent-reduced",
        ),
        (
            "validate cpt 95 --in claim-modifier-0731t --display Wrong",
            f"ValueSet/$validate-code?url={BASE}/ValueSet/claim-modifier-0731t&system={CPT}&code=95&display=Wrong",
        ),
        (
            "validate claim-edit MOD-45",
            f"CodeSystem/$validate-code?url={BASE}/CodeSystem/claim-edit&code=MOD-45",
        ),
        (
            "translate cpt 95 --by claim-to-modifier --to procedure-modifier",
            f"ConceptMap/$translate?url={BASE}/ConceptMap/claim-to-modifier&system={CPT}&code=95&targetsystem={OURS}",
        ),
        (
            "subsumes procedure-modifier extent extent-reduced",
            f"CodeSystem/$subsumes?system={OURS}&codeA=extent&codeB=extent-reduced",
        ),
    ],
)
def test_the_command_line_answers_what_the_service_answers(run: Run, line: str, query: str) -> None:
    done = run("terminology", *line.split(), "--json")

    assert json.loads(done.out) == json_of(client().get(f"/fhir/{query}"))


def expansion(run: Run, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("terminology", "expand", *arguments, "--json").out)["expansion"]
    return found


def test_an_expansion_is_filtered_and_cut(run: Run) -> None:
    one = expansion(
        run, "procedure-modifier", "--filter", "assisting", "--count", "1", "--offset", "1", "-p", "excludeNested=true"
    )

    assert [entry["code"] for entry in one["contains"]] == ["assistant-no-resident"]


def test_an_empty_filter_filters_nothing(run: Run) -> None:
    assert (
        run("terminology", "expand", "procedure-modifier", "--filter", "").out
        == run("terminology", "expand", "procedure-modifier").out
    )


def test_an_expansion_for_people_shows_what_is_within(run: Run) -> None:
    done = run("terminology", "expand", "procedure-modifier")

    assert done.code == 0
    assert any(line.split()[1:] == ["extent", "Extent"] for line in done.out.splitlines())
    assert "    extent-reduced" in done.out


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("validate cpt 95 --in claim-modifier-0731t", 0, "valid"),
        ("validate cpt AS --in claim-modifier-0731t", 1, "not valid"),
        ("validate hcpcs AS --in claim-modifier-0731t", 0, "valid"),
        ("validate procedure-modifier 52", 1, "not valid"),
        ("translate procedure-modifier extent-reduced --to cpt", 0, "52"),
        ("translate hcpcs ZZ --by claim-to-modifier", 1, "equivalence"),
        ("subsumes procedure-modifier telehealth telehealth-live-video", 0, "subsumes"),
        ("lookup procedure-modifier extent", 0, "abstract"),
    ],
)
def test_the_exit_code_is_the_verdict(run: Run, line: str, code: int, said: str) -> None:
    done = run("terminology", *line.split())

    assert (done.code, said in done.out) == (code, True)


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("lookup nowhere x", 2, "could not be found"),
        ("expand nowhere", 2, "could not be found"),
        ("expand procedure-modifier -p colour=red", 2, "no parameter of this name"),
        ("expand procedure-modifier -p activeOnly=perhaps", 1, "activeOnly"),
        ("validate procedure-modifier extent -p system=other", 1, "system may be sent once only"),
        ("expand procedure-modifier -p colour", 2, "not of the form NAME=VALUE"),
    ],
)
def test_a_refusal_says_why(run: Run, line: str, code: int, said: str) -> None:
    done = run("terminology", *line.split())

    assert done.code == code
    assert said in " ".join(done.err.split())
