"""The option by which a command is given a folder of the user's own mapping files."""

from dataclasses import replace

import click

from adapter.assembly import Runtime, default_runtime, load
from adapter.settings import settings_from

MAPPINGS = click.option(
    "--mappings",
    type=click.Path(exists=True, file_okay=False),
    is_eager=True,  # names of maps, rules and forms are looked up in it
    help="A folder of your own mapping files, definitions and payers' policies (or the setting ADAPTER_MAPPINGS).",
)


def runtime_with(mappings: str | None) -> Runtime:
    """The adapter for the settings of the environment, and for this folder of mapping files if one is named."""
    return load(replace(settings_from(), mappings=mappings)) if mappings else default_runtime()
