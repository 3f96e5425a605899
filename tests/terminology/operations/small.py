"""A small terminology for the tests of operations: an ark of animals, made up here, and how a request reads."""

from collections.abc import Mapping
from typing import Any

from adapter.terminology.catalog import Catalog
from adapter.terminology.operation_error import OperationRefusedError
from adapter.terminology.wire.operation.common import Invocation, OperationContext
from adapter.terminology.wire.operation.operations import OPERATIONS, TerminologyOperation
from adapter.terminology.wire.parameter import read_parameters

Resource = dict[str, Any]

ARK = "https://ark.test/CodeSystem/animal"
TRADE = "https://ark.test/CodeSystem/trade"
DECK = "https://ark.test/CodeSystem/deck"
NOW = "2026-01-02T03:04:05Z"
PROPERTIES = "http://hl7.org/fhir/concept-properties#"
STANDARDS = "http://hl7.org/fhir/StructureDefinition/structuredefinition-standards-status"

ANIMAL: Resource = {
    "resourceType": "CodeSystem",
    "id": "animal",
    "url": ARK,
    "version": "2.0.0",
    "name": "Animal",
    "status": "active",
    "content": "complete",
    "caseSensitive": True,
    "language": "en",
    "hierarchyMeaning": "is-a",
    "property": [
        {"code": "status", "uri": f"{PROPERTIES}status", "type": "code"},
        {"code": "group", "uri": f"{PROPERTIES}notSelectable", "type": "boolean"},
        {"code": "legs", "uri": "https://ark.test/legs", "type": "integer"},
        {"code": "food", "type": "Coding"},
    ],
    "concept": [
        {
            "code": "mammal",
            "display": "Mammal",
            "definition": "feeds its young with milk",
            "property": [{"code": "group", "valueBoolean": True}],
            "concept": [
                {
                    "code": "cat",
                    "display": "Cat",
                    "definition": "purrs",
                    "designation": [
                        {"language": "de", "value": "Katze"},
                        {"language": "de-CH", "value": "Büsi"},
                        {"use": {"system": "https://ark.test/use", "code": "pet-name"}, "value": "Kitty"},
                    ],
                    "property": [{"code": "legs", "valueInteger": 4}, {"code": "food", "valueCoding": {"code": "fish"}}],
                },
                {"code": "whale", "display": "Whale", "property": [{"code": "legs", "valueInteger": 0}]},
                {
                    "code": "mammoth",
                    "display": "Mammoth",
                    "property": [{"code": "status", "valueCode": "retired"}, {"code": "legs", "valueInteger": 4}],
                },
            ],
        },
        {
            "code": "bird",
            "display": "Bird",
            "property": [{"code": "group", "valueBoolean": True}],
            "concept": [
                {"code": "dove", "display": "Dove", "designation": [{"language": "de", "value": "Taube"}]},
                {"code": "dodo", "display": "Dodo", "property": [{"code": "inactive", "valueBoolean": True}]},
                {"code": "auk", "display": "Auk", "property": [{"code": "deprecated", "valueBoolean": True}]},
            ],
        },
        {"code": "olm"},
    ],
}
OLD_ANIMAL: Resource = {
    **ANIMAL,
    "id": "animal-1",
    "version": "1.0.0",
    "concept": [{"code": "cat", "display": "Cat (1)"}, {"code": "unicorn", "display": "Unicorn"}],
}
DUTCH: Resource = {
    "resourceType": "CodeSystem",
    "url": "https://ark.test/CodeSystem/animal-nl",
    "version": "1",
    "status": "active",
    "content": "supplement",
    "supplements": ARK,
    "language": "nl",
    "property": [{"code": "sound", "uri": "https://ark.test/sound", "type": "string"}],
    "concept": [
        {
            "code": "cat",
            "display": "Kat",
            "designation": [{"language": "nl", "value": "Poes"}],
            "property": [{"code": "sound", "valueString": "miauw"}],
            "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/itemWeight", "valueDecimal": 3}],
        }
    ],
}
TRADES: Resource = {
    "resourceType": "CodeSystem",
    "id": "trade",
    "url": TRADE,
    "status": "draft",
    "experimental": True,
    "content": "fragment",
    "caseSensitive": False,
    "concept": [{"code": "Smith", "display": "Smith"}, {"code": "cat", "display": "Caterer"}],
}
DECKS: Resource = {
    "resourceType": "CodeSystem",
    "url": DECK,
    "version": "1.0.0",
    "status": "active",
    "content": "complete",
    "caseSensitive": True,
    "property": [{"code": "above", "uri": f"{PROPERTIES}parent", "type": "code"}],
    "concept": [
        {"code": "top", "display": "Top"},
        {"code": "middle", "property": [{"code": "above", "valueCode": "top"}]},
        {"code": "hold", "property": [{"code": "parent", "valueCode": "middle"}, {"code": "parent", "valueCode": "top"}]},
        {"code": "raft"},
        {"code": "mast", "property": [{"code": "child", "valueCode": "hold"}, {"code": "child", "valueCode": "mast"}]},
    ],
}


def value_set(tail: str, *includes: Resource, exclude: list[Resource] | None = None, **more: object) -> Resource:
    """A value set of includes."""
    compose: Resource = {"include": list(includes), **({"exclude": exclude} if exclude else {})}
    return {
        "resourceType": "ValueSet",
        "id": tail,
        "url": f"https://ark.test/ValueSet/{tail}",
        "version": "1.0.0",
        "name": tail.title(),
        "status": "active",
        "compose": compose,
        **more,
    }


def animals(*filters: tuple[str, str, str], **more: object) -> Resource:
    """An include of animals that pass filters of property, operator and value."""
    made = [{"property": name, "op": op, "value": value} for name, op, value in filters]
    return {"system": ARK, **({"filter": made} if made else {}), **more}


ALL = value_set("all", animals())
MAMMALS = value_set("mammals", animals(("concept", "is-a", "mammal")))
LISTED = value_set(
    "listed",
    {
        "system": ARK,
        "concept": [
            {"code": "cat", "display": "House cat", "designation": [{"language": "fr", "value": "Chat"}]},
            {"code": "mammoth"},
            {"code": "nessie"},
        ],
    },
)
WITH_TRADE = value_set("with-trade", animals(), {"system": TRADE})
IMPORTING = value_set("importing", {"valueSet": ["https://ark.test/ValueSet/mammals"]})
TO_TRADE: Resource = {
    "resourceType": "ConceptMap",
    "id": "to-trade",
    "url": "https://ark.test/ConceptMap/to-trade",
    "version": "1.0.0",
    "status": "active",
    "sourceUri": "https://ark.test/ValueSet/all",
    "targetUri": "https://ark.test/ValueSet/trades",
    "group": [
        {
            "source": ARK,
            "target": TRADE,
            "element": [
                {"code": "cat", "target": [{"code": "cat", "display": "Caterer", "equivalence": "wider"}]},
                {"code": "dove", "target": [{"code": "Smith", "equivalence": "disjoint"}]},
                {"code": "olm", "target": [{"equivalence": "unmatched"}]},
            ],
            "unmapped": {"mode": "fixed", "code": "Smith"},
        },
        {"source": DECK, "target": TRADE, "unmapped": {"mode": "provided"}},
        {"source": TRADE, "target": ARK, "element": [{"code": "Smith", "target": [{"code": "whale"}]}]},
    ],
}
DEFINITIONS = [ANIMAL, OLD_ANIMAL, DUTCH, TRADES, DECKS, ALL, MAMMALS, LISTED, WITH_TRADE, IMPORTING, TO_TRADE]
SURROUNDINGS = OperationContext(catalog=Catalog.of(DEFINITIONS), now=NOW)


def operation(name: str, kind: str | None) -> TerminologyOperation:
    """An operation of the table."""
    return next(each for each in OPERATIONS if (each.name, each.type) == (name, kind))


def body(**parameters: object) -> Resource:
    """A Parameters resource; a list stands for a parameter that repeats, `_` for a hyphen."""
    listed: list[Resource] = []
    for name, value in parameters.items():
        values = value if isinstance(value, list) else [value]
        listed += [{"name": name.replace("_", "-"), **_typed(each)} for each in values]
    return {"resourceType": "Parameters", "parameter": listed}


def _typed(value: object) -> Resource:
    if isinstance(value, bool):
        return {"valueBoolean": value}
    if isinstance(value, int):
        return {"valueInteger": value}
    if isinstance(value, Mapping):
        kind = "resource" if "resourceType" in value else "valueCodeableConcept" if "coding" in value else "valueCoding"
        return {kind: dict(value)}
    return {"valueString": value}


def call(name: str, kind: str | None, /, **said: object) -> Resource:
    """Call an operation of the small terminology with parameters; `header` and `instance` are what stands beside them."""
    chosen = operation(name, kind)
    header, instance = (str(said.pop(each)) if each in said else None for each in ("header", "instance"))
    arguments = read_parameters(chosen.table, body(**said))
    return chosen.call(SURROUNDINGS, Invocation(arguments=arguments, header=header, instance=instance))


def value_of(parameters: Resource, name: str) -> Any:  # noqa: ANN401 - the value of a parameter
    """The value of the first parameter of this name, or None."""
    for parameter in parameters["parameter"]:
        if parameter["name"] == name:
            return next(value for key, value in parameter.items() if key != "name")
    return None


def texts(parameters: Resource) -> list[tuple[str, str]]:
    """Severity and text of the issues of an answer."""
    issues = (value_of(parameters, "issues") or {"issue": []})["issue"]
    return [(issue["severity"], issue["details"]["text"]) for issue in issues]


def said(error: OperationRefusedError) -> tuple[str, str]:
    """Code and tx-issue-type of what an operation was refused for."""
    return error.issues[0].code.value, error.issues[0].detail or ""
