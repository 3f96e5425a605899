"""The documents that a command is given (files, standard input, folders of one encounter), and options that say more of them."""

import errno
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from adapter.cli.known_name import FORM_NAME
from adapter.cli.steering import text_of_name
from adapter.distribution import inputs_of
from adapter.files import naming
from adapter.issues import Issue, IssueType, NotFoundError, Severity
from adapter.readers.document import Document


class OutputPath(click.Path):
    """A place to write to; an empty one is refused, since it would be the folder in which one is: a variable that is not set."""

    def __init__(self, *, file_okay: bool = True, dir_okay: bool = True) -> None:
        """Take whether it may be a file, and whether a folder."""
        super().__init__(file_okay=file_okay, dir_okay=dir_okay, path_type=Path)

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> object:  # type: ignore[override]  # click's own is of any type
        """The path; raises BadParameter for an empty one."""
        if value == "":
            self.fail("it is empty; name a file or a folder", param, ctx)
        return super().convert(value, param, ctx)  # type: ignore[arg-type]  # as above


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


def name_of_file(file: Path) -> str:
    """What a document is called: its file, as a text, or `stdin`."""
    return "stdin" if file == STANDARD_INPUT else text_of_name(file.name)


def documents_of(paths: Iterable[Path], form: str | None = None) -> list[Document]:
    """The documents at these paths; `form` names the input form of all that are not said otherwise by their content.

    Raises NotFoundError for a folder without documents, and says what else is there.
    """
    return [_document(file, form) for path in paths for file in _files_at(path)]


def content_of(file: Path) -> bytes:
    """The content of a file; `-` is standard input. Raises OSError, which names it, if it is closed or cannot be read."""
    if file == STANDARD_INPUT and not sys.stdin:
        raise OSError(errno.EBADF, "it is closed", "standard input")
    with naming("standard input" if file == STANDARD_INPUT else file):
        return sys.stdin.buffer.read() if file == STANDARD_INPUT else file.read_bytes()


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
    return Document(name=name_of_file(file), content=content_of(file), form=form)
