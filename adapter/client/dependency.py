"""In which order entries can be sent one after the other: what is referred to comes before what refers to it."""

from collections.abc import Iterator, Mapping, Sequence

from adapter.json_types import JsonMapping

Entry = JsonMapping


def dependency_groups(entries: Sequence[Entry]) -> list[list[int]]:
    """The places of the entries in groups, each after all that it refers to; entries that refer to each other are one group.

    Strongly connected components after Tarjan, without recursion: a chain of references may be as long as a Bundle.
    """
    return _Components(references_between(entries)).found


def references_between(entries: Sequence[Entry]) -> list[list[int]]:
    """For every entry the places of the entries that its resource refers to, by `fullUrl` or `Type/id`."""
    place = {name: number for number, entry in enumerate(entries) for name in _names(entry)}
    references = (
        dict.fromkeys(place[text] for text in references_in(entry.get("resource")) if text in place) for entry in entries
    )
    return [list(targets) for targets in references]


def references_in(value: object) -> Iterator[str]:
    """The texts of all `reference` members within a value."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Mapping):
            if isinstance(text := part.get("reference"), str):
                yield text
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)


def _names(entry: Entry) -> list[str]:
    request = entry.get("request", {})
    put = [request["url"]] if request.get("method") == "PUT" else []
    return [name for name in (entry.get("fullUrl"), *put) if isinstance(name, str)]


class _Components:
    """Tarjan's algorithm with a stack of its own; `found` is in the order that is wanted."""

    def __init__(self, targets: list[list[int]]) -> None:
        self.found: list[list[int]] = []
        self._targets = targets
        self._index: dict[int, int] = {}
        self._low: dict[int, int] = {}
        self._open: dict[int, None] = {}
        for start in range(len(targets)):
            if start not in self._index:
                self._walk(start)

    def _walk(self, start: int) -> None:
        path = [(start, self._enter(start))]
        while path:
            node, targets = path[-1]
            following = next(targets, None)
            if following is None:
                path.pop()
                self._leave(node, path[-1][0] if path else None)
            elif following not in self._index:
                path.append((following, self._enter(following)))
            elif following in self._open:
                self._low[node] = min(self._low[node], self._index[following])

    def _enter(self, node: int) -> Iterator[int]:
        self._index[node] = self._low[node] = len(self._index)
        self._open[node] = None
        return iter(self._targets[node])

    def _leave(self, node: int, above: int | None) -> None:
        if above is not None:
            self._low[above] = min(self._low[above], self._low[node])
        if self._low[node] == self._index[node]:
            group = [self._open.popitem()[0]]
            while group[-1] != node:
                group.append(self._open.popitem()[0])
            self.found.append(sorted(group))
