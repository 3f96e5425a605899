"""Made-up Parameters that get past the first check: by the tables of the operations, mostly with values that mean something."""

import json
from collections import Counter
from http import HTTPStatus
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapter.terminology.wire.operation.operations import OPERATIONS, TerminologyOperation
from adapter.terminology.wire.parameter import OperationParameter, ParameterType
from tests.rounds import ROUNDS
from tests.seconds import within
from tests.web.ground import client, json_of, logged, refusal

Parameter = dict[str, Any]

CANARY = "Zz-canary-value"
BASE = "https://0731t-adapter.invalid/fhir"
MODIFIERS = f"{BASE}/CodeSystem/procedure-modifier"
GENDERS = "http://hl7.org/fhir/administrative-gender"
CODINGS = [
    {"system": MODIFIERS, "code": "extent"},
    {"system": MODIFIERS, "code": "extent-reduced"},
    {"system": GENDERS, "code": "female", "display": "Female"},
    {"system": GENDERS, "code": "nothing", "display": CANARY},
    {"system": "http://loinc.org", "code": "8302-2"},
]
VALUE_SETS = [
    f"{BASE}/ValueSet/procedure-modifier",
    f"{BASE}/ValueSet/report-final-status",
    f"{GENDERS.replace('fhir/', 'fhir/ValueSet/')}",
]
INLINE = {
    "ValueSet": {
        "resourceType": "ValueSet",
        "url": "urn:x:set",
        "status": "active",
        "compose": {"include": [{"system": MODIFIERS}]},
    },
    "CodeSystem": {
        "resourceType": "CodeSystem",
        "url": "urn:x:codes",
        "status": "active",
        "content": "complete",
        "concept": [{"code": "a"}],
    },
    "ConceptMap": {"resourceType": "ConceptMap", "url": "urn:x:map", "status": "active"},
}
JUNK: list[Any] = [
    "",
    " ",
    CANARY,
    -1,
    10**6,
    True,
    None,
    [],
    {},
    {"coding": None},
    "1|2|3",
    "http://[",
    "x" * 5000,
    {"system": CANARY},
]
KEYS = {
    ParameterType.TEXT: "valueString",
    ParameterType.CODE: "valueCode",
    ParameterType.URI: "valueUri",
    ParameterType.CANONICAL: "valueCanonical",
    ParameterType.BOOLEAN: "valueBoolean",
    ParameterType.INTEGER: "valueInteger",
    ParameterType.DATE_TIME: "valueDateTime",
    ParameterType.CODING: "valueCoding",
    ParameterType.CONCEPT: "valueCodeableConcept",
    ParameterType.RESOURCE: "resource",
    ParameterType.PARTS: "part",
}
WORDS = {
    "displayLanguage": ["en", "de, en;q=0.5", "*"],
    "filter": ["re", "extent reduced", ""],
    "property": ["*", "definition", "status"],
}
SUBJECTS = {
    "url",
    "valueSet",
    "valueSetVersion",
    "codeSystem",
    "conceptMap",
    "dependency",
    "reverse",
    "validation",
    "useSupplement",
}
CODED = {
    "code",
    "system",
    "version",
    "display",
    "coding",
    "codeableConcept",
    "systemVersion",
    "inferSystem",
    "context",
    "useSupplement",
}
PAIRS = {"codeA", "codeB", "codingA", "codingB"}


def values_of(row: OperationParameter) -> st.SearchStrategy[Any]:
    """Values that a row of a table takes."""
    if row.only:
        return st.sampled_from(row.only)
    plain = {
        ParameterType.BOOLEAN: st.booleans(),
        ParameterType.INTEGER: st.integers(0, 50),
        ParameterType.DATE_TIME: st.just("2026-11-28"),
        ParameterType.CODE: st.sampled_from(["extent", "female", "display", "*"]),
        ParameterType.URI: st.sampled_from([MODIFIERS, GENDERS]),
        ParameterType.CANONICAL: st.sampled_from([f"{GENDERS}|4.0.1", *([] if row.name.endswith("version") else [MODIFIERS])]),
        ParameterType.CODING: st.sampled_from(CODINGS),
        ParameterType.CONCEPT: st.lists(st.sampled_from(CODINGS), min_size=1, max_size=3).map(lambda many: {"coding": many}),
        ParameterType.RESOURCE: st.sampled_from([INLINE[kind] for kind in row.holds if kind in INLINE] or [INLINE["ValueSet"]]),
        ParameterType.TEXT: st.sampled_from(WORDS.get(row.name, ["en", "1.0", "extent"])),
    }
    return plain[row.kind]


def parameter(row: OperationParameter, value: Any) -> Parameter:  # noqa: ANN401 - JSON
    return {"name": row.name, KEYS[row.kind]: value}


@st.composite
def subjects(draw: st.DrawFn, operation: TerminologyOperation) -> list[Parameter]:
    """What the operation is asked about: a code, a coding or a concept, and where it is to be."""
    coding = draw(st.sampled_from(CODINGS))
    code: list[Parameter] = [{"name": "code", "valueCode": coding["code"]}, {"name": "system", "valueUri": coding["system"]}]
    concept: list[Parameter] = [{"name": "codeableConcept", "valueCodeableConcept": {"coding": [coding]}}]
    ways: list[list[Parameter]] = [code, [{"name": "coding", "valueCoding": coding}], concept]
    about = draw(st.sampled_from(ways))
    where: list[Parameter] = [{"name": "url", "valueUri": draw(st.sampled_from(VALUE_SETS))}]
    pair: list[Parameter] = [
        {"name": f"code{letter}", "valueCode": draw(st.sampled_from(["extent", "extent-reduced"]))} for letter in "AB"
    ]
    batch: list[Parameter] = [{"name": "validation", "resource": {"resourceType": "Parameters", "parameter": [*where, *about]}}]
    asked: dict[str, list[Parameter]] = {
        "CodeSystem batch-validate-code": batch,
        "ValueSet batch-validate-code": batch,
        "CodeSystem lookup": about if about is not concept else code,
        "CodeSystem validate-code": [{"name": "url", "valueUri": coding["system"]}, *(code[:1] if about is code else about)],
        "CodeSystem subsumes": [*pair, {"name": "system", "valueUri": MODIFIERS}],
        "ValueSet validate-code": [*where, *about],
        "ValueSet expand": where,
        "ConceptMap translate": [{"name": "url", "valueUri": f"{BASE}/ConceptMap/modifier-to-claim"}, *about],
    }
    return asked.get(f"{operation.type} {operation.name}", [])


@st.composite
def calls(draw: st.DrawFn) -> tuple[str, list[Parameter]]:
    """A call of an operation: what it is about, other rows of its table, and now and then something odd."""
    operation = draw(st.sampled_from(OPERATIONS))
    asked = draw(subjects(operation))
    others = [
        row
        for row in operation.table.rows
        if row.is_supported
        and row.kind is not ParameterType.PARTS
        and row.name not in SUBJECTS | CODED | PAIRS
        and not row.name.startswith(("source", "target", "concept"))
    ]
    if others:
        rows = draw(st.lists(st.sampled_from(others), max_size=3, unique_by=lambda row: row.name))
        asked = [*asked, *(parameter(row, draw(values_of(row))) for row in rows)]
    if draw(st.integers(0, 5)) == 0:
        row = draw(st.sampled_from(operation.table.rows))
        asked.insert(0, parameter(row, draw(st.sampled_from(JUNK))))
    return f"/fhir/{operation.type + '/' if operation.type else ''}${operation.name}", asked


def test_parameters_by_the_tables_are_answered_and_most_are_taken() -> None:
    statuses: Counter[int] = Counter()
    service = client()

    @settings(
        max_examples=1_000 * ROUNDS,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(call=calls())
    def ask(call: tuple[str, list[Parameter]]) -> None:
        path, asked = call
        body = json.dumps({"resourceType": "Parameters", "parameter": asked})
        answer = within(2, lambda: service.post(path, data=body, content_type="application/fhir+json"))
        statuses[answer.status_code] += 1
        if answer.status_code == HTTPStatus.OK:
            assert json_of(answer)["resourceType"] in {"Parameters", "ValueSet"}
        else:
            assert answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR
            refusal(answer, answer.status_code)

    with logged() as lines:
        ask()

    assert CANARY not in "".join(lines)
    assert statuses[HTTPStatus.OK] * 2 >= statuses.total() >= 1_000, statuses


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: f"{operation.type} {operation.name}")
def test_every_row_of_every_table_can_hold_anything(operation: TerminologyOperation) -> None:
    path = f"/fhir/{operation.type + '/' if operation.type else ''}${operation.name}"
    service = client()
    for row in operation.table.rows:
        for odd in JUNK:
            for key in {KEYS[row.kind], "valueString", "part"}:
                body = json.dumps({"resourceType": "Parameters", "parameter": [{"name": row.name, key: odd}]})
                answer = service.post(path, data=body, content_type="application/fhir+json")
                assert answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR, (row.name, key)
