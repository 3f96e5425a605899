"""Every mistake that a mapping file can hold is reported at its place, with a code and a hint."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapter.mapping.bad_mapping import BadMappingError
from adapter.strict_yaml.problem import Problem
from tests.mapping.ground import load

FOLDER = Path(__file__).parent / "mistakes"
ADAPTER = Path(__file__).parent.parent.parent / "adapter"
FILES = sorted(FOLDER.glob("*.yaml"))

_EXPECTED = re.compile(r"# (\d+):(\d+): ([a-z-]+): (.+)")


def problems_of(text: str) -> list[Problem]:
    with pytest.raises(BadMappingError) as caught:
        load(text)
    return caught.value.problems


def expected_of(text: str) -> list[re.Match[str]]:
    """The comment lines at the head of a file: `# line:column: code: a piece of the hint`."""
    found: list[re.Match[str]] = []
    for line in text.splitlines():
        match = _EXPECTED.fullmatch(line)
        if match is None:
            return found
        found.append(match)
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_mistake_is_reported_where_it_stands(file: Path) -> None:
    text = file.read_text()
    expected = expected_of(text)

    actual = problems_of(text)

    assert [(int(each[1]), int(each[2]), each[3]) for each in expected] == [
        (each.mark.line, each.mark.column, each.code) for each in actual
    ]
    for said, found in zip(expected, actual, strict=True):
        assert said[4] in found.hint
        assert found.message


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_mistake_is_filed_under_its_code(file: Path) -> None:
    codes = {each[3] for each in expected_of(file.read_text())}

    assert any(file.stem == code or file.stem.startswith(code + "-") for code in codes)


def reported_codes() -> Iterator[str]:
    """All codes that the engine's sources can report."""
    for file in sorted([*(ADAPTER / "mapping").rglob("*.py"), ADAPTER / "strict_yaml" / "nodes.py"]):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and node.args and _reports(node.func):
                yield from _texts(node.args[0])


def _reports(called: ast.expr) -> bool:
    name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
    return name in ("problem", "error", "unknown", "_say")


def _texts(node: ast.expr) -> list[str]:
    if isinstance(node, ast.IfExp):
        return [*_texts(node.body), *_texts(node.orelse)]
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def test_every_code_has_an_example() -> None:
    exemplified = {each[3] for file in FILES for each in expected_of(file.read_text())}

    assert set(reported_codes()) == exemplified


def test_all_mistakes_are_reported_at_once_and_in_their_order() -> None:
    first, second = (FOLDER / f"{name}.yaml" for name in ("unknown-element", "unknown-function"))
    text = first.read_text() + "---\n" + second.read_text().replace("map: ", "map: other_")

    codes = [problem.code for problem in problems_of(text)]

    assert codes == ["unknown-element", "unknown-function"]


def test_a_mistake_reads_as_one_line_that_editors_understand() -> None:
    with pytest.raises(BadMappingError) as caught:
        load((FOLDER / "unknown-element.yaml").read_text())

    line = str(caught.value)

    assert line.startswith("maps.yaml:")
    assert re.fullmatch(r"maps\.yaml:\d+:\d+: unknown-element: .+ \(.+\)", line)


def test_a_mistake_is_an_issue_with_its_place_as_location() -> None:
    (found,) = problems_of((FOLDER / "unknown-element.yaml").read_text())

    issue = found.to_issue("map")

    assert issue.rule == "map/unknown-element"
    assert issue.location == (str(found.mark),)
    assert issue.suggestion == found.hint
    assert issue.is_error


def test_a_document_without_content_between_others_is_no_mistake() -> None:
    text = "---\n---\nmap: patient\ntarget: Patient\nresource:\n  id: =case.patient.mrn\n"

    assert [each.name for each in load(text).maps] == ["patient"]


LEVELS = 25
HEAD = "map: m\ntarget: Patient\n"
ID = "  id: =stable_id('Patient', case.patient.mrn)\n"


def test_fragments_that_use_others_twice_cost_no_more_than_their_limit() -> None:
    """Of twenty-five levels there would be 2^25 uses."""
    uses = "".join(
        f"---\nfragment: f{level}(x)\ntarget: Extension\nelements:\n  url: http://a\n  extension:\n"
        f"    - use: f{level + 1}(x)\n    - use: f{level + 1}(x)\n"
        for level in range(LEVELS)
    )
    last = f"---\nfragment: f{LEVELS}(x)\ntarget: Extension\nelements:\n  url: http://z\n  valueString: =x\n"
    problems = problems_of(f"{HEAD}resource:\n{ID}  extension:\n    - use: f0(case.patient.mrn)\n{uses}{last}")

    assert [problem.message for problem in problems if problem.code == "fragment"] == [
        "the map uses more than 1000 fragments, those in fragments included"
    ]


def test_names_that_double_what_is_computed_cost_no_more_than_their_limit() -> None:
    names = "".join(f"  a{level + 1}: =a{level} if a{level} else a{level}\n" for level in range(LEVELS))
    problems = problems_of(f"{HEAD}let:\n  a0: =case.patient.mrn\n{names}resource:\n{ID}  language: =a{LEVELS}\n")

    assert problems[0].code == "expression"
    assert "more than 10000 characters" in problems[0].message
