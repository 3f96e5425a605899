"""The examples of the product, and the pipeline that converts them."""

from functools import cache
from pathlib import Path

from adapter.assembly import load
from adapter.conversion import Conversion, Options
from adapter.distribution import inputs_of
from adapter.pipeline import Pipeline
from adapter.readers.document import Document
from adapter.settings import Settings

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "fhir_examples"
OPTIONS = Options(version="0.1.0")
MADE = ("bundle.json", "issues.json")
"""What we made of an example; all other JSON files of its folder are its documents."""


@cache
def pipeline(own: str = "") -> Pipeline:
    """The pipeline with the maps of this checkout and their proofs, whatever the environment sets; `own` is a user's folder."""
    line = load(Settings(mappings=own)).pipeline
    line.prepare()
    return line


def example_names() -> list[str]:
    """The names of all examples."""
    return sorted(folder.name for folder in EXAMPLES.iterdir() if folder.is_dir())


def native_example_names() -> list[str]:
    """The names of the examples whose encounter is in our own form, and whose documents are JSON objects."""
    return [name for name in example_names() if (EXAMPLES / name / "encounter.json").exists() and _has_only_objects(name)]


def _has_only_objects(name: str) -> bool:
    return all(document.content.startswith(b"{") for document in documents_of(EXAMPLES / name))


def documents_of(folder: Path) -> list[Document]:
    """The documents of an example, the encounter first."""
    files = inputs_of(folder)
    files.sort(key=lambda file: file.name != "encounter.json")
    return [Document(name=file.name, content=file.read_bytes()) for file in files]


@cache
def conversion_of(name: str) -> Conversion:
    """The conversion of an example."""
    return pipeline().convert(documents_of(EXAMPLES / name), OPTIONS)
