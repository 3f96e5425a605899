"""The line itself: documents in, a Conversion out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from adapter.case import Case
from adapter.checks import check_bundle
from adapter.fhir.bundle import expression_roots, transaction
from adapter.fhir.json import canonical_bytes
from adapter.issues import AdapterError, InvalidError, Issue, IssueType, Severity
from adapter.mapping.library import Library, Made
from adapter.readers.document import NATIVE, Document, ReadDocument, read_document
from adapter.readers.merge import Merged, merge
from adapter.readers.shape import InputForm, structure_issues
from adapter.readers.validate import to_case
from adapter.rules.judgement import Judgement, judge
from adapter.trail import Coverage, Lineage, Trail, coverage_of, verdict_issue


class Options(BaseModel):
    """The switches of a conversion; mappings read them as `options`."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    profiles: Literal["none", "own", "uscore", "all"] = "none"
    ai_label: Literal["device", "ai", "both"] = "device"
    narrative: bool = True
    zone: str | None = None
    version: str = "0"


@dataclass(frozen=True, kw_only=True)
class Conversion:
    """What became of the documents.

    `bundle` is the FHIR transaction Bundle, `content` the same as bytes; both None if the input was refused. `issues` are all
    problems, with their places. `lineage` says for every element of the bundle what it was made from; `coverage` which input
    fields no mapping read. Both are worked out when they are first asked for.
    """

    bundle: dict[str, Any] | None
    content: bytes | None
    issues: tuple[Issue, ...]
    case: Case | None = None
    trail: Trail | None = field(default=None, repr=False)

    @cached_property
    def lineage(self) -> Lineage:
        """What every element of the bundle was made from."""
        return self.trail.lineage() if self.trail else Lineage(entries=())

    @cached_property
    def coverage(self) -> Coverage:
        """Which input fields no mapping read."""
        return self.trail.coverage() if self.trail else Coverage(unread=())

    @property
    def has_errors(self) -> bool:
        """Whether an issue is an error."""
        return any(issue.is_error for issue in self.issues)
