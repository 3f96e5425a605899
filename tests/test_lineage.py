"""Every element of a conversion is traced to what made it, and what nothing reads is reported."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from adapter.checks import r4
from adapter.conversion import Conversion, Options
from adapter.issues import Issue, IssueType, Severity
from adapter.lineage import Lineage, LineageEntry
from adapter.mapping.load import load_library
from adapter.path import at, leaves, parse, pointer
from adapter.pipeline import Pipeline
from adapter.readers.document import Document, DocumentTrace, MappedDocument, ReadDocument, Source
from adapter.readers.input_form import input_form
from adapter.readers.json_reader import JsonReader
from adapter.readers.port import Readers
from adapter.rules.policy import Policies
from adapter.unread import UnreadField, UnreadFields, coverage_of, unread_paths
from tests.mapping.ground import VISIT_SCHEMA, load, mapping_context, visit_shape

FHIR = """map: patient
target: Patient
resource:
  id: =stable_id('Patient', case.patient.mrn)
  identifier:
    - system: urn:example
      value: =case.patient.mrn
  name:
    - family: =case.patient.family
      given: =case.patient.given
  gender: =case.patient.sex
  text: =narrative('Patient', case.patient.family) if options.narrative else None
  birthDate: =case.patient.birth_date
---
map: report
target: DiagnosticReport
when: =judgement.state.report
resource:
  id: =stable_id('DiagnosticReport', case.id)
  status: =judgement.state.report
  code:
    text: Report
  subject: =ref(patient)
  issued: =instant(case.review.signed_at)
  conclusion: =join(' ', case.review.conclusion, options.zone)
---
map: photograph
target: Media
for: image in case.images
resource:
  id: =stable_id('Media', case.id, image.id)
  status: completed
  note:
    - when: =image.view
      text: =join('/', image.view, text(index(image)), text(count(case.images))) or 'x'
  content:
    title: Photograph
    url: =image.url
    size: =image.size
---
map: claim
target: Claim
when: =case.billing
resource:
  id: =stable_id('Claim', case.id)
  status: =judgement.claim or 'draft'
  type:
    text: professional
  use: claim
  patient: =ref(patient)
  created: '2024-05-02'
  provider:
    display: Clinic
  priority:
    text: normal
  insurance:
    - sequence: 1
      focal: true
      coverage:
        display: none
  item:
    - for: line in case.billing.lines
      sequence: =index(line)
      productOrService:
        text: =line.code
      modifier:
        - for: m in line.modifiers
          text: =m.code
"""
VISIT = """map: visit
source: visit
target: Case
ignore:
  fee: not ours
let:
  first_feature: =first(features)
case:
  patient:
    mrn: =token(person.number)
    family: =join(' ', person.name, options.zone)
    given: =remarks
  images:
    - for: feature in features
      let:
        hpo: =token(feature.hpo)
      when: =hpo
      id: =hpo
      view: frontal
  review:
    status: signed
    signed_at: =local_time(begin, options.zone)
    conclusion: =first_feature.seen
"""
ENCOUNTER: dict[str, Any] = {
    "id": "C-1",
    "test": True,
    "encounter": {"id": "E-1", "status": "finished"},
    "procedure": {"status": "completed", "reduced_reason": "x"},
    "billing": {"use": "claim", "lines": [{"code": "0731T"}, {"code": "99213", "modifiers": ["25", "zz"]}]},
}
NATIVE: dict[str, Any] = {
    **ENCOUNTER,
    "patient": {"mrn": "M-1", "mrn_system": "urn:oid:1.2.3", "family": "F", "given": ["G", "H"], "phone": "p"},
    "images": [{"id": "i1", "url": "u1"}, {"id": "i2", "url": "u2", "view": "frontal"}],
    "review": {"status": "signed", "signed_at": "2024-05-02", "conclusion": "Words"},
}
SENT: dict[str, Any] = {
    "visit_number": "7",
    "fee": 3,
    "minutes": 10,
    "nothing": None,
    "empty": "",
    "begin": "2024-05-02 10:00:00",
    "remarks": ["G"],
    "person": {"number": "M-1", "name": "F"},
    "features": [{"hpo": "i1", "seen": "s", "weight": 1}, {"hpo": "i2", "weight": 2}],
}


@cache
def line() -> Pipeline:
    (source,) = load(VISIT).maps
    return Pipeline(
        outputs={r4(): load_library({"fhir.yaml": FHIR}, mapping_context())},
        load_sources=lambda: {"visit": source},
        readers=Readers(readers=[JsonReader(forms={"visit": input_form("visit", VISIT_SCHEMA)})]),
        policies=Policies(),
    )


def convert(*documents: dict[str, Any], names: str = "abc") -> Conversion:
    sent = [
        Document(name=f"{name}.json", content=json.dumps(tree).encode()) for name, tree in zip(names, documents, strict=False)
    ]
    made = line().convert(sent, Options(assigner="urn:oid:1.2.3"))
    assert made.bundle is not None, made.issues
    return made


def entry(made: Conversion, element: str) -> LineageEntry:
    (found,) = (each for each in made.lineage.entries if each.element == element)
    return found


@pytest.fixture(scope="module")
def native() -> Conversion:
    return convert(NATIVE)


@pytest.fixture(scope="module")
def mapped() -> Conversion:
    return convert(ENCOUNTER, SENT)


def elements(bundle: dict[str, Any]) -> Iterator[str]:
    for place, each in enumerate(bundle["entry"]):
        yield from (f"Bundle.entry[{place}]" for _ in leaves(each))


def test_every_leaf_of_the_bundle_has_one_entry(native: Conversion) -> None:
    assert native.bundle is not None
    names = [each.element for each in native.lineage.entries]

    assert len(names) == len(set(names))
    assert len(names) == len(list(leaves(native.bundle)))


def test_a_value_that_is_carried_names_its_field_its_place_and_the_line_of_the_map(native: Conversion) -> None:
    found = entry(native, "Patient.name[0].family")

    assert found.fields == ("patient.family",)
    assert found.positions == ("a.json#/patient/family",)
    assert found.place == "fhir.yaml:9:15"
    assert found.text == "=case.patient.family"
    assert found.functions == ()
    assert not found.constant


def test_the_items_of_a_list_that_is_carried_over_name_their_own_places(native: Conversion) -> None:
    assert entry(native, "Patient.name[0].given[1]").positions == ("a.json#/patient/given/1",)


def test_a_constant_of_the_map_names_its_line(native: Conversion) -> None:
    found = entry(native, "Patient.identifier[0].system")

    assert found.constant
    assert found.positions == ()
    assert found.text == "urn:example"


def test_a_computed_value_names_all_that_it_was_made_from(native: Conversion) -> None:
    found = entry(native, "Bundle.entry[3].resource.note[0].text")

    assert "a.json#/images/1/view" in found.positions
    assert {"join", "text", "index", "count"} <= set(found.functions)
    assert "images[1].view" in found.fields


def test_a_verdict_of_the_rules_names_the_fields_that_it_follows_from(native: Conversion) -> None:
    found = entry(native, "DiagnosticReport.status")

    assert {"procedure.status", "review.status"} <= set(found.fields)
    assert "a.json#/review/status" in found.positions


def test_an_option_is_a_place_as_well(native: Conversion) -> None:
    assert "options#/narrative" in entry(native, "Patient.text.div").positions


def test_a_reference_names_what_the_identity_was_made_from(native: Conversion) -> None:
    found = entry(native, "DiagnosticReport.subject.reference")

    assert found.positions == ("a.json#/patient/mrn",)
    assert found.functions == ("ref",)


def test_the_envelope_is_made_by_the_adapter(native: Conversion) -> None:
    assert entry(native, "Bundle.type").functions == ("adapter.fhir.bundle.transaction",)
    assert entry(native, "Patient.resourceType").text == "made by the adapter"


def test_the_entries_of_an_element_are_all_below_it(native: Conversion) -> None:
    found = native.lineage.of("Patient.name[0]")

    assert [each.element for each in found] == [
        "Patient.name[0].family",
        "Patient.name[0].given[0]",
        "Patient.name[0].given[1]",
    ]
    assert native.lineage.of("Patient.na") == ()
    assert len(native.lineage.of("Patient.gender")) == 0


def test_a_value_from_another_form_is_traced_to_the_file_that_was_sent(mapped: Conversion) -> None:
    family = entry(mapped, "Patient.name[0].family")
    photograph = entry(mapped, "Bundle.entry[2].resource.id")

    assert family.positions == ("b.json#/person/name", "options#/zone")
    assert family.through == ("maps.yaml:11:13",)
    assert "join" in family.functions
    assert "b.json#/features/0/hpo" in photograph.positions
    assert entry(mapped, "Bundle.entry[3].resource.note[0].text").positions[0] == "maps.yaml:19:13"


def test_what_nothing_reads_is_reported_once_per_field_with_its_reason_if_there_is_one(mapped: Conversion) -> None:
    unread = {field.field: field for field in mapped.unread_fields.fields}

    assert unread["fee"].reason == "not ours"
    assert unread["minutes"].reason is None
    assert unread["features[*].weight"].positions == ("b.json#/features/0/weight", "b.json#/features/1/weight")
    assert {"nothing", "empty", "features[*].hpo", "person.name"}.isdisjoint(unread)
    texts = {issue.rule: issue for issue in mapped.issues if "`fee`" in issue.text or "weight" in issue.text}
    assert texts["coverage/ignored"].text == "`fee`: left out on purpose: not ours"
    assert texts["coverage/unread"].text.startswith("`features[*].weight` (2 places): no mapping reads it")
    assert all(text.severity is Severity.INFORMATION for text in texts.values())


def test_a_field_of_the_case_that_no_map_reads_is_reported(native: Conversion) -> None:
    unread = {field.field: field.positions for field in native.unread_fields.fields}

    assert unread["patient.phone"] == ("a.json#/patient/phone",)
    assert "patient.family" not in unread


def test_explain_says_why_an_element_is_not_there(native: Conversion) -> None:
    assert native.trail is not None
    (birth_date,) = native.trail.explain("Patient.birthDate").entries
    (note,) = (each for each in native.trail.explain("Media.note").entries if each.missing)

    assert birth_date.missing == "nothing was found"
    assert birth_date.text == "=case.patient.birth_date"
    assert birth_date.place == "fhir.yaml:13:14"
    assert note.missing == "the condition of `when` does not hold"
    assert note.text == "when: case.images[].view"
    assert note.element == "Bundle.entry[2].resource.note"
    assert note in native.trail.explain("Bundle.entry[2].resource.note").entries


def test_explain_shows_what_is_there_as_well(native: Conversion) -> None:
    assert native.trail is not None

    assert [each.missing for each in native.trail.explain("Patient.name[0].family").entries] == [None]
    assert native.trail.explain("Patient").entries
    assert native.trail.explain("Observation").entries == ()
    assert [each.element for each in native.trail.explain("Media.content.title").entries] == [
        "Bundle.entry[2].resource.content.title",
        "Bundle.entry[3].resource.content.title",
    ]


def placed(made: Conversion, field: str | None) -> Issue:
    assert made.trail is not None
    issue = Issue(severity=Severity.ERROR, code=IssueType.VALUE, text="x", field=field)
    return made.trail.with_places(issue)


@pytest.mark.parametrize(
    ("field", "location", "expression"),
    [
        (None, (), ()),
        ("billing.lines[1].modifiers[0].code", ("a.json#/billing/lines/1/modifiers/0",), ("Claim.item[1].modifier[0].text",)),
        ("billing.lines[1].modifiers[0]", ("a.json#/billing/lines/1/modifiers/0",), ("Claim.item[1].modifier[0]",)),
        ("billing.lines[1].code", ("a.json#/billing/lines/1/code",), ("Claim.item[1].productOrService.text",)),
        ("billing.lines[0]", ("a.json#/billing/lines/0",), ("Claim.item[0]",)),
        ("images[1].url", ("a.json#/images/1/url",), ("Bundle.entry[3].resource.content.url",)),
        ("consent", ("a.json#",), ()),
        ("id", ("a.json#/id",), ("Claim.id",)),
    ],
)
def test_an_issue_gets_the_places_of_its_field(
    native: Conversion, field: str | None, location: tuple[str, ...], expression: tuple[str, ...]
) -> None:
    actual = placed(native, field)

    assert location == actual.location
    assert expression == actual.expression[:1]


def test_an_issue_keeps_the_places_that_it_has(native: Conversion) -> None:
    assert native.trail is not None
    issue = Issue(severity=Severity.ERROR, code=IssueType.VALUE, text="x", field="id", location=("l",), expression=("e",))

    placed = native.trail.with_places(issue)

    assert (placed.location, placed.expression) == (issue.location, issue.expression)


def test_what_could_not_be_converted_is_an_issue_at_its_field(native: Conversion) -> None:
    (found,) = (issue for issue in native.issues if issue.rule == "map/instant")

    assert found.field == "review.signed_at"
    assert found.location == ("a.json#/review/signed_at",)
    assert found.severity is Severity.WARNING
    assert "(mapping fhir.yaml:" in found.text


def test_what_could_not_be_converted_in_another_form_is_placed_there(mapped: Conversion) -> None:
    (found,) = (issue for issue in mapped.issues if issue.rule == "map/local_time")

    assert found.location == ("b.json#/begin",)


def test_without_a_bundle_there_is_nothing_to_trace() -> None:
    refused = line().convert([Document(name="a", content=b"{}")])

    assert refused.lineage == Lineage(entries=())
    assert refused.unread_fields == UnreadFields(fields=())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("billing.lines[0].units", ("billing", "lines", 0, "units")),
        ("images[*].url", ("images", "*", "url")),
        ("id", ("id",)),
        ("", ()),
    ],
)
def test_the_name_of_a_field_is_a_path(text: str, expected: tuple[str | int, ...]) -> None:
    assert parse(text) == expected


def test_patterns_lead_to_what_is_in_the_tree() -> None:
    tree = {"images": [{"url": "u"}, {"id": "i"}, "bare"], "id": None, "patient": "bare"}
    patterns: frozenset[tuple[str | int, ...]]
    patterns = frozenset({("images", "*", "url"), ("images", 0, "url"), ("images", 9), ("id",), ("patient", "mrn"), ("id", "*")})

    actual = unread_paths(tree, patterns)

    assert actual == {
        ("images", "*", "url"): [("images", 0, "url"), ("images", 2, "url")],
        ("images", 0, "url"): [("images", 0, "url")],
        ("patient", "mrn"): [("patient", "mrn")],
    }


def from_path(*path: str | int) -> Source:
    return Source(locate=lambda: (f"a#{pointer(path)}",), place="m.yaml:1:1", functions=(), paths=(path,))


def test_an_item_that_some_item_of_its_list_was_made_of_may_have_been_used() -> None:
    original = ReadDocument(name="a", form="x", tree={"rows": [{"a": 1}, {"a": 2}]})
    document = MappedDocument(
        name="a",
        form="case",
        tree={},
        original=original,
        retrace=lambda: DocumentTrace(
            origins={("id",): from_path("rows", "*", "a")},
            seen={("rows", 0, "a"): 1, ("rows", 1, "a"): 2},
            walked=frozenset({("rows", "*")}),
        ),
        read=frozenset({("rows", "*", "a")}),
        ignored=frozenset(),
    )

    assert list(coverage_of(document)) == []


def test_a_reason_holds_for_all_below_the_field_that_it_names() -> None:
    original = ReadDocument(name="a", form="x", tree={"rows": [{"a": 1, "b": {"c": 2}}, {"b": {"d": 3}}], "e": 1, "f": ""})
    document = MappedDocument(
        name="a",
        form="case",
        tree={},
        original=original,
        retrace=lambda: DocumentTrace(
            origins={("id",): from_path("rows", 0, "a")},
            seen={("rows", 0, "a"): 1},
            walked=frozenset({("rows", "*")}),
        ),
        read=frozenset({("rows", "*", "a")}),
        ignored=frozenset({(("rows", "b"), "why not")}),
    )

    assert [unread.in_full() for unread in coverage_of(document)] == [
        UnreadField(field="rows[*].b", positions=("a#/rows/0/b/c", "a#/rows/1/b/d"), reason="why not"),
        UnreadField(field="e", positions=("a#/e",), reason=None),
        UnreadField(field="rows[*]", positions=("a#/rows/1",), reason=None, dropped=True),
    ]


def test_a_plain_value_in_place_of_an_object_is_unread_and_what_is_empty_is_nothing() -> None:
    original = ReadDocument(name="a", form="x", tree={"a": 5, "x": {"y": "", "z": ["", "v", None]}})
    document = MappedDocument(
        name="a",
        form="case",
        tree={},
        original=original,
        retrace=lambda: DocumentTrace(origins={}, seen={}, walked=frozenset()),
        read=frozenset({("a", "b")}),
        ignored=frozenset(),
    )
    coverage = coverage_of(document)

    assert [unread.in_full() for unread in coverage] == [
        UnreadField(field="a", positions=("a#/a",), reason=None),
        UnreadField(field="x.z[*]", positions=("a#/x/z/1",), reason=None),
    ]
    assert [unread.in_full().field for unread in coverage.first(1)] == ["a"]
    assert len(coverage) == 2


def test_the_nearest_reason_of_a_field_that_is_ignored_within_another_holds() -> None:
    original = ReadDocument(name="a", form="x", tree={"b": {"c": 1, "d": 2}})
    document = MappedDocument(
        name="a",
        form="case",
        tree={},
        original=original,
        retrace=lambda: DocumentTrace(origins={}, seen={}, walked=frozenset()),
        read=frozenset(),
        ignored=frozenset({(("b",), "all of it"), (("b", "c"), "this one")}),
    )

    assert [unread.in_full() for unread in coverage_of(document)] == [
        UnreadField(field="b.c", positions=("a#/b/c",), reason="this one"),
        UnreadField(field="b", positions=("a#/b/d",), reason="all of it"),
    ]


def test_an_item_of_which_a_map_made_nothing_is_a_warning() -> None:
    made = convert(ENCOUNTER, {**SENT, "features": [{"hpo": "i1"}, {"seen": "but nameless"}]})

    (found,) = (issue for issue in made.issues if issue.rule == "coverage/dropped")

    assert found.location == ("b.json#/features/1",)
    assert found.severity is Severity.WARNING
    assert found.text.startswith("`features[*]`: its mapping made nothing of it")


def test_the_shape_of_a_form_is_that_of_its_schema() -> None:
    assert at({"a": [1]}, ("a", 0)) == 1
    assert set(visit_shape().fields) == set(VISIT_SCHEMA["properties"])
