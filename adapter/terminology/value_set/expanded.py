"""What is asked of an expansion, and what comes of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from adapter.terminology.catalog import ValueSet
from adapter.terminology.language import Languages
from adapter.terminology.request_context import RequestContext
from adapter.terminology.value_set.entry import ExpansionEntry
from adapter.terminology.value_set.text_filter import Search


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpansionRequest:
    """Which codes of a value set are wanted: those with a text, with their hierarchy or flat, and which page of them."""

    text: str | None = None
    is_flat: bool = False
    leaves_out_abstract: bool = False
    versions_match: bool | None = None
    offset: int = 0
    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """The codes of a value set, or a page of them: as a tree (`entries` are its roots) or in a row.

    `total` is how many there are, if they were counted; `used` are names and canonicals of what the expansion rests on, and
    `languages` those that displays are wanted in.
    """

    value_set: ValueSet
    languages: Languages | None
    entries: tuple[ExpansionEntry, ...]
    total: int | None
    used: tuple[tuple[str, str], ...]
    is_tree: bool
    is_fragment: bool
    shows_versions: bool
    versions_match: bool

    def rows(self) -> Iterator[tuple[int, ExpansionEntry]]:
        """All codes in their order, each with how many others it is within."""
        waiting = [(0, entry) for entry in reversed(self.entries)]
        while waiting:
            depth, entry = waiting.pop()
            yield depth, entry
            waiting.extend((depth + 1, child) for child in reversed(entry.children if self.is_tree else ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is to be expanded for: text, hierarchy, versions, and how many codes may come out (None: as many as there are).

    `page` is the page that is shown, as the number of codes before it and up to its end, if there is one.
    """

    context: RequestContext
    search: Search
    is_flat: bool = False
    leaves_out_abstract: bool = False
    versions_match: bool | None = None
    limit: int | None = None
    page: tuple[int, int] | None = None


@dataclass(slots=True)
class Expanded:
    """An expansion: codes (`entries`) and those without parent (`roots`), in order; parameters say what it rests on.

    What comes before and behind the page that is shown is left out where it is known without counting (`known_total`); then
    `passed` is how many codes come before the entries.
    """

    entries: list[ExpansionEntry] = field(default_factory=list)
    roots: list[ExpansionEntry] = field(default_factory=list)
    parameters: list[tuple[str, str]] = field(default_factory=list)
    is_tree: bool = True
    is_counted: bool = True
    is_fragment: bool = False
    shows_versions: bool = False
    versions_match: bool = False
    known_total: int | None = None
    passed: int = 0
    _codes: set[tuple[str, str]] = field(default_factory=set)

    @property
    def total(self) -> int:
        """How many codes there are."""
        return len(self.entries) if self.known_total is None else self.known_total

    @property
    def codes(self) -> set[tuple[str, str]]:
        """System and code of everything."""
        if not self._codes:
            self._codes.update((entry.url, entry.code) for entry in self.entries)
        return self._codes

    def note(self, name: str, value: str) -> None:
        """Add a parameter, once."""
        if (name, value) not in self.parameters:
            self.parameters.append((name, value))
