"""The documents that a command is given: files, or folders that hold the documents of one encounter."""

from collections.abc import Iterable
from pathlib import Path

from adapter.distribution import inputs_of
from adapter.readers.document import Document

__all__ = ["documents_of", "inputs_of"]


def documents_of(paths: Iterable[Path], form: str | None = None) -> list[Document]:
    """The documents at these paths; `form` names the input form of all that are not said otherwise by their content."""
    files = [each for path in paths for each in inputs_of(path)]
    return [Document(name=each.name, content=each.read_bytes(), form=form) for each in files]
