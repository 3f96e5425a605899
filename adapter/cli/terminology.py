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
from adapter.json_types import JsonList, JsonValue
from adapter.terminology import UnknownNameError
from adapter.terminology.wire.operation.common import Invocation, OperationContext, Resource
from adapter.terminology.wire.operation.operations import OPERATIONS
from adapter.terminology.wire.parameter import read_query

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
        found = self.runtime.served_definitions.get((kind, name))
        return str(found["url"]) if found else name

    def ask(self, name: str, kind: str, query: Query) -> Resource:
        """What an operation on a type answers; raises an AdapterError that says what it was refused for."""
        operation = next(each for each in OPERATIONS if (each.name, each.type) == (name, kind))
        surroundings = OperationContext(catalog=self.runtime.catalog, now=instant_now())
        return operation.call(surroundings, Invocation(arguments=read_query(operation.table, [*query, *self.further])))


def _with_asked(command: Callable[..., int]) -> Callable[..., int]:
    """The options that all commands share."""

    def call(*, mappings: str | None, parameter: tuple[str, ...], as_json: bool, **own: Any) -> int:  # noqa: ANN401 - click's values
        return command(
            Asked(runtime=runtime_with(mappings), further=[_split(each) for each in parameter], as_json=as_json), **own
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
        message = f"`{text}` is no NAME=VALUE"
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
def lookup_command(asked: Asked, *, system: str, code: str) -> int:
    """Say what is known of a code (CodeSystem/$lookup).

    \b
    Examples:
      adapter terminology lookup procedure-modifier extent-reduced
      adapter terminology lookup claim-edit MOD-45 -p property=source --json
    """
    answer = asked.ask("lookup", "CodeSystem", [("system", asked.system(system)), ("code", code)])
    return _print(asked, answer, [_pair(each) for each in answer["parameter"]], head=("", ""))


@terminology_commands.command("validate")
@click.argument("system")
@click.argument("code")
@click.option("--in", "value_set", metavar="VALUE_SET", help="The value set that the code must be in.")
@click.option("--display", help="A display, to see whether it is right.")
@_with_asked
def validate_command(asked: Asked, *, system: str, code: str, value_set: str | None, display: str | None) -> int:
    """Say whether a code is valid, and if it is in a value set ($validate-code); the exit code is 1 if it is not.

    \b
    Examples:
      adapter terminology validate procedure-modifier extent-reduced
      adapter terminology validate cpt 95 --in claim-modifier-0731t
    """
    said = [("code", code), *([("display", display)] if display else [])]
    if value_set:
        own = [("url", asked.definition("ValueSet", value_set)), ("system", asked.system(system))]
        answer = asked.ask("validate-code", "ValueSet", own + said)
    else:
        answer = asked.ask("validate-code", "CodeSystem", [("url", asked.system(system)), *said])
    is_valid = _values(answer, "result") == [True]
    shown = [("valid" if is_valid else "not valid", "; ".join(map(str, _values(answer, "message"))))]
    _print(asked, answer, shown, head=("", ""))
    return Outcome.GOOD if is_valid else Outcome.ISSUES


@terminology_commands.command("expand")
@click.argument("value_set", metavar="VALUE_SET")
@click.option("--filter", "words", metavar="TEXT", help="Only codes with these words.")
@click.option("--count", type=click.IntRange(min=0), help="How many codes at most.")
@click.option("--offset", type=click.IntRange(min=0), help="How many codes to pass over first.")
@_with_asked
def expand_command(asked: Asked, *, value_set: str, words: str | None, count: int | None, offset: int | None) -> int:
    """List the codes of a value set (ValueSet/$expand).

    \b
    Examples:
      adapter terminology expand claim-modifier-telehealth
      adapter terminology expand procedure-modifier --filter assist -p excludeNested=true
      adapter terminology expand claim-modifier-allowed-medicare --json
    """
    optional = (("filter", words), ("count", count), ("offset", offset))
    query = [
        ("url", asked.definition("ValueSet", value_set)),
        *((name, str(each)) for name, each in optional if each is not None),
    ]
    answer = asked.ask("expand", "ValueSet", query)
    return _print(asked, answer, [*_rows(answer["expansion"].get("contains", ()))], head=("system", "code", "display"))


@terminology_commands.command("translate")
@click.argument("system")
@click.argument("code")
@click.option("--by", "concept_map", metavar="CONCEPT_MAP", help="The concept map to use.  [default: every one that fits]")
@click.option("--to", "target", metavar="SYSTEM", help="The code system to translate into.")
@_with_asked
def translate_command(asked: Asked, *, system: str, code: str, concept_map: str | None, target: str | None) -> int:
    """Translate a code (ConceptMap/$translate); the exit code is 1 if nothing is found.

    \b
    Examples:
      adapter terminology translate cpt 95
      adapter terminology translate procedure-modifier extent-reduced --to cpt
      adapter terminology translate seed-term taxonomy-pediatrician --by seed-correction --json
    """
    query = [("system", asked.system(system)), ("code", code)]
    query += [("url", asked.definition("ConceptMap", concept_map))] if concept_map else []
    query += [("targetsystem", asked.system(target))] if target else []
    answer = asked.ask("translate", "ConceptMap", query)
    matches = [{part["name"]: _value(part) for part in each["part"]} for each in answer["parameter"] if each["name"] == "match"]
    rows = [(str(each.get("equivalence")), *_coding(each.get("concept", {}))) for each in matches]
    _print(asked, answer, rows, head=("equivalence", "system", "code"))
    return Outcome.GOOD if _values(answer, "result") == [True] else Outcome.ISSUES


@terminology_commands.command("subsumes")
@click.argument("system")
@click.argument("one")
@click.argument("other")
@_with_asked
def subsumes_command(asked: Asked, *, system: str, one: str, other: str) -> int:
    """Say how two codes of a code system stand to each other (CodeSystem/$subsumes).

    \b
    Examples:
      adapter terminology subsumes procedure-modifier telehealth telehealth-live-video
    """
    query = [("system", asked.system(system)), ("codeA", one), ("codeB", other)]
    answer = asked.ask("subsumes", "CodeSystem", query)
    return _print(asked, answer, [(str(each),) for each in _values(answer, "outcome")], head=("",))


def _print(asked: Asked, answer: Resource, rows: Sequence[tuple[str, ...]], *, head: tuple[str, ...]) -> int:
    """The answer as FHIR JSON, or its rows as a table."""
    if asked.as_json:
        print_json(answer)
        return Outcome.GOOD
    table = Table(box=None, pad_edge=False, show_header=any(head), header_style="bold")
    for name in head:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(Text(each) for each in row))
    out.print(table)
    return Outcome.GOOD


def _value(element: Resource) -> JsonValue:
    return next((value for name, value in element.items() if name.startswith("value")), None)


def _values(answer: Resource, name: str) -> JsonList:
    return [_value(each) for each in answer["parameter"] if each["name"] == name]


def _pair(parameter: Resource) -> tuple[str, str]:
    """A parameter of $lookup as name and value; those of properties and designations stand in their parts."""
    if "part" not in parameter:
        return parameter["name"], _words(_value(parameter))
    parts = {each["name"]: _value(each) for each in parameter["part"]}
    name = parts.get("code") or parts.get("language") or parameter["name"]
    return _words(name), _words(parts.get("value"))


def _words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value.get('system')} {value.get('code')}" if isinstance(value, dict) else str(value)


def _coding(coding: Resource) -> tuple[str, str]:
    return str(coding.get("system", "")), str(coding.get("code", ""))


def _rows(contains: JsonValue, depth: int = 0) -> Iterator[tuple[str, ...]]:
    """The codes of an expansion, those within others indented."""
    for each in contains:
        yield each.get("system", ""), "  " * depth + each.get("code", ""), each.get("display", "")
        yield from _rows(each.get("contains", ()), depth + 1)
