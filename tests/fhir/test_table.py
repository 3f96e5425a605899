"""The element tables: known facts of R4 and R5, and R4 beside the models of fhir.resources."""

import json
import re
import typing
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Literal, TypeAlias

import pytest
from fhir.resources.R4B import get_fhir_model_class

from adapter.fhir.table import Element, ElementTable, Type, load_table, packaged_table

Facts: TypeAlias = dict[str, dict[str, typing.Any]]

R4 = packaged_table("R4")
R5 = packaged_table("R5")
FOLDER = Path(__file__).parent.parent.parent / "adapter" / "fhir"
RELEASES = pytest.mark.parametrize("release", ["R4", "R5"])

TINY = {
    "release": "R4",
    "version": "4.0.1",
    "resources": ["Thing"],
    "codes": {"colour": {"urn:a": ["red"], "urn:b": ["blue"]}, "language": None},
    "types": {
        "Element": ["complex", None, None, [["id", "string", 0, 1]]],
        "Thing": [
            "resource",
            "Element",
            None,
            [
                "id",
                ["colour[x]", ["code", "Coding", "Quantity"], 1, 1, {"codes": "colour"}],
                ["tint", "CodeableConcept", 0, None, {"codes": "colour"}],
                ["shade", "code", 0, 1, {"codes": "colour"}],
                ["language", "code", 0, 1, {"codes": "language", "fixed": "de"}],
                ["owner", "Reference", 0, 1, {"targets": {"Reference": ["Thing"]}}],
            ],
        ],
    },
}


def element(path: str, table: ElementTable = R4) -> Element:
    name, _, field = path.rpartition(".")
    return table[name].elements[field]


def every_type(release: Literal["R4", "R5"]) -> list[Type]:
    names = json.loads((FOLDER / f"{release.lower()}.json").read_bytes())["types"]
    return [packaged_table(release)[name] for name in names]


def test_a_table_is_read_from_bytes() -> None:
    table = load_table(json.dumps(TINY).encode())

    actual = table["Thing"]

    assert (table.release, table.version, table.resource_types) == ("R4", "4.0.1", ("Thing",))
    assert "Thing" in table
    assert "Other" not in table
    assert Type(name="Thing", kind="resource", base="Element", pattern=None, elements=actual.elements) == actual
    assert list(actual.elements) == ["id", "colourCode", "colourCoding", "colourQuantity", "tint", "shade", "language", "owner"]
    assert isinstance(actual.elements, MappingProxyType)
    assert table["Thing"] is actual


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(KeyError, match="Other"):
        R4["Other"]


def test_codes_have_the_shape_of_what_they_are_bound_to() -> None:
    elements = load_table(json.dumps(TINY).encode())["Thing"].elements

    assert elements["colourCode"].codes == frozenset({"red", "blue"})
    assert elements["colourCoding"].codes == frozenset({("urn:a", "red"), ("urn:b", "blue")})
    assert elements["colourQuantity"].codes is None
    assert elements["colourCoding"].codes is elements["tint"].codes
    assert elements["colourCode"].codes is elements["shade"].codes


def test_codes_that_the_definitions_do_not_list_are_not_bound() -> None:
    actual = load_table(json.dumps(TINY).encode())["Thing"].elements["language"]

    assert actual.codes is None
    assert actual.fixed == "de"


def test_a_packaged_table_is_read_once() -> None:
    assert packaged_table("R5") is packaged_table("R5")
    assert (R4.release, R4.version) == ("R4", "4.0.1")
    assert (R5.release, R5.version) == ("R5", "5.0.0")


KNOWN = [
    (R4, "Claim.item.modifier", "CodeableConcept", 0, None),
    (R4, "Claim.item", "Claim.item", 0, None),
    (R4, "Claim.priority", "CodeableConcept", 1, 1),
    (R4, "Claim.insurance.focal", "boolean", 1, 1),
    (R4, "Claim.item.detail.subDetail.sequence", "positiveInt", 1, 1),
    (R4, "Encounter.class", "Coding", 1, 1),
    (R4, "Consent.scope", "CodeableConcept", 1, 1),
    (R4, "Consent.provision.provision", "Consent.provision", 0, None),
    (R4, "Observation.id", "id", 0, 1),
    (R4, "Observation.contained", "Resource", 0, None),
    (R4, "Observation.component.referenceRange", "Observation.referenceRange", 0, None),
    (R4, "Narrative.div", "xhtml", 1, 1),
    (R4, "Extension.url", "uri", 1, 1),
    (R4, "Timing.repeat", "Timing.repeat", 0, 1),
    (R4, "Media.content", "Attachment", 1, 1),
    (R4, "Bundle.entry.link", "Bundle.link", 0, None),
    (R4, "Bundle.entry.resource", "Resource", 0, 1),
    (R4, "Age.value", "decimal", 0, 1),
    (R5, "Encounter.class", "CodeableConcept", 0, None),
    (R5, "Procedure.reason", "CodeableReference", 0, None),
    (R5, "Claim.item.productOrService", "CodeableConcept", 0, 1),
    (R5, "Observation.id", "id", 0, 1),
]


@pytest.mark.parametrize(("table", "path", "kind", "minimum", "maximum"), KNOWN)
def test_an_element_has_the_type_and_cardinality_of_the_definition(
    table: ElementTable, path: str, kind: str, minimum: int, maximum: int | None
) -> None:
    actual = element(path, table)

    assert (kind, minimum, maximum) == (actual.type, actual.minimum, actual.maximum)


CODES = [
    (R4, "Patient.gender", "male female other unknown"),
    (R4, "Observation.status", "registered preliminary final amended corrected cancelled entered-in-error unknown"),
    (R4, "Claim.use", "claim preauthorization predetermination"),
    (R4, "Bundle.entry.request.method", "GET HEAD POST PUT DELETE PATCH"),
    (R4, "Timing.repeat.periodUnit", "s min h d wk mo a"),
    (R5, "Patient.gender", "male female other unknown"),
]


@pytest.mark.parametrize(("table", "path", "codes"), CODES)
def test_a_required_binding_lists_its_codes(table: ElementTable, path: str, codes: str) -> None:
    assert element(path, table).codes == frozenset(codes.split())


def test_codes_of_several_systems_and_of_a_hierarchy_are_complete() -> None:
    when = element("Timing.repeat.when").codes
    item = element("Questionnaire.item.type").codes

    assert when is not None
    assert item is not None
    assert {"MORN", "PHS", "HS", "ACM", "PCV"} <= when
    assert {"group", "boolean", "open-choice"} <= item
    assert "question" not in item  # for grouping only


def test_a_required_concept_lists_systems_and_codes() -> None:
    system = "http://terminology.hl7.org/CodeSystem/condition-clinical"

    actual = element("Condition.clinicalStatus").codes

    assert actual == frozenset(
        {(system, code) for code in ("active", "recurrence", "relapse", "inactive", "remission", "resolved")}
    )


@pytest.mark.parametrize("path", ["Attachment.contentType", "Money.currency", "Claim.type"])
def test_what_cannot_be_listed_or_is_not_required_is_not_bound(path: str) -> None:
    assert element(path).codes is None


def test_targets_are_resource_types() -> None:
    assert element("Claim.provider").targets == ("Organization", "Practitioner", "PractitionerRole")
    assert element("Claim.item.locationReference").targets == ("Location",)
    assert element("Claim.item.locationAddress").targets == ()
    assert element("QuestionnaireResponse.questionnaire").targets == ("Questionnaire",)
    assert element("Provenance.target").targets == ()


def test_a_choice_is_one_element_per_type() -> None:
    members = {each.name for each in R4["Observation"].elements.values() if each.choice == "value[x]"}
    required = element("Claim.diagnosis.diagnosisReference")

    assert "valueQuantity" in members
    assert len(members) == 11
    assert (required.minimum, required.choice) == (1, "diagnosis[x]")


def test_elements_are_in_fhir_order_with_the_inherited_ones_first() -> None:
    inherited = ["id", "meta", "implicitRules", "language", "text", "contained", "extension", "modifierExtension"]

    assert [*inherited, "identifier", "status", "statusHistory", "class"] == list(R4["Encounter"].elements)[:12]
    assert list(R4["Claim.item"].elements)[:4] == ["id", "extension", "modifierExtension", "sequence"]


def test_kinds_bases_and_abstract_types_are_told() -> None:
    known = {name: (R4[name].kind, R4[name].base) for name in ("Claim", "Claim.item", "Timing.repeat", "Age", "code", "xhtml")}

    assert known == {
        "Claim": ("resource", "DomainResource"),
        "Claim.item": ("backbone", "BackboneElement"),
        "Timing.repeat": ("backbone", "Element"),
        "Age": ("complex", "Quantity"),
        "code": ("primitive", "string"),
        "xhtml": ("primitive", "Element"),
    }
    assert list(R4["Element"].elements) == ["id", "extension"]
    assert R4["Extension"].elements["extension"].type == "Extension"
    assert {"Resource", "DomainResource"}.isdisjoint(R4.resource_types)


def test_only_primitive_types_are_called_primitive() -> None:
    table = packaged_table("R4")
    primitives = {path for path in table.paths if table.is_primitive(path)}

    assert primitives == {path for path in table.paths if table[path].kind == "primitive"}
    assert {"string", "positiveInt"} <= primitives
    assert not table.is_primitive("NoSuchType")


def test_r5_has_no_media() -> None:
    assert "Media" in R4
    assert "Media" not in R5
    assert len(R4.resource_types) == 146


@RELEASES
def test_every_type_that_is_named_is_there(release: Literal["R4", "R5"]) -> None:
    table = packaged_table(release)
    named = {each.type for made in every_type(release) for each in made.elements.values()}

    missing = {name for name in named if name not in table}

    assert missing == set()


VALUES = [
    ("date", "2024-02", "2024-13"),
    ("dateTime", "2024-02-29T08:00:00+01:00", "2024-02-29T08:00"),
    ("id", "a-1.B", "a_1"),
    ("code", "entered-in-error", " final"),
    ("decimal", "1.50e5", "01"),
    ("instant", "2024-02-29T08:00:00.123Z", "2024-02-29"),
    ("positiveInt", "1", "0"),
    ("uuid", "urn:uuid:c757873d-ec9a-4326-a141-556f43239520", "c757873d-ec9a-4326-a141-556f43239520"),
    ("string", "a\nb", ""),
]


@RELEASES
@pytest.mark.parametrize(("name", "good", "bad"), VALUES)
def test_the_pattern_of_a_primitive_matches_a_value_as_a_whole(
    release: Literal["R4", "R5"], name: str, good: str, bad: str
) -> None:
    pattern = packaged_table(release)[name].pattern

    assert pattern is not None
    assert re.fullmatch(pattern, good)
    assert not re.fullmatch(pattern, bad)


@RELEASES
def test_a_table_says_what_it_was_made_from_and_is_small(release: Literal["R4", "R5"]) -> None:
    content = (FOLDER / f"{release.lower()}.json").read_bytes()
    source = json.loads(content)["source"]

    assert source["artifact"] == f"ca.uhn.hapi.fhir:hapi-fhir-validation-resources-{release.lower()}:8.8.0"
    assert re.fullmatch("[0-9a-f]{64}", source["sha256"])
    assert len(content) < 800_000


@RELEASES
def test_a_table_holds_all_resource_types_of_its_release(release: Literal["R4", "R5"]) -> None:
    names = packaged_table(release).resource_types

    assert {"Communication", "Task", "Specimen", "ImagingStudy", "Immunization", "MedicationRequest"} <= set(names)
    assert len(names) == {"R4": 146, "R5": 158}[release]
    assert not {"Resource", "DomainResource"} & set(names)


def test_the_summary_is_marked() -> None:
    patient = R4["Patient"].elements

    assert (patient["identifier"].summary, patient["deceasedBoolean"].summary, patient["photo"].summary) == (True, True, False)


def test_the_invariants_of_a_type_and_of_an_element_are_listed_where_they_are_stated() -> None:
    (period,) = R4.constraints("Period")

    assert (period.key, period.severity) == ("per-1", "error")
    assert period.expression == "start.hasValue().not() or end.hasValue().not() or (start <= end)"
    assert [rule.key for rule in R4.constraints("Organization")] == ["org-1"]
    assert [rule.key for rule in R4.constraints("Organization.telecom")] == ["org-3"]
    assert {rule.key: rule.severity for rule in R4.constraints("DomainResource")}["dom-6"] == "information"
    assert R4.constraints("Coding") == ()


# --------------------------------------------------------------------------------- beside the models of fhir.resources

PREFIXES = ("defaultValue", "fixed", "pattern")
R4_SUBJECTS = ["Device", "Group", "Location", "Patient"]
R4B_SUBJECTS = sorted([*R4_SUBJECTS, "Medication", "Organization", "Practitioner", "Procedure", "Substance"])

R4_MEMBERS = ["Device", "Group", "Medication", "Patient", "Practitioner", "PractitionerRole", "Substance"]

# R4B wrote these anew, or has them no more: nothing to compare with.
REWRITTEN = re.compile(
    r"(EffectEvidenceSynthesis|RiskEvidenceSynthesis|Evidence|EvidenceVariable|MedicinalProduct\w*|SubstanceAmount"
    r"|Substance(NucleicAcid|Polymer|Protein|ReferenceInformation|SourceMaterial|Specification))(\..*)?"
)

# Where: what the table says, what the model says. The models are R4B (4.3.0), and make codes from the words of a description.
EXPECTED_DIFFERENCES: dict[str, tuple[object, object]] = {
    # R4B added two types for any value; the models have no values of type Meta.
    "Extension": (["valueMeta"], ["valueCodeableReference", "valueRatioRange"]),
    "ElementDefinition.example": (["valueMeta"], ["valueCodeableReference", "valueRatioRange"]),
    "ElementDefinition": (
        [f"{prefix}Meta" for prefix in PREFIXES],
        [f"{prefix}{kind}" for prefix in PREFIXES for kind in ("CodeableReference", "RatioRange")],
    ),
    # R4B let more be observed.
    "Observation.subject targets": (R4_SUBJECTS, R4B_SUBJECTS),
    "DiagnosticReport.subject targets": (R4_SUBJECTS, R4B_SUBJECTS),
    "ActivityDefinition": ([], ["subjectCanonical"]),
    "PlanDefinition": ([], ["subjectCanonical"]),
    "PlanDefinition.action": ([], ["subjectCanonical"]),
    "ActivityDefinition.productReference targets": (["Medication", "Substance"], ["Ingredient", "Medication", "Substance"]),
    "Group.member.entity targets": (R4_MEMBERS, sorted([*R4_MEMBERS, "RelatedPerson"])),
    # R4B asks for less.
    "MarketingStatus.country required": (True, False),
    "MarketingStatus.dateRange required": (True, False),
    # Not codes: MIME types in words, and an extensible binding.
    "CapabilityStatement.format codes": ([], ["formats", "json", "mime", "ttl"]),
    "Expression.language codes": (
        [],
        ["application/x-fhir-query", "etc.", "text/cql", "text/cql-expression", "text/cql-identifier", "text/fhirpath"],
    ),
}


def model_name(name: str) -> str:
    return "".join(part[0].upper() + part[1:] for part in name.split("."))


def model_type(annotation: typing.Any) -> tuple[str, bool]:  # noqa: ANN401 - annotations have no common type
    """(type as the models name it, whether it repeats)."""
    if typing.get_origin(annotation) is typing.Annotated:
        return type(annotation.__metadata__[-1]).__name__.replace("UuidVersion", "Uuid"), False
    inner = next((part for part in typing.get_args(annotation) if part is not type(None)), None)
    if inner is not None:
        kind, many = model_type(inner)
        return kind, many or typing.get_origin(annotation) is list
    return {"bool": "Boolean"}.get(annotation.__name__, annotation.__name__.removesuffix("Type")), False


def model_facts(name: str) -> Facts:
    """What the model says of each element."""
    model = get_fhir_model_class(model_name(name))
    fields = {field.alias: field for field in model.model_fields.values()}
    found = {}
    for element_name in model.elements_sequence():
        field = fields[element_name]
        extra: typing.Any = field.json_schema_extra or {}
        kind, many = model_type(field.annotation)
        found[element_name] = {
            "type": kind,
            "many": many,
            "required": field.is_required() or bool(extra.get("element_required") or extra.get("one_of_many_required")),
            "choice": extra.get("one_of_many"),
            "targets": sorted(set(extra.get("enum_reference_types", [])) - {"Resource"}),
            "codes": sorted(set(extra.get("enum_values", [])) - {"+"}),
        }
    return found


def table_facts(made: Type) -> Facts:
    """What the table says of each element, in the words of the models."""
    return {
        each.name: {
            "type": model_name(each.type),
            "many": each.maximum is None or each.maximum > 1,
            "required": each.minimum > 0,
            "choice": each.choice and each.choice.removesuffix("[x]"),
            "targets": list(each.targets),
            "codes": sorted(each.codes) if each.codes and each.type == "code" else [],
        }
        for each in made.elements.values()
    }


def differences(made: Type) -> Iterator[tuple[str, object, object]]:
    """(where, what the table says, what the model says)."""
    table, model = table_facts(made), model_facts(made.name)
    common = [name for name in table if name in model]
    if set(table) != set(model):
        yield made.name, sorted(set(table) - set(model)), sorted(set(model) - set(table))
    if common != [name for name in model if name in table]:
        yield f"{made.name} order", list(table), list(model)
    for name in common:
        for fact, value in table[name].items():
            other = model[name][fact]
            if not is_covered(value, other, fact):
                yield f"{made.name}.{name} {fact}", value, other


def is_covered(value: typing.Any, other: typing.Any, fact: str) -> bool:  # noqa: ANN401 - a fact is of any type
    """Whether both say the same; the models list codes only where they are few, and then often not all of them."""
    return set(other) <= set(value) if fact == "codes" else bool(value == other)


def test_the_r4_table_differs_from_the_models_of_fhir_resources_only_where_expected() -> None:
    types = [made for made in every_type("R4") if made.kind != "primitive" and not REWRITTEN.fullmatch(made.name)]

    actual = {where: (table, model) for made in types for where, table, model in differences(made)}

    assert actual == EXPECTED_DIFFERENCES
