"""`adapter schema`."""

import click
from pydantic import BaseModel

from adapter.case import AiReportDocument, EncounterDocument
from adapter.cli.show import print_json

_DOCUMENTS: dict[str, type[BaseModel]] = {"encounter": EncounterDocument, "ai-report": AiReportDocument}


@click.command("schema")
@click.argument("document", type=click.Choice(list(_DOCUMENTS)))
def schema_command(*, document: str) -> None:
    """Print the JSON Schema of a document form of ours.

    \b
    Examples:
      adapter schema encounter > encounter.schema.json
      adapter schema ai-report
    """
    print_json(_DOCUMENTS[document].model_json_schema())
