"""What one call is: routes, OpenAPI and CapabilityStatement are all made from such rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from flask import Response
from pydantic import BaseModel
from werkzeug.routing import BaseConverter

from adapter.json_types import JsonMapping, JsonValue
from adapter.web.access import Right

Call = Callable[..., Response]


def one_of(values: Sequence[str]) -> JsonMapping:
    """The JSON Schema of one of these texts."""
    return {"enum": [*values]}


SOME_TEXT: JsonMapping = {"type": "string", "pattern": r"\S"}
"""The JSON Schema of a text that says something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteParameter:
    """A parameter in the query or the path, and the JSON Schema of the texts that may stand in it."""

    name: str
    says: str
    place: str = "query"
    is_needed: bool = False
    schema: JsonMapping = field(default_factory=dict[str, JsonValue])


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One call: `path` is OpenAPI's (`/fhir/{type}/$validate`), `takes` and `gives` are media types.

    `body` is the model of a JSON body that only this call takes, `resource` the JSON Schema of a resource as body; without them
    a call takes parts of a case. `statuses` are those of its own (`answers` adds what every call can answer). A FHIR
    `operation` is named for the CapabilityStatement. `right` is what a caller needs where tokens are asked for; None: nothing.
    """

    method: str
    path: str
    call: Call | None
    says: str
    gives: tuple[str, ...]
    statuses: tuple[int, ...]
    takes: tuple[str, ...] = ()
    body: type[BaseModel] | None = None
    parameters: tuple[RouteParameter, ...] = ()
    resource: JsonMapping | None = None
    operation: str | None = None
    right: Right | None = "definitions"

    @property
    def rule(self) -> str:
        """The path as Flask writes it."""
        path = self.path.replace("{type}", "<resource_type>")
        for name in ("id", "encounter"):
            path = path.replace(f"{{{name}}}", f"<own_id:{name}>")
        return path.replace("{", "<").replace("}", ">")

    @property
    def answers(self) -> tuple[int, ...]:
        """Every status that the call can answer."""
        of_method = (304, 412) if self.method == "GET" else ()
        of_body = (408, 415) if self.takes else ()
        of_form = (406,) if self.is_negotiated else ()
        return tuple(sorted({*self.statuses, *_OF_EVERY_CALL, *of_method, *of_body, *of_form}))

    @property
    def is_negotiated(self) -> bool:
        """Whether the caller's wish for a form of the answer counts: an archive has one form only."""
        return any("json" in media_type for media_type in self.gives)


class OwnId(BaseConverter):
    """An id in a path: operations (`$expand`) and `_search` are none, so another method of theirs is refused as such."""

    regex = "[^/$_][^/]*"


_OF_EVERY_CALL = (400, 401, 403, 413, 429, 503)
