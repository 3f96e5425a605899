"""The tables of the operations, and what is declared of them."""

import pytest

from adapter.cli.exit_code import Outcome, code_of
from adapter.issues import AdapterError, FailureKind, Issue, IssueType, Severity
from adapter.terminology.catalog import Catalog
from adapter.terminology.operation_error import OperationRefusedError
from adapter.terminology.wire.operation.capability import features, operations_on, terminology_capabilities
from adapter.terminology.wire.operation.common import Invocation, OperationContext
from adapter.terminology.wire.operation.operations import OPERATIONS, TerminologyOperation
from adapter.terminology.wire.parameter import Arguments, ParameterType
from adapter.terminology.wire.tx_outcome import tx_outcome
from tests.terminology.operations.small import ALL, ANIMAL, ARK, DEFINITIONS, NOW, TO_TRADE


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.table.operation)
def test_names_of_parameters_mean_one_thing(operation: TerminologyOperation) -> None:
    names = [name for row in operation.table.rows for name in (row.name, *row.also)]

    assert len(names) == len(set(names))
    assert all(row.says[0].islower() and not row.says.endswith(".") for row in operation.table.rows)


def test_what_is_declared_is_what_is_served() -> None:
    declared = {
        (kind, operation["name"]) for kind in ("CodeSystem", "ValueSet", "ConceptMap", None) for operation in operations_on(kind)
    }

    assert declared == {(operation.type, operation.name) for operation in OPERATIONS}
    assert operations_on("CodeSystem")[0]["definition"] == "http://hl7.org/fhir/OperationDefinition/CodeSystem-lookup"
    assert operations_on("Patient") == []


def test_the_terminology_capabilities_name_code_systems_and_parameters() -> None:
    made = terminology_capabilities(Catalog.of(DEFINITIONS), {"url": "https://ark.test/metadata"})
    names = [parameter["name"] for parameter in made["expansion"]["parameter"]]

    assert {"uri": ARK, "version": [{"code": "2.0.0"}, {"code": "1.0.0"}]} in made["codeSystem"]
    assert "tx-resource" in names
    assert "context" not in names
    assert made["url"] == "https://ark.test/metadata"


def test_validators_find_the_features_that_they_ask_for() -> None:
    assert [feature["extension"][0]["valueCanonical"].rpartition("/")[2] for feature in features()] == [
        "test-version",
        "CodeSystemAsParameter",
    ]


@pytest.mark.parametrize(
    ("name", "kind", "values"),
    [
        ("expand", "ValueSet", {"valueSet": (ALL,)}),
        ("expand", "ValueSet", {"url": (ALL["url"],), "tx-resource": (ANIMAL,)}),
        ("validate-code", "CodeSystem", {"codeSystem": (ANIMAL,), "code": ("cat",)}),
        ("translate", "ConceptMap", {"conceptMap": (TO_TRADE,), "code": ("cat",), "system": (ARK,)}),
    ],
)
def test_resources_that_are_not_as_r4_says_are_refused(name: str, kind: str, values: dict[str, tuple[object, ...]]) -> None:
    wrong = Issue(severity=Severity.ERROR, code=IssueType.STRUCTURE, text="`wings` is not known", detail="invalid-data")
    strict = OperationContext(catalog=Catalog.of(DEFINITIONS), now=NOW, check=lambda _: [wrong])
    operation = next(each for each in OPERATIONS if (each.name, each.type) == (name, kind))

    with pytest.raises(OperationRefusedError) as refused:
        operation.call(strict, Invocation(arguments=Arguments(values=values)))

    assert [issue["details"]["coding"][0]["code"] for issue in tx_outcome(refused.value.issues)["issue"]] == [
        "invalid-data",
        "invalid-data",
    ]


def test_only_texts_can_stand_in_a_query() -> None:
    assert [kind for kind in ParameterType if not kind.is_text] == [
        ParameterType.CODING,
        ParameterType.CONCEPT,
        ParameterType.RESOURCE,
        ParameterType.PARTS,
    ]


@pytest.mark.parametrize(
    ("code", "kind", "exit_code"),
    [
        (IssueType.NOT_FOUND, FailureKind.NOT_FOUND, Outcome.WRONG_USE),
        (IssueType.NOT_SUPPORTED, FailureKind.NOT_OFFERED, Outcome.WRONG_USE),
        (IssueType.TOO_COSTLY, FailureKind.TOO_COSTLY, Outcome.ISSUES),
        (IssueType.INVALID, FailureKind.BAD_REQUEST, Outcome.ISSUES),
    ],
)
def test_a_refusal_is_an_error_of_the_adapter_whose_kind_follows_from_its_first_issue(
    *, code: IssueType, kind: FailureKind, exit_code: Outcome
) -> None:
    first = Issue(severity=Severity.ERROR, code=code, text="one")
    second = Issue(severity=Severity.ERROR, code=IssueType.INVALID, text="other")
    error: AdapterError = OperationRefusedError(first, second)

    assert (error.kind, code_of(error), str(error)) == (kind, exit_code, "one; other")
