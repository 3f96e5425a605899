"""JSON that nobody wrote as a document of ours: told once, and not once for each of its fields."""

from collections.abc import Iterator
from itertools import islice

from adapter.case import CaseDocument
from adapter.issues import Issue, IssueType, Severity
from adapter.merging.merge import Merged
from adapter.merging.unknown_field import is_near_a_field
from adapter.readers.document import NATIVE, ReadDocument

_OURS = frozenset(CaseDocument.model_fields)
_ENOUGH = 200
"""So many names say whose document it is; to look for similar ones costs more than all else that is done with a name."""


def foreign(merged: Merged) -> Iterator[Issue]:
    """One issue for each document of no known form whose fields are mostly not fields of the Case, however they are spelled."""
    for document in merged.documents:
        names = [*islice(document.tree, _ENOUGH)]
        if document.form == NATIVE and 2 * sum(not _is_ours(name) for name in names) > len(names):
            yield _issue(document)


def _is_ours(name: str) -> bool:
    return name in _OURS or is_near_a_field(name)


def _issue(document: ReadDocument) -> Issue:
    return Issue(
        severity=Severity.ERROR,
        code=IssueType.NOT_SUPPORTED,
        rule="document/form",
        text="this JSON is of no form that is read here: its fields are neither those of a document of ours nor those of a tool",
        suggestion=(
            "send a tool's file as the tool wrote it, one case in each file (forms: docs/sources.md); "
            "`adapter schema encounter --template` writes a document of ours"
        ),
        location=(f"{document.name}#",),
    )
