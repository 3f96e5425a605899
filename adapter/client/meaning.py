"""What a resource of ours says, whatever the order in which it says it: what was sent in another order is not sent again."""

from collections.abc import Hashable, Mapping
from decimal import Decimal

from adapter.client.loose import dict_in, list_in
from adapter.client.read_back import instant_of, own_part
from adapter.fhir.ownership import SHARED_TYPES
from adapter.json_types import JsonMapping, JsonObject, JsonValue

_WHERE_ORDER_SAYS_NOTHING = SHARED_TYPES | {
    *("Claim", "Condition", "Consent", "DiagnosticReport", "Media", "Observation", "Procedure", "Provenance"),
    *("QuestionnaireResponse", "ServiceRequest"),
}
"""The types that we make; of others a list may be an order of steps."""

_IN_ORDER = frozenset({"given", "prefix", "suffix", "line", "modifier", "diagnosisSequence"})
"""Lists whose order means something: names, lines of an address, modifiers, the diagnoses of a line, the main one first."""

_LABELS = ("profile", "security", "tag")


def says_the_same(sent: JsonMapping, held: JsonMapping) -> bool:
    """Whether a server holds all that a resource of a type of ours says; labels that only the server has are left aside."""
    if sent.get("resourceType") not in _WHERE_ORDER_SAYS_NOTHING:
        return False
    mine, theirs = own_part(sent), own_part(held)
    has_labels = all(
        label in list_in(dict_in(theirs, "meta"), name) for name in _LABELS for label in list_in(dict_in(mine, "meta"), name)
    )
    return has_labels and _meaning(_without_team_numbers(mine)) == _meaning(_without_team_numbers(theirs))


def _without_team_numbers(resource: JsonObject) -> JsonObject:
    """A resource without its labels; the lines of a claim name members of the care team by what is said of them."""
    rest = {name: value for name, value in resource.items() if name != "meta"}
    team = [member for member in list_in(rest, "careTeam") if isinstance(member, dict)]
    if not team:
        return rest
    named = {str(member.get("sequence")): {**member, "sequence": None} for member in team}
    items = [
        {**item, "careTeamSequence": [named.get(str(number)) for number in list_in(item, "careTeamSequence")]}
        for item in list_in(rest, "item")
        if isinstance(item, dict)
    ]
    return {**rest, "careTeam": list(named.values()), "item": items}


def _meaning(value: JsonValue, name: str = "") -> Hashable:
    """A value in a form that is equal where the meaning is."""
    if isinstance(value, Mapping):
        return tuple(sorted((member, _meaning(part, member)) for member, part in value.items()))
    if isinstance(value, list):
        parts = [_meaning(part) for part in value]
        return name, tuple(parts if name in _IN_ORDER else sorted(parts, key=repr))
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return "number", str(Decimal(str(value)).normalize())
    return (isinstance(value, str) and instant_of(value)) or repr(value)
