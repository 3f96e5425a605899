"""Says which values can be compared, and which types can stand for each other."""

from adapter.mapping.check.value import Value
from adapter.mapping.types import Kind, Shape, accepts, family


def membership(left: Value, right: Value, sign: str) -> tuple[str, str] | None:
    """What is wrong with asking whether a value is in a list, and what to do."""
    if right.many and not left.many:
        return None
    return f"`{sign}` needs one value and a list", "write `x in ('a', 'b')`"


def comparability(left: Value, right: Value, sign: str) -> tuple[str, str] | None:
    """What is wrong with comparing two values, and what to do."""
    if left.many or right.many or isinstance(left.type, Shape) or isinstance(right.type, Shape):
        return f"`{sign}` compares single plain values", "compare their parts, or say `any(…)`"
    if left.type is None or right.type is None:
        return "a comparison with None is never true", "write `not x` to ask whether x is missing"
    if family(left.type.name) != family(right.type.name):
        return f"a {left.type} is never equal to a {right.type}", "convert one of them"
    if sign not in ("==", "!=") and "dateTime" in (left.type.name, right.type.name):
        return "times with different offsets have no order as text", "compare days: `date_of(…)`"
    return None


def common_kind(one: Kind, other: Kind) -> Kind | None:
    """The kind that holds the values of both, if there is one."""
    codes = one.codes | other.codes if one.codes is not None and other.codes is not None else None
    if accepts(one.name, other.name):
        return Kind(one.name, codes)
    if accepts(other.name, one.name):
        return Kind(other.name, codes)
    return Kind("string") if family(one.name) == family(other.name) == "text" else None
