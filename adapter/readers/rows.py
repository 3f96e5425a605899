"""Documents of rows: tables with a header (CSV, TSV), and JSON lists of objects."""

from collections.abc import Callable
from dataclasses import dataclass

from adapter.path import Path, pointer
from adapter.readers.document import ReadDocument


@dataclass(frozen=True, kw_only=True)
class RowsDocument(ReadDocument):
    """A document whose tree has its rows under `rows`; `fragment` says how a place within them is written."""

    fragment: Callable[[Path], str] = pointer

    def positions(self, path: Path) -> tuple[str, ...]:
        """`name#/0/gene_name` of a JSON list, `name#cell=2,3` (RFC 7111) of a table: of the nearest value that is there."""
        return (f"{self.name}#{self.fragment(self.nearest(path)[1:])}",)
