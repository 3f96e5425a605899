"""`adapter package`."""

from pathlib import Path

import click

from adapter.assembly import default_runtime
from adapter.cli.exit_code import Outcome
from adapter.cli.files import OutputPath
from adapter.cli.show import out
from adapter.distribution import package_of
from adapter.files import write_whole


@click.command("package")
@click.option(
    "--out",
    "to",
    type=OutputPath(),
    help="A file, or a folder for the file `name-version.tgz`.  [default: the current folder]",
)
def package_command(*, to: Path | None) -> int:
    """Write the FHIR NPM package of our definitions, profiles and examples.

    \b
    Examples:
      adapter package
      adapter package --out definitions.tgz
    """
    package = package_of(default_runtime())
    target = to or Path()
    file = target / package.file_name if target.is_dir() else target
    write_whole(file, package.content)
    out.print(str(file), markup=False)
    return Outcome.GOOD
