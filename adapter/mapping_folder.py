"""What a folder of the user's own mapping files holds: what each file does, and all that is wrong with any of them."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import PurePosixPath

from adapter.assembly import Runtime, load
from adapter.files import files_below, mapping_layers
from adapter.issues import Issue, SetupError
from adapter.mapping.role import roles_of

_MAPS = ("fhir/r4", "sources")
_READ = {
    "fhir/r4": ("*.yaml", "makes FHIR"),
    "fhir/r5": ("*.yaml", "makes FHIR"),
    "sources": ("*.yaml", "reads an input form"),
    "senders": ("*.yaml", "says what a sender writes differently"),
    "terminology": ("*.yaml", "defines codes"),
    "profiles": ("*.yaml", "defines a profile"),
    "payers": ("*.yaml", "is a payer's policy"),
    "triage": ("*.yaml", "says what remarks of a server mean"),
}
"""The folders that are read, with the files in them that are, and what these do."""

_SCHEMA = "*.schema.json"


def file_roles(folder: str) -> list[tuple[str, str]]:
    """For each file of the folder (`""` for none) what it does; of one that is ignored, why."""
    if not folder:
        return []
    maps = dict[str, list[str]]()
    for part in _MAPS:
        with suppress(SetupError):  # what cannot be read is among the mistakes
            for file, role in roles_of(*mapping_layers(part, "*.yaml", folder)):
                maps.setdefault(file, []).append(role)
    return [(file, role) for file, place in files_below(folder).items() for role in maps.get(file) or [_role(place)]]


def _role(place: str) -> str:
    parent, name = str(PurePosixPath(place).parent), PurePosixPath(place).name
    if parent in _READ and fnmatch(name, _READ[parent][0]):
        return _READ[parent][1]
    if parent == "sources" and fnmatch(name, _SCHEMA):
        return "describes an input form"
    if parent in _READ:
        return f"ignored: only files named {_READ[parent][0]} are read in `{parent}/`"
    return f"ignored: `{parent}/` is not a folder that is read; those are {', '.join(f'{known}/' for known in _READ)}"


def mistakes_of(runtime: Runtime) -> list[Issue]:
    """All mistakes in all mapping files, folder by folder, those of one file in the order of their places."""
    policies = _refused(lambda: runtime.policies)
    if policies:  # codes are made of policies, and maps are checked against codes: with ours, what is wrong with maps is seen too
        runtime = Runtime(runtime.settings, runtime.releases, drafts=runtime.drafts)
        vars(runtime)["policies"] = load(replace(runtime.settings, mappings="")).policies
    # A part that stands on a broken one refuses the same again.
    maps = (lambda: runtime.definitions, lambda: runtime.outputs, lambda: runtime.source_library, lambda: runtime.pipeline)
    return list(dict.fromkeys([*policies, *(issue for part in maps for issue in _refused(part))]))


def _refused(part: Callable[[], object]) -> tuple[Issue, ...]:
    """What is wrong with the files that a part of the adapter is made from."""
    try:
        part()
    except SetupError as error:
        return error.issues
    return ()
