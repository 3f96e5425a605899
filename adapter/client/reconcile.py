"""A resource that a server holds and ours of the same thing become one: nothing that only the server knows is lost."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from adapter.client.loose import dict_in, list_in, text_in
from adapter.client.ownership_table import Meeting, OwnershipRule, rule_of
from adapter.client.read_back import is_same, own_part
from adapter.fhir.table import ElementTable, Type
from adapter.json_types import JsonList, JsonMapping, JsonObject, JsonValue

_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_NULL_FLAVOR = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor"
_LABELS = ("profile", "security", "tag")
_KEPT_NARRATIVE = frozenset({"extensions", "additional"})
_NOT_COUNTED = frozenset({"resourceType", "id", "meta", "text"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """The resource of both, and by element path what ours `changed` of the server's, and what was `kept` of it beside ours."""

    resource: JsonObject
    changed: tuple[str, ...]
    kept: tuple[str, ...]


def reconciled(table: ElementTable, held: JsonMapping, ours: JsonMapping) -> Reconciled:
    """What the server is to hold: its own resource with what we know, by the rules of `ownership_table`.

    References of ours must say `Type/id` where the server has what they refer to.
    """
    kind = str(held["resourceType"])
    held = own_part(held)
    rules = {name: rule_of(table, kind, element) for name, element in table[kind].elements.items()}
    merged = _with_narrative(_elements(table[kind], held, ours, rules=rules), held, ours)
    return Reconciled(
        resource=merged,
        changed=tuple(f"{kind}.{name}" for name in _differing(held, merged)),
        kept=tuple(f"{kind}.{name}" for name in held if _is_kept(name, held, merged, ours=ours)),
    )


def _differing(held: JsonObject, merged: JsonObject) -> list[str]:
    """The elements that are not the same in both, in order."""
    return [name for name in dict.fromkeys((*held, *merged)) if not is_same(held.get(name), merged.get(name))]


def _is_kept(name: str, held: JsonObject, merged: JsonObject, *, ours: JsonMapping) -> bool:
    """Whether something of the server's is in the element that is not in ours."""
    if name in _NOT_COUNTED or name.startswith("_") or name not in merged:
        return False
    return not is_same(merged[name], ours.get(name)) and (name not in ours or isinstance(held[name], list | dict))


def _elements(kind: Type, held: JsonObject, ours: JsonMapping, *, rules: Mapping[str, OwnershipRule]) -> JsonObject:
    merged = dict(held)
    for name, value in ours.items():
        if name in rules:
            _drop_choice(merged, kind, name)
            merged.update(_element(name, held, value, rules[name]))
    return _with_companions(merged, held, ours)


def _element(name: str, held: JsonObject, value: JsonValue, rule: OwnershipRule) -> JsonObject:  # noqa: PLR0917 - a JSON value
    """The element as it is to be, or nothing if the server's stays."""
    if rule.meeting is Meeting.LABELS:
        return {name: _labels(dict_in(held, name), value)}
    if rule.meeting is Meeting.ITEMS:
        return {name: _items(list_in(held, name), value, rule)}
    if rule.meeting is Meeting.MEMBERS and name in held:
        return {name: _members(held[name], value)}
    replaces = rule.meeting in (Meeting.REPLACE, Meeting.MEMBERS) and not (name in held and says_nothing(value))
    return {name: value} if replaces else {}


def _drop_choice(merged: JsonObject, kind: Type, name: str) -> None:
    """Of a choice such as deceased[x] only one member may stand."""
    choice = kind.elements[name].choice
    if choice is None:
        return
    for other in [other for other in merged if other != name and other in kind.elements]:
        if kind.elements[other].choice == choice:
            del merged[other]
            merged.pop(f"_{other}", None)


def _with_companions(merged: JsonObject, held: JsonObject, ours: JsonMapping) -> JsonObject:
    """The extensions beside primitive values (`_birthDate`): those of a value that was replaced go with it."""
    gone = [name for name in merged if name.startswith("_") and not is_same(held.get(name[1:]), merged.get(name[1:]))]
    kept = {name: value for name, value in merged.items() if name not in gone}
    beside = {name: value for name, value in ours.items() if name.startswith("_")}
    return {**{name: value for name, value in beside.items() if is_same(merged.get(name[1:]), ours.get(name[1:]))}, **kept}


def _members(held: JsonObject, ours: JsonMapping) -> JsonObject:
    """An object of both, member by member."""
    if says_nothing(held):
        return dict(ours)
    known = {
        name: value for name, value in ours.items() if not name.startswith("_") and not (name in held and says_nothing(value))
    }
    merged = _with_companions({**held, **known}, held, ours)
    if "text" in held and "text" not in ours and any(not is_same(held.get(name), value) for name, value in known.items()):
        del merged["text"]  # it told of what was replaced
    return merged


def _items(held: JsonList, ours: JsonList, rule: OwnershipRule) -> JsonList:
    """The items of both; linear, since items are found by their keys."""
    merged = list(held)
    places: dict[str, int] = {}
    for place, item in enumerate(held):
        places.setdefault(_key(item, rule), place)
    for item in ours:
        place = places.setdefault(_key(item, rule), len(merged))
        if place == len(merged):
            merged.append(item)
        elif not says_nothing(item):
            merged[place] = _met(merged[place], item, rule)
    telling = [item for item in merged if not says_nothing(item)]
    return telling or merged[:1]


def _met(held: object, item: object, rule: OwnershipRule) -> object:
    if not (isinstance(held, dict) and isinstance(item, dict)):
        return held if is_same(held, item) else item
    if rule.by_member:
        return _members(held, item)
    return held if all(is_same(held.get(name), value) for name, value in item.items()) else item


def _key(item: object, rule: OwnershipRule) -> str:
    if not rule.key or not isinstance(item, dict):
        return repr(_plain(item))
    return repr([_plain(item.get(name)) for name in rule.key])


def _plain(value: object) -> object:
    """A value in a form that is the same for the same meaning: members in order, of a coded concept only its codes."""
    if isinstance(value, dict):
        codings = [coding for coding in list_in(value, "coding") if isinstance(coding, dict)]
        if codings:
            return sorted((str(coding.get("system")), str(coding.get("code"))) for coding in codings)
        return [(name, _plain(value[name])) for name in sorted(value)]
    return [_plain(item) for item in value] if isinstance(value, list) else str(value)


def says_nothing(value: object) -> bool:
    """Whether a value only says that nothing is known: data-absent-reason, the code `unknown`, a null flavor."""
    if not isinstance(value, dict):
        return value == "unknown"
    if text_in(value, "system") == _NULL_FLAVOR:
        return True
    is_absent = any(text_in(extension, "url") == _ABSENT for extension in list_in(value, "extension"))
    return is_absent and value.keys() == {"extension"}


def _labels(held: JsonObject, ours: object) -> JsonObject:
    both = {name: list(_distinct([*list_in(held, name), *list_in(ours, name)])) for name in _LABELS}
    return {**held, **{name: labels for name, labels in both.items() if labels}}


def _distinct(labels: JsonList) -> Iterator[Any]:
    seen = set()
    for label in labels:
        key = (label.get("system"), label.get("code")) if isinstance(label, dict) else label
        if key not in seen:
            seen.add(key)
            yield label


def _with_narrative(merged: JsonObject, held: JsonObject, ours: JsonMapping) -> JsonObject:
    """A generated narrative of what is no longer so gives way to ours; one that a person wrote stays."""
    is_told = [name for name in _differing(held, merged) if name != "meta"]
    if not is_told or text_in(dict_in(held, "text"), "status") in _KEPT_NARRATIVE:
        return merged
    rest = {name: value for name, value in merged.items() if name != "text"}
    return {**rest, "text": ours["text"]} if "text" in ours else rest
