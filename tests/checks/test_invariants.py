"""The invariants of the official definitions: what breaks them, where that is said, and which are not asked."""

import time
from pathlib import Path
from typing import Any

import pytest

from adapter.checks import check_bundle, check_resource, r4, release_of
from adapter.checks.fhirpath.comparison import order
from adapter.checks.fhirpath.compile import Compiler, EvaluationScope
from adapter.checks.fhirpath.item import Item
from adapter.checks.fhirpath.tree import NotCompiledError, parse
from adapter.checks.invariants import ADVICE
from adapter.checks.narrative import is_narrative
from adapter.checks.own_rules import LEFT_OUT, stated_in_prose
from adapter.checks.quick import has_ordered_periods
from adapter.checks.references import is_sound
from adapter.fhir.json import canonical_bytes, read_json
from adapter.fhir.table import packaged_table
from tests.checks.ground import CLAIM, OBSERVATION, PATIENT, Resource, bundle, said, spoilt, written
from tests.examples.ground import EXAMPLES

XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'
ORGANIZATION = {"resourceType": "Organization", "id": "o", "name": "Clinic"}
GROUP = {"resourceType": "Group", "type": "person", "actual": True}


def narrative(div: str) -> Resource:
    return {**PATIENT, "text": {"status": "generated", "div": div}}


def extended(*extensions: Resource) -> Resource:
    return {**PATIENT, "extension": list(extensions)}


BAD: dict[str, tuple[Resource, str, str]] = {
    "a div without its namespace": (narrative("<div>x</div>"), "txt-1", "Patient.text.div"),
    "a div with a script": (narrative(f"<div {XHTML}>x<script>1</script></div>"), "txt-1", "Patient.text.div"),
    "a div with an event": (narrative(f'<div {XHTML}><p onclick="x">y</p></div>'), "txt-1", "Patient.text.div"),
    "an empty div": (narrative(f"<div {XHTML}> </div>"), "txt-2", "Patient.text.div"),
    "an extension with neither": (extended({"url": "urn:x"}), "ext-1", "Patient.extension[0]"),
    "an extension with both": (
        extended({"url": "urn:x", "valueCode": "y", "extension": [{"url": "urn:z", "valueCode": "y"}]}),
        "ext-1",
        "Patient.extension[0]",
    ),
    "a contact of nobody": ({**PATIENT, "contact": [{"relationship": [{"text": "x"}]}]}, "pat-1", "Patient.contact[0]"),
    "an organization without name and identifier": ({"resourceType": "Organization", "active": True}, "org-1", "Organization"),
    "an organization with a home telephone": (
        {**ORGANIZATION, "telecom": [{"system": "phone", "value": "1", "use": "home"}]},
        "org-3",
        "Organization.telecom[0]",
    ),
    "a unit's code without its system": (
        {**spoilt(OBSERVATION, "valueInteger"), "valueQuantity": {"value": 1, "code": "kg"}},
        "qty-3",
        "Observation.valueQuantity",
    ),
    "a range the wrong way round": (
        {**spoilt(OBSERVATION, "valueInteger"), "valueRange": {"low": {"value": 2}, "high": {"value": 1}}},
        "rng-2",
        "Observation.valueRange",
    ),
    "a reference to what is not contained": (
        {**OBSERVATION, "contained": [{**PATIENT, "id": "in"}], "subject": {"reference": "#out"}},
        "ref-1",
        "Observation.subject",
    ),
    "what is contained and nobody refers to": ({**OBSERVATION, "contained": [{**PATIENT, "id": "in"}]}, "dom-3", "Observation"),
    "what is contained in what is contained": (
        {**OBSERVATION, "contained": [{**PATIENT, "id": "in", "contained": [PATIENT]}], "subject": {"reference": "#in"}},
        "dom-2",
        "Observation",
    ),
    "a period that ends before it starts": (
        {**PATIENT, "name": [{"family": "x", "period": {"start": "2024-02", "end": "2023"}}]},
        "per-1",
        "Patient.name[0].period",
    ),
    "a period of one day that ends before it starts": (
        {**PATIENT, "name": [{"family": "x", "period": {"start": "2024-02-01T10:00:00Z", "end": "2024-02-01T10:00:00+01:00"}}]},
        "per-1",
        "Patient.name[0].period",
    ),
    "a relative system of an identifier": (
        {**PATIENT, "identifier": [{"system": "mrn", "value": "1"}]},
        "absolute-system",
        "Patient.identifier[0].system",
    ),
    "a system that is an OID with a letter": (
        {**PATIENT, "identifier": [{"system": "urn:oid:1.2.x", "value": "1"}]},
        "absolute-system",
        "Patient.identifier[0].system",
    ),
    "a system that is a UUID in capitals": (
        {**PATIENT, "identifier": [{"system": "urn:uuid:7C1AA4C6-772F-8998-BFE7-649A7209FF5D", "value": "1"}]},
        "absolute-system",
        "Patient.identifier[0].system",
    ),
    "a relative system of a code": (
        spoilt(CLAIM, "item.0.productOrService.coding.0.system", "cpt"),
        "absolute-system",
        "Claim.item[0].productOrService.coding[0].system",
    ),
    "a relative URL of an extension": (extended({"url": "x", "valueCode": "y"}), "absolute-extension", "Patient.extension[0]"),
    "a relative URL of an extension beside a primitive": (
        {**PATIENT, "_birthDate": {"extension": [{"url": "x", "valueCode": "y"}]}},
        "absolute-extension",
        "Patient.birthDate.extension[0]",
    ),
    "a relative URL of a modifier": (
        {**PATIENT, "contact": [{"name": {"text": "x"}, "modifierExtension": [{"url": "x", "valueCode": "y"}]}]},
        "absolute-extension",
        "Patient.contact[0].modifierExtension[0]",
    ),
    "a comparator in a limit": (
        {**OBSERVATION, "referenceRange": [{"low": {"value": 1, "comparator": "<"}}]},
        "sqty-1",
        "Observation.referenceRange[0].low",
    ),
    "a comparator in the quantity of a line": (
        spoilt(CLAIM, "item.0.quantity", {"value": 1, "comparator": ">"}),
        "sqty-1",
        "Claim.item[0].quantity",
    ),
    "a currency of another list": (
        {**CLAIM, "total": {"value": 1, "currency": "EURO"}},
        "currency",
        "Claim.total.currency",
    ),
    "an element with an id and nothing else": ({**PATIENT, "name": [{"id": "x"}]}, "ele-1", "Patient.name[0]"),
    "an attachment without its type": (
        {**PATIENT, "photo": [{"data": "eHg="}]},
        "att-1",
        "Patient.photo[0]",
    ),
    "a defining group with members": (
        {**GROUP, "actual": False, "member": [{"entity": {"display": "x"}}]},
        "grp-1",
        "Group",
    ),
    "a document that begins with something else": (
        {"resourceType": "Bundle", "type": "document", "entry": [{"fullUrl": "urn:uuid:p", "resource": PATIENT}]},
        "bdl-11",
        "Bundle",
    ),
    "what is wrong in an entry": (
        {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [{"fullUrl": "urn:uuid:p", "resource": extended({"url": "u:x"})}],
        },
        "ext-1",
        "Patient.extension[0]",
    ),
}
GOOD: dict[str, Resource] = {
    "narrative": narrative(f'<div {XHTML}><p class="x">a &nbsp; &lt; b<br/><img src="#x" alt="y"/></p></div>'),
    "an extension with a value": extended({"url": "urn:x", "valueCode": "y"}),
    "a relative URL inside an extension": extended({"url": "urn:x", "extension": [{"url": "y", "valueCode": "z"}]}),
    "an extension beside a primitive": {**PATIENT, "_birthDate": {"extension": [{"url": "urn:x", "valueCode": "y"}]}},
    "a contact with a name": {**PATIENT, "contact": [{"name": {"text": "x"}}]},
    "a reference to what is contained": {
        **OBSERVATION,
        "contained": [{**PATIENT, "id": "in"}],
        "subject": {"reference": "#in"},
    },
    "a period known to the day and to the second": {
        **PATIENT,
        "name": [{"family": "x", "period": {"start": "2024-02-01T10:00:00Z", "end": "2024-02-01"}}],
    },
    "a period without a start": {**PATIENT, "name": [{"family": "x", "period": {"end": "2024-02-01"}}]},
    "a range of other units": {
        **spoilt(OBSERVATION, "valueInteger"),
        "valueRange": {"low": {"value": 2, "unit": "g"}, "high": {"value": 1, "unit": "kg"}},
    },
    "a group": {**GROUP, "member": [{"entity": {"display": "x"}}]},
    "an identifier without a system": {**PATIENT, "identifier": [{"value": "1"}]},
}


def checked(resource: Resource) -> list[tuple[str | None, str]]:
    return said(check_resource(resource, r4()))


@pytest.mark.parametrize(("wrong", "key", "expression"), BAD.values(), ids=BAD)
def test_it_breaks_an_invariant(wrong: Resource, key: str, expression: str) -> None:
    assert (f"invariant/{key}", expression) in checked(wrong)


@pytest.mark.parametrize("sound", GOOD.values(), ids=GOOD)
def test_nothing_is_broken_by(sound: Resource) -> None:
    assert checked(sound) == []


@pytest.mark.parametrize("resource", [*GOOD.values(), *(wrong for wrong, *_ in BAD.values())], ids=[*GOOD, *BAD])
def test_the_quick_check_of_a_bundle_says_what_the_full_one_says(resource: Resource) -> None:
    inner = {**resource, "id": "z"}
    entry = {"fullUrl": "urn:uuid:z", "resource": inner, "request": {"method": "PUT", "url": f"{inner['resourceType']}/z"}}
    whole = {**bundle(), "entry": [*bundle()["entry"], entry]}
    content = canonical_bytes(whole)

    is_quick = r4().quick.is_valid(whole) and is_sound(whole, r4(), content) and has_ordered_periods(content)

    full = [issue for issue in check_bundle(whole, r4(), advice=True) if issue.severity != "information"]
    assert said(check_bundle(whole, r4())) == said(full)
    assert not (is_quick and full)


ANSWER: Resource = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "invalid"}]}


def held(resource: Resource) -> list[Resource]:
    """A resource by itself, and as others hold it."""
    entry = {"resource": resource, "response": {"status": "400", "outcome": ANSWER}}
    return [
        resource,
        {"resourceType": "Parameters", "parameter": [{"name": "x", "resource": resource}]},
        {"resourceType": "Bundle", "type": "batch-response", "entry": [entry]},
        {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": PATIENT}, {"resource": resource}]},
        {"resourceType": "Bundle", "type": "history", "entry": [{"request": {"method": "DELETE", "url": "x"}}, entry]},
    ]


@pytest.mark.parametrize("resource", [*GOOD.values(), *(wrong for wrong, *_ in BAD.values())], ids=[*GOOD, *BAD])
def test_what_surely_keeps_all_is_told_what_a_walk_through_it_tells(resource: Resource) -> None:
    for whole in held(resource):
        quick = r4().invariants.issues(whole, "x", advice=True, surely_keeps=r4().surely_keeps)

        assert said(quick) == said(r4().invariants.issues(whole, "x", advice=True))


@pytest.mark.parametrize("example", sorted(EXAMPLES.glob("*/bundle.json")), ids=lambda path: path.parent.name)
def test_the_examples_surely_keep_all_and_are_told_what_a_walk_through_them_tells(example: Path) -> None:
    whole = read_json(example.read_bytes(), "bundle")

    assert r4().surely_keeps(whole)
    assert said(r4().invariants.issues(whole, "x", advice=True, surely_keeps=r4().surely_keeps)) == said(
        r4().invariants.issues(whole, "x", advice=True)
    )


def test_only_resources_have_good_practice_so_that_nothing_in_them_has_to_be_asked_for_it() -> None:
    table = r4().table
    advised = {path.partition(".")[0] for path in paths() for rule in stated(path) if rule.severity == ADVICE}

    assert advised == {"DomainResource"} | {kind for kind in advised if "Condition" in kind}
    assert table["Condition"].base == "DomainResource"


@pytest.mark.parametrize(
    "system",
    [
        "http://x",
        "x",
        "urn:oid:1.2",
        "urn:oid:x",
        "urn:oid:1.02",
        "urn:ietf:rfc:3986",
        "urn:uuid:x",
        "mailto:a",
        "1:2",
        "://",
    ],
)
def test_a_system_that_is_seen_at_once_to_be_absolute_is(system: str) -> None:
    item = Item(system, "uri")
    (rule,) = [rule for rule in r4().invariants.compiled("Coding.system") if rule.constraint.key == "absolute-system"]
    by_expression = Compiler(r4().table).invariant(rule.constraint.expression)

    assert rule.is_broken(item, EvaluationScope(item, item, item, {})) == by_expression(
        item, EvaluationScope(item, item, item, {})
    )


def test_what_is_only_good_practice_is_said_where_it_is_asked_for() -> None:
    assert checked(PATIENT) == []
    assert [(issue.rule, issue.severity) for issue in check_resource(PATIENT, r4(), advice=True)] == [
        ("invariant/dom-6", "information")
    ]


def test_an_issue_says_in_hl7s_words_what_must_hold_and_links_to_the_page_of_the_type() -> None:
    (issue,) = written(check_resource({**PATIENT, "name": [{"period": {"start": "2024", "end": "2023"}}]}, r4()))

    assert issue.text == "If present, start SHALL have a lower value than end"
    assert issue.source == "http://hl7.org/fhir/R4/datatypes.html#Period"


def test_every_invariant_of_r4_is_asked() -> None:
    check = r4().invariants

    without = {(path, rule.key): why for path in paths() for rule, why in check.not_compiled(path) if rule in stated(path)}

    assert without == {}
    assert {"bdl-3", "bdl-4", "bdl-7", "con-3", "ctm-1", "obs-7", "ppc-2"} == LEFT_OUT
    assert sum(len(stated(path)) for path in paths()) == 294


def paths() -> list[str]:
    table = packaged_table("R4")
    elements = {f"{path}.{element.choice or name}" for path in table.paths for name, element in table[path].elements.items()}
    return sorted({*table.paths, *elements})


def stated(path: str) -> tuple[Any, ...]:
    return packaged_table("R4").constraints(path)


def test_invariants_can_be_added_to_a_type() -> None:
    (rule,) = stated_in_prose(packaged_table("R4"))["Coding.system"]

    assert rule in list(r4().invariants.constraints("Coding.system"))


def test_r5_has_its_own_invariants() -> None:
    r5 = release_of(packaged_table("R5"))
    wrong = {"resourceType": "Organization", "active": True}

    (issue,) = written(check_resource(wrong, r5))

    assert (issue.rule, issue.source) == ("invariant/org-1", "http://hl7.org/fhir/R5/organization-definitions.html#Organization")


def test_what_r5_asks_beyond_our_part_of_fhirpath_is_named_with_what_it_needs() -> None:
    check = release_of(packaged_table("R5")).invariants

    assert [(rule.key, why) for rule, why in check.not_compiled("Period")] == [("per-1", "the function `lowBoundary`")]
    assert "per-1" not in {compiled.constraint.key for compiled in check.compiled("Period")}


@pytest.mark.parametrize(
    "text",
    ["a ~ b", "a[0]", "(a", "a(", "a.1", "'x", "a b", "%terminologies", "a.resolve()", "a - b", "a.length()", "iif(a, b", '"x"'],
)
def test_what_is_not_in_our_part_of_fhirpath_is_refused(text: str) -> None:
    with pytest.raises(NotCompiledError):
        Compiler(packaged_table("R4")).invariant(text)


def evaluated(text: str, resource: Resource) -> list[Any]:
    item = Item(resource, resource["resourceType"])
    run = Compiler(packaged_table("R4")).compile(parse(text))
    return [found.value for found in run([item], EvaluationScope(item, item, item, {}))]


PERSON: Resource = {
    "resourceType": "Patient",
    "id": "p",
    "active": True,
    "birthDate": "2020-02",
    "deceasedDateTime": "2024",
    "name": [{"family": "A", "given": ["B", None], "_given": [None, {"id": "g"}]}, {"family": "A"}],
    "multipleBirthInteger": 2,
    "contained": [{"resourceType": "Basic", "id": "b"}],
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name.family.distinct()", ["A"]),
        ("name.family.isDistinct()", [False]),
        ("name.given", ["B", None]),
        ("name.given.hasValue()", [False]),
        ("name.given.last().id", ["g"]),
        ("name.given.first().hasValue()", [True]),
        ("name.last().family", ["A"]),
        ("name.tail().family | name.family", ["A"]),
        ("name.distinct().count()", [2]),
        ("id & 'x' & nothing", ["px"]),
        ("multipleBirth + 1 > 2", [True]),
        ("multipleBirth >= 2 and multipleBirth < 3", [True]),
        ("multipleBirth.toString()", ["2"]),
        ("active.toString()", []),
        ("id.toInteger()", []),
        ("'12'.toInteger()", [12]),
        ("birthDate < deceased", [True]),
        ("birthDate < '2020'", [False]),
        ("deceased is dateTime", [True]),
        ("deceased is Period", [False]),
        ("(deceased as dateTime)", ["2024"]),
        ("contained.ofType(Basic).id", ["b"]),
        ("contained.is(DomainResource)", [True]),
        ("nothing.is(Patient)", [False]),
        ("children().id", ["b"]),
        ("descendants().family", ["A", "A"]),
        ("Patient.id", ["p"]),
        ("Claim.id", []),
        ("iif(active, 'yes', 'no')", ["yes"]),
        ("iif(active.not(), 'yes', 'no')", ["no"]),
        ("iif(nothing, 'yes')", []),
        ("nothing = 1", []),
        ("nothing != 1", []),
        ("nothing in ('a' | 'b')", []),
        ("id in ('o' | 'p')", [True]),
        ("('o' | 'p') contains id", [True]),
        ("'x' in %resource.name.family", [False]),
        ("nothing in %resource.name.family", []),
        ("nothing and active", []),
        ("nothing and active.not()", [False]),
        ("nothing or active", [True]),
        ("nothing xor active", []),
        ("active xor active.not()", [True]),
        ("nothing.not()", []),
        ("nothing implies active", [True]),
        ("1 < 'x'", []),
        ("nothing < 1", []),
        ("nothing + 1", []),
        ("id.substring(0, 1)", ["p"]),
        ("id.substring(7)", []),
        ("nothing.substring(1)", []),
        ("nothing.startsWith('x')", []),
        ("birthDate.contains('0-')", [True]),
        ("birthDate.replaceMatches('-.*', '')", ["2020"]),
        ("nothing.replaceMatches('x', '')", []),
        ("nothing.htmlChecks()", []),
        ("name.exists(family = 'A')", [True]),
        ("name.all(family = 'B')", [False]),
        ("name.select(family).count()", [2]),
        ("name.family.intersect('A' | 'B')", ["A"]),
        ("name.family.combine(id).count()", [3]),
        ("%context.id", ["p"]),
        ("%ucum", ["http://unitsofmeasure.org"]),
        ("true = 1", [False]),
        ("'it\\'s\\n'", ["it's\n"]),
        ("1.5 > 1", [True]),
        ("`id`", ["p"]),
        ("$this.id", ["p"]),
    ],
)
def test_an_expression_gives(text: str, expected: list[Any]) -> None:
    assert evaluated(text, PERSON) == expected


def test_where_several_stand_for_one_nothing_is_decided() -> None:
    is_broken = Compiler(packaged_table("R4")).invariant("name.family = 'A' and name.family > 'A'")
    item = Item(PERSON, "Patient")

    assert not is_broken(item, EvaluationScope(item, item, item, {}))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("2024-01-01", "2024-01-02", -1),
        ("2024-02", "2024-01-02", 1),
        ("2024", "2024-01", None),
        ("2024-01-01", "2024-01-01", 0),
        ("2024-01-01T10:00:00Z", "2024-01-01T10:00:00+01:00", 1),
        ("9999-12-31T23:59:59-05:00", "9999-12-31T23:59:59Z", 1),
        ("2024-01-01T10:00:00Z", "2024-01-01", None),
        ("2024-01-01T10:00:00Z", "2024-01-01T10:00:00", None),
        ("2024-01-01T10:00:60Z", "2024-01-01T10:00:00Z", None),
        ("soon", "2024", None),
    ],
)
def test_times_are_compared_as_far_as_they_are_known(one: str, other: str, expected: int | None) -> None:
    found = order(Item(one, "dateTime"), Item(other, "dateTime"))

    assert (found is None) == (expected is None)
    assert found is None or expected is None or (found > 0) - (found < 0) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [({"value": 1, "code": "g"}, {"value": 2, "code": "g"}, -1), ({"code": "g"}, {"value": 2, "code": "g"}, None)],
)
def test_quantities_are_compared_in_one_unit(one: Resource, other: Resource, expected: int | None) -> None:
    assert order(Item(one, "Quantity"), Item(other, "Quantity")) == expected


@pytest.mark.parametrize(
    "text",
    ["", "x", "<div", f"<p {XHTML}>x</p>", f"<!DOCTYPE x><div {XHTML}>x</div>", f'<div {XHTML}><p xmlns="urn:x">y</p></div>'],
)
def test_it_is_not_a_narrative(text: str) -> None:
    assert not is_narrative(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b'{"period":{"start":"2024-01-01","end":"2024-01-02"}}', True),
        (b'{"period":{"end":"2024-01-02"}}', True),
        (b'{"period":{"end":"2024-01-02","start":"2024-01-01"}}', False),
        (b'{"period":{"start":"2024-01-03","end":"2024-01-02"}}', False),
        (b'{"period":{"start":"2024-01-01T00:00:00Z","end":"2024-01-01T00:00:01Z"}}', True),
        (b'{"period":{"start":"2024-01-01T00:00:00Z","end":"2024-01-01T00:00:01+01:00"}}', False),
        (b'{"extension":[],"end":"2024-01-02"}', False),
        (b"{}", True),
    ],
)
def test_the_bytes_say_whether_periods_are_surely_in_order(text: bytes, *, expected: bool) -> None:
    assert has_ordered_periods(text) is expected


def test_the_cost_of_what_is_contained_is_linear() -> None:
    def seconds(count: int) -> float:
        contained = [{**PATIENT, "id": f"p{number}"} for number in range(count)]
        references = [{"reference": f"#p{number}"} for number in range(count)]
        whole = {**OBSERVATION, "contained": contained, "performer": references}
        started = time.process_time()
        assert not check_resource(whole, r4())
        return time.process_time() - started

    seconds(10)
    small, large = seconds(200), seconds(1600)

    assert large < 24 * small
