"""`adapter schema`."""

import click

from adapter.assembly import default_runtime
from adapter.cli.show import print_json
from adapter.document_schema import DOCUMENTS


@click.command("schema")
@click.argument("document", type=click.Choice(list(DOCUMENTS)))
@click.option("--template", is_flag=True, help="Print a small document that converts instead, with a remark on each field.")
def schema_command(*, document: str, template: bool) -> None:
    """Print the JSON Schema of a document form of ours: what each field means, with an example and its unit.

    \b
    Examples:
      adapter schema encounter > encounter.schema.json
      adapter schema ai-report
      adapter schema encounter --template > encounter.json
    """
    runtime = default_runtime()
    words = runtime.document_words
    print_json(words.template_of(document) if template else words.schema(document, base=runtime.settings.canonical_base))
