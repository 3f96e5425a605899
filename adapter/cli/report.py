"""The option by which checks answer in another form: JSON, or what CI systems read."""

import click

from adapter.cli.show import print_json, print_text
from adapter.export.ci_report import Checked, junit, sarif
from adapter.files import adapter_version

SHAPE = click.option(
    "--as",
    "shape",
    type=click.Choice(["text", "sarif", "junit"]),
    default="text",
    help="Text for people, SARIF 2.1.0 or JUnit XML for CI systems.",
)


def print_report(checked: Checked, shape: str, *, name: str) -> None:
    """Print the issues of each file as SARIF or JUnit XML; `name` is what was checked."""
    if shape == "sarif":
        print_json(sarif(checked, version=adapter_version()))
    else:
        print_text(junit(checked, name=name))
