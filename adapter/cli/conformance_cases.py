"""The cases of `adapter conformance`: ours and the user's own, those that were chosen, and what they are made of."""

from collections.abc import Sequence

import click

from adapter.assembly import Runtime
from adapter.cli.known_name import unknown_name
from adapter.conformance.case_file import PlacedCase, read_case_files
from adapter.conformance.supplies import Supplies
from adapter.distribution import example_folders
from adapter.fhir.json import read_json
from adapter.files import case_files

KNOWN_FAILURES = "known-failures.yaml"
"""The file, in our folder of cases and in the user's, that explains failures."""
CASES = click.option("--cases", "own", type=click.Path(exists=True, file_okay=False), help="A folder of your own cases.")
ONLY = click.option("--only", multiple=True, metavar="GROUP[/CASE]", help="Only this group or case; may be given several times.")


def known_failure_files(own: str | None) -> dict[str, str]:
    """The files that explain failures: the user's first."""
    files = [(name, text) for name, text in case_files(own or "").items() if name.endswith(KNOWN_FAILURES)]
    return dict(reversed(files))


def placed_cases(own: str | None) -> tuple[PlacedCase, ...]:
    """All cases: ours, and those in the folder `own`."""
    return read_case_files({name: text for name, text in case_files(own or "").items() if not name.endswith(KNOWN_FAILURES)})


def chosen_cases(placed: Sequence[PlacedCase], only: Sequence[str]) -> list[PlacedCase]:
    """The cases of these names and groups (all without any); raises NotFoundError for a name that nothing has."""
    for name in only:
        if not any(is_chosen(case.identity, [name]) for case in placed):
            raise unknown_name(
                name, [case.identity for case in placed], text="there is no case of this name", rule="conformance/case"
            )
    return [case for case in placed if not only or is_chosen(case.identity, only)]


def is_chosen(identity: str, only: Sequence[str]) -> bool:
    """Whether a case has one of these names, or belongs to one of them."""
    return any(identity == name or identity.startswith(f"{name}/") for name in only)


def supplies_of(runtime: Runtime) -> Supplies:
    """What the cases are made of."""
    files = [folder / "bundle.json" for folder in example_folders()]
    examples = {file.parent.name: read_json(file.read_bytes(), str(file)) for file in files if file.exists()}
    return Supplies(examples=examples, definitions=runtime.definitions, canonical_base=runtime.settings.canonical_base)
