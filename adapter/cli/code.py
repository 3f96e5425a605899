"""`adapter code`."""

import click
from rich.table import Table
from rich.text import Text

from adapter.cli.show import out, print_json
from adapter.issues import Issue, IssueType, NotFoundError, Severity
from adapter.rules.code_page import CODE, PAGE, as_markdown, describe_code


@click.command("code")
@click.argument("code")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--markdown", is_flag=True, help="Print the page of the documentation.")
def code_command(*, code: str, as_json: bool, markdown: bool) -> None:
    """Show all that is known of a code on one page: what the source documents say, what is right, and how certain that is.

    \b
    Examples:
      adapter code 0731T
      adapter code 0731T --json
    """
    if code.upper() != CODE:
        text, hint = "there is no page for this code", f"the adapter has one for {CODE}"
        raise NotFoundError(
            Issue(severity=Severity.ERROR, code=IssueType.NOT_FOUND, rule="code/unknown", text=text, suggestion=hint)
        )
    if as_json:
        print_json(describe_code())
    elif markdown:
        click.echo(as_markdown(), nl=False)
    else:
        _show()


def _show() -> None:
    for section in PAGE:
        out.print(Text(section.title, style="bold"))
        table = Table(box=None, pad_edge=False, header_style="bold")
        for title in ("what", "is", "the documents say", "source", "certainty"):
            table.add_column(title, overflow="fold")
        for fact in section.facts:
            table.add_row(*map(Text, (fact.subject, fact.is_so, fact.document or "", fact.source, fact.certainty)))
        out.print(table)
