"""The fields of a policy file: what each may hold."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, get_args

from adapter.issues import Severity
from adapter.rules.policy import Assistants, Components, Wanted
from adapter.rules.registry import RULE
from adapter.strict_yaml.document import MappingNode, Node, SequenceNode, TextNode
from adapter.strict_yaml.problem import Mark, Problem, problem

_RANK = (Severity.INFORMATION, Severity.WARNING, Severity.ERROR)
_MODIFIER = re.compile(r"[A-Z0-9]{2}")
_PLACE = re.compile(r"[0-9]{2}")
_MOST_UNITS = 999

Fields = dict[str, Any]


def known(wrong: str, names: Iterable[str]) -> str:
    """What to write instead of a name that does not exist."""
    names = tuple(dict.fromkeys(names))
    near = get_close_matches(wrong, names, n=1)
    return f"did you mean `{near[0]}`?" if near else "known are: " + ", ".join(names)


class Reader:
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
                self.say("value", each.mark, f"`{each.text}` is none of the {what}", "write it as the payer prints it")
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
    def read(reader: Reader, node: Node) -> Fields:
        found = reader.text(node)
        return {name: found.text} if found else {}

    return read


def _word(name: str, allowed: Any) -> "Read":  # noqa: ANN401 - a Literal
    def read(reader: Reader, node: Node) -> Fields:
        found = reader.one_of(node, get_args(allowed))
        return {name: found} if found else {}

    return read


def _list(name: str, pattern: re.Pattern[str] | None = None, what: str = "texts") -> "Read":
    return lambda reader, node: {name: reader.texts(node, pattern, what)}


def _severities(reader: Reader, node: Node) -> Fields:
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


def _telehealth(reader: Reader, node: Node) -> Fields:
    found: Fields = {}
    for name, (_, value) in reader.entries(node, _TELEHEALTH, "unknown-key").items():
        found |= _TELEHEALTH[name](reader, value)
    return {"telehealth": found}


def _unit_limit(reader: Reader, node: Node) -> Fields:
    found = reader.text(node)
    if found is None:
        return {}
    if not (found.text.isascii() and found.text.isdigit() and 1 <= int(found.text[:4]) <= _MOST_UNITS):
        reader.say("value", found.mark, "the limit is no number of units", f"write a whole number from 1 to {_MOST_UNITS}")
        return {}
    return {"unit_limit": int(found.text)}


def _verified(reader: Reader, node: Node) -> Fields:
    word = reader.one_of(node, ("true", "false"))
    return {"verified": word == "true"} if word else {}


def _effective(reader: Reader, node: Node) -> Fields:
    found: Fields = {}
    for name, (_, value) in reader.entries(node, ("start", "end"), "unknown-key").items():
        day = reader.text(value)
        if day is None:
            continue
        if _is_day(day.text):
            found[name] = day.text
        else:
            reader.say("value", day.mark, "this is no day", "write YYYY-MM-DD")
    return found


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


Read = Callable[[Reader, Node], Fields]

_TELEHEALTH: Mapping[str, Read] = MappingProxyType(
    {"modifier": _word("modifier", Wanted), "pos": _list("pos", _PLACE, "places of service (two digits)")}
)

FIELDS: Mapping[str, Read] = MappingProxyType(
    {
        "name": _text("name"),
        "names": _list("names"),
        "payer_ids": _list("payer_ids"),
        "effective": _effective,
        "severities": _severities,
        "telehealth": _telehealth,
        "unit_limit": _unit_limit,
        "components": _word("components", Components),
        "assistants": _word("assistants", Assistants),
        "modifiers": _list("modifiers", _MODIFIER, "modifiers (two capital letters or digits)"),
        "coverage_note": _text("coverage_note"),
        "source": _text("source"),
        "verified": _verified,
    }
)
"""What each key of a policy is read by."""
