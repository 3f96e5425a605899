"""One vocabulary, plain English, small functions: what the house says of itself in numbers."""

import ast
import re
import statistics
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# What a stranger stumbles over, as patterns; the reason is what to write instead.
BANNED = {
    r"can not": "cannot",
    r"mend(?:s|ed|ing)?": "fix",
    r"who does": "name who or what",
    r"[Tt]his is no": "this is not a …",
    r"a file of yours": "the file, by its name",
    r"looking around": "lookaround",
    r"(?:is|are) none of": "is not one of",
    r"(?:this|that) is none": "say what it is not",
    r"(?:that|which|who) (?:is|are) no (?!longer)": "that is not a …",
    r"sound and picture": "audio and video",
    r"is to be (?:refused|created|merged)": "will be …, or: as expected",
    r"(?:the visit|the file|the value|the code|which|that|what|it) is none": "is not a …, or: there is none",
}
SWEPT = (".py", ".md", ".yaml", ".toml", "Makefile")
UNSWEPT = ("docs/decisions.md", "tests/test_vocabulary.py")  # history, and this list itself

# The figures of "What it must reach" (issue 9).
MOST = {"noqa": 60, "lazy imports": 5, "Any": 150, "median lines of a function": 5, "functions over 30 lines": 0}


@cache
def files() -> tuple[str, ...]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return tuple(sorted(name for name in set(listed) if name and (ROOT / name).is_file()))


@cache
def trees() -> dict[str, ast.Module]:
    return {
        name: ast.parse((ROOT / name).read_text()) for name in files() if name.startswith("adapter/") and name.endswith(".py")
    }


def functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for name, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{name}:{node.name}", node


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines of a body, without its docstring: what must be read to know what it does."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def is_lazy(function: ast.AST) -> Iterator[ast.AST]:
    return (node for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom))


def repeated(names: Iterator[tuple[str, str]]) -> dict[str, list[str]]:
    places: defaultdict[str, list[str]] = defaultdict(list)
    for name, place in names:
        places[name].append(place)
    return {name: found for name, found in places.items() if len(found) > 1}


def classes() -> Iterator[tuple[str, str]]:
    for name, tree in trees().items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                yield node.name, name


def modules() -> Iterator[tuple[str, str]]:
    """Doors are named after what they open (`cli/rules.py`, `web/fhir/package.py`): the same word, the same thing."""
    for name in trees():
        if not name.startswith(("adapter/cli/", "adapter/web/api/", "adapter/web/fhir/")) and not name.endswith("__init__.py"):
            yield Path(name).stem, name


def figures() -> dict[str, float]:
    lengths = [lines_of(function) for _, function in functions()]
    nodes = [node for tree in trees().values() for node in ast.walk(tree)]
    return {
        "noqa": sum(len(re.findall(r"#\s*noqa", (ROOT / name).read_text())) for name in trees()),
        "lazy imports": len({node for _, function in functions() for node in is_lazy(function)}),
        "Any": sum(isinstance(node, ast.Name) and node.id == "Any" for node in nodes),
        "median lines of a function": statistics.median(lengths),
        "functions over 30 lines": sum(length > 30 for length in lengths),
    }


def test_the_name_of_a_public_class_means_one_thing() -> None:
    assert repeated(classes()) == {}


def test_the_name_of_a_module_means_one_thing() -> None:
    assert repeated(modules()) == {}


def test_every_public_class_of_the_glossary_exists() -> None:
    named = re.findall(r"^\| `(\w+)` \|", (ROOT / "docs/glossary.md").read_text(), re.MULTILINE)

    assert named
    assert set(named) <= {name for name, _ in classes()}


@pytest.mark.parametrize("phrase", BANNED)
def test_a_phrase_that_strangers_stumble_over_is_gone(phrase: str) -> None:
    pattern = re.compile(rf"\b{phrase}\b")
    swept = [name for name in files() if name.endswith(SWEPT) and name not in UNSWEPT]

    actual = [name for name in swept if pattern.search((ROOT / name).read_text())]

    assert actual == [], f"write instead: {BANNED[phrase]}"


def test_the_figures_of_the_house(capsys: pytest.CaptureFixture[str]) -> None:
    actual = figures()

    with capsys.disabled():
        print("\n" + ", ".join(f"{name}: {figure:g} (at most {MOST[name]})" for name, figure in actual.items()))  # noqa: T201 - the figures are meant to be seen
    assert {name: figure for name, figure in actual.items() if figure > MOST[name]} == {}
