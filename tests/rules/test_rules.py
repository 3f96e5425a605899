"""Every rule, with what breaks it and what nearly does."""

import itertools
import re
from typing import get_args

import pytest
from pydantic import BaseModel

from adapter.case import Case, CaseDocument
from adapter.rules.registry import RULE
from tests.rules.cases import EXAMPLES
from tests.rules.ground import Example


@pytest.mark.parametrize("example", EXAMPLES, ids=[f"{each.rule}:{number}" for number, each in enumerate(EXAMPLES)])
def test_a_rule_names_exactly_the_fields_that_break_it(example: Example) -> None:
    found = example.found

    assert tuple(issue.field for issue in found) == example.fields
    assert all(len(set(issue.fields)) == len(issue.fields) for issue in found)
    if example.suggestions is not None:
        assert tuple(issue.suggestion for issue in found) == example.suggestions


def test_no_rule_lacks_an_example_or_a_near_miss() -> None:
    assert {example.rule for example in EXAMPLES if example.fields} == set(RULE)
    assert {example.rule for example in EXAMPLES if not example.fields} == set(RULE)


def _part(annotation: object) -> type[BaseModel]:
    inner = [annotation, *get_args(annotation), *itertools.chain(*map(get_args, get_args(annotation)))]
    return next(kind for kind in inner if isinstance(kind, type) and issubclass(kind, BaseModel))


@pytest.mark.parametrize("path", sorted({field for example in EXAMPLES for field in example.fields}))
def test_a_blamed_field_is_a_field_of_the_case(path: str) -> None:
    *parents, last = re.sub(r"\[[0-9]+\]", "", path).split(".")
    model: type[BaseModel] = Case if path.startswith("other_coverages") else CaseDocument
    for step in parents:
        model = _part(model.model_fields[step].annotation)

    assert last in model.model_fields
