"""One HTTP exchange as plain values: what is sent to a FHIR server, and what comes back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Method = Literal["GET", "POST", "PUT", "DELETE"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is sent. `is_repeatable`: doing it twice is the same as doing it once."""

    method: Method
    url: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    is_repeatable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerAnswer:
    """What came back, whole."""

    status: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)


FORM = "application/x-www-form-urlencoded"
"""The content type of search criteria that are sent in a body: an identifier of a patient has no place in a URL."""
Send = Callable[[Request], ServerAnswer]
"""The way to a server: the answer whatever its status, or an UnavailableError if there is no whole one."""
