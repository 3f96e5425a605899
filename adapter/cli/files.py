"""The documents that a command is given (files, or folders of one encounter each), and the options that say more of them."""

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
    files = [each for path in paths for each in inputs_of(path)]
    return [Document(name=each.name, content=each.read_bytes(), form=form) for each in files]
