"""`adapter docs`."""

import click
from rich.text import Text

from adapter.cli.known_name import KnownName
from adapter.cli.show import out, print_text
from adapter.files import topics

TOPIC = KnownName("page of the documentation", "docs/unknown", lambda _: topics())


@click.command("docs")
@click.argument("topic", type=TOPIC, required=False)
def docs_command(*, topic: str | None) -> None:
    """Print a page of the documentation, or the list of pages.

    \b
    Examples:
      adapter docs
      adapter docs settings
    """
    pages = topics()
    if topic:
        print_text(pages[topic])
        return
    width = max(map(len, pages))
    for name, page in pages.items():
        title = page.partition("\n")[0].removeprefix("# ")
        out.print(Text.assemble((f"{name:<{width}}  ", "bold"), title))
