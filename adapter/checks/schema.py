"""JSON Schema (draft 2020-12) of everything that an element table knows, made from that table (http://hl7.org/fhir/R4/json.html).

One schema serves all resource types: what a resource must look like follows from its `resourceType`, wherever it stands
(by itself, `contained`, `Bundle.entry.resource`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from jsonschema_rs import Draft202012Validator, RegexOptions

from adapter.fhir.table import Codes, Element, ElementTable, Type
from adapter.json_types import JsonObject, JsonValue

Schema = JsonObject

LARGEST_INTEGER = 2**31 - 1
NUMBERS: Mapping[str, Schema] = {
    "boolean": {"type": "boolean"},
    "decimal": {"type": "number"},
    "integer": {"type": "integer", "minimum": -LARGEST_INTEGER - 1, "maximum": LARGEST_INTEGER},
    "unsignedInt": {"type": "integer", "minimum": 0, "maximum": LARGEST_INTEGER},
    "positiveInt": {"type": "integer", "minimum": 1, "maximum": LARGEST_INTEGER},
}
# Since draft 6 of JSON Schema 1.0 is an integer; FHIR's integers have no decimal point, as those of draft 4
# (http://hl7.org/fhir/R4/datatypes.html#integer).
_DRAFT_4 = "http://json-schema.org/draft-04/schema#"
# The patterns let 30 February pass; the formats know the calendar. Nothing shorter than a day has one.
DAYS: Mapping[str, Schema] = {
    "date": {"anyOf": [{"maxLength": 7}, {"format": "date"}]},
    "dateTime": {"anyOf": [{"maxLength": 7}, {"format": "date"}, {"format": "date-time"}]},
    "instant": {"format": "date-time"},
}
_ANY = r"[^\x00-\x08\x0b\x0c\x0e-\x1f]"
_WHITE_SPACE = {
    r"[ \r\n\t\S]": _ANY,
    r"[\s\S]": _ANY,
    r"(\S|\s)": _ANY,
    r"[^\s]": r"[^\x00-\x20]",
    r"\S": r"[^\x00-\x20]",
    r"\s": r"[\t\n\r ]",
}


FiltersOf: TypeAlias = Callable[[str], Sequence[Schema | bool]]
"""Further schemas that hold for a type, or for an element of a type (`Organization.telecom`)."""


def schema_of(table: ElementTable, resource_types: Sequence[str], filters: FiltersOf = lambda _: ()) -> Schema:
    """The schema of resources of some types; a resource of another type does not fulfil it, wherever it stands."""
    definitions: dict[str, Schema] = {}
    for name in resource_types:
        _define(name, table, definitions, filters=filters)
    definitions["Resource"] = {"type": "object", "required": ["resourceType"], **_dispatch(resource_types)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$ref": "#/$defs/Resource",
        "$defs": definitions,
    }


def validator_of(schema: Schema) -> Draft202012Validator:
    """The compiled schema; its patterns run in linear time, whatever the text."""
    return Draft202012Validator(schema, pattern_options=RegexOptions(), validate_formats=True)


def _dispatch(names: Sequence[str]) -> Schema:
    """Which definition holds, by resourceType; halved again and again, for one question per type is three times as slow."""
    if len(names) == 1:
        return _reference(names[0])
    half = len(names) // 2
    is_lower = {"properties": {"resourceType": {"enum": list(names[:half])}}}
    return {"if": is_lower, "then": _dispatch(names[:half]), "else": _dispatch(names[half:])}


def _define(name: str, table: ElementTable, definitions: dict[str, Schema], *, filters: FiltersOf) -> None:
    """Add a type and all that it is made of."""
    if name in definitions:
        return
    fhir_type = table[name]
    definitions[name] = {}
    for kind in ("Element", *(element.type for element in fhir_type.elements.values())):
        _define(kind, table, definitions, filters=filters)
    definitions[name] = _primitive(fhir_type) if fhir_type.kind == "primitive" else _object(fhir_type, table, filters)


def _reference(name: str) -> Schema:
    return {"$ref": _whole_number(name) if is_whole_number(name) else f"#/$defs/{name}"}


def is_whole_number(name: str) -> bool:
    """Whether the values of this type are whole numbers."""
    return name in NUMBERS and NUMBERS[name]["type"] == "integer"


def _whole_number(name: str) -> str:
    """The address of a schema of another draft than the one around it, which only holds if it is called by that address."""
    return f"urn:0731t-adapter:{name}"


def _primitive(fhir_type: Type) -> Schema:
    if is_whole_number(fhir_type.name):
        return {"$schema": _DRAFT_4, "id": _whole_number(fhir_type.name), **NUMBERS[fhir_type.name]}
    if fhir_type.name in NUMBERS:
        return NUMBERS[fhir_type.name]
    pattern = {"pattern": f"^(?:{to_ascii(fhir_type.pattern)})$"} if fhir_type.pattern else {}
    return {"type": "string", "minLength": 1, **pattern, **DAYS.get(fhir_type.name, {})}


def to_ascii(pattern: str) -> str:
    """The pattern with white space as the specification's authors mean it: in ASCII, so that a text may hold a no-break space.

    A text holds no control characters but tab and line ends (http://hl7.org/fhir/R4/datatypes.html#string).
    """
    for escape, meant in _WHITE_SPACE.items():
        pattern = pattern.replace(escape, meant)
    return pattern


def _object(fhir_type: Type, table: ElementTable, filters: FiltersOf) -> Schema:
    properties: Schema = {"resourceType": {"const": fhir_type.name}} if fhir_type.kind == "resource" else {}
    conditions: list[Schema] = [{"required": ["resourceType"]}] if fhir_type.kind == "resource" else []
    for element in fhir_type.elements.values():
        sibling = sibling_of(fhir_type, element, table)
        further = filters(f"{fhir_type.name}.{element.choice or element.name}")
        properties[element.name] = _many(_value(element, further), element, sibling)
        if sibling:
            properties[sibling] = _many(_reference("Element"), element, sibling)
        if element.minimum and not element.choice:
            conditions.append(_is_there(element, sibling))
        if sibling and is_list(element):
            conditions.append(_has_no_lone_null(element.name, sibling))
    conditions += [_choice(members, fhir_type, table) for members in choices_of(fhir_type).values()]
    conditions += [{"allOf": [schema]} if isinstance(schema, bool) else schema for schema in filters(fhir_type.name)]
    closed: Schema = {"type": "object", "minProperties": 1, "properties": properties, "additionalProperties": False}
    return {**closed, "allOf": conditions} if conditions else closed


def _is_there(element: Element, sibling: str | None) -> Schema:
    either = [{"required": [name]} for name in (element.name, sibling) if name]
    return either[0] if len(either) == 1 else {"anyOf": either}


def _has_no_lone_null(name: str, sibling: str) -> Schema:
    whole: Schema = {"items": {"not": {"type": "null"}}}
    return {"anyOf": [{"required": [name, sibling]}, {"properties": {name: whole, sibling: whole}}]}


def _choice(members: Sequence[Element], fhir_type: Type, table: ElementTable) -> Schema:
    """One of the members, or none where none is needed; whoever has one element more than it must is soon done."""
    present = [_is_there(member, sibling_of(fhir_type, member, table)) for member in members]
    if members[0].minimum:
        return {"oneOf": present}
    must = sum(1 for element in fhir_type.elements.values() if element.minimum and not element.choice)
    return {"anyOf": [{"maxProperties": must + 1}, {"oneOf": present}, {"not": {"anyOf": present}}]}


def sibling_of(owner: Type, element: Element, table: ElementTable) -> str | None:
    """The name of what holds a primitive's id and extensions (`_birthDate`); what is an attribute in XML has none."""
    is_attribute = (owner.kind != "resource" and element.name == "id") or (owner.name, element.name) == ("Extension", "url")
    has_none = is_attribute or element.type == "xhtml" or not table.is_primitive(element.type)
    return None if has_none else "_" + element.name


def choices_of(fhir_type: Type) -> dict[str, list[Element]]:
    """The choices of a type (`value[x]`), each with its members."""
    choices: dict[str, list[Element]] = {}
    for element in fhir_type.elements.values():
        if element.choice:
            choices.setdefault(element.choice, []).append(element)
    return choices


def is_list(element: Element) -> bool:
    """Whether an element is a list in JSON."""
    return element.maximum is None or element.maximum > 1


def _many(schema: Schema, element: Element, sibling: str | None) -> Schema:
    """The list of such values, where the element is a list; null says that there is something in the other of two siblings."""
    if not is_list(element):
        return schema
    largest = {} if element.maximum is None else {"maxItems": element.maximum}
    items = {"anyOf": [schema, {"type": "null"}]} if sibling else schema
    return {"type": "array", "minItems": max(1, element.minimum), **largest, "items": items}


def _value(element: Element, further: Sequence[Schema | bool]) -> Schema:
    """One value of an element: its type, its codes, its fixed value, and what else holds for it."""
    value = _typed_value(element)
    return {"allOf": [value, *further]} if further else value


def _typed_value(element: Element) -> Schema:
    if element.codes is not None and element.type not in {"Coding", "CodeableConcept", "CodeableReference"}:
        return {"enum": sorted(str(code) for code in element.codes)}
    parts = [_reference(element.type)]
    if element.codes is not None:
        parts.append(_coded(element.type, element.codes))
    if element.fixed is not None:
        parts.append(_pattern(element.fixed))
    return parts[0] if len(parts) == 1 else {"allOf": parts}


def _coded(kind: str, codes: Codes) -> Schema:
    """A Coding that is one of these, or a concept with such a Coding; a concept of extensions alone says why it has none."""
    systems: dict[str, list[str]] = {}
    for system, code in sorted((str(pair[0]), str(pair[1])) for pair in codes):
        systems.setdefault(system, []).append(code)
    required = {"required": ["system", "code"]}
    pairs = [{"properties": {"system": {"const": system}, "code": {"enum": of}}, **required} for system, of in systems.items()]
    coding = {"anyOf": pairs}
    if kind == "Coding":
        return coding
    concept = {"properties": {"coding": {"contains": coding}}, "required": ["coding"]}
    if kind == "CodeableReference":
        return {"properties": {"concept": concept}}
    return {"anyOf": [concept, {"propertyNames": {"enum": ["id", "extension"]}}]}


def _pattern(fixed: JsonValue) -> Schema:
    """A value that holds at least what is fixed (http://hl7.org/fhir/R4/elementdefinition-definitions.html)."""
    if isinstance(fixed, dict):
        return {"properties": {name: _pattern(value) for name, value in fixed.items()}, "required": list(fixed)}
    if isinstance(fixed, list):
        return {"allOf": [{"contains": _pattern(value)} for value in fixed]}
    return {"const": fixed}
