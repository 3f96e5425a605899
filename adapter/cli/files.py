"""The documents that a command is given (files, or folders of one encounter each), and the options that say more of them."""

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from adapter.distribution import inputs_of
from adapter.readers.document import Document

FORM = click.option("--form", help="The input form of the files, if it is not to be found out (case, face2gene_lab, …).")
PRIOR = click.option(
    "--prior",
    multiple=True,
    type=click.Path(exists=True, path_type=Path, dir_okay=False),
    help="An encounter that was billed earlier; may be given more than once.",
)


def documents_of(paths: Iterable[Path], form: str | None = None) -> list[Document]:
    """The documents at these paths; `form` names the input form of all that are not said otherwise by their content."""
    files = [file for path in paths for file in inputs_of(path)]
    return [_document(file, form) for file in files]


def _document(file: Path, form: str | None) -> Document:
    """The document in a file; `-` is standard input."""
    if str(file) == "-":
        return Document(name="stdin", content=sys.stdin.buffer.read(), form=form)
    return Document(name=file.name, content=file.read_bytes(), form=form)
