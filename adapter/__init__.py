"""The 0731T FHIR adapter: encounters and AI facial reports in, FHIR R4 out.

from adapter import Document, convert

conversion = convert([Document(name="encounter.json", content=...), Document(name="ai_report.json", content=...)])
conversion.bundle, conversion.issues, conversion.lineage, conversion.unread_fields
"""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from adapter.conversion import Conversion, Options
    from adapter.issues import AdapterError, Issue, SetupError
    from adapter.readers.document import Document

__all__ = ["AdapterError", "Conversion", "Document", "Issue", "Options", "SetupError", "convert"]

_PLACES = {
    "AdapterError": "adapter.issues",
    "Conversion": "adapter.conversion",
    "Document": "adapter.readers.document",
    "Issue": "adapter.issues",
    "Options": "adapter.conversion",
    "SetupError": "adapter.issues",
}


def convert(
    documents: "Sequence[Document]",
    *,
    prior: "Sequence[Document]" = (),
    changes: Mapping[str, object] | None = None,
) -> "Conversion":
    """Convert the documents of one encounter with the settings of the environment; maps are loaded and proved once.

    `prior` are encounters that were billed earlier, one document each; `changes` replaces options by name (see `Options`). Never
    raises for what is in the documents: a refused input is a Conversion without a bundle whose issues say why. Raises SetupError
    for settings or mapping files that cannot be used, InvalidError for a change that is not an option or not one of its values.
    """
    from adapter.assembly import default_runtime  # noqa: PLC0415 - whoever imports a part of the adapter loads no maps

    runtime = default_runtime()
    runtime.pipeline.prepare()
    return runtime.convert(documents, prior=prior, changes=changes)


def __getattr__(name: str) -> Any:  # noqa: ANN401 - PEP 562
    """The values of our Python door, imported when they are asked for."""
    if name not in _PLACES:
        message = f"module 'adapter' has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(_PLACES[name]), name)
