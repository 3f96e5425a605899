"""Who owns what within a resource that is shared: the rule by which each element of ours meets what a server holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from adapter.fhir.table import Element, ElementTable


class Meeting(StrEnum):
    """How an element of ours and the server's own come together."""

    THEIRS = "the server's stays"
    LABELS = "labels and profiles of both"
    NARRATIVE = "the server's, unless it was generated and something it tells of has changed"
    REPLACE = "ours replaces it, if we know it"
    MEMBERS = "member by member, ours replaces what we know"
    ITEMS = "items of both; an item of ours takes the place of one with the same key"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnershipRule:
    """The rule for one element: for ITEMS, `key` names the members by which two items are the same, () for the whole item.

    With `by_member`, what is not known of an item that is the same stays; otherwise ours takes its place as a whole.
    """

    meeting: Meeting
    key: tuple[str, ...] = ()
    by_member: bool = False


_OF_THE_SERVER = OwnershipRule(meeting=Meeting.THEIRS)
_NAMED: Mapping[str, OwnershipRule] = MappingProxyType(
    {
        "id": _OF_THE_SERVER,
        "contained": _OF_THE_SERVER,
        "implicitRules": _OF_THE_SERVER,
        "language": _OF_THE_SERVER,
        "meta": OwnershipRule(meeting=Meeting.LABELS),
        "text": OwnershipRule(meeting=Meeting.NARRATIVE),
    }
)
_ITEMS_BY_PATH: Mapping[str, OwnershipRule] = MappingProxyType(
    {
        "Coverage.class": OwnershipRule(meeting=Meeting.ITEMS, key=("type",), by_member=True),
        "Device.udiCarrier": OwnershipRule(meeting=Meeting.ITEMS, key=("deviceIdentifier",), by_member=True),
        "Device.version": OwnershipRule(meeting=Meeting.ITEMS, key=("type", "component")),
        "Encounter.participant": OwnershipRule(meeting=Meeting.ITEMS, key=("type", "individual"), by_member=True),
        "Encounter.location": OwnershipRule(meeting=Meeting.ITEMS, key=("location",), by_member=True),
        "Encounter.diagnosis": OwnershipRule(meeting=Meeting.ITEMS, key=("condition", "use"), by_member=True),
        "Organization.contact": OwnershipRule(meeting=Meeting.ITEMS, key=("purpose",), by_member=True),
        "Patient.communication": OwnershipRule(meeting=Meeting.ITEMS, key=("language",), by_member=True),
        "Patient.contact": OwnershipRule(meeting=Meeting.ITEMS, key=("relationship", "name"), by_member=True),
    }
)
_ITEMS_BY_TYPE: Mapping[str, OwnershipRule] = MappingProxyType(
    {
        "Identifier": OwnershipRule(meeting=Meeting.ITEMS, key=("system", "value"), by_member=True),
        "ContactPoint": OwnershipRule(meeting=Meeting.ITEMS, key=("system", "use", "value"), by_member=True),
        "HumanName": OwnershipRule(meeting=Meeting.ITEMS, key=("use",), by_member=True),
        # The lines of one address and the city of another are an address that nobody has.
        "Address": OwnershipRule(meeting=Meeting.ITEMS, key=("use",)),
        "Extension": OwnershipRule(meeting=Meeting.ITEMS, key=("url",)),
    }
)


def rule_of(table: ElementTable, type_name: str, element: Element) -> OwnershipRule:
    """The rule for an element of a resource type; every element has one."""
    if element.name in _NAMED:
        return _NAMED[element.name]
    if element.maximum == 1:
        by_member = element.type == "Period" or (element.type in table and table[element.type].kind == "backbone")
        return OwnershipRule(meeting=Meeting.MEMBERS if by_member else Meeting.REPLACE)
    by_path = _ITEMS_BY_PATH.get(f"{type_name}.{element.name}")
    return by_path or _ITEMS_BY_TYPE.get(element.type, OwnershipRule(meeting=Meeting.ITEMS))
