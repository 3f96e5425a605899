"""The functions of mapping files that make parts of resources out of texts and references."""

from collections.abc import Sequence
from html import escape
from itertools import chain

from adapter.fhir.outline import ObjectOutline, Outline, Scalar, outline_of_constant
from adapter.mapping.function import function
from adapter.terminology import Terminology

_XHTML = "http://www.w3.org/1999/xhtml"


def _outline_of_narrative(_: Terminology, title: object) -> Outline | None:
    """With a title that is known, there is always something to read."""
    if not (isinstance(title, str) and title.strip()):
        return None
    return ObjectOutline({"status": outline_of_constant("generated"), "div": Scalar("narrative")}, frozenset({"status", "div"}))


@function(takes=("string", "string*?"), gives="Narrative", outlines=_outline_of_narrative)
def narrative(title: str, *parts: object) -> dict[str, str]:
    """A generated narrative of a few words: `narrative('Photograph', image.view)`; parts that are nothing are left out."""
    words = "; ".join([part for part in parts if part is not None])  # type: ignore[misc]  # declared as strings
    body = f": {_escaped(words)}" if words else ""
    return {"status": "generated", "div": f'<div xmlns="{_XHTML}"><p><b>{_escaped(title)}</b>{body}</p></div>'}


def _escaped(text: str) -> str:
    """A text as XHTML writes it; most have nothing that must be written otherwise."""
    return escape(text, quote=False) if "&" in text or "<" in text or ">" in text else text


@function(takes=("list of Reference*",), gives="list of Reference?")
def together(*lists: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """Several lists of references in one, each once: `together(each(ref(ai_device, run) for run in case.analyses), …)`."""
    return list({reference["reference"]: reference for reference in chain.from_iterable(lists)}.values())
