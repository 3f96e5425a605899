"""Names on the command line that must exist: a wrong one is refused with the nearest, a shell completes them."""

from collections.abc import Callable, Collection
from difflib import get_close_matches

import click
from click.shell_completion import CompletionItem

from adapter.assembly import Runtime
from adapter.cli.mappings import runtime_with
from adapter.issues import AdapterError, Issue, IssueType, NotFoundError, Severity
from adapter.mapping.emit.compiled import CompiledMap
from adapter.readers.document import NATIVE
from adapter.rules.description import latest
from adapter.rules.registry import RULES

_SHOWN = 40
"""So many names are listed where none is near."""


class KnownName(click.ParamType[str]):
    """A name of which the adapter, with the user's own mapping files, knows all."""

    def __init__(self, what: str, rule: str, names: Callable[[Runtime], Collection[str]]) -> None:
        """Take what is named (`map`), the id of the issue of a wrong name, and where the names are."""
        self.name = what
        self._rule = rule
        self._names = names

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002 - click's signature
        """The name as it is spelled; raises NotFoundError with the nearest one."""
        names = self._names(_runtime_of(ctx))
        spelled = {name.lower(): name for name in names}.get(value.lower())
        if spelled is None:
            raise unknown_name(value, names, text=f"there is no {self.name} of this name", rule=self._rule)
        return spelled

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002 - click's signature
        """The names that begin so; none if the user's own files are broken, since a shell cannot show why."""
        try:
            names = self._names(_runtime_of(ctx))
        except AdapterError:
            return []
        return [CompletionItem(name) for name in names if name.lower().startswith(incomplete.lower())]


def unknown_name(value: str, names: Collection[str], *, text: str, rule: str) -> NotFoundError:
    """The refusal of a name that does not exist, with the nearest one that does."""
    spelled = {name.lower(): name for name in names}
    near = get_close_matches(value.lower(), spelled, n=1, cutoff=0.7)
    more = " …" if len(names) > _SHOWN else ""
    hint = f"did you mean `{spelled[near[0]]}`?" if near else f"known are: {', '.join(list(names)[:_SHOWN])}{more}"
    return NotFoundError(Issue(severity=Severity.ERROR, code=IssueType.NOT_FOUND, rule=rule, text=text, suggestion=hint))


def maps_of(runtime: Runtime) -> dict[str, CompiledMap]:
    """The maps by name: those that make FHIR, and those that read other input forms."""
    return {found.name: found for found in (*runtime.fhir_library.maps, *runtime.source_library.maps)}


def _runtime_of(ctx: click.Context | None) -> Runtime:
    """The adapter with the folder of --mappings, which is read before the other options."""
    folder = ctx.params.get("mappings") if ctx else None
    return runtime_with(folder if isinstance(folder, str) else None)


FORM_NAME = KnownName("input form", "document/form", lambda runtime: (NATIVE, *runtime.forms))
MAP_NAME = KnownName("map", "map/unknown", lambda runtime: list(maps_of(runtime)))
RULE_ID = KnownName("rule", "rules/unknown", lambda _: [found.id for found in RULES])
PAYER_KEY = KnownName("payer's policy", "payers/unknown", lambda runtime: [policy.key for policy in latest(runtime.policies)])
PAYER = click.option("--payer", type=PAYER_KEY, help="Judge the claim by the policy of this payer, whatever payer is named.")
