"""The 0731T FHIR adapter: encounters and AI facial reports in, FHIR R4 out.

from adapter import Document, convert

made = convert([Document(name="encounter.json", content=...), Document(name="ai_report.json", content=...)])
made.bundle, made.issues, made.lineage, made.coverage
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from adapter.issues import AdapterError, Issue
    from adapter.pipeline import Conversion, Options
    from adapter.readers.document import Document

__all__ = ["AdapterError", "Conversion", "Document", "Issue", "Options", "convert"]

_PLACES = {
    "AdapterError": "adapter.issues",
    "Conversion": "adapter.pipeline",
    "Document": "adapter.readers.document",
    "Issue": "adapter.issues",
    "Options": "adapter.pipeline",
}


def convert(documents: "Sequence[Document]", options: "Options | None" = None) -> "Conversion":
    """Convert the documents of one encounter with the settings of the environment; maps are loaded once.

    Never raises for what is in the documents: a refused input is a Conversion without a bundle whose issues say why. Raises
    SetupError for settings or mapping files that can not be used.
    """
    from adapter.assembly import default_runtime  # noqa: PLC0415 - whoever imports a part of the adapter loads no maps

    runtime = default_runtime()
    return runtime.pipeline.convert(documents, options or runtime.options)


def __getattr__(name: str) -> Any:  # noqa: ANN401 - PEP 562
    """The values of our Python door, imported when they are asked for."""
    if name not in _PLACES:
        message = f"module 'adapter' has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module  # noqa: PLC0415 - as above

    return getattr(import_module(_PLACES[name]), name)
