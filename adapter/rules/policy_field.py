"""The fields of a policy file: what each may hold."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, get_args

from adapter.issues import Severity
from adapter.json_types import JsonObject
from adapter.rules.policy import (
    Assistants,
    Certainty,
    Components,
    CoverageDefault,
    ModifierUse,
    Notice,
    PlaceUse,
    Published,
)
from adapter.rules.registry import RULE
from adapter.strict_yaml.nodes import MappingNode, Node, SequenceNode, TextNode
from adapter.strict_yaml.problem import Mark, Problem, problem

_RANK = (Severity.INFORMATION, Severity.WARNING, Severity.ERROR)
_MODIFIER = re.compile(r"[A-Z0-9]{2}")
_PLACE = re.compile(r"[0-9]{2}")
_MOST_UNITS = 999

Fields = JsonObject


def known(wrong: str, names: Iterable[str]) -> str:
    """What to write instead of a name that does not exist."""
    names = tuple(dict.fromkeys(names))
    near = get_close_matches(wrong, names, n=1)
    return f"did you mean `{near[0]}`?" if near else "known are: " + ", ".join(names)


class PolicyReader:
    """Reads values of a policy, and keeps what is wrong with them."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def say(self, code: str, mark: Mark, message: str, hint: str) -> None:  # noqa: PLR0917 - in the order of the line that is shown
        """Keep a problem."""
        self.problems.append(problem(code, mark, message, hint))

    def text(self, node: Node) -> TextNode | None:
        """A text that is not empty."""
        if isinstance(node, TextNode) and node.text.strip():
            return node
        self.say("value", node.mark, "a text is needed here", "write it behind the key, in the same line")
        return None

    def texts(self, node: Node, pattern: re.Pattern[str] | None = None, what: str = "texts") -> tuple[str, ...]:
        """A list of texts, each of which fits the pattern."""
        if not isinstance(node, SequenceNode):
            self.say("value", node.mark, f"a list of {what} is needed here", "write `[one, other]`")
            return ()
        found = [each for each in map(self.text, node.items) if each]
        for each in found:
            if pattern is not None and pattern.fullmatch(each.text) is None:
                self.say("value", each.mark, f"`{each.text}` is not one of the {what}", "write it as the payer prints it")
        return tuple(each.text for each in found)

    def one_of(self, node: Node, names: Iterable[str]) -> str | None:
        """One of some words."""
        found = self.text(node)
        if found is not None and found.text not in names:
            self.say("value", found.mark, f"`{found.text}` is not allowed here", known(found.text, names))
            return None
        return found.text if found else None

    def entries(self, node: Node, names: Iterable[str], code: str) -> dict[str, tuple[TextNode, Node]]:
        """A mapping whose keys are all among the names."""
        if not isinstance(node, MappingNode):
            self.say("value", node.mark, "keys with values are needed here", "write `key: value` in lines below, indented")
            return {}
        for key, _ in node.entries:
            if key.text not in names:
                self.say(code, key.mark, f"there is no `{key.text}` here", known(key.text, names))
        return {key.text: (key, value) for key, value in node.entries if key.text in names}


def _text(name: str) -> "Read":
    def read(reader: PolicyReader, node: Node) -> Fields:
        found = reader.text(node)
        return {name: found.text} if found else {}

    return read


def _word(name: str, allowed: Any) -> "Read":  # noqa: ANN401 - a Literal
    def read(reader: PolicyReader, node: Node) -> Fields:
        found = reader.one_of(node, get_args(allowed))
        return {name: found} if found else {}

    return read


def _list(name: str, pattern: re.Pattern[str] | None = None, what: str = "texts") -> "Read":
    return lambda reader, node: {name: reader.texts(node, pattern, what)}


def _severities(reader: PolicyReader, node: Node) -> Fields:
    found: dict[str, Severity] = {}
    for rule_id, (_, value) in reader.entries(node, RULE, "unknown-rule").items():
        word = reader.one_of(value, [each.value for each in _RANK])
        if word is None:
            continue
        default = RULE[rule_id].severity
        if default is Severity.ERROR and word != default.value:
            hint = "leave it an error; a payer's policy can soften warnings only"
            reader.say("silenced", value.mark, f"{rule_id} is a fact that no payer changes: it stays an error", hint)
            continue
        found[rule_id] = Severity(word)
    return {"severities": found}


def _telehealth(reader: PolicyReader, node: Node) -> Fields:
    found: Fields = {}
    for name, (_, value) in reader.entries(node, _TELEHEALTH, "unknown-key").items():
        found |= _TELEHEALTH[name](reader, value)
    return {"telehealth": found}


def _number(name: str, most: int, what: str) -> "Read":
    def read(reader: PolicyReader, node: Node) -> Fields:
        found = reader.text(node)
        if found is None:
            return {}
        if not (found.text.isascii() and found.text.isdigit() and 1 <= int(found.text[:4]) <= most):
            reader.say("value", found.mark, f"this is not {what}", f"write a whole number from 1 to {most}")
            return {}
        return {name: int(found.text)}

    return read


def _yes_or_no(name: str) -> "Read":
    def read(reader: PolicyReader, node: Node) -> Fields:
        word = reader.one_of(node, ("true", "false"))
        return {name: word == "true"} if word else {}

    return read


def _day(name: str) -> "Read":
    def read(reader: PolicyReader, node: Node) -> Fields:
        day = reader.text(node)
        if day is None:
            return {}
        if not _is_day(day.text):
            reader.say("value", day.mark, "this is not a day", "write YYYY-MM-DD")
            return {}
        return {name: day.text}

    return read


def _published(reader: PolicyReader, node: Node) -> Fields:
    if not isinstance(node, SequenceNode):
        reader.say("value", node.mark, "a list of facts is needed here", "write `- says: …` in lines below, indented")
        return {}
    facts: list[Published] = []
    for item in node.items:
        found: Fields = {}
        for name, (_, value) in reader.entries(item, _FACT, "unknown-key").items():
            found |= _FACT[name](reader, value)
        missing = [name for name in ("says", "source", "certainty") if name not in found]
        if missing:
            reader.say("value", item.mark, f"the fact has no valid `{missing[0]}`", "say `says`, `source` and `certainty`")
        else:
            facts.append(Published(**found))
    return {"published": tuple(facts)}


def _effective(reader: PolicyReader, node: Node) -> Fields:
    found: Fields = {}
    for name, (_, value) in reader.entries(node, ("start", "end"), "unknown-key").items():
        found |= _day(name)(reader, value)
    return found


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


Read = Callable[[PolicyReader, Node], Fields]

_FACT: Mapping[str, Read] = MappingProxyType(
    {
        "says": _text("says"),
        "source": _text("source"),
        "certainty": _word("certainty", Certainty),
        "date": _text("date"),
    }
)

_TELEHEALTH: Mapping[str, Read] = MappingProxyType(
    {
        "modifier": _word("modifier", ModifierUse),
        "accepts": _list("accepts", _MODIFIER, "modifiers (two capital letters or digits)"),
        "pos": _list("pos", _PLACE, "places of service (two digits)"),
        "place": _word("place", PlaceUse),
    }
)

FIELDS: Mapping[str, Read] = MappingProxyType(
    {
        "name": _text("name"),
        "names": _list("names"),
        "payer_ids": _list("payer_ids"),
        "effective": _effective,
        "severities": _severities,
        "telehealth": _telehealth,
        "unit_limit": _number("unit_limit", _MOST_UNITS, "a number of units"),
        "mai": _number("mai", 3, "an adjudication indicator"),
        "filing_limit": _number("filing_limit", 120, "a number of months"),
        "dependants": _yes_or_no("dependants"),
        "notice": _word("notice", Notice),
        "coverage": _word("coverage", CoverageDefault),
        "components": _word("components", Components),
        "assistants": _word("assistants", Assistants),
        "modifiers": _list("modifiers", _MODIFIER, "modifiers (two capital letters or digits)"),
        "coverage_note": _text("coverage_note"),
        "source": _text("source"),
        "source_date": _text("source_date"),
        "verified": _yes_or_no("verified"),
        "published": _published,
    }
)
"""What each key of a policy is read by."""
