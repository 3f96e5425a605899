"""Every leaf of every example leads to an input field, to a line of a mapping, or to a function of the adapter."""

import re
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from adapter.fhir.bundle import expression_roots
from adapter.fhir.json import read_json
from adapter.lineage import LineageEntry
from adapter.mapping import functions
from adapter.mapping.check.list_form import LIST_FORMS
from adapter.mapping.function import functions_of
from adapter.path import at, dotted, leaves, pointer
from adapter.readers.document import Document
from tests.examples.ground import EXAMPLES, OPTIONS, ROOT, conversion_of, documents_of, example_names, native_example_names

NAMES = [name for name in native_example_names() if (EXAMPLES / name / "bundle.json").exists()]
FUNCTIONS = frozenset(functions_of(functions)) | frozenset(LIST_FORMS) | {"ref", "index", "is_null"}
_MARK = re.compile(r"(?P<file>.+\.yaml):(?P<line>[0-9]+):(?P<column>[0-9]+)")
_PATH = re.compile(r"=[a-z_]+(\.[a-z0-9_]+)*")

every = pytest.mark.parametrize("name", NAMES)


def bundle_of(name: str) -> dict[str, Any]:
    bundle = conversion_of(name).bundle
    assert bundle is not None
    return bundle


def elements_of(bundle: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every leaf of a bundle by the name that lineage gives it, with its value."""
    yield from ((f"Bundle.{name}", value) for name, value in bundle.items() if name != "entry")
    for number, (root, entry) in enumerate(zip(expression_roots(bundle), bundle["entry"], strict=True)):
        outer = {key: value for key, value in entry.items() if key != "resource"}
        yield from ((f"Bundle.entry[{number}].{dotted(path)}", at(outer, path)) for path in leaves(outer))
        yield from ((f"{root}.{dotted(path)}", at(entry["resource"], path)) for path in leaves(entry["resource"]))


@every
def test_every_leaf_has_exactly_one_entry(name: str) -> None:
    leaves_of_bundle = Counter(element for element, _ in elements_of(bundle_of(name)))
    entries = Counter(entry.element for entry in conversion_of(name).lineage.entries)

    assert entries == leaves_of_bundle
    assert set(entries.values()) == {1}


@every
def test_every_entry_leads_somewhere(name: str) -> None:
    lost = [entry for entry in conversion_of(name).lineage.entries if not (entry.positions or entry.constant or entry.functions)]

    assert lost == []


@every
def test_every_position_exists(name: str) -> None:
    documents = trees_of(documents_of(EXAMPLES / name))
    places = {place for entry in conversion_of(name).lineage.entries for place in entry.positions}

    assert [place for place in sorted(places) if not exists(place, documents)] == []


@every
def test_what_is_carried_over_is_the_value_at_its_position(name: str) -> None:
    documents = trees_of(documents_of(EXAMPLES / name))
    values = dict(elements_of(bundle_of(name)))
    compared = 0
    for entry in conversion_of(name).lineage.entries:
        if is_carried_over(entry):
            sent = resolved(entry.positions[0], documents)
            compared += 1

            assert str(values[entry.element]) == str(sent), entry

    assert compared > 10


@every
def test_every_line_of_a_mapping_says_what_the_entry_says(name: str) -> None:
    for entry in conversion_of(name).lineage.entries:
        mark = _MARK.fullmatch(entry.place)
        if mark is None:
            assert exists_in_adapter(entry.place), entry
        else:
            assert stands_there(mark, entry.text), entry


@every
def test_every_function_is_one_of_the_adapter(name: str) -> None:
    used = {function for entry in conversion_of(name).lineage.entries for function in entry.functions}

    assert {function for function in used if function not in FUNCTIONS and not exists_in_adapter(function)} == set()


def trees_of(documents: list[Document]) -> dict[str, Any]:
    return {document.name: read_json(document.content, document.name) for document in documents} | {
        "options": OPTIONS.model_dump()
    }


def exists(place: str, documents: dict[str, Any]) -> bool:
    mark = _MARK.fullmatch(place)
    if mark is not None:
        return bool(line_at(mark))
    try:
        resolved(place, documents)
    except (KeyError, IndexError, TypeError, ValueError):
        return False
    return "#/" in place


def resolved(place: str, documents: dict[str, Any]) -> Any:  # noqa: ANN401 - a JSON value
    name, _, pointer = place.partition("#")
    value = documents[name]
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        value = value[int(key)] if isinstance(value, list) else value[key]
    return value


def is_carried_over(entry: LineageEntry) -> bool:
    """Whether the value is that of one field, through no function and no condition."""
    plain = _PATH.fullmatch(entry.text) and not entry.text.startswith("=judgement.")
    one = len(entry.positions) == 1 and "#/" in entry.positions[0]
    return bool(plain) and one and not entry.functions and not entry.constant


def line_at(mark: re.Match[str]) -> str:
    """What stands at the place, with the lines that follow, as YAML folds them."""
    lines = (ROOT / mark["file"]).read_text().splitlines()[int(mark["line"]) - 1 :]
    return " ".join([lines[0][int(mark["column"]) - 1 :], *(line.strip() for line in lines[1:12])])


def stands_there(mark: re.Match[str], text: str) -> bool:
    there = line_at(mark)
    return there.strip("\"'|> ").startswith(" ".join(text.split()).strip("\"'"))


def exists_in_adapter(name: str) -> bool:
    module, _, attribute = name.rpartition(".")
    return module.startswith("adapter.") and hasattr(import_module(module), attribute)


def test_the_places_are_files_of_this_checkout() -> None:
    assert Path(ROOT / "mappings" / "fhir" / "r4" / "claim.yaml").exists()


@pytest.mark.parametrize(
    ("name", "rule", "element"),
    [
        ("claim-before-report", "RPT-01", "DiagnosticReport.status"),
        ("claim-before-report", "RPT-04", "Procedure.status"),
        ("stopped-53-with-final-report", "MOD-14", "Claim.item[0].modifier[0]"),
        ("consent-refused", "PRI-01", "Consent.status"),
    ],
)
def test_an_issue_names_the_element_that_is_wrong(name: str, rule: str, element: str) -> None:
    (issue,) = [issue for issue in conversion_of(name).issues if issue.rule == rule]

    assert issue.expression == (element,)


@pytest.mark.parametrize("name", example_names())
def test_an_issue_points_at_the_elements_that_it_names(name: str) -> None:
    conversion = conversion_of(name)
    bundle = conversion.bundle or {}

    pointed = {place for issue in conversion.issues for place in issue.pointer}

    assert all(len(issue.pointer) == len(issue.expression) for issue in conversion.issues)
    assert pointed <= {pointer(path[:depth]) for path in leaves(bundle) for depth in range(len(path) + 1)}
