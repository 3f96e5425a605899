"""The table of all coding rules: the only place that knows their ids, severities, wording and effects."""

from collections.abc import Mapping
from types import MappingProxyType

from adapter.rules.rows.component import COMPONENT
from adapter.rules.rows.modifier import MODIFIER
from adapter.rules.rows.party import PARTY
from adapter.rules.rows.report import REPORT
from adapter.rules.rows.service import SERVICE
from adapter.rules.rows.telehealth import TELEHEALTH
from adapter.rules.rule import Rule

RULES: tuple[Rule, ...] = (*REPORT, *SERVICE, *MODIFIER, *COMPONENT, *TELEHEALTH, *PARTY)
"""Every rule, whether a function looks for it yet or not (that is `registry.CHECKS`); issues come in this order."""

RULE: Mapping[str, Rule] = MappingProxyType({rule.id: rule for rule in RULES})
"""Every rule by its id."""
