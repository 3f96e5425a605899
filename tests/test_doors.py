"""No door can disagree with another: they all ask in one way."""

import json
import os
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from flask.testing import FlaskClient

import adapter
from adapter.assembly import default_runtime
from adapter.cli import adapter as command_line
from adapter.conversion import conversion_from_json
from adapter.issues import ConflictError, InvalidError
from adapter.readers.document import Document
from adapter.rules.registry import RULES as ALL_RULES
from adapter.web import create_app
from tests.examples.ground import EXAMPLES, documents_of, example_names

CASES = Path(os.environ.get("ADAPTER_TEST_DATA") or "/nowhere") / "cases"
FUTURE = "future"


Spoken = list[tuple[str, str]]
"""What one door says: severity and words of each issue, in order."""


def changed(tree: dict[str, Any], operations: list[dict[str, Any]]) -> dict[str, Any]:
    """A tree after operations of RFC 6902 (add, replace, remove)."""
    for operation in operations:
        *above, last = operation["path"].strip("/").split("/")
        target: Any = tree
        for step in above:
            target = target[int(step)] if isinstance(target, list) else target[step]
        key: Any = int(last) if isinstance(target, list) else last
        if operation["op"] == "remove":
            del target[key]
        elif operation["op"] == "add" and isinstance(target, list):
            target.insert(key, operation["value"])
        else:
            target[key] = operation["value"]
    return tree


def judged_cases() -> Iterator[Any]:
    """The judged cases of the test data, each as its documents."""
    if not (CASES / "judged.yaml").is_file():
        yield pytest.param([], id="no-cases", marks=pytest.mark.skip(reason="ADAPTER_TEST_DATA names no folder of test data"))
        return
    for case in yaml.safe_load((CASES / "judged.yaml").read_text("utf-8")):
        documents = []
        for name in ("encounter", "ai_report"):
            tree = json.loads((CASES / "base" / f"{name}.json").read_bytes())
            content = json.dumps(changed(tree, case["change"].get(name, []))).encode()
            documents.append(Document(name=f"{name}.json", content=content))
        yield pytest.param(documents, id=case["case"])


def future() -> list[Document]:
    """The infant's example with a day of service that has not come, and nothing that says when the claim was made."""
    encounter, *others = documents_of(EXAMPLES / "infant-final-report")
    tree = json.loads(encounter.content)
    tree["billing"].pop("created")
    tree["billing"]["lines"][0]["dos_start"] = "2099-01-05"
    return [Document(name=encounter.name, content=json.dumps(tree).encode()), *others]


def everything() -> Iterator[Any]:
    """The documents of every example, of the future, and of every judged case."""
    yield from (pytest.param(documents_of(EXAMPLES / name), id=name) for name in example_names())
    yield pytest.param(future(), id=FUTURE)
    yield from judged_cases()


def spoken(outcome: dict[str, Any]) -> Spoken:
    """What an OperationOutcome of ours says."""
    return [(issue["severity"], issue["details"]["text"]) for issue in outcome["issue"]]


def through_python(documents: list[Document]) -> Spoken:
    return spoken(adapter.convert(documents).to_outcome("base"))


@cache
def service() -> FlaskClient:
    return create_app().test_client()


def through_http(documents: list[Document]) -> Spoken:
    client = service()
    files = {"document": [(BytesIO(document.content), document.name) for document in documents]}
    answer = client.post("/convert", data=files, headers={"Accept": "application/json"})
    tree = json.loads(answer.data)
    return spoken(tree.get("outcome", tree))


def through_command(documents: list[Document], tmp_path: Path) -> Spoken:
    for document in documents:
        (tmp_path / document.name).write_bytes(document.content)
    files = [str(tmp_path / document.name) for document in documents]
    run = CliRunner().invoke(command_line, ["convert", *files, "--json"], standalone_mode=False)
    return spoken(json.loads(run.stdout)["outcome"])


@pytest.mark.parametrize("documents", list(everything()))
def test_every_door_says_the_same(documents: list[Document], tmp_path: Path) -> None:
    expected = through_python(documents)

    assert expected == through_http(documents)
    assert expected == through_command(documents, tmp_path)


RULES = {rule.id for rule in ALL_RULES}


def run(command: list[str], documents: list[Document], tmp_path: Path) -> Any:  # noqa: ANN401 - JSON
    """What a command prints with `--json`."""
    for document in documents:
        (tmp_path / document.name).write_bytes(document.content)
    files = [str(tmp_path / document.name) for document in documents]
    return json.loads(CliRunner().invoke(command_line, [*command, *files, "--json"], standalone_mode=False).stdout)


def explained(explanation: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What an explanation says: rule, severity and words of each issue."""
    return sorted((rule["id"], issue["severity"], issue["text"]) for rule in explanation["rules"] for issue in rule["issues"])


@pytest.mark.parametrize("documents", list(everything()))
def test_every_door_that_judges_says_what_the_conversion_says(documents: list[Document], tmp_path: Path) -> None:
    conversion = adapter.convert(documents)
    issues = conversion.issues
    if conversion.judgement is None or conversion.case is None or conversion.case.billing is None:
        pytest.skip("no claim is judged: the documents are refused, or bill nothing")
    by_rule = sorted((issue.rule, issue.severity.value, issue.text) for issue in issues if issue.rule in RULES)
    errors = list(dict.fromkeys(issue.rule for issue in issues if issue.is_error and issue.rule in RULES))
    files = [(BytesIO(document.content), document.name) for document in documents]
    answer = service().post("/rules/explain", data={"document": files})

    assert explained(run(["rules", "explain"], documents, tmp_path)) == by_rule
    assert explained(json.loads(answer.data)) == by_rule
    head = run(["claim"], documents, tmp_path)["head"][2]
    assert head == (f"Errors to fix first: {', '.join(errors)}." if errors else "No errors.")


@pytest.mark.parametrize("command", [["claim"], ["rules", "explain"]])
def test_no_command_calls_a_service_of_the_future_good(command: list[str], tmp_path: Path) -> None:
    for document in future():
        (tmp_path / document.name).write_bytes(document.content)

    run = CliRunner().invoke(command_line, [*command, str(tmp_path)], standalone_mode=False)

    assert run.return_value == 1
    assert "DOS-04" in [issue.rule for issue in adapter.convert(future()).issues if issue.is_error]


@pytest.mark.parametrize("name", example_names())
def test_a_conversion_is_written_and_read_back_and_says_the_same(name: str) -> None:
    runtime = default_runtime()
    made = runtime.convert(documents_of(EXAMPLES / name))
    stored = conversion_from_json(made.to_json())

    assert stored.content == made.content
    assert stored.issues == made.issues
    assert stored.case == made.case
    assert stored.judgement == made.judgement
    assert stored.versions == made.versions
    assert stored.failure == made.failure
    assert stored.explanation == made.explanation
    assert stored.to_json() == made.to_json()
    again = runtime.reproduce(stored)
    assert again.lineage == made.lineage
    assert again.issues == made.issues


def test_a_stored_conversion_that_comes_out_otherwise_now_says_what_changed() -> None:
    runtime = default_runtime()
    stored = conversion_from_json(runtime.convert(documents_of(EXAMPLES / "infant-final-report")).to_json())
    other = stored.versions.model_copy(update={"maps": "0" * 16})
    changed_since = conversion_from_json(stored.to_json())
    object.__setattr__(changed_since, "versions", other)
    object.__setattr__(changed_since, "content", b"{}")

    with pytest.raises(ConflictError, match="the maps changed"):
        runtime.reproduce(changed_since)


@pytest.mark.parametrize(
    ("change", "hint"), [({"profiles": "mine"}, "'none', 'own', 'uscore' or 'all'"), ({"profile": "own"}, "profiles")]
)
def test_a_change_that_is_no_option_is_refused(change: dict[str, object], hint: str) -> None:
    with pytest.raises(InvalidError) as caught:
        adapter.convert(documents_of(EXAMPLES / "infant-final-report"), changes=change)

    (issue,) = caught.value.issues
    assert issue.location == (f"options#/{next(iter(change))}",)
    assert hint in (issue.suggestion or "")
