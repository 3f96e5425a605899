"""All coding rules, collected from the modules that declare them: functions and rows of tables alike."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType, ModuleType

from adapter.rules import (
    addresses,
    ai,
    assistants,
    codes,
    completeness,
    components,
    contradiction,
    dates,
    diagnoses,
    extent,
    features,
    further_insurance,
    insurance,
    keys,
    modifier_use,
    modifiers,
    molecular,
    normalisation,
    orders,
    past_codes,
    place,
    plausible,
    privacy,
    providers,
    related_codes,
    report,
    resubmission,
    taxonomy,
    telehealth,
    timeline,
    units,
    witness,
)
from adapter.rules.rule import Rule

_MODULES = (
    report,
    contradiction,
    ai,
    features,
    molecular,
    privacy,
    timeline,
    dates,
    units,
    diagnoses,
    codes,
    place,
    related_codes,
    modifiers,
    extent,
    components,
    assistants,
    modifier_use,
    telehealth,
    providers,
    taxonomy,
    completeness,
    addresses,
    insurance,
    further_insurance,
    resubmission,
    orders,
    keys,
    plausible,
    witness,
    past_codes,
    normalisation,
)


def rules_of(modules: Iterable[ModuleType]) -> tuple[Rule, ...]:
    """The rules that modules declare, in the order of the declarations: a `Rule`, or a tuple of them made from a table."""
    return tuple(rule for module in modules for value in vars(module).values() for rule in _rules_in(value))


def _rules_in(value: object) -> Iterator[Rule]:
    for item in value if isinstance(value, tuple) else (value,):
        if isinstance(item, Rule):
            yield item


RULES: tuple[Rule, ...] = rules_of(_MODULES)
"""Every rule; issues come in this order."""

RULE: Mapping[str, Rule] = MappingProxyType({rule.id: rule for rule in RULES})
"""Every rule by its id."""

JUDGED_ONLY: frozenset[str] = frozenset({"billing.draft", "images[*].data", "analyses[*].candidates[*].status"})
"""Case fields that are there to be judged (PRI-02, AI-04) and are carried by no resource."""
