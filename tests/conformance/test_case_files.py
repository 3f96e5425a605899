"""Files of cases: what is wrong with one is said with its place."""

import pytest

from adapter.conformance.case_file import BadCaseFileError, read_case_files
from adapter.conformance.known_failure import read_known_failures
from adapter.files import case_files

PROVES = "proves: {text: It is so., link: 'http://hl7.org/fhir/R4/http.html'}"


def problems_of(text: str) -> str:
    with pytest.raises(BadCaseFileError) as caught:
        read_case_files({"my.yaml": text})
    return str(caught.value)


def one_case(rest: str) -> str:
    return f"group: mine\ncases:\n  - case: one\n    title: One\n    {PROVES}\n{rest}"


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        ("    steps: [{send: FETCH Patient}]", "my.yaml:6:20: value: this is not a request"),
        (
            "    steps: [{send: GET Patient}]\n    capability: x",
            "my.yaml:7:5: unknown-key: there is no key `capability` here",
        ),
        (
            "    steps: [{send: 'GET Patient/${rnu}'}]",
            "my.yaml:6:20: unknown-name: nothing is called `rnu` here",
        ),
        ("    steps: [{send: 'GET Patient/${sample}'}]", "unknown-name: nothing is called `sample` here"),
        ("    needs: [mine/two]\n    steps: [{send: GET Patient}]", "my.yaml:3:5: unknown-case: there is no case `mine/two`"),
        ("    steps: [{send: GET Patient, expect: [{headers: {ETag: '('}}]}]", "this is not a regular expression"),
        (
            "    steps: [{send: GET Patient, expect: [{paths: {'Patient.where(': x}}]}]",
            "my.yaml:6:51: value: this is not a FHIRPath",
        ),
        ("    steps: [{send: GET Patient, expect: [{paths: {Patient.wher(true): x}}]}]", "this is not a FHIRPath expression"),
        ("    steps: [{send: GET Patient, keep: {one: 'a and'}}]", "this is not a FHIRPath expression or `header NAME`"),
        ("    capabilities: [Patient.crate]\n    steps: [{send: GET Patient}]", "my.yaml:6:20: value: this is not a capability"),
        ("    for_each: patient\n    steps: [{send: GET Patient}]", "`patient` is not allowed here"),
        ("", "`steps` is missing here"),
    ],
)
def test_a_mistake_is_told_with_its_place(rest: str, words: str) -> None:
    assert words in problems_of(one_case(rest))


def test_two_cases_of_one_name_are_told() -> None:
    twice = one_case("    steps: [{send: GET Patient}]")

    assert "there are two cases `mine/one` (the other is at my.yaml:3:5)" in problems_of(twice + "\n---\n" + twice)


def test_what_is_not_a_file_of_cases_is_told() -> None:
    assert "this is not a file of cases (begin with `group: name`)" in problems_of("cases: []")


def test_a_line_that_explains_nothing_is_told() -> None:
    with pytest.raises(BadCaseFileError, match=r"known\.yaml:1:9: value: `case` is missing"):
        read_known_failures({"known.yaml": "known: [{software: x}]"})


def test_our_own_files_are_right() -> None:
    files = {name: text for name, text in case_files("").items() if "known-failures" not in name}

    groups = {case.group for case in read_case_files(files)}

    assert {"capability", "resource", "transaction", "identity", "validation", "refusal", "terminology", "condition"} <= groups
