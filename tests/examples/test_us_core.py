"""What `--profiles uscore` claims, held against US Core's own definitions: cardinalities, patterns, constraints."""

import json
import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from adapter.checks import r4
from adapter.checks.fhirpath.compile import Compiler, EvaluationScope
from adapter.checks.fhirpath.item import Item
from adapter.conversion import Options
from tests.examples.ground import EXAMPLES, documents_of, example_names, pipeline

FOLDER = Path(os.environ.get("ADAPTER_TEST_DATA") or "/nowhere") / "profiles" / "us-core-9.0.0"
US_CORE = "http://hl7.org/fhir/us/core/StructureDefinition/"
pytestmark = pytest.mark.skipif(not FOLDER.exists(), reason="ADAPTER_TEST_DATA names no folder with US Core's profiles")


@cache
def definitions() -> Mapping[str, Any]:
    """The profiles of US Core by their URL."""
    found = [json.loads(file.read_text()) for file in FOLDER.glob("[Ss]tructure[Dd]efinition-*.json")]
    return {profile["url"]: profile for profile in found}


@pytest.mark.parametrize("name", example_names())
def test_what_claims_a_profile_of_us_core_fulfils_it(name: str) -> None:
    made = pipeline().convert(documents_of(EXAMPLES / name), Options(version="0.1.0", profiles="uscore"))
    entries = made.bundle["entry"] if made.bundle else []
    claimed = [
        (entry["resource"], profile)
        for entry in entries
        for profile in entry["resource"].get("meta", {}).get("profile", ())
        if profile.startswith(US_CORE)
    ]

    assert [problem for resource, profile in claimed for problem in problems(resource, profile)] == []
    assert claimed or not entries


def test_the_check_sees_what_is_wrong() -> None:
    person = {"resourceType": "Practitioner", "identifier": [{"value": "1"}]}
    role = {"resourceType": "PractitionerRole", "practitioner": {"reference": "Practitioner/1"}}

    assert list(problems(person, f"{US_CORE}us-core-practitioner")) == [
        "Practitioner.identifier.system: at least 1",
        "Practitioner.name: at least 1",
    ]
    assert list(problems(role, f"{US_CORE}us-core-practitionerrole")) == ["PractitionerRole: pd-1"]
    assert list(problems(person, f"{US_CORE}unheard-of")) == ["unheard-of: no definition"]


def problems(resource: Mapping[str, Any], profile: str) -> Iterator[str]:
    """What of a profile's differential a resource does not fulfil."""
    known = definitions().get(profile)
    if known is None:
        yield f"{profile.removeprefix(US_CORE)}: no definition"
        return
    sliced: set[str] = set()
    for element in known["differential"]["element"]:
        path = element["path"]
        if "sliceName" in element:
            sliced.add(element["id"])
        is_within_a_slice = any(element["id"].startswith(f"{one}.") for one in sliced)
        if not is_within_a_slice:
            yield from _cardinality(resource, element)
        if path == resource["resourceType"]:
            yield from _constraints(resource, element)


def _cardinality(resource: Mapping[str, Any], element: Mapping[str, Any]) -> Iterator[str]:
    """Too few, too many, or others than the pattern; of a slice, what its own pattern finds, and nothing without one."""
    *way, last = element["path"].split(".")
    pattern = next((value for key, value in element.items() if key.startswith(("pattern", "fixed"))), None)
    is_slice = "sliceName" in element
    if not way or (is_slice and pattern is None):
        return
    for parent in _at(resource, way[1:]):
        values = _values(parent, last)
        found = [value for value in values if _has(value, pattern)] if is_slice else values
        if len(found) < element.get("min", 0):
            yield f"{element['path']}: at least {element['min']}"
        if element.get("max", "*") != "*" and len(found) > int(element["max"]):
            yield f"{element['path']}: at most {element['max']}"
        if pattern is not None and not all(_has(value, pattern) for value in found):
            yield f"{element['path']}: the pattern"


def _at(value: Mapping[str, Any], steps: list[str]) -> list[Mapping[str, Any]]:
    values = [value]
    for step in steps:
        values = [below for above in values if isinstance(above, dict) for below in _values(above, step)]
    return [one for one in values if isinstance(one, dict)]


def _values(parent: Mapping[str, Any], step: str) -> list[Any]:
    """What is at an element, a reason for its absence included."""
    name = step.removesuffix("[x]")
    keys = [key for key in parent if key.removeprefix("_") == name or (step != name and key.removeprefix("_").startswith(name))]
    values = [parent[key] for key in keys if not (key.startswith("_") and key[1:] in parent)]
    return [one for value in values for one in (value if isinstance(value, list) else [value])]


def _has(value: Any, pattern: Any) -> bool:  # noqa: ANN401 - FHIR JSON
    """Whether a value has all that a pattern has."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(key in value and _has(value[key], part) for key, part in pattern.items())
    if isinstance(pattern, list):
        return isinstance(value, list) and all(any(_has(item, part) for item in value) for part in pattern)
    return bool(value == pattern)


def _constraints(resource: Mapping[str, Any], element: Mapping[str, Any]) -> Iterator[str]:
    item, compiler = Item(resource, resource["resourceType"]), Compiler(r4().table)
    for constraint in element.get("constraint", ()):
        if constraint["severity"] == "error" and "resolve()" not in constraint["expression"]:
            is_broken = compiler.invariant(constraint["expression"])
            if is_broken(item, EvaluationScope(item, item, item, {})):
                yield f"{element['path']}: {constraint['key']}"
