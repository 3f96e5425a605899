"""Reads a mapping of a YAML file into a pydantic model: each mistake with its place, and what to write instead."""

import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import LiteralString, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from adapter.annotation import models_in
from adapter.strict_yaml.nodes import MappingNode, Node, SequenceNode
from adapter.strict_yaml.plain import plain
from adapter.strict_yaml.problem import Mark, Problem, problem

_WORDS = {
    "string_type": (
        "a text is needed here",
        "write it after the key, on the same line; in quotes if it is `true`, `false` or `null`",
    ),
    "string_pattern_mismatch": ("a text is needed here", "write it after the key, on the same line"),
    "tuple_type": ("a list is needed here", "write `[one, other]`"),
    "model_type": ("keys with values are needed here", "write `key: value` on lines below, indented"),
    "dict_type": ("keys with values are needed here", "write `key: value` on lines below, indented"),
    "bool_type": ("this is neither true nor false", "write `true` or `false`, without quotes"),
    "int_type": ("a whole number is needed here", "write digits, without quotes"),
}
_OTHER = ("this value is not allowed here", "the docs of this kind of file say what is allowed here")
_FORM: LiteralString = "form"
_KEY = "[key]"
"""How pydantic ends the location of a key that does not fit."""
_CHOICE = re.compile(r"'([^']*)'")


class FileModel(BaseModel):
    """What a file may say: frozen, it knows all of its keys, and an unquoted number is a text where a text is needed."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True, defer_build=True)


M = TypeVar("M", bound=FileModel)
T = TypeVar("T")


def form(fits: Callable[[T], object], noun: str, how: str) -> AfterValidator:
    """A value that fits; else the problem says that it is not the noun (`a day`), and how to write one (`write YYYY-MM-DD`)."""

    def check(value: T) -> T:
        if not fits(value):
            raise PydanticCustomError(_FORM, "this is not {noun}", {"noun": noun, "how": how})
        return value

    return AfterValidator(check)


def known(wrong: str, names: Iterable[str]) -> str:
    """What to write instead of a name that does not exist."""
    names = tuple(dict.fromkeys(names))
    near = get_close_matches(wrong, names, n=1)
    return f"did you mean `{near[0]}`?" if near else "known are: " + ", ".join(names)


def read_model(model: type[M], node: MappingNode) -> tuple[M, list[Problem]]:
    """What a mapping says, as far as it is right, and what is wrong with it; no key of the model may be required."""
    try:
        return model.model_validate(plain(node)), []
    except ValidationError as error:
        problems = {str(detail["loc"]): _problem(model, node, detail) for detail in error.errors(include_url=False)}
        wrong = {detail["loc"][0] for detail in error.errors(include_url=False)}
        rest = tuple((key, value) for key, value in node.entries if key.text not in wrong)
        return model.model_validate(plain(MappingNode(mark=node.mark, entries=rest))), [*problems.values()]


def _problem(model: type[FileModel], node: MappingNode, detail: ErrorDetails) -> Problem:
    kind, location = detail["type"], detail["loc"]
    is_of_key = location[-1] == _KEY
    location = location[:-1] if is_of_key else location
    mark, value = _find(node, location, of_key=is_of_key or kind == "extra_forbidden")
    if kind == "extra_forbidden":
        return problem(
            "unknown-key", mark, f"there is no key `{location[-1]}` here", known(str(location[-1]), _keys(model, location))
        )
    if kind == "missing":
        return problem("value", mark, f"`{location[-1]}` is missing here", "add it; it has no default")
    if kind == "literal_error":
        choices = _CHOICE.findall(str(detail["ctx"]["expected"]))
        return problem("value", mark, f"`{value}` is not allowed here", known(value, choices))
    message, hint = (detail["msg"], str(detail["ctx"]["how"])) if kind == _FORM else _WORDS.get(kind, _OTHER)
    return problem("value", mark, message, hint)


def _keys(model: type[BaseModel], location: tuple[int | str, ...]) -> Iterable[str]:
    """The keys that may stand beside the one at this location."""
    for step in location[:-1]:
        if isinstance(step, str):
            model = next(models_in(model.model_fields[step].annotation))
    return model.model_fields


def _find(node: Node, location: tuple[int | str, ...], *, of_key: bool) -> tuple[Mark, str]:
    """The place of a value, or of its key, and what stands there; of a key that is missing, where the mapping begins."""
    mark = node.mark
    for step in location:
        if isinstance(node, SequenceNode):
            node = node.items[int(step)]
            mark = node.mark
            continue
        entries = {key.text: (key, value) for key, value in (node.entries if isinstance(node, MappingNode) else ())}
        if step not in entries:
            return node.mark, ""
        key, node = entries[str(step)]
        mark = key.mark if of_key else node.mark
    return mark, getattr(node, "text", "")
