"""What breaks each rule, and what nearly does."""

from tests.rules.cases import (
    ai,
    assistants,
    codes,
    completeness,
    components,
    contradiction,
    dates,
    diagnoses,
    evidence,
    extent,
    insurance,
    modifiers,
    party,
    place,
    plausible,
    privacy,
    related,
    report,
    telehealth,
    timeline,
    units,
)
from tests.rules.ground import Example

_MODULES = (
    ai,
    assistants,
    codes,
    completeness,
    components,
    contradiction,
    dates,
    diagnoses,
    evidence,
    extent,
    insurance,
    modifiers,
    party,
    place,
    plausible,
    privacy,
    related,
    report,
    telehealth,
    timeline,
    units,
)

EXAMPLES: tuple[Example, ...] = tuple(example for module in _MODULES for example in module.EXAMPLES)
"""Every example and near miss."""
