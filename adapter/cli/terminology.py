"""`adapter terminology`: the operations of the terminology service, with the same answers as over HTTP."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from adapter.assembly import Runtime
from adapter.cli.exit_code import Outcome
from adapter.cli.mappings import MAPPINGS, runtime_with
from adapter.cli.show import out, print_json
from adapter.clock import instant_now
from adapter.fhir.resource import Resource
from adapter.terminology import UnknownNameError
from adapter.terminology.code_system.details import ConceptDetails
from adapter.terminology.coding import Coding
from adapter.terminology.value_set.entry import display_of
from adapter.terminology.value_set.expanded import Expansion
from adapter.terminology.wire.operation import expand, lookup, subsumes, translate, validate_code
from adapter.terminology.wire.operation.common import Invocation, OperationContext
from adapter.terminology.wire.parameter import Table as ParameterTable
from adapter.terminology.wire.parameter import own_arguments

Query = list[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What every command is given besides its own arguments: the adapter, further parameters, and whether JSON is wanted."""

    runtime: Runtime
    further: Query
    as_json: bool

    def system(self, name: str) -> str:
        """The URL of a code system from its alias in systems.yaml, or a URL as it is."""
        try:
            return self.runtime.terminology.system(name)
        except UnknownNameError:
            return name

    def definition(self, kind: str, name: str) -> str:
        """The URL of a definition of ours from its id, or a URL as it is."""
        resource = self.runtime.served_definitions.get((kind, name))
        return str(resource["url"]) if resource else name

    @property
    def context(self) -> OperationContext:
        """What operations work with."""
        return OperationContext(catalog=self.runtime.catalog, now=instant_now())

    def call(self, table: ParameterTable, **own: str | int | None) -> Invocation:
        """A call of an operation with values of our own by the names of its table, and with the further parameters."""
        return Invocation(arguments=own_arguments(table, own, self.further))


def _with_asked(command: Callable[..., int]) -> Callable[..., int]:
    """The options that all commands share."""

    def call(*, mappings: str | None, parameter: tuple[str, ...], as_json: bool, **own: Any) -> int:  # noqa: ANN401 - click's values
        return command(
            Asked(runtime=runtime_with(mappings), further=[_split(text) for text in parameter], as_json=as_json), **own
        )

    call.__doc__ = command.__doc__
    click.option("--json", "as_json", is_flag=True, help="Print the answer as FHIR JSON.")(call)
    MAPPINGS(call)
    says = "A further parameter of the operation in FHIR's own name, as NAME=VALUE; may be given more than once."
    click.option("-p", "--parameter", multiple=True, metavar="NAME=VALUE", help=says)(call)
    return call


def _split(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name:
        message = f"`{text}` is not of the form NAME=VALUE"
        raise click.BadParameter(message, param_hint="--parameter")
    return name, value


@click.group("terminology")
def terminology_commands() -> None:
    """Ask about codes, value sets and translations, with the answers of the service.

    A code system is named by its URL or its short name (cpt, hcpcs, procedure-modifier, …), a value set or concept map by its
    URL or by the id of one of ours.

    \b
    Examples:
      adapter terminology lookup procedure-modifier extent-reduced
      adapter terminology validate cpt 95 --in claim-modifier-0731t
      adapter terminology expand claim-modifier-telehealth
      adapter terminology translate cpt 95
    """


@terminology_commands.command("lookup")
@click.argument("system")
@click.argument("code")
@_with_asked
def lookup_command(question: Asked, *, system: str, code: str) -> int:
    """Say what is known of a code (CodeSystem/$lookup).

    \b
    Examples:
      adapter terminology lookup procedure-modifier extent-reduced
      adapter terminology lookup claim-edit MOD-45 -p property=source --json
    """
    call = question.call(lookup.TABLE, system=question.system(system), code=code)
    details = lookup.ask_lookup(question.context, call)
    return _print(question, lambda: lookup.write_lookup(details, call), _facts(details), head=("", ""))


@terminology_commands.command("validate")
@click.argument("system")
@click.argument("code")
@click.option("--in", "value_set", metavar="VALUE_SET", help="The value set that the code must be in.")
@click.option("--display", help="A display, to see whether it is right.")
@_with_asked
def validate_command(question: Asked, *, system: str, code: str, value_set: str | None, display: str | None) -> int:
    """Say whether a code is valid, and if it is in a value set ($validate-code); the exit code is 1 if it is not.

    \b
    Examples:
      adapter terminology validate procedure-modifier extent-reduced
      adapter terminology validate cpt 95 --in claim-modifier-0731t
    """
    table = validate_code.VALUE_SET_TABLE if value_set else validate_code.CODE_SYSTEM_TABLE
    if value_set:
        url = question.definition("ValueSet", value_set)
        call = question.call(table, url=url, system=question.system(system), code=code, display=display or None)
        answer = validate_code.ask_in_value_set(question.context, call)
    else:
        call = question.call(table, url=question.system(system), code=code, display=display or None)
        answer = validate_code.ask_in_code_system(question.context, call)
    shown = [("valid" if answer.is_valid else "not valid", answer.message)]
    _print(question, lambda: validate_code.write_validation(answer, call), shown, head=("", ""))
    return Outcome.GOOD if answer.is_valid else Outcome.ISSUES


@terminology_commands.command("expand")
@click.argument("value_set", metavar="VALUE_SET")
@click.option("--filter", "words", metavar="TEXT", help="Only codes with these words.")
@click.option("--count", type=click.IntRange(min=0), help="How many codes at most.")
@click.option("--offset", type=click.IntRange(min=0), help="How many codes to pass over first.")
@_with_asked
def expand_command(question: Asked, *, value_set: str, words: str | None, count: int | None, offset: int | None) -> int:
    """List the codes of a value set (ValueSet/$expand).

    \b
    Examples:
      adapter terminology expand claim-modifier-telehealth
      adapter terminology expand procedure-modifier --filter assist -p excludeNested=true
      adapter terminology expand claim-modifier-allowed-medicare --json
    """
    url = question.definition("ValueSet", value_set)
    call = question.call(expand.TABLE, url=url, filter=words or None, count=count, offset=offset)
    answer = expand.ask_expand(question.context, call)
    return _print(
        question, lambda: expand.write_expand(answer, call), [*_codes(answer.expansion)], head=("system", "code", "display")
    )


@terminology_commands.command("translate")
@click.argument("system")
@click.argument("code")
@click.option("--by", "concept_map", metavar="CONCEPT_MAP", help="The concept map to use.  [default: every one that fits]")
@click.option("--to", "target", metavar="SYSTEM", help="The code system to translate into.")
@_with_asked
def translate_command(question: Asked, *, system: str, code: str, concept_map: str | None, target: str | None) -> int:
    """Translate a code (ConceptMap/$translate); the exit code is 1 if nothing is found.

    \b
    Examples:
      adapter terminology translate cpt 95
      adapter terminology translate procedure-modifier extent-reduced --to cpt
      adapter terminology translate seed-term taxonomy-pediatrician --by seed-correction --json
    """
    url = question.definition("ConceptMap", concept_map) if concept_map else None
    into = question.system(target) if target else None
    call = question.call(translate.TABLE, system=question.system(system), code=code, url=url, targetSystem=into)
    answer = translate.ask_translate(question.context, call)
    rows = [(match.equivalence, *_coding(match.coding)) for match in answer.matches]
    _print(question, lambda: translate.write_translate(answer, call), rows, head=("equivalence", "system", "code"))
    return Outcome.GOOD if answer.is_translated else Outcome.ISSUES


@terminology_commands.command("subsumes")
@click.argument("system")
@click.argument("one")
@click.argument("other")
@_with_asked
def subsumes_command(question: Asked, *, system: str, one: str, other: str) -> int:
    """Say how two codes of a code system relate (CodeSystem/$subsumes).

    \b
    Examples:
      adapter terminology subsumes procedure-modifier telehealth telehealth-live-video
    """
    call = question.call(subsumes.TABLE, system=question.system(system), codeA=one, codeB=other)
    outcome = subsumes.ask_subsumes(question.context, call)
    return _print(question, lambda: subsumes.write_subsumes(outcome, call), [(outcome.value,)], head=("",))


def _print(question: Asked, write: Callable[[], Resource], rows: Sequence[tuple[str, ...]], *, head: tuple[str, ...]) -> int:
    """The answer as FHIR JSON, or its rows as a table."""
    if question.as_json:
        print_json(write())
        return Outcome.GOOD
    table = Table(box=None, pad_edge=False, show_header=any(head), header_style="bold")
    for name in head:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    out.print(table)
    return Outcome.GOOD


def _facts(details: ConceptDetails) -> list[tuple[str, str]]:
    """What is known of a concept as names and values."""
    system, concept = details.system, details.concept
    facts = [
        ("name", details.name),
        ("system", system.url),
        ("version", system.version),
        ("code", concept.code),
        ("display", details.display),
        ("definition", concept.definition),
        ("abstract", _words(details.is_abstract)),
        *((designation.language or "designation", designation.value) for designation in details.designations),
        *((property_.code, _words(next(iter(property_.value.values()), None))) for property_ in details.properties),
        *(("used-supplement", supplement.canonical) for supplement in system.supplements),
    ]
    return [(name, value) for name, value in facts if value is not None]


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value.get('system')} {value.get('code')}" if isinstance(value, dict) else str(value)


def _coding(coding: Coding | None) -> tuple[str, str]:
    return (coding.system, coding.code) if coding else ("", "")


def _codes(expansion: Expansion) -> Iterator[tuple[str, ...]]:
    """The codes of an expansion, those within others indented."""
    for depth, entry in expansion.rows():
        yield entry.url, "  " * depth + entry.code, display_of(entry, expansion.languages)
