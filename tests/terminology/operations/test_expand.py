"""`$expand`: which codes are in a value set, and how they are shown."""

import sys
from typing import Any

import pytest

from adapter.terminology.catalog import Catalog
from adapter.terminology.operation_error import OperationRefusedError
from adapter.terminology.request_context import ExpansionLimits
from adapter.terminology.wire.operation.common import Invocation, OperationContext
from adapter.terminology.wire.parameter import Arguments
from tests.seconds import within
from tests.terminology.operations.small import (
    ALL,
    ANIMAL,
    ARK,
    DECK,
    DEFINITIONS,
    NOW,
    STANDARDS,
    TRADE,
    animals,
    call,
    operation,
    said,
    value_set,
)

ALL_URL = "https://ark.test/ValueSet/all"
MAMMALS_URL = "https://ark.test/ValueSet/mammals"
NL = "https://ark.test/CodeSystem/animal-nl"
EXTENSION = "http://hl7.org/fhir/StructureDefinition/"
CONTAINS_PROPERTY = "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.contains.property"
DECLARED_PROPERTY = "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.property"


def expand(**parameters: object) -> dict[str, Any]:
    """The expansion of the value set of all animals, or of another."""
    if "valueSet" not in parameters:
        parameters = {"url": ALL_URL, **parameters}
    expansion: dict[str, Any] = call("expand", "ValueSet", **parameters)["expansion"]
    return expansion


def codes(expansion: dict[str, Any]) -> list[str]:
    return [each["code"] for each in expansion.get("contains", ())]


def tree(contains: list[dict[str, Any]]) -> dict[str, Any]:
    return {each["code"]: tree(each.get("contains", [])) for each in contains}


def entry(expansion: dict[str, Any], code: str) -> dict[str, Any]:
    waiting = list(expansion["contains"])
    for each in waiting:
        waiting.extend(each.get("contains", ()))
    return next(each for each in waiting if each["code"] == code)


def properties(element: dict[str, Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for extension in element.get("extension", ()):
        if extension["url"] == CONTAINS_PROPERTY:
            code, value = (next(v for k, v in part.items() if k != "url") for part in extension["extension"])
            found.setdefault(code, []).append(value)
    return found


def used(expansion: dict[str, Any], name: str) -> list[Any]:
    return [
        parameter.get("valueUri") or parameter.get("valueBoolean")
        for parameter in expansion["parameter"]
        if parameter["name"] == name
    ]


FLAT = ["mammal", "cat", "whale", "mammoth", "bird", "dove", "dodo", "auk", "olm"]


class TestShape:
    def test_a_code_system_with_a_hierarchy_is_shown_with_it(self) -> None:
        expansion = expand()

        assert tree(expansion["contains"]) == {
            "mammal": {"cat": {}, "whale": {}, "mammoth": {}},
            "bird": {"dove": {}, "dodo": {}, "auk": {}},
            "olm": {},
        }
        assert expansion["total"] == len(FLAT)
        assert expansion["timestamp"] == NOW
        assert expansion["identifier"].startswith("urn:uuid:")
        assert used(expansion, "used-codesystem") == [f"{ARK}|2.0.0"]

    def test_the_hierarchy_can_be_left_out(self) -> None:
        assert codes(expand(excludeNested=True)) == FLAT

    def test_the_same_expansion_has_the_same_identifier(self) -> None:
        assert expand()["identifier"] == expand()["identifier"]
        assert expand()["identifier"] != expand(activeOnly=True)["identifier"]

    def test_what_a_concept_is_stands_beside_its_code(self) -> None:
        expansion = expand()

        assert entry(expansion, "mammal")["abstract"] is True
        assert entry(expansion, "mammoth")["inactive"] is True
        assert "display" not in entry(expansion, "olm")
        assert properties(entry(expansion, "mammoth")) == {"status": ["retired"]}
        assert properties(entry(expansion, "auk")) == {"status": ["deprecated"]}

    def test_a_concept_with_two_parents_makes_the_expansion_flat(self) -> None:
        expansion = expand(valueSet=value_set("decks", {"system": DECK}))

        assert codes(expansion) == ["top", "middle", "hold", "raft", "mast"]

    def test_a_filtered_hierarchy_is_kept(self) -> None:
        assert tree(expand(url=MAMMALS_URL)["contains"]) == {"mammal": {"cat": {}, "whale": {}, "mammoth": {}}}

    def test_the_definition_can_be_in_the_answer(self) -> None:
        without = call("expand", "ValueSet", url=ALL_URL)
        whole = call("expand", "ValueSet", url=ALL_URL, includeDefinition=True)

        assert "compose" not in without
        assert whole["compose"] == ALL["compose"]
        assert (without["url"], without["version"], without["status"]) == (ALL["url"], "1.0.0", "active")

    def test_an_instance_can_be_expanded(self) -> None:
        assert call("expand", "ValueSet", instance="mammals")["url"] == MAMMALS_URL


class TestPages:
    def test_pages_give_every_code_once(self) -> None:
        found = [code for offset in range(0, 10, 2) for code in codes(expand(offset=offset, count=2))]

        assert found == FLAT

    def test_a_page_is_flat_and_tells_where_it_is(self) -> None:
        expansion = expand(offset=1, count=2)

        assert codes(expansion) == ["cat", "whale"]
        assert (expansion["offset"], expansion["total"]) == (1, 9)

    def test_an_offset_alone_gives_the_rest(self) -> None:
        assert codes(expand(offset=7)) == ["auk", "olm"]

    def test_a_count_of_zero_asks_for_the_total(self) -> None:
        expansion = expand(count=0)

        assert "contains" not in expansion
        assert expansion["total"] == 9

    def test_a_count_above_the_total_keeps_the_hierarchy(self) -> None:
        assert "contains" in entry(expand(count=100), "mammal")

    @pytest.mark.parametrize("name", ["offset", "count"])
    def test_a_negative_number_is_refused(self, name: str) -> None:
        with pytest.raises(OperationRefusedError) as refused:
            expand(**{name: -1})

        assert refused.value.issues[0].code == "value"

    def test_too_many_codes_without_a_page_are_refused(self) -> None:
        small = OperationContext(catalog=Catalog.of(DEFINITIONS), now=NOW, limits=ExpansionLimits(expansion=8, internal=8))

        with pytest.raises(OperationRefusedError) as refused:
            operation("expand", "ValueSet").call(small, Invocation(arguments=Arguments(values={"url": (ALL_URL,)})))

        assert refused.value.issues[0].code == "too-costly"
        page = operation("expand", "ValueSet").call(
            small, Invocation(arguments=Arguments(values={"url": (ALL_URL,), "count": (3,)}))
        )
        assert len(page["expansion"]["contains"]) == 3

    def test_inactive_concepts_can_be_left_out_and_leave_their_children(self) -> None:
        retired = [{"code": "status", "valueCode": "retired"}]
        some = {**ANIMAL, "concept": [{"code": "a", "concept": [{"code": "b", "property": retired, "concept": [{"code": "c"}]}]}]}

        assert tree(expand(activeOnly=True, tx_resource=some)["contains"]) == {"a": {"c": {}}}
        assert "mammoth" not in codes(expand(activeOnly=True, excludeNested=True))

    def test_a_value_set_can_leave_out_inactive_concepts(self) -> None:
        some = value_set("some", animals())
        some["compose"]["inactive"] = False

        assert codes(expand(valueSet=some, excludeNested=True)) == [each for each in FLAT if each not in {"mammoth", "dodo"}]

    def test_concepts_that_only_group_others_can_be_left_out(self) -> None:
        assert codes(expand(excludeNotForUI=True)) == ["cat", "whale", "mammoth", "dove", "dodo", "auk", "olm"]

    def test_listed_concepts_are_in_their_order_and_unknown_ones_are_not_there(self) -> None:
        assert codes(expand(url="https://ark.test/ValueSet/listed")) == ["cat", "mammoth"]
        assert codes(expand(url="https://ark.test/ValueSet/listed", activeOnly=True)) == ["cat"]

    @pytest.mark.parametrize(
        ("text", "found"),
        [("mamm", ["mammal", "mammoth"]), ("KATZE", ["cat"]), ("busi", ["cat"]), ("house cat", []), ("oth", []), ("  ", FLAT)],
    )
    def test_a_text_finds_words_that_begin_with_it(self, text: str, found: list[str]) -> None:
        expansion = expand(filter=text, excludeNested=True)

        assert codes(expansion) == found
        assert ("total" in expansion) == (found == FLAT)

    def test_an_empty_text_finds_everything(self) -> None:
        assert codes(expand(filter="")) == codes(expand())

    def test_a_text_is_searched_in_filtered_and_listed_concepts_as_well(self) -> None:
        assert codes(expand(url=MAMMALS_URL, filter="wh")) == ["whale"]
        assert codes(expand(url="https://ark.test/ValueSet/listed", filter="house")) == ["cat"]

    def test_what_is_included_twice_is_there_once(self) -> None:
        assert codes(expand(valueSet=value_set("some", animals(("code", "in", "cat,dove")), animals(("code", "=", "cat"))))) == [
            "cat",
            "dove",
        ]

    def test_imports_of_one_include_are_an_intersection(self) -> None:
        listed = "https://ark.test/ValueSet/listed"

        assert codes(expand(valueSet=value_set("some", {"valueSet": [MAMMALS_URL, listed]}))) == ["cat", "mammoth"]
        assert codes(expand(valueSet=value_set("some", {"system": ARK, "valueSet": [listed]}))) == ["cat", "mammoth"]
        assert codes(expand(valueSet=value_set("some", animals(concept=[{"code": "cat"}], valueSet=[listed])))) == ["cat"]

    def test_imports_are_named_unless_they_are_contained(self) -> None:
        inside = {**value_set("inside", animals(concept=[{"code": "cat"}])), "id": "in"}

        expansion = expand(valueSet=value_set("some", {"valueSet": ["#in", MAMMALS_URL]}, contained=[inside]))

        assert codes(expansion) == ["cat"]
        assert used(expansion, "used-valueset") == [f"{MAMMALS_URL}|1.0.0"]
        assert used(expansion, "used-codesystem") == [f"{ARK}|2.0.0"]

    def test_a_value_set_without_compose_is_its_expansion(self) -> None:
        contains = [{"system": ARK, "code": "mammal", "contains": [{"system": ARK, "code": "cat"}]}, {"display": "no code"}]
        some = {**value_set("some"), "expansion": {"contains": contains}}
        del some["compose"]

        assert codes(expand(valueSet=some)) == ["mammal", "cat"]
        assert codes(
            expand(url="https://ark.test/ValueSet/outer", tx_resource=[some, value_set("outer", {"valueSet": [some["url"]]})])
        )


class TestExcludes:
    @pytest.mark.parametrize(
        ("exclude", "left"),
        [
            (animals(concept=[{"code": "cat"}, {"code": "nessie"}]), [each for each in FLAT if each != "cat"]),
            (animals(("concept", "is-a", "bird")), ["mammal", "cat", "whale", "mammoth", "olm"]),
            ({"valueSet": [MAMMALS_URL]}, ["bird", "dove", "dodo", "auk", "olm"]),
            ({"system": ARK, "valueSet": [MAMMALS_URL]}, ["bird", "dove", "dodo", "auk", "olm"]),
            ({"system": ARK}, []),
            ({"system": DECK}, FLAT),
        ],
    )
    def test_excluded_codes_are_not_there(self, exclude: dict[str, Any], left: list[str]) -> None:
        expansion = expand(valueSet=value_set("some", animals(), exclude=[exclude]), excludeNested=True)

        assert codes(expansion) == left
        assert expansion["total"] == len(left)

    def test_excluding_a_parent_leaves_its_children(self) -> None:
        expansion = expand(valueSet=value_set("some", animals(), exclude=[animals(concept=[{"code": "mammal"}])]))

        assert [code for code in codes(expansion) if code in {"mammal", "cat"}] == ["cat"]


class TestVersions:
    def test_several_versions_of_a_code_are_all_there(self) -> None:
        expansion = expand(valueSet=value_set("some", animals(version="1.0.0"), animals(version="2.0.0")), excludeNested=True)
        cats = [each for each in expansion["contains"] if each["code"] == "cat"]

        assert [(cat["version"], cat["display"]) for cat in cats] == [("2.0.0", "Cat"), ("1.0.0", "Cat (1)")]

    def test_several_versions_of_a_code_can_count_once(self) -> None:
        some = value_set("some", animals(version="1.0.0"), animals(version="2.0.0"))

        expansion = expand(valueSet=some, versionsMatch=True, excludeNested=True)

        assert codes(expansion) == [*FLAT, "unicorn"]
        assert used(expansion, "versionsMatch") == [True]

    def test_excluding_only_another_version_excludes_its_codes(self) -> None:
        some = value_set("some", animals(version="2.0.0"), exclude=[animals(version="1.0.0")])

        assert "cat" not in codes(expand(valueSet=some, excludeNested=True))
        assert "cat" in codes(expand(valueSet=some, versionsMatch=False, excludeNested=True))

    def test_excluding_a_version_leaves_the_other(self) -> None:
        includes = [animals(version="1.0.0"), animals(version="2.0.0")]
        some = value_set("some", *includes, exclude=[animals(version="1.0.0")])

        assert codes(expand(valueSet=some, excludeNested=True)) == FLAT
        assert codes(expand(valueSet=value_set("some", *includes, exclude=[animals()]), excludeNested=True)) == []

    @pytest.mark.parametrize(
        ("rule", "decided"),
        [("system_version", True), ("check_system_version", True), ("force_system_version", True), ("system_version", False)],
    )
    def test_the_rule_that_decided_is_named(self, rule: str, *, decided: bool) -> None:
        version = None if decided else "1.0.0"
        some = value_set("some", animals(**({"version": version} if version else {})))

        expansion = expand(valueSet=some, **{rule: f"{ARK}|1.0.0"})

        assert codes(expansion) == ["cat", "unicorn"]
        assert used(expansion, rule.replace("_", "-")) == ([f"{ARK}|1.0.0"] if decided else [])

    def test_a_version_of_an_imported_value_set_can_be_named(self) -> None:
        newer = value_set("mammals", animals(concept=[{"code": "dove"}]), version="2.0.0")
        rule = f"{MAMMALS_URL}|2.0.0"

        expansion = expand(url="https://ark.test/ValueSet/importing", tx_resource=newer, default_valueset_version=rule)

        assert codes(expansion) == ["dove"]
        assert used(expansion, "default-valueset-version") == [rule]

    def test_a_version_that_is_not_allowed_is_refused(self) -> None:
        with pytest.raises(OperationRefusedError) as refused:
            expand(valueSet=value_set("some", animals(version="2.0.0")), check_system_version=f"{ARK}|1.0.0")

        assert said(refused.value) == ("exception", "version-error")

    @pytest.mark.parametrize(
        ("system", "text"),
        [
            ({"system": "https://nowhere.test"}, "A definition for CodeSystem 'https://nowhere.test' could not be found"),
            ({"system": "https://nowhere.test", "version": "1"}, "No versions of this code system are known"),
            ({"system": ARK, "version": "1"}, "Valid versions: 1.0.0 or 2.0.0"),
        ],
    )
    def test_a_code_system_that_is_not_here_is_refused(self, system: dict[str, str], text: str) -> None:
        with pytest.raises(OperationRefusedError, match=text):
            expand(valueSet=value_set("some", system))

    def test_three_versions_are_listed_with_commas(self) -> None:
        with pytest.raises(OperationRefusedError, match=r"Valid versions: 1\.0\.0, 2\.0\.0 and 3\.0\.0"):
            expand(valueSet=value_set("some", animals(version="7")), tx_resource={**ANIMAL, "version": "3.0.0"})

    @pytest.mark.parametrize(
        ("canonical", "text"),
        [("https://nowhere.test", "included value set 'https://nowhere.test'$"), (f"{MAMMALS_URL}|9", "version '9'")],
    )
    def test_an_import_that_is_not_here_is_refused(self, canonical: str, text: str) -> None:
        with pytest.raises(OperationRefusedError, match=text):
            expand(valueSet=value_set("some", {"valueSet": [canonical]}))

    def test_circular_imports_are_refused(self) -> None:
        mine = value_set("mine", {"valueSet": ["https://ark.test/ValueSet/mine"]})

        with pytest.raises(OperationRefusedError, match="circularity"):
            expand(url=mine["url"], tx_resource=mine)


class TestWords:
    def test_displays_are_in_the_best_wanted_language(self) -> None:
        german = expand(displayLanguage="de", excludeNested=True)

        assert entry(german, "cat")["display"] == "Katze"
        assert entry(german, "whale")["display"] == "Whale"
        assert entry(expand(displayLanguage="de-CH", excludeNested=True), "cat")["display"] == "Büsi"
        assert entry(expand(displayLanguage="de-AT", excludeNested=True), "cat")["display"] == "Katze"
        assert entry(expand(header="de", excludeNested=True), "cat")["display"] == "Katze"

    def test_no_display_is_shown_if_no_other_language_is_wanted(self) -> None:
        assert "display" not in entry(expand(displayLanguage="de,*;q=0", excludeNested=True), "whale")

    def test_a_display_without_a_language_is_for_everybody(self) -> None:
        plain = {**ANIMAL, "language": None}

        assert entry(expand(displayLanguage="fr,*;q=0", tx_resource=plain), "whale")["display"] == "Whale"

    def test_designations_are_shown_if_asked_for(self) -> None:
        values = [designation["value"] for designation in entry(expand(includeDesignations=True), "cat")["designation"]]

        assert values == ["Katze", "Büsi", "Kitty"]
        assert "designation" not in entry(expand(), "cat")

    @pytest.mark.parametrize(
        ("asked", "found"),
        [("urn:ietf:bcp:47|de", ["Katze"]), ("https://ark.test/use|pet-name", ["Kitty"]), ("https://x|y", None)],
    )
    def test_designations_can_be_chosen(self, asked: str, found: list[str] | None) -> None:
        cat = entry(expand(includeDesignations=True, designation=asked), "cat")

        assert [designation["value"] for designation in cat.get("designation", ())] == (found or [])

    def test_the_display_of_the_code_system_is_a_designation_where_another_is_shown(self) -> None:
        cat = entry(expand(includeDesignations=True, displayLanguage="de"), "cat")

        assert cat["designation"][0]["value"] == "Cat"
        assert cat["designation"][0]["use"]["code"] == "preferredForLanguage"

    def test_words_of_the_value_set_are_designations_as_well(self) -> None:
        cat = entry(expand(url="https://ark.test/ValueSet/listed", includeDesignations=True), "cat")

        assert "Chat" in [designation["value"] for designation in cat["designation"]]

    def test_a_withdrawn_designation_comes_last(self) -> None:
        old = {"language": "de", "value": "Dohle", "extension": [{"url": STANDARDS, "valueCode": "withdrawn"}]}
        some = {**ANIMAL, "concept": [{"code": "jackdaw", "designation": [old, {"language": "de", "value": "Rabe"}]}]}
        lone = {**ANIMAL, "concept": [{"code": "jackdaw", "designation": [old]}]}

        assert entry(expand(displayLanguage="de", tx_resource=some), "jackdaw")["display"] == "Rabe"
        assert entry(expand(displayLanguage="de", tx_resource=lone), "jackdaw")["display"] == "Dohle"
        shown = entry(expand(includeDesignations=True, tx_resource=some), "jackdaw")["designation"]
        assert shown[0]["extension"][0]["valueCode"] == "withdrawn"


class TestProperties:
    def test_properties_are_shown_if_asked_for(self) -> None:
        expansion = expand(property=["legs", "definition"])

        assert properties(entry(expansion, "cat")) == {"definition": ["purrs"], "legs": [4]}
        declared = [extension["extension"] for extension in expansion["extension"] if extension["url"] == DECLARED_PROPERTY]
        assert [part[0]["valueCode"] for part in declared] == ["definition", "legs", "status"]

    def test_all_properties_can_be_asked_for(self) -> None:
        assert properties(entry(expand(property="*"), "cat")) == {"legs": [4], "food": [{"code": "fish"}]}
        assert properties(entry(expand(property="*"), "mammoth")) == {"legs": [4], "status": ["retired"]}

    def test_extensions_become_properties(self) -> None:
        extensions = [
            {"url": f"{EXTENSION}codesystem-label", "valueString": "a)"},
            {"url": f"{EXTENSION}codesystem-conceptOrder", "valueInteger": 3},
            {"url": f"{EXTENSION}rendering-style", "valueString": "bold"},
            {"url": STANDARDS, "valueCode": "trial-use"},
            {"url": "https://ark.test/other", "valueString": "x"},
        ]
        some = {**ANIMAL, "concept": [{"code": "cat", "extension": extensions}]}
        own = [
            {"url": f"{EXTENSION}valueset-label", "valueString": "b)"},
            {"url": f"{EXTENSION}valueset-deprecated", "valueBoolean": True},
        ]
        listed = value_set("some", animals(concept=[{"code": "cat", "extension": own}]))

        cat = entry(expand(valueSet=listed, tx_resource=some), "cat")

        assert properties(cat) == {"status": ["trial-use"], "label": ["b)"], "order": [3]}
        assert [extension["url"] for extension in cat["extension"] if extension["url"] != CONTAINS_PROPERTY] == [
            f"{EXTENSION}rendering-style",
            f"{EXTENSION}valueset-deprecated",
        ]

    def test_a_supplement_adds_words_and_properties(self) -> None:
        expansion = expand(useSupplement=NL, property="sound", includeDesignations=True)

        assert properties(entry(expansion, "cat")) == {"weight": [3], "sound": ["miauw"]}
        assert "Poes" in [designation["value"] for designation in entry(expansion, "cat")["designation"]]
        assert used(expansion, "used-supplement") == [f"{NL}|1"]

    def test_a_supplement_that_is_not_here_is_refused(self) -> None:
        with pytest.raises(OperationRefusedError, match="Required supplement not found"):
            expand(useSupplement="https://nowhere.test")


class TestRemarks:
    def test_parameters_are_repeated(self) -> None:
        expansion = expand(count=3, activeOnly=False, filter="cat", displayLanguage="de,en;q=0.5", excludeNested=True)
        repeated = {
            parameter["name"]: next(v for k, v in parameter.items() if k != "name") for parameter in expansion["parameter"]
        }

        assert repeated == {
            "count": 3,
            "activeOnly": False,
            "filter": "cat",
            "displayLanguage": "de, en; q=0.5",
            "excludeNested": True,
            "used-codesystem": f"{ARK}|2.0.0",
        }

    def test_a_fragment_leaves_the_expansion_open(self) -> None:
        expansion = expand(url="https://ark.test/ValueSet/with-trade")

        assert {"url": f"{EXTENSION}valueset-unclosed", "valueBoolean": True} in expansion["extension"]
        assert used(expansion, "used-fragment") == [TRADE]
        assert used(expansion, "warning-experimental") == [TRADE]

    @pytest.mark.parametrize("status", ["withdrawn", "deprecated"])
    def test_definitions_that_are_not_fit_for_use_are_named(self, status: str) -> None:
        mark = {"extension": [{"url": STANDARDS, "valueCode": status}]}

        expansion = expand(valueSet={**ALL, **mark}, tx_resource={**ANIMAL, **mark})

        assert used(expansion, f"warning-{status}") == [f"{ALL_URL}|1.0.0", f"{ARK}|2.0.0"]


def test_a_web_of_imports_is_expanded_once() -> None:
    twice = [value_set(f"v{n}", *({"valueSet": [f"https://ark.test/ValueSet/v{n + 1}"]} for _ in range(2))) for n in range(40)]

    expansion = expand(url=twice[0]["url"], tx_resource=[*twice, value_set("v40", animals(("code", "=", "cat")))])

    assert codes(expansion) == ["cat"]


def test_a_code_system_of_50_000_concepts_costs_little() -> None:
    large = {**ANIMAL, "concept": [{"code": f"c{n}", "display": f"Concept number {n}"} for n in range(50_000)]}
    slower = 1 if sys.gettrace() is None else 10  # measuring coverage makes all of this several times as slow

    found = within(2 * slower, lambda: expand(filter="number 4711", count=20, tx_resource=large))

    assert "c4711" in codes(found)
