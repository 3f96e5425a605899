"""The promises that this project makes about itself."""

import io
import re
import shutil
import subprocess
import sys
import tokenize
import tomllib
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINES = 400

# Longer modules, each with its reason and its own limit: a decision, not a habit.
LONGER = {
    "adapter/case.py": 590,  # one vocabulary, read as one page: fields and their meaning, hardly any code
}

MACHINE_PATH = re.compile(r"(?<![\w.)}-])/(?:work|root|home/[a-z]\w*|Users/[a-z]\w*)/")
REGISTRY = re.compile(r"pypi\.org|files\.pythonhosted|registry\.npm|repo1?\.maven|proxy\.golang|crates\.io/")
ADDRESS = re.compile(r"https?:")
SUPPRESSION = re.compile(r"\bnoqa\b|type:\s*ignore|pragma:|(?:ruff|mypy|pylint|fmt|isort):\s*[a-z]")
EXCEPTION = r"noqa: [A-Z]+[0-9]+(?:, ?[A-Z]+[0-9]+)*|type: ignore\[[a-z, -]+\]|pragma: no (?:cover|branch)|fmt: (?:off|on|skip)"
REASONED = re.compile(rf"(?:#\s*(?:{EXCEPTION})\s*)+(?:#|-|:|—)\s*\S.{{3,}}")


@cache
def files() -> tuple[str, ...]:
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return tuple(sorted(name for name in set(listed) if name and (ROOT / name).is_file()))


def text_of(name: str) -> str:
    """Text, or nothing for a file of bytes."""
    try:
        return (ROOT / name).read_bytes().decode()
    except UnicodeDecodeError:
        return ""


def lines_with(pattern: re.Pattern[str], names: list[str]) -> list[str]:
    return [
        f"{name}:{number}"
        for name in names
        for number, line in enumerate(text_of(name).splitlines(), start=1)
        if pattern.search(line)
    ]


def is_lock(name: str) -> bool:
    return "lock" in Path(name).name or Path(name).name.startswith(("requirements", "constraints"))


def comments() -> Iterator[tuple[str, str]]:
    for name in files():
        if name.endswith(".py"):
            for token in tokenize.generate_tokens(io.StringIO(text_of(name)).readline):
                if token.type == tokenize.COMMENT:
                    yield f"{name}:{token.start[0]}", token.string


def dependencies() -> list[str]:
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    optional = project["optional-dependencies"].values()
    return [*project["dependencies"], *(dependency for extra in optional for dependency in extra)]


def test_no_file_names_a_path_of_one_machine() -> None:
    expected: list[str] = []

    actual = lines_with(MACHINE_PATH, list(files()))

    assert expected == actual


def test_no_file_names_a_package_registry() -> None:
    expected: list[str] = []

    actual = lines_with(REGISTRY, list(files()))

    assert expected == actual


def test_no_lock_file_names_an_address() -> None:
    locks = [name for name in files() if is_lock(name)]

    assert "requirements.lock" in locks
    assert lines_with(ADDRESS, locks) == []


@pytest.mark.parametrize("dependency", dependencies())
def test_a_dependency_says_what_it_saves(dependency: str) -> None:
    reason = re.compile(rf'^ *"{re.escape(dependency)}", +# \S.{{9,}}$', re.MULTILINE)

    assert reason.search(text_of("pyproject.toml"))


@pytest.mark.parametrize("dependency", dependencies())
def test_a_dependency_is_locked(dependency: str) -> None:
    name = re.split(r"[<>=!~\[; ]", dependency)[0].lower().replace(".", "-").replace("_", "-")

    assert f"\n{name}==" in "\n" + text_of("requirements-dev.lock")


def test_both_lock_files_agree() -> None:
    pin = re.compile(r"^[a-z0-9-]+==\S+", re.MULTILINE)
    plain, dev = (set(pin.findall(text_of(name))) for name in ("requirements.lock", "requirements-dev.lock"))

    assert plain <= dev


def test_every_lint_rule_that_is_ignored_has_its_reason() -> None:
    rule = re.compile(r'^ *"[A-Z]+[0-9]*",', re.MULTILINE)
    reasoned = re.compile(r'^ *"[A-Z]+[0-9]*", +# \S.*$', re.MULTILINE)
    configuration = text_of("pyproject.toml").partition("[tool.ruff.lint]")[2].partition("[tool.ruff.lint.flake8")[0]
    ignored = configuration.partition("ignore = [")[2]

    assert rule.findall(ignored)
    assert len(rule.findall(ignored)) == len(reasoned.findall(ignored))


def test_every_exception_from_a_check_names_its_code_and_its_reason() -> None:
    expected: list[str] = []

    actual = [place for place, comment in comments() if SUPPRESSION.search(comment) and not REASONED.fullmatch(comment)]

    assert expected == actual


@pytest.mark.parametrize(
    ("comment", "is_good"),
    [
        ("# noqa: S603 - runs our own command", True),
        ("# noqa: S603, S607 - runs our own command", True),
        ("# type: ignore[no-any-return]  # the library has no types", True),
        ("# type: ignore[misc]  # noqa: S603 - the library has no types", True),
        ("# pragma: no cover - only on a terminal", True),
        ("# noqa", False),
        ("# noqa: S603", False),
        ("# noqa: S603 - ok", False),
        ("# type: ignore[misc]", False),
        ("# type: ignore  # the library has no types", False),
        ("# ruff: noqa", False),
    ],
)
def test_an_exception_from_a_check_is_recognised(*, comment: str, is_good: bool) -> None:
    assert SUPPRESSION.search(comment)
    assert is_good == bool(REASONED.fullmatch(comment))


def test_no_module_is_longer_than_its_limit() -> None:
    modules = [name for name in files() if name.endswith(".py") and name.startswith(("adapter/", "scripts/"))]

    too_long = [name for name in modules if len(text_of(name).splitlines()) > LONGER.get(name, LINES)]

    assert too_long == []


def test_every_longer_module_still_needs_its_exception() -> None:
    needless = [name for name in LONGER if len(text_of(name).splitlines()) <= LINES]

    assert needless == []


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Give the names of the files in the wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, capture_output=True, check=True)
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        return set(archive.namelist())


@pytest.mark.slow
def test_the_wheel_holds_every_mapping_example_and_page(wheel: set[str]) -> None:
    folders = ("mappings/", "fhir_examples/", "docs/")
    expected = {f"adapter/_data/{name}" for name in files() if name.startswith(folders)}

    actual = {name for name in wheel if name.startswith("adapter/_data/")}

    assert expected == actual


@pytest.mark.slow
def test_the_wheel_holds_the_code_its_types_and_its_licence(wheel: set[str]) -> None:
    expected = {name for name in files() if name.startswith("adapter/")}
    licences = {Path(name).name for name in wheel if ".dist-info/licenses/" in name}

    assert expected <= wheel
    assert "adapter/py.typed" in wheel
    assert {"LICENSE", "NOTICE"} == licences


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("npm") is None, reason="no Node to bundle the editor with")
def test_the_wheel_holds_the_bundled_editor_with_its_licences(wheel: set[str]) -> None:
    assert {f"adapter/web/workbench/bundle/{name}" for name in ("editor.js", "licences.txt")} <= wheel
    assert not [name for name in wheel if "node_modules" in name]


@pytest.mark.slow
def test_the_wheel_holds_nothing_else(wheel: set[str]) -> None:
    others = [name for name in wheel if not name.startswith("adapter/") and ".dist-info/" not in name]

    assert others == []


def test_the_drawing_of_the_house_agrees_with_the_import_contract() -> None:
    (layers,) = (
        contract["layers"]
        for contract in tomllib.loads(text_of("pyproject.toml"))["tool"]["importlinter"]["contracts"]
        if contract["id"] == "layers"
    )
    rows = re.findall(r"^\| \d+ \| ([^|]+) \|", text_of("docs/architecture.md"), re.MULTILINE)

    expected = [{room.strip(" ()") for room in layer.split("|")} for layer in layers]
    actual = [set(re.findall(r"`(\w+)`", row)) for row in rows]

    assert expected == actual
