"""What one call is: routes, OpenAPI and CapabilityStatement are all made from such rows."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response

Call = Callable[..., Response]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter in the query or the path; `values` if only these are allowed."""

    name: str
    says: str
    place: str = "query"
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One call: `path` is OpenAPI's (`/fhir/{type}/$validate`), `takes` and `gives` are media types.

    `statuses` are all that it answers; a FHIR `operation` is named for the CapabilityStatement.
    """

    method: str
    path: str
    call: Call | None
    says: str
    gives: tuple[str, ...]
    statuses: tuple[int, ...]
    takes: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    operation: str | None = None

    @property
    def rule(self) -> str:
        """The path as Flask writes it."""
        return self.path.replace("{type}", "<resource_type>").replace("{", "<").replace("}", ">")
