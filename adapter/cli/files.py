"""The documents that a command is given (files, standard input, folders of one encounter), and options that say more of them."""

import errno
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from adapter.cli.known_name import FORM_NAME
from adapter.distribution import inputs_of
from adapter.issues import Issue, IssueType, NotFoundError, Severity
from adapter.readers.document import Document

STANDARD_INPUT = Path("-")

INPUT = click.Path(exists=True, path_type=Path, allow_dash=True)
"""A file, a folder, or `-` for standard input."""

FORM = click.option(
    "--form", type=FORM_NAME, help="The input form of the files, if it cannot be recognised (case, face2gene_lab, …)."
)
PRIOR = click.option(
    "--prior",
    multiple=True,
    type=click.Path(exists=True, path_type=Path, dir_okay=False, allow_dash=True),
    help="An encounter that was billed earlier, or `-` for standard input; may be given more than once.",
)


def encounters_in(paths: Sequence[Path]) -> list[list[Path]]:
    """The paths of each encounter: several folders are an encounter each, anything else is one."""
    return [[path] for path in paths] if all(path.is_dir() for path in paths) else [list(paths)]


def name_of(paths: Sequence[Path]) -> str:
    """What an encounter is called: its folder, or its first file."""
    first = paths[0]
    if first == STANDARD_INPUT:
        return "stdin"
    return first.resolve().name if first.is_dir() else first.stem


def documents_of(paths: Iterable[Path], form: str | None = None) -> list[Document]:
    """The documents at these paths; `form` names the input form of all that are not said otherwise by their content.

    Raises NotFoundError for a folder without documents, and says what else is there.
    """
    return [_document(file, form) for path in paths for file in _files_at(path)]


def content_of(file: Path) -> bytes:
    """The content of a file; `-` is standard input, and OSError is raised if that is closed."""
    if file != STANDARD_INPUT:
        return file.read_bytes()
    if not sys.stdin:
        raise OSError(errno.EBADF, "it is closed", "standard input")
    return sys.stdin.buffer.read()


def _files_at(path: Path) -> list[Path]:
    files = inputs_of(path)
    if files:
        return files
    folders = sorted(folder.name for folder in path.iterdir() if folder.is_dir() and not folder.name.startswith("."))
    text = f"there is no document in {path}"
    if folders:
        text += f" itself, but there are folders: {len(folders)}"
        hint = f"name one of them, such as {path / folders[0]}; `adapter send {path}/*/` sends them all"
    else:
        hint = "name a file, or a folder that holds the documents of one encounter"
    raise NotFoundError(
        Issue(severity=Severity.ERROR, code=IssueType.NOT_FOUND, rule="document/none", text=text, suggestion=hint)
    )


def _document(file: Path, form: str | None) -> Document:
    """The document in a file."""
    return Document(name="stdin" if file == STANDARD_INPUT else file.name, content=content_of(file), form=form)
