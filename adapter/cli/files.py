"""The documents that a command is given: files, or folders that hold the documents of one encounter."""

from collections.abc import Iterable
from pathlib import Path

from adapter.readers.document import Document

_MADE = ("bundle.json", "issues.json", "lineage.json")
"""What conversions leave in a folder; not input."""


def inputs_of(path: Path) -> list[Path]:
    """The input documents of a folder (all JSON files but those that a conversion makes), or the file itself."""
    if path.is_dir():
        return [each for each in sorted(path.iterdir()) if each.suffix == ".json" and each.name not in _MADE]
    return [path]


def documents_of(paths: Iterable[Path], form: str | None = None) -> list[Document]:
    """The documents at these paths; `form` names the input form of all that are not said otherwise by their content."""
    files = [each for path in paths for each in inputs_of(path)]
    return [Document(name=each.name, content=each.read_bytes(), form=form) for each in files]
