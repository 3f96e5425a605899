"""What must hold for every code system, value set and concept map."""

from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from adapter.terminology.catalog import Catalog
from adapter.terminology.wire.operation.common import Invocation, OperationContext
from adapter.terminology.wire.parameter import read_parameters
from tests.terminology.operations.small import NOW, Resource, body, operation, value_of, value_set

SYSTEM = "https://random.test/CodeSystem/a"
OTHER = "https://random.test/CodeSystem/b"
CODES = [f"c{number}" for number in range(9)]
FLAGS: list[Resource] = [
    {"code": "inactive", "valueBoolean": True},
    {"code": "status", "valueCode": "retired"},
    {"code": "notSelectable", "valueBoolean": True},
    {"code": "group", "valueCode": "x"},
    {"code": "group", "valueCode": "y"},
]


@st.composite
def code_systems(draw: st.DrawFn) -> Resource:
    """A code system whose hierarchy is nested, said by properties, or both; there may be circles in it."""
    concepts: dict[str, Resource] = {}
    roots: list[Resource] = []
    for code in CODES:
        parents = draw(st.lists(st.sampled_from(CODES), max_size=2))
        own = [{"code": "parent", "valueCode": parent} for parent in parents]
        concept: Resource = {"code": code, "property": [*own, *draw(st.lists(st.sampled_from(FLAGS), max_size=2))]}
        above = draw(st.sampled_from([None, *concepts]))
        (concepts[above].setdefault("concept", []) if above else roots).append(concept)
        concepts[code] = concept
    declared = [{"code": "group", "type": "code"}]
    return {
        "resourceType": "CodeSystem",
        "url": SYSTEM,
        "content": "complete",
        "caseSensitive": True,
        "property": declared,
        "concept": roots,
    }


FILTERS = st.one_of(
    st.tuples(st.just("concept"), st.sampled_from(["is-a", "descendent-of", "is-not-a", "generalizes"]), st.sampled_from(CODES)),
    st.tuples(st.just("concept"), st.sampled_from(["child-of", "descendent-leaf", "=", "not-in"]), st.sampled_from(CODES)),
    st.tuples(st.just("code"), st.just("regex"), st.sampled_from(["c[0-4]", "c.", "(c|d)[1-3]", "x"])),
    st.tuples(st.just("group"), st.sampled_from(["=", "in", "not-in", "regex"]), st.sampled_from(["x", "y"])),
    st.tuples(st.sampled_from(["group", "child", "parent"]), st.just("exists"), st.sampled_from(["true", "false"])),
)
IMPORTED = value_set("imported", {"system": SYSTEM, "concept": [{"code": each} for each in CODES[::2]]})


@st.composite
def includes(draw: st.DrawFn) -> Resource:
    """An include or exclude: all, some, filtered, imported."""
    element: Resource = {"system": SYSTEM}
    kind = draw(st.sampled_from(["all", "listed", "filtered", "imported"]))
    if kind == "listed":
        element["concept"] = [{"code": each} for each in draw(st.lists(st.sampled_from([*CODES, "unknown"]), min_size=1))]
    if kind == "filtered":
        made = draw(st.lists(FILTERS, min_size=1, max_size=2))
        element["filter"] = [{"property": name, "op": op, "value": value} for name, op, value in made]
    if kind == "imported" or draw(st.booleans()):
        element["valueSet"] = [IMPORTED["url"]]
    return {"valueSet": element["valueSet"]} if kind == "imported" and draw(st.booleans()) else element


@st.composite
def value_sets(draw: st.DrawFn) -> Resource:
    """A value set of up to three includes and two excludes."""
    made = value_set(
        "random", *draw(st.lists(includes(), min_size=1, max_size=3)), exclude=draw(st.lists(includes(), max_size=2)) or None
    )
    if draw(st.booleans()):
        made["compose"]["inactive"] = draw(st.booleans())
    return made


def service(*resources: Resource) -> OperationContext:
    return OperationContext(catalog=Catalog.of([*resources, IMPORTED]), now=NOW)


def ask(surroundings: OperationContext, name: str, kind: str, **said: object) -> Resource:
    chosen = operation(name, kind)
    return chosen.call(surroundings, Invocation(arguments=read_parameters(chosen.table, body(**said))))


def codes(answer: Mapping[str, Any]) -> list[str]:
    return [entry["code"] for entry in answer["expansion"].get("contains", ())]


@given(system=code_systems(), chosen=value_sets(), active=st.booleans())
@settings(max_examples=150)
def test_a_code_is_in_the_expansion_if_and_only_if_it_is_valid(system: Resource, chosen: Resource, *, active: bool) -> None:
    here = service(system, chosen)
    expanded = codes(ask(here, "expand", "ValueSet", url=chosen["url"], excludeNested=True, activeOnly=active))

    valid = [
        code
        for code in [*CODES, "unknown"]
        if value_of(
            ask(here, "validate-code", "ValueSet", url=chosen["url"], code=code, system=SYSTEM, activeOnly=active), "result"
        )
    ]

    assert sorted(expanded) == valid


@given(system=code_systems(), chosen=value_sets(), size=st.integers(1, 5))
@settings(max_examples=50)
def test_paging_gives_every_code_once(system: Resource, chosen: Resource, size: int) -> None:
    here = service(system, chosen)
    whole = ask(here, "expand", "ValueSet", url=chosen["url"], excludeNested=True)

    pages = [
        codes(ask(here, "expand", "ValueSet", url=chosen["url"], count=size, offset=offset))
        for offset in range(0, whole["expansion"]["total"] + size, size)
    ]

    assert [code for page in pages for code in page] == codes(whole)
    assert len(set(codes(whole))) == len(codes(whole))


@given(system=code_systems())
@settings(max_examples=30)
def test_subsumption_is_a_partial_order(system: Resource) -> None:
    here = service(system)
    turned = {"subsumes": "subsumed-by", "subsumed-by": "subsumes"}
    outcome = {
        (first, second): value_of(ask(here, "subsumes", "CodeSystem", system=SYSTEM, codeA=first, codeB=second), "outcome")
        for first in CODES
        for second in CODES
    }
    above = {pair for pair, said in outcome.items() if said in {"subsumes", "equivalent"}}

    assert all(outcome[code, code] == "equivalent" for code in CODES)
    assert all(outcome[second, first] == turned.get(said, said) for (first, second), said in outcome.items())
    assert all((first, third) in above for first, second in above for third in CODES if (second, third) in above)


@st.composite
def concept_maps(draw: st.DrawFn) -> Resource:
    """A concept map with groups between two code systems, in any direction."""
    equivalences = st.sampled_from(["equivalent", "wider", "narrower", "relatedto", "disjoint"])
    target = st.fixed_dictionaries({"code": st.sampled_from(CODES), "equivalence": equivalences})
    element = st.fixed_dictionaries({"code": st.sampled_from(CODES), "target": st.lists(target, max_size=2)})
    group = st.fixed_dictionaries(
        {
            "source": st.sampled_from([SYSTEM, OTHER]),
            "target": st.sampled_from([SYSTEM, OTHER]),
            "element": st.lists(element, max_size=4),
        },
        optional={"unmapped": st.sampled_from([{"mode": "provided"}, {"mode": "fixed", "code": "c1"}])},
    )
    url = "https://random.test/ConceptMap/m"
    return {"resourceType": "ConceptMap", "url": url, "status": "active", "group": draw(st.lists(group, max_size=3))}


@given(maps=st.lists(concept_maps(), max_size=2), code=st.sampled_from(CODES), backwards=st.booleans(), system=code_systems())
@settings(max_examples=100)
def test_a_translation_stays_in_its_target(maps: list[Resource], code: str, system: Resource, *, backwards: bool) -> None:
    here = service(*maps, system)
    said = {"code": code, "system": OTHER, "reverse": backwards}

    in_system = ask(here, "translate", "ConceptMap", **said, targetsystem=SYSTEM)
    in_value_set = ask(here, "translate", "ConceptMap", **said, target=IMPORTED["url"])

    assert all(each["system"] == SYSTEM for each in translated(in_system))
    assert all(each["system"] == SYSTEM and each["code"] in CODES[::2] for each in translated(in_value_set))


def translated(answer: Resource) -> list[dict[str, str]]:
    return [
        part["valueCoding"]
        for parameter in answer["parameter"]
        if parameter["name"] == "match"
        for part in parameter["part"]
        if part["name"] == "concept"
    ]
