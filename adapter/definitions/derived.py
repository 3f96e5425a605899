"""The definitions that follow from the coding rules and from payers' policies, in the shape of a definition's file."""

import re
from collections.abc import Callable, Iterable, Mapping

from adapter.json_types import JsonObject
from adapter.rules.policy import PayerPolicy
from adapter.rules.rule import Rule

_NOT_OF_IDS = re.compile(r"[^A-Za-z0-9.-]+")
_NOT_OF_NAMES = re.compile(r"[^A-Za-z0-9]+")


def claim_edits(rules: Iterable[Rule]) -> JsonObject:
    """The CodeSystem `claim-edit`: one concept per rule (modelling.md §7.1)."""
    concepts = [_claim_edit(rule) for rule in rules]
    return {
        "resourceType": "CodeSystem",
        "id": "claim-edit",
        "url": "CodeSystem/claim-edit",
        "name": "ClaimEdit",
        "title": "Coding rules for 0731T",
        "description": "The rules that a claim for 0731T is checked by, made from the rule table of the adapter. They are "
        "engineering defaults and no billing advice; payers may see them otherwise.",
        "caseSensitive": True,
        "compositional": False,
        "versionNeeded": False,
        "content": "complete",
        "count": len(concepts),
        "property": [
            _property(
                "severityDefault", "How bad a breach is where no payer wants it otherwise: an OperationOutcome's severity."
            ),
            _property("issueType", "The issue type of a breach: an OperationOutcome's code."),
            _property("source", "Who says so."),
        ],
        "concept": concepts,
    }


def _claim_edit(rule: Rule) -> JsonObject:
    return {
        "code": rule.id,
        "display": rule.title,
        "definition": rule.text,
        "property": [
            {"code": "severityDefault", "valueString": rule.severity.value},
            {"code": "issueType", "valueString": rule.code.value},
            {"code": "source", "valueString": rule.source},
        ],
    }


def _property(code: str, says: str) -> dict[str, str]:
    return {"code": code, "uri": f"CodeSystem/claim-edit#{code}", "description": says, "type": "string"}


def payer_value_sets(payers: Iterable[PayerPolicy], system_of: Callable[[str], str]) -> dict[str, JsonObject]:
    """For each payer the ValueSet `claim-modifier-allowed-<key>` (modelling.md §7.2), by the name of its source.

    `system_of` gives the code system's URL of a modifier. Codes only, without a display.
    """
    return {f"the policy {payer.key}": _payer_value_set(payer, system_of) for payer in payers}


def _payer_value_set(payer: PayerPolicy, system_of: Callable[[str], str]) -> JsonObject:
    by_system: dict[str, list[Mapping[str, str]]] = {}
    for modifier in payer.modifiers:
        by_system.setdefault(system_of(modifier), []).append({"code": modifier})
    identity = f"claim-modifier-allowed-{_NOT_OF_IDS.sub('-', payer.key)}"
    parts = [word.capitalize() for word in _NOT_OF_NAMES.split(identity)]
    return {
        "resourceType": "ValueSet",
        "id": identity,
        "url": f"ValueSet/{identity}",
        "name": "".join(parts),
        "title": f"Claim modifiers that a line of 0731T may have: {payer.name}",
        "description": f"Made from the payer policy `{payer.key}` (folder payers of the mappings). It is: {payer.standing}.",
        "immutable": False,
        "compose": _compose(by_system),
    }


def _compose(by_system: Mapping[str, list[Mapping[str, str]]]) -> JsonObject:
    if not by_system:
        # A compose must include something: a payer that takes no modifier has all of them excluded.
        everything = [{"valueSet": ["ValueSet/claim-modifier-0731t"]}]
        return {"include": everything, "exclude": everything}
    return {"include": [{"system": system, "concept": codes} for system, codes in by_system.items()]}
