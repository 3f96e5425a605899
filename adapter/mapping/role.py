"""Says what the mapping files of a user do beside ours: replace, add, extend, or nothing."""

from collections.abc import Iterator, Mapping

from adapter.mapping.syntax.map_file import FileContent, read_file


def roles_of(ours: Mapping[str, str], users: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """For each file of the user (name to text) what it does, in words."""
    homes = {name: file for file, text in ours.items() for name in _names(read_file(text, file=file))}
    for file, text in users.items():
        content = read_file(text, file=file)
        yield from ((file, words) for words in _roles(content, homes))


def _names(content: FileContent) -> list[str]:
    return [*(f"map {source.name}" for source in content.maps), *(f"fragment {part.name}" for part in content.fragments)]


def _roles(content: FileContent, homes: Mapping[str, str]) -> Iterator[str]:
    for name in _names(content):
        yield f"replaces {name} ({homes[name]})" if name in homes else f"adds {name}"
    for extension in content.extensions:
        yield f"extends map {extension.name}"
    for _ in content.orders:
        yield "replaces the order of the resources"
    if not (_names(content) or content.extensions or content.orders):
        yield "does nothing: there is no map, extension, fragment or order in it that can be read"
