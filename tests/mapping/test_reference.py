"""docs/mapping-language.md is true: its examples run, its tables are those of the code."""

import ast
import json
import os
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from adapter.conversion import Options
from adapter.mapping import functions
from adapter.mapping.check.list_form import LIST_FORMS
from adapter.mapping.function import functions_of
from adapter.mapping.shape import shape_of_json_schema
from adapter.mapping.types import Kind, Shape, accepts
from adapter.readers.document import ReadDocument
from adapter.readers.input_form import input_form, structure_issues
from tests.mapping.ground import case_of, load, make_document, mapping_context, resources
from tests.mapping.test_mistakes import reported_codes

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "mapping-language.md"
_FENCE = re.compile(r"^```(\w+)(?: ([^\n]+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, the word behind it, its text, and its line."""

    language: str
    word: str
    text: str
    line: int


def blocks() -> list[Block]:
    page = PAGE.read_text()
    return [
        Block(language=found[1], word=found[2] or "", text=found[3], line=page[: found.start()].count("\n") + 1)
        for found in _FENCE.finditer(page)
    ]


def examples() -> Iterator[tuple[Block, dict[str, Block]]]:
    """Each map of the page with the JSON blocks around it: `schema` before it, `case` or `sent`, and `made` behind it."""
    last: Block | None = None
    around: dict[str, Block] = {}
    for block in blocks():
        if block.language == "yaml" or block.word == "schema":
            if last is not None:
                yield last, around
                around = {}
            last = block if block.language == "yaml" and not block.word else None
        if block.language == "json":
            around[block.word] = block
    assert last is None, "the last map of the page belongs to a folder of one's own"


FORMS, MAPS = ([each for each in examples() if ("schema" in each[1]) is wanted] for wanted in (True, False))


def with_numbered_ids(made: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What was made, with ids that a reader can follow, also in references."""
    text = json.dumps(made)
    for number, each in enumerate(made, start=1):
        text = text.replace(each["id"], f"ID-{number}")
    numbered: list[dict[str, Any]] = json.loads(text)
    return numbered


def test_every_block_is_of_a_kind_that_is_run() -> None:
    kinds = {(block.language, "path" if "/" in block.word else block.word) for block in blocks()}

    assert kinds == {
        ("yaml", ""),
        ("yaml", "path"),
        ("json", "case"),
        ("json", "sent"),
        ("json", "made"),
        ("json", "schema"),
        ("console", ""),
    }


@pytest.mark.parametrize(("example", "around"), MAPS, ids=lambda each: f"line-{each.line}" if isinstance(each, Block) else "")
def test_a_map_makes_what_the_page_says(example: Block, around: dict[str, Block]) -> None:
    parts = json.loads(around["case"].text) if "case" in around else {}

    actual = resources(load(example.text), case_of(**parts))

    assert actual
    if "made" in around:
        assert json.loads(around["made"].text) == with_numbered_ids(actual)


def test_another_input_form_becomes_what_the_page_says() -> None:
    ((example, around),) = FORMS
    schema, sent, expected = (json.loads(around[name].text) for name in ("schema", "sent", "made"))
    library = load(example.text, sources={"visit": shape_of_json_schema(schema, "visit")})
    document = ReadDocument(name="visit.json", form="visit", tree=sent)

    assert structure_issues(input_form("visit", schema), document) == []
    assert expected == make_document(library, sent)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder that holds the files of the page, beside our examples."""
    made = tmp_path_factory.mktemp("reader")
    (made / "fhir_examples").symlink_to(ROOT / "fhir_examples")
    for block in blocks():
        if block.language == "yaml" and block.word:
            file = made / block.word
            file.parent.mkdir(parents=True)
            file.write_text(block.text)
    return made


@pytest.mark.parametrize(
    "block", [each for each in blocks() if each.language == "console"], ids=lambda block: f"line-{block.line}"
)
def test_a_command_says_what_the_page_says(block: Block, folder: Path) -> None:
    command, *expected = block.text.splitlines()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    done = subprocess.run(
        [sys.executable, "-c", "from adapter.cli import main; main()", *command.removeprefix("$ adapter ").split()],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    actual = [line.rstrip() for line in done.stdout.splitlines()]

    assert len(expected) == len(actual), done.stdout + done.stderr
    for said, found in zip(expected, actual, strict=True):
        assert found.startswith(said.removesuffix("…")) if said.endswith("…") else said.rstrip() == found


def test_the_table_of_functions_is_current() -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "make_function_table.py"))

    assert script["page_with_table"](PAGE.read_text()) == PAGE.read_text(), "run scripts/make_function_table.py"


def rows_below(heading: str) -> list[list[str]]:
    section = PAGE.read_text().split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def names_in(cell: str) -> set[str]:
    return set(re.findall(r"`([\w.]+)`", cell))


def test_the_table_of_types_says_what_the_check_says() -> None:
    said = {name: names_in(row[1]) for row in rows_below("Types") for name in names_in(row[0])}
    together = {name: names_in(row[0]) for row in rows_below("Types") for name in names_in(row[0]) if "each other" in row[1]}

    assert all(accepts(element, other) for element, others in said.items() for other in others)
    assert all(accepts(one, other) and accepts(other, one) for one, others in together.items() for other in others)


def test_the_table_of_names_names_every_field_and_every_switch() -> None:
    roots = mapping_context().roots
    cells = {row[0].strip("`"): row[1] for row in rows_below("A map") if row[0].strip("`") in roots}

    assert cells.keys() == roots.keys()
    assert {*roots["judgement"].fields, *state_fields()} - {"state"} <= names_in(cells["judgement"])
    assert set(Options.model_fields) <= names_in(cells["options"])


def state_fields() -> set[str]:
    state = mapping_context().roots["judgement"].fields["state"].type
    assert isinstance(state, Shape)
    return set(state.fields)


def expressions() -> list[ast.expr]:
    """Expressions within the text that call something and leave nothing out."""
    texts = [match for match in re.findall(r"`([a-z_]+\([^`]+\))`", _FENCE.sub("", PAGE.read_text())) if "…" not in match]
    return [ast.parse(text, mode="eval").body for text in dict.fromkeys(texts) if text != "ref(name of a map)"]


EXPRESSIONS = expressions()


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=ast.unparse)
def test_an_expression_in_the_text_calls_what_there_is(expression: ast.expr) -> None:
    known = functions_of(functions)
    for call in (node for node in ast.walk(expression) if isinstance(node, ast.Call)):
        assert isinstance(call.func, ast.Name)
        if call.func.id in known:
            found = known[call.func.id]
            count = len(call.args)
            assert count == len(found.takes) or (found.rest and count > len(found.takes))
        else:
            assert call.func.id in {*LIST_FORMS, "ref", "index", "is_null"}


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=ast.unparse)
def test_an_expression_in_the_text_names_fields_that_there_are(expression: ast.expr) -> None:
    for node in (each for each in ast.walk(expression) if isinstance(each, ast.Attribute)):
        *steps, root = ast.unparse(node).split(".")[::-1]
        made: Shape | Kind | None = mapping_context().roots.get(root)
        while steps and made is not None:
            assert isinstance(made, Shape)
            made = made.fields[steps.pop()].type


def test_the_table_of_problems_names_every_code_once() -> None:
    codes = [row[0].strip("`") for row in rows_below("Problems")]

    assert len(codes) == len(set(codes))
    assert set(codes) == set(reported_codes())


def test_the_table_of_problems_says_what_to_do() -> None:
    assert all(len(row) == 3 and all(row) for row in rows_below("Problems"))


def test_the_table_of_forms_names_every_form() -> None:
    named = {name for row in rows_below("Forms") for name in re.findall(r"`(\w+)\(", row[0])}

    assert named == {*LIST_FORMS, "ref", "index", "is_null"}
