"""Whatever stands in a map is bound or reported; what is bound runs on any case."""

from hypothesis import given, settings
from hypothesis import strategies as st

from adapter.case import Case
from adapter.mapping import functions
from adapter.mapping.bad_mapping import BadMappingError
from adapter.mapping.check.list_form import LIST_FORMS
from adapter.mapping.function import functions_of
from adapter.mapping.run.library import Library
from tests.mapping.grammar import cases
from tests.mapping.ground import load, made_of

PROPERTY = settings(max_examples=100)
CALLED = sorted({*functions_of(functions), *LIST_FORMS, "ref", "index", "is_null", "nonsense"})
LITERALS = [
    "None",
    "True",
    "False",
    "0",
    "-1",
    "1.50",
    "''",
    "' '",
    "'x'",
    "'2024-05-02'",
    "'claim-type'",
    "'encounter-class'",
    "b'x'",
]
PATHS = [
    "case",
    "case.id",
    "case.test",
    "case.patient.birth_date",
    "case.patient.given",
    "case.encounter.mode",
    "case.images",
    "case.analyses",
    "case.billing.lines",
    "case.images",
    "case.nonsense",
    "judgement.state.report",
    "options.zone",
    "item",
    "item.rank",
    "patient",
    "finding",
    "['x']",
    "('x', 'y')",
]
ELEMENTS = [
    "active: =({})",
    "birthDate: =({})",
    "gender: =({})",
    "multipleBirthInteger: =({})",
    "name: =({})",
    'name: [{{family: "=({})"}}]',
    "language: =({})",
    "maritalStatus: =({})",
    'maritalStatus: {{coding: ["=({})"]}}',
    "managingOrganization: =({})",
    'generalPractitioner: ["=({})"]',
    'generalPractitioner: [{{reference: "=({})"}}]',
    'photo: [{{when: "=({})", title: x}}]',
    'photo: [{{for: "x in ({})", title: =text(index(x))}}]',
    'photo: [{{let: {{x: "=({})"}}, when: =x, title: x}}]',
]
REST = """---
map: finding
target: Observation
for: item in case.analyses
resource:
  id: =stable_id('Observation', text(index(item)))
  status: final
  code:
    text: Candidate
"""


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds(lambda name, of: f"{name}({', '.join(of)})", st.sampled_from(CALLED), st.lists(inner, max_size=3)),
        st.builds(lambda form, item, of: f"{form}({item} for item in {of})", st.sampled_from(CALLED), inner, inner),
        st.builds(lambda form, of, test: f"{form}(item for item in {of} if {test})", st.sampled_from(CALLED), inner, inner),
        st.builds(lambda one, sign, two: f"({one} {sign} {two})", inner, st.sampled_from(SIGNS), inner),
        st.builds(lambda one, test, two: f"({one} if {test} else {two})", inner, inner, inner),
        st.builds(lambda one: f"(not {one})", inner),
        st.builds(lambda one, step: f"{one}{step}", inner, st.sampled_from([".id", "[3]", "['x']", ".reference", ".coding"])),
    )


SIGNS = ["or", "and", "==", "!=", "<", ">=", "in", "not in", "is", "+"]
EXPRESSIONS = st.recursive(st.sampled_from([*LITERALS, *PATHS]), _larger, max_leaves=6)


def map_with(element: str, expression: str) -> str:
    return f"map: patient\ntarget: Patient\nresource:\n  id: =case.patient.mrn\n  {element.format(expression)}\n{REST}"


def bound(text: str) -> Library | None:
    try:
        return load(text)
    except BadMappingError:
        return None


def test_the_maps_around_the_expressions_are_sound() -> None:
    assert all(bound(map_with(element, "None")) for element in ELEMENTS if "when" not in element and "for" not in element)


@PROPERTY
@given(expression=EXPRESSIONS, element=st.sampled_from(ELEMENTS), case=cases())
def test_an_expression_is_bound_and_runs_or_is_reported(expression: str, element: str, case: Case) -> None:
    library = bound(map_with(element, expression))

    assert library is None or made_of(library, case)


@PROPERTY
@given(text=st.text("mapfortgeusl: =-'\"\n{}[]#&*!|>0x", max_size=80))
def test_any_text_is_a_map_or_is_reported(text: str) -> None:
    bound(text)
    bound(f"map: patient\ntarget: Patient\nresource:\n  {text}")
