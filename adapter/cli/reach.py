"""Who may reach what is served: one rule for every address that the adapter listens on."""

from dataclasses import dataclass

from adapter.cli.show import err
from adapter.client.target import is_loopback
from adapter.issues import Issue, IssueType, SetupError, Severity
from adapter.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Unguarded:
    """What is said where callers need nothing: what is not required, what to do about it, and what anyone could do."""

    rule: str
    text: str
    hint: str
    risk: str


def check_reach(host: str, settings: Settings, unguarded: Unguarded, *, insecure: bool) -> None:
    """Raise SetupError where others could reach an address and nothing would stop them.

    `insecure` says that this is meant; then they are let in with a warning, but not to a service that keeps what is sent.
    """
    if is_loopback(host):
        return
    if settings.store or not insecure:
        issue = Issue(
            severity=Severity.ERROR,
            code=IssueType.SECURITY,
            rule=unguarded.rule,
            text=f"{host} can be reached from elsewhere, and {unguarded.text}",
            suggestion=f"{unguarded.hint}, or say --insecure, which is taken where nothing is kept (no ADAPTER_STORE)",
        )
        raise SetupError(issue)
    err.print(f"WARNING: --insecure: anyone who reaches this address can {unguarded.risk}.", style="bold red")
