"""Members of a foreign server's JSON, read without trusting its shape: what has another type counts as absent."""

from adapter.json_types import JsonList, JsonObject


def list_in(tree: object, key: str) -> JsonList:
    """The list at `key`, or an empty one."""
    value = tree.get(key) if isinstance(tree, dict) else None
    return value if isinstance(value, list) else []


def dict_in(tree: object, key: str) -> JsonObject:
    """The object at `key`, or an empty one."""
    value = tree.get(key) if isinstance(tree, dict) else None
    return value if isinstance(value, dict) else {}


def text_in(tree: object, key: str) -> str | None:
    """The text at `key`, or nothing if there is none but white space."""
    value = tree.get(key) if isinstance(tree, dict) else None
    return value.strip() or None if isinstance(value, str) else None
