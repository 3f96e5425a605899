"""The rules that have a function: every check in the modules of this room, in the order of the table."""

from adapter.rules import (
    ai,
    assistants,
    components,
    coverage,
    dates,
    diagnoses,
    extent,
    modifiers,
    place,
    privacy,
    providers,
    related_codes,
    report,
    takeover,
    taxonomy,
    telehealth,
    units,
)
from adapter.rules.finding import Check
from adapter.rules.table import RULES

_MODULES = (
    ai,
    assistants,
    components,
    coverage,
    dates,
    diagnoses,
    extent,
    modifiers,
    place,
    privacy,
    providers,
    related_codes,
    report,
    takeover,
    taxonomy,
    telehealth,
    units,
)
_BY_ID = {thing.rule.id: thing for module in _MODULES for thing in vars(module).values() if isinstance(thing, Check)}

CHECKS: tuple[Check, ...] = tuple(_BY_ID[rule.id] for rule in RULES if rule.id in _BY_ID)
"""Every rule that is looked for."""

JUDGED_ONLY: frozenset[str] = frozenset({"images[*].data", "ai.candidates[*].status"})
"""Case fields that are there to be judged (PRI-02, AI-04) and are carried by no resource."""

IMPLEMENTED: frozenset[str] = frozenset(_BY_ID)
"""The ids of the rules that are looked for."""
