"""What calls need: the assembled adapter, and the client of the configured FHIR server."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

from flask import Request
from werkzeug.sansio.utils import get_current_url, get_host

from adapter.assembly import Runtime
from adapter.client import FhirClient
from adapter.conformance.supplies import Supplies
from adapter.connection import client_of
from adapter.dispatch import Dispatch
from adapter.trial import supplies_of
from adapter.web.desk import Desk
from adapter.web.drafted import DraftedRuntimes


@dataclass(frozen=True, kw_only=True)
class Service:
    """What calls need: the assembled adapter, also with drafts of maps, and the client of the FHIR server, if there is one."""

    runtime: Runtime
    client: FhirClient | None
    drafted: DraftedRuntimes
    desk: Desk | None = None
    saves_maps: bool = False

    @property
    def dispatch(self) -> Dispatch:
        """What keeps and delivers; only calls that are there with a store ask for it."""
        assert self.desk is not None  # noqa: S101 - as above
        return self.desk.dispatch

    @property
    def is_working(self) -> bool:
        """Whether this process converts and delivers what is kept."""
        return self.desk is not None and self.desk.is_working

    @cached_property
    def supplies(self) -> Supplies:
        """What the cases are made of that FHIR servers are tested by; made once, when the first test asks for it."""
        return supplies_of(self.runtime)

    def address(self, request: Request) -> str:
        """Where callers reach the service, without a slash at its end: what links begin with."""
        sent_to = (request.scheme, request.headers.get("Host"), request.server)
        return self.runtime.settings.public_url or _root_of(sent_to, request.root_path)

    @property
    def base(self) -> str:
        """The canonical base of our definitions."""
        return self.runtime.settings.canonical_base


@lru_cache(maxsize=256)
def _root_of(sent_to: tuple[str, str | None, tuple[str, int | None] | None], path: str) -> str:
    """As `Request.root_url`, which takes as long as keeping a row to work out the same again."""
    scheme, host, server = sent_to
    return get_current_url(scheme, get_host(scheme, host, server), path).rstrip("/")


def service_of(runtime: Runtime, desk: Desk | None = None, *, saves_maps: bool = False) -> Service:
    """The service of a runtime; `saves_maps` if the workbench may write mapping files."""
    settings = runtime.settings
    name = settings.fhir_server
    return Service(
        runtime=runtime,
        client=client_of(name, settings) if name else None,
        drafted=DraftedRuntimes(runtime),
        desk=desk,
        saves_maps=saves_maps,
    )
