"""How compiled code takes a field of the Case or of a document."""

from adapter.mapping.types import Kind, Shape


def access(shape: Shape, base: str, name: str) -> str:
    """Python code that takes a field; text that is empty is nothing."""
    field = shape.fields[name]
    if shape.access == "attribute":
        return f"{base}.{name}"
    if shape.access == "index":
        return f"{base}[{name if name.isdigit() else repr(name)}]"
    if field.many:
        return f"({base}.get({name!r}) or ())"
    textual = isinstance(field.type, Kind) and field.type.name == "string"
    if isinstance(field.type, Kind) and field.type.name == "any":
        return f"_said({base}.get({name!r}))"
    return f"({base}.get({name!r}) or None)" if textual else f"{base}.get({name!r})"
