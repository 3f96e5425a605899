"""`$validate-code` of value sets and code systems."""

from typing import Any

import pytest

from adapter.terminology.operation_error import OperationRefusedError
from tests.terminology.operations.small import (
    ALL,
    ANIMAL,
    ARK,
    DECK,
    STANDARDS,
    TRADE,
    animals,
    call,
    said,
    texts,
    value_of,
    value_set,
)

LISTED_URL = "https://ark.test/ValueSet/listed"
MAMMALS_URL = "https://ark.test/ValueSet/mammals"
ALL_URL = "https://ark.test/ValueSet/all"
NL = "https://ark.test/CodeSystem/animal-nl"


def validate(**parameters: object) -> dict[str, Any]:
    return call("validate-code", "ValueSet", **{"url": ALL_URL, **parameters})


def validate_inline(resource: dict[str, Any], **parameters: object) -> dict[str, Any]:
    return call("validate-code", "ValueSet", valueSet=resource, **parameters)


def result(answer: dict[str, Any]) -> bool:
    return bool(value_of(answer, "result"))


class TestMembership:
    def test_a_member_is_answered_with_what_is_known_of_it(self) -> None:
        answer = validate(code="cat", system=ARK)

        assert [value_of(answer, name) for name in ("result", "code", "system", "version", "display")] == [
            True,
            "cat",
            ARK,
            "2.0.0",
            "Cat",
        ]
        assert value_of(answer, "issues") is None

    @pytest.mark.parametrize(
        ("filters", "members"),
        [
            ([("concept", "is-a", "mammal")], "mammal cat whale mammoth"),
            ([("concept", "descendent-of", "bird")], "dove dodo auk"),
            ([("concept", "is-not-a", "mammal")], "bird dove dodo auk olm"),
            ([("concept", "is-not-a", "nessie")], "mammal cat whale mammoth bird dove dodo auk olm"),
            ([("concept", "generalizes", "cat")], "mammal cat"),
            ([("concept", "child-of", "bird")], "dove dodo auk"),
            ([("concept", "descendent-leaf", "mammal")], "cat whale mammoth"),
            ([("concept", "is-a", "nessie")], ""),
            ([("concept", "descendent-of", "nessie")], ""),
            ([("concept", "generalizes", "nessie")], ""),
            ([("concept", "child-of", "nessie")], ""),
            ([("concept", "descendent-leaf", "nessie")], ""),
            ([("code", "=", "cat")], "cat"),
            ([("code", "in", "cat, dove,nessie")], "cat dove"),
            ([("concept", "not-in", "cat,whale")], "mammal mammoth bird dove dodo auk olm"),
            ([("code", "regex", "[a-c].*")], "cat bird auk"),
            ([("display", "regex", ".*o.*")], "mammoth dove dodo"),
            ([("display", "exists", "false")], "olm"),
            ([("definition", "=", "purrs")], "cat"),
            ([("legs", "=", "4")], "cat mammoth"),
            ([("legs", "in", "0,2")], "whale"),
            ([("legs", "not-in", "4,0")], "mammal bird dove dodo auk olm"),
            ([("legs", "exists", "true")], "cat whale mammoth"),
            ([("food", "=", "fish")], "cat"),
            ([("parent", "=", "bird")], "dove dodo auk"),
            ([("child", "exists", "true")], "mammal bird"),
            ([("status", "=", "retired")], "mammoth"),
            ([("inactive", "=", "true")], "mammoth dodo"),
            ([("deprecated", "=", "true")], "auk"),
            ([("notSelectable", "=", "true")], "mammal bird"),
            ([("group", "=", "true")], "mammal bird"),
            ([("concept", "is-a", "mammal"), ("legs", "=", "4")], "cat mammoth"),
        ],
    )
    def test_filters_let_through_what_they_say(self, filters: list[tuple[str, str, str]], members: str) -> None:
        codes = ["mammal", "cat", "whale", "mammoth", "bird", "dove", "dodo", "auk", "olm", "nessie"]
        some = value_set("some", animals(*filters))

        found = [code for code in codes if result(validate_inline(some, code=code, system=ARK))]
        expanded = call("expand", "ValueSet", valueSet=some, excludeNested=True)

        assert found == members.split()
        assert sorted(entry["code"] for entry in expanded["expansion"].get("contains", ())) == sorted(members.split())

    def test_an_operator_of_r5_comes_as_extension(self) -> None:
        url = "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.compose.include.filter.op"
        element = {"property": "concept", "value": "bird", "_op": {"extension": [{"url": url, "valueCode": "child-of"}]}}
        some = value_set("some", {"system": ARK, "filter": [element]})

        assert result(validate_inline(some, code="dove", system=ARK))
        assert not result(validate_inline(some, code="bird", system=ARK))

    def test_an_excluded_code_is_no_member(self) -> None:
        some = value_set(
            "some",
            animals(),
            exclude=[animals(concept=[{"code": "cat"}]), {"valueSet": ["https://ark.test/ValueSet/mammals"], "system": ARK}],
        )

        assert [code for code in ("cat", "whale", "dove") if result(validate_inline(some, code=code, system=ARK))] == ["dove"]

    def test_excluding_another_system_or_version_takes_nothing_out(self) -> None:
        out = [{"system": TRADE}, {"system": "https://nowhere.test"}, animals(("concept", "is-a", "cat"), version="9")]

        assert result(validate_inline(value_set("some", animals(), exclude=out), code="cat", system=ARK))

    def test_an_excluded_value_set_takes_its_members_out(self) -> None:
        some = value_set("some", animals(), exclude=[{"valueSet": [MAMMALS_URL]}])

        assert not result(validate_inline(some, code="cat", system=ARK))
        assert result(validate_inline(some, code="dove", system=ARK))

    def test_imports_of_one_include_are_an_intersection(self) -> None:
        some = value_set("some", {"system": ARK, "valueSet": [MAMMALS_URL, LISTED_URL]})

        assert [code for code in ("cat", "whale", "dove") if result(validate_inline(some, code=code, system=ARK))] == ["cat"]

    def test_a_contained_value_set_can_be_imported(self) -> None:
        inside = {**value_set("inside", animals(concept=[{"code": "cat"}])), "id": "in"}
        other = {"resourceType": "CodeSystem", "id": "other"}
        some = value_set("some", {"valueSet": ["#in"]}, contained=[other, inside])

        assert result(validate_inline(some, code="cat", system=ARK))
        assert not result(validate_inline(value_set("some", {"valueSet": ["#in"]}), code="cat", system=ARK))

    def test_a_value_set_without_compose_is_judged_by_its_expansion(self) -> None:
        contains = [
            {"system": ARK, "version": "2.0.0", "code": "mammal", "contains": [{"system": ARK, "code": "cat", "display": "Cat"}]}
        ]
        some = {**value_set("some"), "expansion": {"contains": contains}}
        del some["compose"]

        answer = validate_inline(some, code="cat", system=ARK)

        assert result(answer)
        assert value_of(answer, "display") == "Cat"
        assert result(validate_inline(some, coding={"system": ARK, "code": "mammal", "version": "2.0.0"}))
        assert not result(validate_inline(some, coding={"system": ARK, "code": "mammal", "version": "1.0.0"}))
        assert not result(validate_inline(some, code="dove", system=ARK))
        assert value_of(validate_inline(some, code="cat", inferSystem=True), "system") == ARK

    def test_a_value_set_with_neither_has_no_members(self) -> None:
        some = value_set("some")
        del some["compose"]

        assert not result(validate_inline(some, code="cat", system=ARK))

    def test_an_instance_is_found_by_its_id(self) -> None:
        assert result(call("validate-code", "ValueSet", instance="mammals", code="cat", system=ARK))

        with pytest.raises(OperationRefusedError) as refused:
            call("validate-code", "ValueSet", instance="nowhere", code="cat", system=ARK)

        assert said(refused.value) == ("not-found", "not-found")

    def test_definitions_of_the_request_come_before_those_of_the_service(self) -> None:
        mine = value_set("all", animals(concept=[{"code": "dove"}]))

        assert not result(validate(code="cat", system=ARK, tx_resource=mine))
        assert result(validate(code="cat", system=ARK))


class TestCodes:
    def test_an_unknown_code_is_said_to_be_unknown(self) -> None:
        answer = validate(code="nessie", system=ARK)

        assert texts(answer) == [
            ("error", f"Unknown code 'nessie' in the CodeSystem '{ARK}' version '2.0.0'"),
            ("error", f"The provided code '{ARK}#nessie' was not found in the value set '{ALL_URL}|1.0.0'"),
        ]
        assert value_of(answer, "message") == (
            f"The provided code '{ARK}#nessie' was not found in the value set '{ALL_URL}|1.0.0'; "
            f"Unknown code 'nessie' in the CodeSystem '{ARK}' version '2.0.0'"
        )

    def test_an_unknown_code_of_a_fragment_is_valid_with_a_warning(self) -> None:
        answer = call("validate-code", "ValueSet", url="https://ark.test/ValueSet/with-trade", code="weaver", system=TRADE)

        assert result(answer)
        assert [severity for severity, text in texts(answer) if "fragment" in text] == ["warning"]

    def test_a_code_of_a_system_without_version(self) -> None:
        plain = {**ANIMAL, "url": "https://plain.test", "version": None}
        some = value_set("some", {"system": "https://plain.test"})

        answer = validate_inline(some, code="nessie", system="https://plain.test", tx_resource=plain)

        assert ("error", "Unknown code 'nessie' in the CodeSystem 'https://plain.test'") in texts(answer)

    def test_a_code_in_other_case_is_answered_with_the_right_one(self) -> None:
        answer = call("validate-code", "ValueSet", url="https://ark.test/ValueSet/with-trade", code="smith", system=TRADE)

        assert result(answer)
        assert value_of(answer, "normalized-code") == "Smith"
        assert any(text.startswith("The code 'smith' differs from the correct code 'Smith' by case") for _, text in texts(answer))

    def test_an_abstract_code_counts_unless_it_is_not_allowed(self) -> None:
        assert result(validate(code="mammal", system=ARK))

        answer = validate(code="mammal", system=ARK, abstract=False)

        assert not result(answer)
        assert ("error", f"Code '{ARK}#mammal' is abstract, and not allowed in this context") in texts(answer)
        assert not result(validate(code="mammal", system=ARK, abstract=False, valueset_membership_only=True))

    @pytest.mark.parametrize(("code", "status"), [("mammoth", "retired and inactive"), ("dodo", "inactive")])
    def test_an_inactive_code_is_valid_with_a_warning(self, code: str, status: str) -> None:
        answer = validate(code=code, system=ARK)

        assert result(answer)
        assert value_of(answer, "inactive") is True
        assert texts(answer) == [("warning", f"The concept '{code}' has a status of {status} and its use should be reviewed")]

    def test_an_inactive_code_is_invalid_where_only_active_ones_count(self) -> None:
        assert not result(validate(code="mammoth", system=ARK, activeOnly=True))
        some = value_set("some", animals())
        some["compose"]["inactive"] = False

        answer = validate_inline(some, code="mammoth", system=ARK)

        assert not result(answer)
        assert ("error", "The concept 'mammoth' is valid but is not active") in texts(answer)
        assert not result(validate(url=LISTED_URL, code="mammoth", system=ARK, activeOnly=True))

    def test_a_code_that_only_a_later_include_knows_is_valid(self) -> None:
        some = value_set("some", animals(version="1.0.0"), animals())

        answer = validate_inline(some, code="whale", system=ARK)

        assert result(answer)
        assert texts(answer) == []

    @pytest.mark.parametrize(
        "odd",
        [
            {"property": [{"code": "status", "valueCoding": {"code": "retired"}}]},
            {"property": [{"code": "inactive", "valueCoding": {"system": "https://x.test", "code": "true"}}]},
            {"extension": [{"url": STANDARDS, "valueCoding": {"code": "withdrawn"}}]},
        ],
    )
    def test_a_status_may_be_a_coding(self, odd: dict[str, Any]) -> None:
        system = {**ANIMAL, "concept": [{"code": "cat", **odd}]}

        answer = validate(code="cat", system=ARK, tx_resource=system)

        assert result(answer)
        assert value_of(answer, "inactive") is True

    def test_a_status_without_a_value_is_none(self) -> None:
        system = {**ANIMAL, "concept": [{"code": "cat", "property": [{"code": "status"}]}]}

        assert value_of(validate(code="cat", system=ARK, tx_resource=system), "status") is None

    def test_an_inactive_code_of_an_import_does_not_count_where_only_active_ones_do(self) -> None:
        some = value_set("some", {"valueSet": [MAMMALS_URL]})
        some["compose"]["inactive"] = False

        assert not result(validate_inline(some, code="mammoth", system=ARK))
        assert result(validate_inline(some, code="cat", system=ARK))

    def test_a_deprecated_code_is_valid_with_a_warning(self) -> None:
        answer = validate(code="auk", system=ARK)

        assert result(answer)
        assert value_of(answer, "status") == "deprecated"
        assert texts(answer) == [("warning", "The concept 'auk' is deprecated and its use should be reviewed")]

    def test_a_code_that_the_value_set_marks_as_deprecated_is_mentioned(self) -> None:
        marks = [
            {"url": STANDARDS, "valueCode": "withdrawn"},
            {"url": "http://hl7.org/fhir/StructureDefinition/valueset-deprecated", "valueBoolean": True},
        ]
        for mark, status in zip(marks, ("withdrawn", "deprecated"), strict=True):
            some = value_set("some", animals(concept=[{"code": "dove"}, {"code": "cat", "extension": [mark]}]))
            answer = validate_inline(some, code="cat", system=ARK)
            assert [f"status of {status}" in text for _, text in texts(answer)] == [True]

    def test_only_membership_can_be_asked_for(self) -> None:
        answer = validate(code="nessie", system=ARK, valueset_membership_only=True)

        assert [text for _, text in texts(answer)] == [
            f"The provided code '{ARK}#nessie' was not found in the value set '{ALL_URL}|1.0.0'"
        ]
        assert not result(validate(code="x", system="https://nowhere.test", valueset_membership_only=True))
        some = value_set("some", {"system": "https://nowhere.test"})
        assert not result(validate_inline(some, code="x", system="https://nowhere.test", valueset_membership_only=True))


class TestSystems:
    def test_a_coding_without_system_is_a_warning_and_not_valid(self) -> None:
        answer = validate(coding={"code": "cat"})

        assert not result(answer)
        assert texts(answer)[0][0] == "warning"

    def test_a_relative_system_is_an_error(self) -> None:
        answer = validate(coding={"system": "animal", "code": "cat"})

        assert ("error", "Coding.system must be an absolute reference, not a local reference") in texts(answer)
        assert not result(validate(code="cat", system="animal"))

    def test_an_unknown_system_is_named(self) -> None:
        answer = validate(code="cat", system="https://nowhere.test")

        assert not result(answer)
        assert value_of(answer, "x-unknown-system") == "https://nowhere.test"

    def test_an_unknown_system_of_the_value_set_leaves_it_open(self) -> None:
        some = value_set("some", {"system": "https://nowhere.test", "version": "3"}, {"system": "https://nowhere.test"})

        answer = validate_inline(some, code="cat", system="https://nowhere.test")

        assert not result(answer)
        assert value_of(answer, "x-caused-by-unknown-system") == "https://nowhere.test"

    def test_a_value_set_or_a_supplement_is_no_system(self) -> None:
        assert any("references a value set" in text for _, text in texts(validate(code="cat", system=ALL_URL)))
        assert any("is a supplement" in text for _, text in texts(validate(code="cat", system=NL)))

    def test_a_system_without_codes_is_no_system(self) -> None:
        empty = {**ANIMAL, "url": "https://empty.test", "content": "not-present", "concept": []}

        answer = validate(code="cat", system="https://empty.test", tx_resource=empty)

        assert value_of(answer, "x-unknown-system") == "https://empty.test"

    def test_the_value_set_can_tell_the_system(self) -> None:
        assert value_of(validate(code="dove", inferSystem=True), "system") == ARK
        assert value_of(validate(code="dove"), "system") == ARK
        assert value_of(validate(url=LISTED_URL, code="cat", inferSystem=True), "system") == ARK
        assert value_of(validate(url="https://ark.test/ValueSet/importing", code="cat", inferSystem=True), "system") == ARK

    def test_a_system_that_can_not_be_told_is_an_error(self) -> None:
        unknown = validate(code="nessie", inferSystem=True)
        several = validate(url="https://ark.test/ValueSet/with-trade", code="cat", inferSystem=True)

        assert any(text.startswith("The System URI could not be determined") for _, text in texts(unknown))
        assert any(f"multiple matches: {ARK},{TRADE}" in text for _, text in texts(several))


class TestConcepts:
    def test_one_right_coding_is_enough(self) -> None:
        concept = {"coding": [{"system": TRADE, "code": "Smith"}, {"system": ARK, "code": "cat"}]}

        answer = validate(codeableConcept=concept)

        assert result(answer)
        assert value_of(answer, "code") == "cat"
        assert value_of(answer, "codeableConcept") == concept

    def test_without_a_right_coding_each_is_mentioned(self) -> None:
        answer = validate(codeableConcept={"coding": [{"system": ARK, "code": "nessie"}]})

        assert not result(answer)
        assert [severity for severity, _ in texts(answer)] == ["error", "information", "error"]
        assert value_of(answer, "code") is None

    def test_an_unknown_system_only_warns_if_another_coding_is_right(self) -> None:
        codings = [{"system": "https://nowhere.test", "code": "x", "version": "1"}, {"system": ARK, "code": "cat"}]

        answer = validate(codeableConcept={"coding": codings})

        assert result(answer)
        assert any(severity == "warning" and "was not checked" in text for severity, text in texts(answer))

    def test_a_coding_without_code_is_a_warning(self) -> None:
        assert not result(validate(coding={"system": ARK}))
        assert not result(validate(codeableConcept={"coding": []}))

    def test_the_first_inactive_coding_is_mentioned(self) -> None:
        answer = validate(codeableConcept={"coding": [{"system": ARK, "code": "cat"}, {"system": ARK, "code": "dodo"}]})

        assert result(answer)
        assert value_of(answer, "inactive") is None
        assert texts(answer) == [("warning", "The concept 'dodo' has a status of inactive and its use should be reviewed")]


class TestDisplays:
    @pytest.mark.parametrize("display", ["Cat", "CAT", "Katze", "Kitty"])
    def test_any_designation_is_right_if_no_language_is_wanted(self, display: str) -> None:
        assert result(validate(code="cat", system=ARK, display=display))

    def test_a_wrong_display_is_an_error_with_the_right_ones(self) -> None:
        answer = validate(code="cat", system=ARK, display="Dog")

        assert not result(answer)
        choices = "'Cat' (en), 'Katze' (de) or 'Büsi' (de-CH)"
        text = f"Wrong Display Name 'Dog' for {ARK}#cat. Valid display is one of 3 choices: {choices} (for the language(s) '--')"
        assert texts(answer) == [("error", text)]

    @pytest.mark.parametrize("lenient", [{"lenient_display_validation": True}, {"mode": "lenient-display-validation"}])
    def test_a_wrong_display_can_be_a_warning(self, lenient: dict[str, Any]) -> None:
        answer = validate(code="cat", system=ARK, display="Dog", **lenient)

        assert result(answer)
        assert [severity for severity, _ in texts(answer)] == ["warning"]

    def test_wrong_white_space_is_said_to_be_that(self) -> None:
        answer = validate(code="mammoth", system=ARK, display=" Mam moth")
        spaced = {**ANIMAL, "concept": [{"code": "cat", "display": "House cat"}]}

        assert "Wrong Display Name" in texts(answer)[0][1]
        assert "Wrong whitespace" in texts(validate(code="cat", system=ARK, display="House  cat", tx_resource=spaced))[0][1]

    def test_a_display_must_be_in_a_wanted_language(self) -> None:
        assert result(validate(code="cat", system=ARK, display="Katze", displayLanguage="de"))
        assert result(validate(code="cat", system=ARK, display="Büsi", displayLanguage="de-CH,fr;q=0.5"))

        answer = validate(code="cat", system=ARK, display="Cat", displayLanguage="de-CH")

        assert texts(answer)[0][1].endswith("Valid display is 'Katze' (de) or 'Büsi' (de-CH) (for the language(s) 'de-CH')")

    def test_a_display_of_the_default_language_is_right_where_the_wanted_one_has_none(self) -> None:
        right = validate(code="dove", system=ARK, display="Dove", displayLanguage="fr")
        wrong = validate(code="dove", system=ARK, display="Pigeon", displayLanguage="fr")

        assert result(right)
        assert texts(right)[0][0] == "information"
        assert not result(wrong)
        assert texts(wrong)[0][1].endswith("Default display is 'Dove'")
        assert result(validate(code="dove", system=ARK, display="P", displayLanguage="fr", lenient_display_validation=True))

    def test_a_designation_in_the_language_that_is_no_display_only_warns(self) -> None:
        concept = {"code": "cat", "display": "Cat", "designation": [{"language": "fr", "use": {"code": "x"}, "value": "Minou"}]}
        some = {**ANIMAL, "concept": [concept]}

        answer = validate(code="cat", system=ARK, display="Chat", displayLanguage="fr", tx_resource=some)

        assert [severity for severity, _ in texts(answer)] == ["warning"]

    def test_a_designation_that_is_no_longer_current_is_a_warning(self) -> None:
        old = {"value": "Puss", "extension": [{"url": STANDARDS, "valueCode": "withdrawn"}]}
        some = {**ANIMAL, "concept": [{"code": "cat", "display": "Cat", "designation": [old, {"value": "Tom"}]}]}

        answer = validate(code="cat", system=ARK, display="Puss", tx_resource=some)

        assert result(answer)
        assert [severity for severity, _ in texts(answer)] == ["warning"]
        text = "'Puss' is no longer considered a correct display for code 'cat' (status = withdrawn)"
        assert texts(answer)[0][1] == f"{text}. The correct display is one of Cat, Tom"

    def test_the_display_of_a_code_outside_is_checked_as_well(self) -> None:
        outside = validate(url=MAMMALS_URL, code="dove", system=ARK, display="Pigeon")
        right = validate(url=MAMMALS_URL, code="dove", system=ARK, display="Dove")
        nothing = validate(url=MAMMALS_URL, code="dove", system=ARK, display="Pigeon", displayLanguage="fr")
        lenient = validate(url=MAMMALS_URL, code="dove", system=ARK, display="Pigeon", lenient_display_validation=True)

        assert any("Wrong Display Name 'Pigeon'" in text for _, text in texts(outside))
        assert not any("Display" in text for _, text in texts(right))
        assert any(text.startswith("Cannot validate display 'Pigeon'") for _, text in texts(nothing))
        assert any(severity == "warning" for severity, _ in texts(lenient))

    def test_a_concept_without_words_has_no_wrong_display(self) -> None:
        assert result(validate(code="olm", system=ARK, display="Proteus"))
        assert not result(validate(url=MAMMALS_URL, code="olm", system=ARK, display="Proteus"))

    def test_displays_of_the_value_set_count(self) -> None:
        assert result(validate(url=LISTED_URL, code="cat", system=ARK, display="House cat"))
        assert result(validate(url=LISTED_URL, code="cat", system=ARK, display="Chat"))

    def test_the_header_names_languages_unless_a_parameter_does(self) -> None:
        answer = call("validate-code", "ValueSet", header="de", url=ALL_URL, code="dove", system=ARK)

        assert value_of(answer, "display") == "Taube"
        english = call("validate-code", "ValueSet", header="de", url=ALL_URL, code="dove", system=ARK, displayLanguage="en")
        assert value_of(english, "display") == "Dove"

    def test_the_value_set_names_a_language_if_nobody_else_does(self) -> None:
        spoken = value_set("some", animals(), language="de")
        url = "http://hl7.org/fhir/StructureDefinition/valueset-expansion-parameter"
        wish = {"url": url, "extension": [{"url": "name", "valueCode": "displayLanguage"}, {"url": "value", "valueCode": "de"}]}
        wishing = value_set("some", animals())
        wishing["compose"]["extension"] = [wish, {"url": url}, {"url": "https://other.test"}]

        assert value_of(validate_inline(spoken, code="dove", system=ARK), "display") == "Taube"
        assert value_of(validate_inline(wishing, code="dove", system=ARK), "display") == "Taube"
        assert value_of(validate_inline(wishing, code="dove", system=ARK, displayLanguage="en"), "display") == "Dove"


class TestVersions:
    def test_a_coding_of_another_version_than_the_included_one_is_an_error(self) -> None:
        some = value_set("some", animals(version="2.0.0"))

        answer = validate_inline(some, coding={"system": ARK, "code": "cat", "version": "1.0.0"})

        assert not result(answer)
        assert "in the ValueSet include is different to the one in the value ('1.0.0')" in texts(answer)[0][1]

    def test_a_version_that_is_not_here_is_named_with_those_that_are(self) -> None:
        answer = validate(coding={"system": ARK, "code": "cat", "version": "3"})

        assert not result(answer)
        assert any(text.endswith("Valid versions: 1.0.0 or 2.0.0") for _, text in texts(answer))
        assert value_of(answer, "x-caused-by-unknown-system") == f"{ARK}|3"
        assert [severity for severity, text in texts(answer) if "versionless" in text] == ["warning"]

    def test_where_versions_are_needed_another_one_is_an_error(self) -> None:
        strict = {**ANIMAL, "versionNeeded": True}

        answer = validate(coding={"system": ARK, "code": "cat", "version": "3"}, tx_resource=strict)

        assert [severity for severity, text in texts(answer) if "versionless" in text] == ["error"]

    def test_a_wildcard_is_narrowed_by_the_version_of_the_coding(self) -> None:
        some = value_set("some", animals(version="1.x.x"))

        assert value_of(validate_inline(some, coding={"system": ARK, "code": "cat", "version": "1.0.0"}), "version") == "1.0.0"

    def test_an_included_version_that_is_not_here_is_reported(self) -> None:
        some = value_set("some", animals(version="7"))

        answer = validate_inline(some, coding={"system": ARK, "code": "cat", "version": "2.0.0"})

        assert not result(answer)
        assert any("version '7'" in text for _, text in texts(answer))

    def test_of_several_included_versions_the_one_that_knows_the_code_counts(self) -> None:
        some = value_set("some", animals(version="1.0.0"), animals(version="2.0.0"))

        assert value_of(validate_inline(some, code="unicorn", system=ARK), "version") == "1.0.0"
        assert value_of(validate_inline(some, code="dove", system=ARK), "version") == "2.0.0"
        assert value_of(validate_inline(some, code="cat", system=ARK), "version") == "2.0.0"
        assert value_of(validate_inline(some, code="cat", system=ARK, display="Cat (1)"), "version") == "1.0.0"
        assert not result(validate_inline(some, code="nessie", system=ARK))
        assert result(validate_inline(some, coding={"system": ARK, "code": "unicorn", "version": "1.0.0"}))

    @pytest.mark.parametrize(
        ("rule", "version"),
        [
            ({"system_version": f"{ARK}|1.0.0"}, "1.0.0"),
            ({"force_system_version": f"{ARK}|1.x"}, "1.0.0"),
            ({"check_system_version": f"{ARK}|1.0.x"}, "1.0.0"),
            ({"system_version": f"{TRADE}|1.0.0"}, "2.0.0"),
            ({"default_to_latest_version": True}, "2.0.0"),
        ],
    )
    def test_rules_lead_to_a_version(self, rule: dict[str, Any], version: str) -> None:
        assert value_of(validate(code="cat", system=ARK, **rule), "version") == version

    def test_a_forced_version_comes_before_the_included_one(self) -> None:
        some = value_set("some", animals(version="2.0.0"))

        forced = validate_inline(some, coding={"system": ARK, "code": "cat", "version": "3"}, force_system_version=f"{ARK}|1.0.0")

        assert not result(forced)
        assert any("resulting from the version '2.0.0'" in text for _, text in texts(forced))

    def test_a_version_that_is_not_allowed_is_an_error(self) -> None:
        some = value_set("some", animals(version="2.0.0"))

        answer = validate_inline(some, code="cat", system=ARK, check_system_version=f"{ARK}|1.0.0")
        outside = validate_inline(some, code="nessie", system=ARK, check_system_version=f"{ARK}|1.0.0")

        assert not result(answer)
        assert any("is not allowed" in text for _, text in texts(answer))
        assert not result(outside)

    @pytest.mark.parametrize("name", ["force_system_version", "system_version"])
    def test_rules_may_not_contradict_each_other(self, name: str) -> None:
        assert result(validate(code="cat", system=ARK, **{name: [f"{ARK}|1.0.0", f"{ARK}|1.0.0"]}))

        with pytest.raises(OperationRefusedError) as refused:
            validate(code="cat", system=ARK, **{name: [f"{ARK}|1.0.0", f"{ARK}|2.0.0"]})

        assert said(refused.value) == ("exception", "version-error")

    @pytest.mark.parametrize("text", ["1.0.0", f"{ARK}|", "|1"])
    def test_a_rule_needs_a_url_and_a_version(self, text: str) -> None:
        with pytest.raises(OperationRefusedError) as refused:
            validate(code="cat", system=ARK, system_version=text)

        assert refused.value.issues[0].code == "value"

    def test_imported_value_sets_have_rules_as_well(self) -> None:
        newer = value_set("mammals", animals(concept=[{"code": "dove"}]), version="2.0.0")
        url = "https://ark.test/ValueSet/importing"

        assert not result(validate(url=url, code="cat", system=ARK, tx_resource=newer))
        rule = f"{MAMMALS_URL}|2.0.0"
        assert result(validate(url=url, code="dove", system=ARK, tx_resource=newer, default_valueset_version=rule))


class TestSupplements:
    def test_a_supplement_counts_if_it_is_asked_for(self) -> None:
        assert not result(validate(code="cat", system=ARK, display="Poes"))
        assert result(validate(code="cat", system=ARK, display="Poes", useSupplement=NL))
        assert result(validate(code="cat", system=ARK, display="Kat", useSupplement=f"{NL}|1"))

    def test_a_value_set_can_need_a_supplement(self) -> None:
        need = [{"url": "http://hl7.org/fhir/StructureDefinition/valueset-supplement", "valueCanonical": NL}]

        assert result(validate_inline(value_set("some", animals(), extension=need), code="cat", system=ARK, display="Poes"))

    def test_a_language_pack_counts_without_being_asked_for(self) -> None:
        url = "http://hl7.org/fhir/StructureDefinition/codesystem-supplement-type"
        pack = {
            "resourceType": "CodeSystem",
            "url": "https://ark.test/pack",
            "content": "supplement",
            "supplements": f"{ARK}|2.0.0",
            "extension": [{"url": url, "valueCode": "lang-pack"}],
            "concept": [{"code": "cat", "designation": [{"language": "it", "value": "Gatto"}]}, {"code": "nessie"}],
        }

        assert result(validate(code="cat", system=ARK, display="Gatto", tx_resource=pack))

    @pytest.mark.parametrize(
        ("missing", "text"),
        [
            (["https://a.test"], "Required supplement not found"),
            (["https://a.test", f"{NL}|7"], "Required supplements not found"),
        ],
    )
    def test_a_supplement_that_is_not_here_is_refused(self, missing: list[str], text: str) -> None:
        with pytest.raises(OperationRefusedError, match=text):
            validate(code="cat", system=ARK, useSupplement=missing)
        with pytest.raises(OperationRefusedError, match=text):
            call("validate-code", "CodeSystem", url=ARK, code="cat", useSupplement=missing)


class TestStatus:
    @pytest.mark.parametrize(
        ("change", "word"),
        [
            ({"status": "retired"}, "retired"),
            ({"status": "draft"}, "draft"),
            ({"experimental": True}, "experimental"),
            ({"extension": [{"url": STANDARDS, "valueCode": "deprecated"}]}, "deprecated"),
            ({"extension": [{"url": STANDARDS, "valueCode": "withdrawn"}]}, "withdrawn"),
        ],
    )
    def test_a_code_system_that_is_not_fit_for_use_is_mentioned(self, change: dict[str, Any], word: str) -> None:
        answer = validate(code="cat", system=ARK, tx_resource={**ANIMAL, **change})

        assert result(answer)
        assert texts(answer) == [("information", f"Reference to {word} CodeSystem {ARK}|2.0.0")]

    def test_a_draft_may_refer_to_a_draft(self) -> None:
        draft = {**ANIMAL, "status": "draft", "experimental": True}

        answer = validate_inline(
            value_set("some", animals(), status="draft", experimental=True), code="cat", system=ARK, tx_resource=draft
        )

        assert texts(answer) == []

    def test_a_retired_value_set_is_mentioned(self) -> None:
        answer = validate_inline(value_set("some", animals(), status="retired"), code="cat", system=ARK)

        assert texts(answer) == [("information", "Reference to retired ValueSet https://ark.test/ValueSet/some|1.0.0")]


class TestCodeSystems:
    def test_a_code_is_validated_in_its_code_system(self) -> None:
        answer = call("validate-code", "CodeSystem", url=ARK, code="cat", display="Cat")

        assert [value_of(answer, name) for name in ("result", "code", "system", "version")] == [True, "cat", ARK, "2.0.0"]

    @pytest.mark.parametrize(
        "asked",
        [
            {"url": ARK, "code": "nessie"},
            {"system": ARK, "code": "nessie"},
            {"url": ARK, "version": "1.0.0", "code": "dove"},
            {"coding": {"system": ARK, "code": "nessie"}},
            {"coding": {"system": ARK, "version": "1.0.0", "code": "dove"}},
            {"codeableConcept": {"coding": [{"system": ARK, "code": "nessie"}]}},
        ],
    )
    def test_an_unknown_code_is_an_error_that_names_no_value_set(self, asked: dict[str, Any]) -> None:
        answer = call("validate-code", "CodeSystem", **asked)

        assert not result(answer)
        assert [text.startswith("Unknown code") for _, text in texts(answer)] == [True]

    def test_a_coding_of_another_system_is_not_in_this_one(self) -> None:
        answer = call("validate-code", "CodeSystem", url=ARK, coding={"system": DECK, "code": "top"})

        assert not result(answer)

    def test_an_instance_and_an_inline_code_system_can_be_asked(self) -> None:
        mine = {**ANIMAL, "url": "https://mine.test", "concept": [{"code": "yeti"}]}

        assert result(call("validate-code", "CodeSystem", instance="animal-1", code="unicorn"))
        assert result(call("validate-code", "CodeSystem", codeSystem=mine, code="yeti"))
        assert not result(call("validate-code", "CodeSystem", codeSystem=mine, code="cat"))
        with pytest.raises(OperationRefusedError):
            call("validate-code", "CodeSystem", instance="nowhere", code="cat")
        with pytest.raises(OperationRefusedError, match="supplement"):
            call("validate-code", "CodeSystem", codeSystem={**mine, "content": "supplement"}, code="cat")

    @pytest.mark.parametrize(
        ("asked", "text"),
        [
            (
                {"url": "https://nowhere.test", "code": "cat"},
                "A definition for CodeSystem 'https://nowhere.test' could not be found",
            ),
            ({"url": ARK, "version": "9", "code": "cat"}, f"A definition for CodeSystem '{ARK}' version '9' could not be found"),
            ({"url": "https://nowhere.test", "version": "9", "code": "cat"}, "No versions of this code system are known"),
            ({"url": ALL_URL, "code": "cat"}, "references a value set"),
            ({"url": NL, "code": "cat"}, "is a supplement"),
            ({"url": "animal", "code": "cat"}, "must be an absolute reference"),
            ({"coding": {"code": "cat"}}, "Coding has no system"),
            ({"codeableConcept": {"coding": []}}, "Coding has no system"),
            ({"codeableConcept": {"coding": [{"system": "https://nowhere.test", "code": "x"}]}}, "could not be found"),
        ],
    )
    def test_a_system_that_is_not_here_is_an_answer_not_an_error(self, asked: dict[str, Any], text: str) -> None:
        answer = call("validate-code", "CodeSystem", **asked)

        assert not result(answer)
        assert any(text in each for _, each in texts(answer))

    def test_the_version_of_a_coding_is_answered_if_its_system_is_unknown_in_it(self) -> None:
        answer = call("validate-code", "CodeSystem", coding={"system": ARK, "version": "9", "code": "cat"})

        assert value_of(answer, "version") == "9"
        assert value_of(answer, "x-caused-by-unknown-system") == f"{ARK}|9"


class TestRefusals:
    def test_an_unknown_value_set_is_not_found(self) -> None:
        for url, version in (("https://nowhere.test", None), (ALL_URL, "9")):
            with pytest.raises(OperationRefusedError) as refused:
                validate(code="cat", system=ARK, url=url, **({"valueSetVersion": version} if version else {}))
            assert said(refused.value) == ("not-found", "not-found")

    def test_an_import_that_is_not_here_is_an_answer(self) -> None:
        some = value_set("some", {"valueSet": ["https://nowhere.test"]})

        answer = validate_inline(some, code="cat", system=ARK)

        assert not result(answer)
        assert texts(answer) == [("error", "A definition for the value Set 'https://nowhere.test' could not be found")]
        assert value_of(validate_inline(some, codeableConcept={"coding": []}), "result") is False

    def test_the_value_set_must_be_named(self) -> None:
        with pytest.raises(OperationRefusedError) as refused:
            call("validate-code", "ValueSet", code="cat", system=ARK)

        assert said(refused.value) == ("required", "invalid-data")

    @pytest.mark.parametrize("asked", [{}, {"code": "cat", "inferSystem": False}, {"display": "Cat"}, {"system": ARK}])
    def test_there_must_be_a_code(self, asked: dict[str, Any]) -> None:
        with pytest.raises(OperationRefusedError, match="Unable to find code to validate"):
            validate(**asked)

    def test_there_may_be_one_code_only(self) -> None:
        with pytest.raises(OperationRefusedError, match="Send one of coding, code"):
            validate(code="cat", system=ARK, coding={"system": ARK, "code": "cat"})

    def test_an_unknown_parameter_is_refused(self) -> None:
        with pytest.raises(OperationRefusedError) as refused:
            validate(code="cat", system=ARK, raven=True)

        assert said(refused.value) == ("not-supported", "not-supported")

    @pytest.mark.parametrize("text", ["deutsch!", "de;q=3"])
    def test_languages_that_are_none_are_refused(self, text: str) -> None:
        with pytest.raises(OperationRefusedError) as refused:
            validate(code="cat", system=ARK, displayLanguage=text)

        assert said(refused.value) == ("value", "invalid-data")

    def test_circular_imports_are_refused(self) -> None:
        first = value_set("first", {"valueSet": ["https://ark.test/ValueSet/second"]})
        second = value_set("second", animals(), exclude=[{"valueSet": ["https://ark.test/ValueSet/first"]}])

        with pytest.raises(OperationRefusedError, match="circularity") as refused:
            validate(url=first["url"], code="cat", system=ARK, tx_resource=[first, second])

        assert said(refused.value) == ("processing", "vs-invalid")

    def test_imports_in_a_long_row_are_refused(self) -> None:
        row = [value_set(f"v{n}", {"valueSet": [f"https://ark.test/ValueSet/v{n + 1}"]}) for n in range(60)]

        with pytest.raises(OperationRefusedError) as refused:
            validate(url=row[0]["url"], code="cat", system=ARK, tx_resource=row)

        assert refused.value.issues[0].code == "too-costly"

    def test_a_web_of_imports_that_takes_for_ever_is_refused(self) -> None:
        web = [value_set(f"v{n}", *({"valueSet": [f"https://ark.test/ValueSet/v{n + 1}"]} for _ in range(2))) for n in range(40)]

        with pytest.raises(OperationRefusedError) as refused:
            validate(
                url=web[0]["url"], code="dove", system=ARK, tx_resource=[*web, value_set("v40", animals(("code", "=", "cat")))]
            )

        assert refused.value.issues[0].code == "too-costly"

    @pytest.mark.parametrize(
        ("element", "code"),
        [
            ({"property": "wings", "op": "=", "value": "2"}, "not-supported"),
            ({"property": "legs", "op": "is-a", "value": "2"}, "not-supported"),
            ({"property": "legs", "op": "exists", "value": "perhaps"}, "not-supported"),
            ({"property": "wings", "op": "exists", "value": "true"}, "not-supported"),
            ({"property": "concept", "op": "smells-of", "value": "cat"}, "not-supported"),
            ({"property": "concept", "op": "is-a"}, "invalid"),
            ({"property": "code", "op": "regex", "value": "(a"}, "too-costly"),
            ({"property": "code", "op": "regex", "value": r"(a)\1"}, "too-costly"),
        ],
    )
    def test_filters_that_are_not_understood_are_refused(self, element: dict[str, Any], code: str) -> None:
        some = value_set("some", {"system": ARK, "filter": [element]})

        for name in ("validate-code", "expand"):
            with pytest.raises(OperationRefusedError) as refused:
                call(name, "ValueSet", valueSet=some, **({"code": "cat", "system": ARK} if name == "validate-code" else {}))
            assert refused.value.issues[0].code == code

    @pytest.mark.parametrize(
        "change",
        [
            {"implicitRules": "https://rules.test"},
            {"modifierExtension": [{"url": "https://ark.test/not"}]},
            {"compose": {"lockedDate": "2020-01-01", "include": [{"system": ARK}]}},
            {"compose": {"include": [{"system": ARK, "modifierExtension": [{"url": "https://ark.test/not"}]}]}},
        ],
    )
    def test_what_changes_the_meaning_of_a_value_set_is_refused(self, change: dict[str, Any]) -> None:
        with pytest.raises(OperationRefusedError) as refused:
            validate_inline({**ALL, **change}, code="cat", system=ARK)

        assert said(refused.value) == ("not-supported", "vs-invalid")


def test_diagnostics_say_what_was_done() -> None:
    answer = validate(code="cat", system=ARK, diagnostics=True)

    assert value_of(answer, "diagnostics") == "codings validated: 1, in the form code"


def test_the_version_of_the_coding_counts_where_nothing_else_names_one() -> None:
    answer = validate(coding={"system": ARK, "code": "unicorn", "version": "1.0.0"})

    assert result(answer)
    assert value_of(answer, "version") == "1.0.0"


def test_an_instance_is_of_the_service_whatever_the_request_brings() -> None:
    assert result(call("validate-code", "ValueSet", instance="mammals", code="cat", system=ARK, tx_resource=ALL))


def test_a_hierarchy_with_several_ways_is_walked_once() -> None:
    some = value_set("some", {"system": DECK, "filter": [{"property": "concept", "op": "is-a", "value": "top"}]})

    assert [code for code in ("top", "middle", "hold", "mast") if result(validate_inline(some, code=code, system=DECK))] == [
        "top",
        "middle",
        "hold",
    ]
    assert [
        entry["code"] for entry in call("expand", "ValueSet", valueSet=some, excludeNested=True)["expansion"]["contains"]
    ] == [
        "top",
        "middle",
        "hold",
    ]


def test_of_concepts_with_the_same_code_the_first_counts() -> None:
    again = {**ANIMAL, "concept": [{"code": "cat", "display": "Cat", "concept": [{"code": "kitten"}, {"display": "nothing"}]}]}
    again["concept"] += [
        {"code": "cat", "display": "Dog"},
        {"code": "kitten", "property": [{"code": "parent", "valueCode": "cat"}]},
    ]

    answer = validate(code="cat", system=ARK, tx_resource=again)

    assert value_of(answer, "display") == "Cat"


def test_a_parent_that_is_said_twice_is_one_parent() -> None:
    twice = [{"code": "parent", "valueCode": "cat"}, {"code": "parent", "valueCode": "nessie"}]
    some = {**ANIMAL, "concept": [{"code": "cat", "concept": [{"code": "kitten", "property": twice}]}]}

    answer = call("lookup", "CodeSystem", system=ARK, code="kitten", property="parent", tx_resource=some)

    assert [parameter["part"][1]["valueCode"] for parameter in answer["parameter"] if parameter["name"] == "property"] == ["cat"]


def test_what_is_beside_several_ways_is_not_below() -> None:
    some = value_set("some", {"system": DECK, "filter": [{"property": "concept", "op": "descendent-of", "value": "raft"}]})

    assert not result(validate_inline(some, code="hold", system=DECK))
    other = value_set("some", {"system": DECK, "filter": [{"property": "concept", "op": "is-not-a", "value": "middle"}]})
    assert result(validate_inline(other, code="mast", system=DECK))
