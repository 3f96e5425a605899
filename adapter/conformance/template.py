"""Bodies with gaps: `${name}` takes a value of the run, `$uuid$` and its kind fit whatever has that form."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from adapter.exchange import FORM
from adapter.fhir.json import canonical_bytes
from adapter.json_types import JsonMapping, JsonValue

_WHOLE = re.compile(r"\$\{([^}]*)\}")
_DECIMAL = "decimal "
_FORMS = {
    "$uuid$": re.compile(r"(urn:uuid:)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE),
    "$id$": re.compile(r"[A-Za-z0-9.-]{1,64}"),
    "$instant$": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"),
    "$date$": re.compile(r"\d{4}(-\d\d(-\d\d)?)?"),
    "$string$": re.compile(r".*\S.*", re.DOTALL),
}
"""What a placeholder in an expected body fits; `$any$` fits anything that is there."""


def fill(value: JsonValue, names: JsonMapping) -> JsonValue:
    """A value with its gaps filled: a text that is one gap becomes what the name stands for, `${decimal 1.50}` a number."""
    if isinstance(value, Mapping):
        return {str(fill(key, names)): fill(member, names) for key, member in value.items()}
    if isinstance(value, list):
        return [fill(item, names) for item in value]
    return _filled(value, names) if isinstance(value, str) else value


def _filled(text: str, names: JsonMapping) -> JsonValue:
    whole = _WHOLE.fullmatch(text)
    return _named(whole[1], names) if whole else _WHOLE.sub(lambda match: str(_named(match[1], names)), text)


def _named(name: str, names: JsonMapping) -> JsonValue:
    return Decimal(name.removeprefix(_DECIMAL)) if name.startswith(_DECIMAL) else names[name]


def with_form(headers: Mapping[str, str], body: JsonValue) -> Mapping[str, str]:
    """Headers for a body: one that is a text holds search criteria."""
    return {"Content-Type": FORM, **headers} if isinstance(body, str) else headers


def content_of(body: JsonValue) -> bytes | None:
    """A body as bytes: a resource as JSON, a text as it is."""
    if body is None:
        return None
    return body.encode() if isinstance(body, str) else canonical_bytes(body)


def misfits(template: JsonValue, actual: JsonValue, path: str) -> Iterator[str]:
    """Where an answer does not fit a template: all that it has must be there, in its order; the answer may have more."""
    if isinstance(template, Mapping):
        for name, member in template.items():
            value = actual.get(name) if isinstance(actual, Mapping) else None
            yield from misfits(member, value, f"{path}.{name}")
    elif isinstance(template, list):
        yield from _misfits_of_list(template, actual, path)
    elif not fits(template, actual):
        yield f"{path} is {_shown(actual)} instead of {_shown(template)}"


def _misfits_of_list(template: list[JsonValue], actual: JsonValue, path: str) -> Iterator[str]:
    items = actual if isinstance(actual, list) else []
    if len(items) != len(template):
        yield f"{path} has {len(items)} items instead of {len(template)}"
        return
    for index, (mine, theirs) in enumerate(zip(template, items, strict=True)):
        yield from misfits(mine, theirs, f"{path}[{index}]")


def fits(expected: JsonValue, actual: JsonValue) -> bool:
    """Whether one value is what is expected, which may be a placeholder."""
    if expected == "$any$":
        return actual is not None
    if isinstance(expected, str) and (pattern := _FORMS.get(expected)):
        return isinstance(actual, str) and pattern.fullmatch(actual) is not None
    return type(expected) is type(actual) and bool(expected == actual)


def _shown(value: JsonValue) -> str:
    return "missing" if value is None else f"`{value}`"
