"""Binds the arguments of a fragment: in the order of its parameters, or by name."""

import ast
from collections.abc import Mapping

from adapter.mapping.check.expression import Binder
from adapter.mapping.check.frame import Frame
from adapter.mapping.check.value import Scope, Value
from adapter.mapping.syntax.expression_tree import expression_tree
from adapter.mapping.syntax.map_file import FragmentSource
from adapter.strict_yaml.nodes import TextNode

_NOTHING = Value(code="None", key="None", type=None, optional=True, constant=None)


def arguments_of(binder: Binder, node: TextNode, fragment: FragmentSource, scope: Scope) -> list[tuple[str, Value]] | None:
    """The values of a fragment's parameters, in their order; None if something is wrong (and reported)."""
    call = _parsed_call(node.text)
    if call is None:
        hint = "write `use: fragment(case.patient)`"
        binder.frame.error("expression", node.mark, "the arguments are not expressions", hint)
        return None
    required = [name for name in fragment.parameters if name not in fragment.optional]
    named = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
    if not _check(binder.frame, node, fragment, call, named):
        return None
    given = {**dict(zip(required, call.args, strict=False)), **named}
    values = {name: binder.bind(argument, node.mark, scope) for name, argument in given.items()}
    if None in values.values():
        return None
    return [(name, values.get(name) or _NOTHING) for name in fragment.parameters]


def _check(frame: Frame, node: TextNode, fragment: FragmentSource, call: ast.Call, named: Mapping[str, ast.expr]) -> bool:
    """Whether all required parameters have an argument, in order or by name, and all optional ones are passed by name."""
    required = [name for name in fragment.parameters if name not in fragment.optional]
    for name in named:
        if name not in fragment.parameters:
            message = f"`{fragment.name}` has no parameter `{name}`"
            frame.unknown("wrong-argument", node.mark, message, name, fragment.parameters)
            return False
    surplus = len(call.args) > len(required)
    twice = [name for name in required[: len(call.args)] if name in named]
    missing = [name for name in required[len(call.args) :] if name not in named]
    if not (surplus or twice or missing or len(named) < len(call.keywords)):
        return True
    if surplus and fragment.optional:
        message = f"`{fragment.name}` takes its arguments by name"
        frame.error("wrong-argument", node.mark, message, f"write `{_by_name(fragment, call)}`")
    else:
        hint = f"it takes: {', '.join(fragment.parameters)}"
        frame.error("wrong-argument", node.mark, f"`{fragment.name}` takes {len(required)} arguments", hint)
    return False


def _parsed_call(text: str) -> ast.Call | None:
    """The call of a fragment, `name(argument, parameter=argument)`; None if it is not one."""
    try:
        call = expression_tree(text)
    except SyntaxError:
        return None
    return call if isinstance(call, ast.Call) else None


def _by_name(fragment: FragmentSource, call: ast.Call) -> str:
    """How a call that passes all arguments in order is written with names; what says nothing is left out."""
    pairs = zip(fragment.parameters, call.args, strict=False)
    silent = (None, False)
    given = [(name, node) for name, node in pairs if not (isinstance(node, ast.Constant) and node.value in silent)]
    return f"{fragment.name}({', '.join(f'{name}={ast.unparse(node)}' for name, node in given)})"
