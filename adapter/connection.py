"""The way to a FHIR server as the settings say: its name, who is trusted, how to sign in, and what its remarks mean."""

from dataclasses import replace
from pathlib import Path
from typing import get_args

from adapter.client import Abilities, FhirClient, Retries, Sender, TriageEntry, abilities_in, resolve_server, triage_table
from adapter.client.sign_in_file import sign_in_as_configured
from adapter.clock import request_id, seconds_now
from adapter.fhir.ownership import Shared
from adapter.files import mapping_files, text_of
from adapter.issues import NotFoundError, NotSupportedError
from adapter.settings import Settings
from adapter.strict_yaml.plain import read_plain_yaml

CONNECT_SECONDS = 3.05
FIRST_CONNECT_SECONDS = 1.5
"""How long a server may take to accept the first connection: one that is down is to be noticed at once."""
ANSWER_SECONDS = 30


def client_of(server: str, settings: Settings, *, seconds: float = ANSWER_SECONDS) -> FhirClient:
    """A client of the server of this name or base URL, with the trusted hosts of the settings; waits so long for an answer."""
    base_url = resolve_server(server, settings.named_servers)
    client = FhirClient(base_url, timeout=(CONNECT_SECONDS, seconds), trusted_servers=settings.trusted)
    _sign_in(client, settings)
    return client


def sender_of(server: str, settings: Settings, *, shared: Shared | None = None, seconds: float = ANSWER_SECONDS) -> Sender:
    """What sends to this server, once it has said what it can do; raises UnavailableError at once if it is down."""
    by_name: dict[str, Shared] = {name: name for name in get_args(Shared)}
    client = client_of(server, settings, seconds=seconds)
    sender = Sender(
        client=client,
        shared=shared or by_name.get(settings.shared_at(server), "merge"),
        triage_table=triage_lines(settings),
        looks_first=True,
    )
    return replace(sender, abilities=abilities_at(client, settings, seconds=seconds))


def abilities_at(client: FhirClient, settings: Settings, *, seconds: float = ANSWER_SECONDS) -> Abilities:
    """What the server can do, asked with the first connection; raises UnavailableError at once if it is down."""
    first = FhirClient(client.target.base_url, timeout=(FIRST_CONNECT_SECONDS, seconds), retries=Retries(attempts=1))
    _sign_in(first, settings)
    try:
        return abilities_in(first.capabilities())
    except (NotFoundError, NotSupportedError):
        return Abilities()


def triage_lines(settings: Settings) -> tuple[TriageEntry, ...]:
    """What is known of servers' remarks: the lines of the user's folder `triage`, then ours."""
    files = mapping_files("triage", "*.yaml", settings.mappings)
    tables = [triage_table(read_plain_yaml(text, name)) for name, text in reversed(files.items())]
    return tuple(line for table in tables for line in table)


def _sign_in(client: FhirClient, settings: Settings) -> None:
    sign_in_as_configured(client, settings.sign_ins, read=lambda name: text_of(Path(name)), now=seconds_now, new_id=request_id)
