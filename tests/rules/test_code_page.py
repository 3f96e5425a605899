"""The page of the code."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from adapter.assembly import load
from adapter.cli import adapter
from adapter.issues import NotFoundError
from adapter.rules.code_page import PAGE, as_markdown, describe_code
from adapter.rules.suggestion import TEN
from adapter.rules.taxonomy_codes import ABSENT, MEANING
from adapter.settings import Settings
from adapter.web.app import make_app

DOC = Path(__file__).parents[2] / "docs" / "code-0731t.md"


def subjects(title: str) -> list[str]:
    (section,) = (section for section in PAGE if title in section.title)
    return [fact.subject for fact in section.facts]


def test_the_page_has_ten_modifiers_five_taxonomy_rows_six_related_codes_and_five_payers() -> None:
    assert set(subjects("ten modifiers")) == set(TEN)
    assert all(code in MEANING or code in ABSENT for code in subjects("taxonomy"))
    assert [len(subjects(title)) for title in ("taxonomy", "related codes", "payers")] == [5, 6, 5]


def test_every_fact_has_a_source_and_a_certainty() -> None:
    assert all(fact.is_so and fact.source and fact.certainty for section in PAGE for fact in section.facts)


def test_the_documentation_is_the_page() -> None:
    assert DOC.read_text() == as_markdown(), "run `adapter code 0731T --markdown > docs/code-0731t.md`"


def test_the_command_line_shows_the_page() -> None:
    shown, told, page = (
        CliRunner().invoke(adapter, ["code", "0731t", *more]).stdout for more in ((), ("--json",), ("--markdown",))
    )

    assert "Indicators" in shown
    assert json.loads(told) == describe_code()
    assert page == as_markdown()


def test_another_code_has_no_page() -> None:
    with pytest.raises(NotFoundError):
        CliRunner().invoke(adapter, ["code", "99213"], standalone_mode=False, catch_exceptions=False)


def test_the_service_gives_the_page() -> None:
    assert make_app(load(Settings())).test_client().get("/codes/0731T").json == describe_code()
