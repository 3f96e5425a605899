"""What travels with the adapter, ready to be given away: the examples as Bundles, and the FHIR NPM package."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from adapter.assembly import Runtime
from adapter.conversion import Options
from adapter.files import adapter_version, folder_of
from adapter.json_types import JsonObject
from adapter.package import Package, make_package
from adapter.readers.document import Document
from adapter.readers.hl7v2.reader import Hl7Reader
from adapter.readers.json_reader import JsonReader
from adapter.readers.port import Readers

READERS = Readers(readers=[JsonReader(forms={}), Hl7Reader()])
"""The readers, to ask whether they take a file; they recognise it by its bytes, whatever forms there are."""
_MADE = ("bundle.json", "issues.json", "lineage.json")
"""What conversions leave in a folder; not input."""


def inputs_of(path: Path) -> list[Path]:
    """The input documents of a folder (all files that a reader takes but those that a conversion makes), or the file itself."""
    if path.is_dir():
        return [file for file in sorted(path.iterdir()) if file.is_file() and file.name not in _MADE and _is_input(file)]
    return [path]


def _is_input(file: Path) -> bool:
    """Whether a reader takes a file; hidden files are the file system's own."""
    return not file.name.startswith(".") and READERS.takes(_start_of(file))


def _start_of(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(4096)


def example_folders() -> list[Path]:
    """The folders of the examples, by name."""
    return sorted(folder for folder in folder_of("fhir_examples").iterdir() if folder.is_dir())


def same_everywhere() -> dict[str, object]:
    """The changes of options with which no setting and no clock decides what becomes of an example."""
    return {**Options().model_dump(), "version": adapter_version()}


def example_bundles(runtime: Runtime) -> Iterator[tuple[str, JsonObject]]:
    """The name and the Bundle of each example, whose resources claim our profiles; what is refused has no Bundle."""
    changes = {**same_everywhere(), "profiles": "own"}
    for folder in example_folders():
        documents = [Document(name=file.name, content=file.read_bytes()) for file in inputs_of(folder)]
        bundle = runtime.convert(documents, changes=changes).bundle
        if bundle is not None:
            yield folder.name, bundle


@cache
def package_of(runtime: Runtime) -> Package:
    """The FHIR NPM package of a runtime, made once."""
    base = runtime.settings.canonical_base
    return make_package(runtime.definitions, dict(example_bundles(runtime)), base=base, version=adapter_version())
