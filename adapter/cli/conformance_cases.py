"""The cases of `adapter conformance`: ours and the user's own, and those that were chosen."""

from collections.abc import Sequence

import click

from adapter.cli.known_name import unknown_name
from adapter.conformance.case_file import ConformanceCase, PlacedCase
from adapter.conformance.supplies import Supplies, cases_of
from adapter.issues import NotFoundError
from adapter.trial import placed_cases

CASES = click.option("--cases", "own", type=click.Path(exists=True, file_okay=False), help="A folder of your own cases.")
ONLY = click.option("--only", multiple=True, metavar="GROUP[/CASE]", help="Only this group or case; may be given several times.")


def chosen_cases(placed: Sequence[PlacedCase], only: Sequence[str]) -> list[PlacedCase]:
    """The cases that these names are of, or belong to (all without any); raises NotFoundError for a name that nothing has."""
    for name in only:
        if not any(_is_meant(case, name) for case in placed):
            raise _unknown(name, [case.identity for case in placed])
    return [case for case in placed if not only or any(_is_meant(case, name) for name in only)]


def _is_meant(case: PlacedCase, name: str) -> bool:
    """Whether a name is that of a case, of its group, or of what one of its kind is for (`resource/keep/Patient`)."""
    is_of_kind = case.terms.for_each != "once" and name.startswith(f"{case.identity}/")
    return is_of_kind or is_chosen(case.identity, [name])


def ready_cases(own: str | None, only: Sequence[str], supplies: Supplies, *, run: str) -> tuple[ConformanceCase, ...]:
    """The chosen cases, ready to be run; raises NotFoundError for a name that nothing has."""
    cases = cases_of(chosen_cases(placed_cases(own), only), supplies, run=run)
    for name in only:
        if not any(is_chosen(case.identity, [name]) for case in cases):
            raise _unknown(name, [case.identity for case in cases])
    return tuple(case for case in cases if not only or is_chosen(case.identity, only))


def _unknown(name: str, known: Sequence[str]) -> NotFoundError:
    return unknown_name(name, known, text="there is no case of this name", rule="conformance/case")


def is_chosen(identity: str, only: Sequence[str]) -> bool:
    """Whether a case has one of these names, or belongs to one of them."""
    return any(identity == name or identity.startswith(f"{name}/") for name in only)
