"""Every example: as it was reviewed, valid, and what its README says of it."""

import re
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from adapter.checks.second_opinion import second_opinion
from adapter.fhir.bundle import expression_roots
from adapter.fhir.json import canonical_bytes, pretty_bytes, read_json
from adapter.issues import Severity
from adapter.path import leaves
from adapter.settings import Settings
from tests.examples.ground import EXAMPLES, OPTIONS, conversion_of, documents_of, example_names, pipeline

NAMES = example_names()
REFUSED = frozenset({"inline-image"})
NOT_FOR_TESTS = frozenset({"not-marked-as-test"})
ERRORS = {
    "ai-candidate-as-diagnosis": {"DX-02"},
    "claim-before-report": {"RPT-01", "RPT-04"},
    "consent-refused": {"RPT-01", "RPT-04", "PRI-01"},
    "day-before-code-existed": {"DOS-01"},
    "hl7v2-messages": {"POS-01"},
    "inline-image": {"PRI-02"},
    "reduced-and-discontinued": {"MOD-10", "MOD-14"},
    "stopped-53-with-final-report": {"MOD-14"},
    "two-lines-one-day": {"UNT-01"},
    "two-units": {"UNT-01"},
}
"""The coding rules that object to an example with an error; to all others none does."""

WARNINGS = {
    "hl7v2-messages": {"MOD-04"},
    "gestaltmatcher-failure": {"AI-01"},
    "pedia": {"AI-01"},
    "probability-and-similarity": {"AI-03"},
    "two-lines-one-day": {"UNT-03"},
}
"""The coding rules that warn of an example; they warn of no other."""

AT_SENDING = {"not-marked-as-test": {"PRI-03"}}
"""Rules that a README speaks of and that are applied when something is sent."""

made = pytest.mark.parametrize("name", [name for name in NAMES if name not in REFUSED])
every = pytest.mark.parametrize("name", NAMES)


def bundle_of(name: str) -> dict[str, Any]:
    bundle = conversion_of(name).bundle
    assert bundle is not None
    return bundle


def resources_of(name: str) -> list[dict[str, Any]]:
    return [entry["resource"] for entry in bundle_of(name)["entry"]]


def compare(path: Path, content: bytes, *, update: bool) -> None:
    """Compare a file with what it should hold, or write it and say so."""
    if update and (not path.exists() or path.read_bytes() != content):
        path.write_bytes(content)
        pytest.skip(f"rewritten: {path.relative_to(EXAMPLES.parent)}")

    assert path.read_bytes() == content


@made
def test_the_bundle_is_the_one_that_was_reviewed(name: str, *, update_examples: bool) -> None:
    compare(EXAMPLES / name / "bundle.json", pretty_bytes(bundle_of(name)), update=update_examples)


@every
def test_the_issues_are_those_that_were_reviewed(name: str, *, update_examples: bool) -> None:
    outcome = conversion_of(name).to_outcome(Settings().canonical_base)

    compare(EXAMPLES / name / "issues.json", pretty_bytes(outcome), update=update_examples)


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_refused_example_has_no_bundle(name: str) -> None:
    conversion = conversion_of(name)

    assert conversion.bundle is None
    assert not (EXAMPLES / name / "bundle.json").exists()


@every
def test_an_example_has_its_paragraph(name: str) -> None:
    title, _, rest = (EXAMPLES / name / "README.md").read_text().partition("\n")

    assert title.lower().replace("'", "").split() == ["#", *name.split("-")]
    assert len(rest.strip().split("\n\n")) == 1


@every
def test_the_rules_that_object_are_those_that_the_readme_announces(name: str) -> None:
    found = [issue for issue in conversion_of(name).issues if "/" not in (issue.rule or "/")]
    objecting = {issue.rule for issue in found if issue.severity is Severity.ERROR}
    warning = {issue.rule for issue in found if issue.severity is Severity.WARNING}
    announced = set(re.findall(r"\b[A-Z]{2,3}-(?:[0-9]{2}|NPI)\b", (EXAMPLES / name / "README.md").read_text()))

    assert objecting == ERRORS.get(name, set())
    assert warning == WARNINGS.get(name, set())
    assert announced == objecting | warning | AT_SENDING.get(name, set())


@every
def test_no_check_finds_an_error(name: str) -> None:
    assert [issue for issue in conversion_of(name).issues if issue.is_error and "/" in (issue.rule or "/")] == []


@made
def test_the_models_of_fhir_resources_do_not_object(name: str) -> None:
    bundle = bundle_of(name)
    found = list(second_opinion(bundle))
    for resource, root in zip(resources_of(name), expression_roots(bundle), strict=True):
        found += second_opinion(resource, root)

    assert found == []


@made
def test_everything_is_marked_as_test_data(name: str) -> None:
    marked = {
        any(label["code"] == "HTEST" for label in resource.get("meta", {}).get("security", ())) for resource in resources_of(name)
    }

    assert marked == {name not in NOT_FOR_TESTS}


@made
def test_ids_and_full_urls_are_unique(name: str) -> None:
    entries = bundle_of(name)["entry"]
    ids = {entry["resource"]["id"] for entry in entries}

    assert len(ids) == len(entries)
    assert [entry["fullUrl"] for entry in entries] == ["urn:uuid:" + entry["resource"]["id"] for entry in entries]


@made
def test_every_reference_leads_to_an_entry(name: str) -> None:
    bundle = bundle_of(name)
    known = {entry["fullUrl"] for entry in bundle["entry"]}

    assert {value for path, value in plain_values(bundle) if path[-1] == "reference"} <= known


@made
def test_nothing_is_empty(name: str) -> None:
    bundle = bundle_of(name)

    assert list(empty_places(bundle)) == []
    assert [path for path, value in plain_values(bundle) if isinstance(value, str) and value != value.strip()] == []


@every
def test_the_same_input_gives_the_same_bytes(name: str) -> None:
    again = pipeline().convert(documents_of(EXAMPLES / name), OPTIONS)

    assert again.content == conversion_of(name).content
    assert again.issues == conversion_of(name).issues


@made
def test_the_documents_may_come_in_any_order(name: str) -> None:
    orders = permutations(documents_of(EXAMPLES / name))

    assert {pipeline().convert(order, OPTIONS).content for order in orders} == {conversion_of(name).content}


@made
def test_decimals_keep_their_digits(name: str) -> None:
    sent = b"".join(document.content for document in documents_of(EXAMPLES / name))
    written = canonical_bytes(bundle_of(name))
    numbers = set(re.findall(rb'": ?(-?[0-9]+\.[0-9]+)', written))

    assert {number for number in numbers if number not in sent} <= totals_of(name)
    assert read_json(written, "bundle") == bundle_of(name)


def totals_of(name: str) -> set[bytes]:
    """The only number that is worked out, the sum of a claim."""
    claims = [resource for resource in resources_of(name) if resource["resourceType"] == "Claim"]
    return {str(claim["total"]["value"]).encode() for claim in claims if "total" in claim}


def plain_values(value: object) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    for path in leaves(value):
        found: Any = value
        for step in path:
            found = found[step]
        yield path, found


def empty_places(value: object, path: str = "") -> Iterator[str]:
    if value in (None, "", {}, []):
        yield path
    elif isinstance(value, dict):
        for key, child in value.items():
            yield from empty_places(child, f"{path}.{key}")
    elif isinstance(value, list):
        for place, child in enumerate(value):
            yield from empty_places(child, f"{path}[{place}]")
