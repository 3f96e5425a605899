"""The core of the terminology: questions and answers are values, with no Parameters anywhere."""

from dataclasses import FrozenInstanceError, fields

import pytest

from adapter.issues import AdapterError, FailureKind
from adapter.terminology import core
from adapter.terminology.catalog import Catalog, ValueSet
from adapter.terminology.code_system.details import ConceptDetails
from adapter.terminology.code_system.subsumption import Subsumption
from adapter.terminology.coding import Coding
from adapter.terminology.request_context import ExpansionLimits, RequestContext
from adapter.terminology.translation_request import Translation, TranslationRequest
from adapter.terminology.value_set.entry import display_of
from adapter.terminology.value_set.expanded import Expansion, ExpansionRequest
from adapter.terminology.value_set.membership import Rules
from adapter.terminology.value_set.validation import Question, ValidationAnswer
from adapter.terminology.value_set.whole_system import SystemReference
from tests.terminology.operations.small import ARK, DEFINITIONS, MAMMALS, TO_TRADE, TRADE, Resource

CONTEXT = RequestContext(catalog=Catalog.of(DEFINITIONS), limits=ExpansionLimits())
CAT = Coding(system=ARK, code="cat")


def validated(coding: Coding, within: ValueSet | SystemReference) -> ValidationAnswer:
    question = Question(form="coding", codings=(coding,), rules=Rules(), is_of_code_system=isinstance(within, SystemReference))
    return core.validate_code(CONTEXT, question, within)


def test_a_code_is_looked_up() -> None:
    details = core.lookup(CONTEXT, CAT)

    assert (details.name, details.display, details.is_abstract) == ("Animal", details.concept.display, False)
    assert [property_.code for property_ in core.lookup(CONTEXT, CAT, properties=["parent"]).properties] == ["parent"]
    assert core.lookup(CONTEXT, CAT, properties=["parent"]).designations == ()


def test_two_codes_are_compared() -> None:
    mammal = Coding(system=ARK, code="mammal")

    assert core.subsumes(CONTEXT, mammal, CAT) is Subsumption.SUBSUMES
    assert core.subsumes(CONTEXT, CAT, mammal) is Subsumption.SUBSUMED_BY
    assert core.subsumes(CONTEXT, CAT, CAT) is Subsumption.EQUIVALENT


def test_a_code_is_validated_in_a_value_set_and_in_a_code_system() -> None:
    mammals = ValueSet(resource=MAMMALS)
    dove = Coding(system=ARK, code="dove")

    assert validated(CAT, mammals).is_valid
    assert not validated(dove, mammals).is_valid
    assert validated(dove, SystemReference(url=ARK)).is_valid
    missing = validated(dove, SystemReference(url="https://ark.test/nowhere"))
    assert (missing.is_valid, missing.is_resolved, missing.unknown) == (False, False, ("https://ark.test/nowhere",))


def test_a_value_set_is_expanded_with_its_hierarchy_or_by_the_page() -> None:
    mammals = ValueSet(resource=MAMMALS)

    whole = core.expand(CONTEXT, mammals, ExpansionRequest())
    page = core.expand(CONTEXT, mammals, ExpansionRequest(offset=1, count=1))

    rows = [(depth, entry.code) for depth, entry in whole.rows()]
    assert rows[0] == (0, "mammal")
    assert (1, "cat") in rows
    assert [entry.code for _, entry in page.rows()] == [rows[1][1]]
    assert page.total == len(rows) == whole.total


def test_codes_that_a_value_set_lists_in_an_expansion_of_its_own_have_its_displays() -> None:
    contains = [{"system": ARK, "code": "cat", "display": "Tom"}, {"system": ARK, "code": "dog"}]
    listed: Resource = {"resourceType": "ValueSet", "status": "active", "expansion": {"contains": contains}}

    made = core.expand(CONTEXT, ValueSet(resource=listed), ExpansionRequest())

    assert [display_of(entry, None) for _, entry in made.rows()] == ["Tom", ""]


def test_a_code_is_translated() -> None:
    maps = CONTEXT.needed_concept_maps(TO_TRADE["url"], None)

    made = core.translate(CONTEXT, TranslationRequest(codings=(CAT,), maps=maps, system=TRADE))

    assert made.is_translated
    assert [(match.equivalence, match.coding) for match in made.matches] == [
        ("wider", Coding(system=TRADE, code="cat", display="Caterer"))
    ]


def test_answers_are_frozen() -> None:
    answers: list[ConceptDetails | ValidationAnswer | Expansion | Translation] = [
        core.lookup(CONTEXT, CAT),
        validated(CAT, SystemReference(url=ARK)),
        core.expand(CONTEXT, ValueSet(resource=MAMMALS), ExpansionRequest()),
        core.translate(CONTEXT, TranslationRequest(codings=(CAT,), maps=())),
    ]

    for answer in answers:
        with pytest.raises(FrozenInstanceError):
            setattr(answer, fields(answer)[0].name, None)


def test_what_is_not_here_is_an_error_of_the_adapter() -> None:
    with pytest.raises(AdapterError) as refused:
        core.lookup(CONTEXT, Coding(system=ARK, code="nessie"))

    assert refused.value.kind is FailureKind.NOT_FOUND
