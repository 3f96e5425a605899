"""Which FHIR server we talk to, and what may be sent there."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from ipaddress import ip_address
from socket import inet_aton
from types import MappingProxyType

from adapter.client.outgoing import unmarked_places
from adapter.issues import InvalidError, Issue, IssueType, NotFoundError, SetupError, Severity
from adapter.json_types import JsonMapping

PUBLIC_SERVERS: Mapping[str, str] = MappingProxyType({"hapi": "https://hapi.fhir.org/baseR4"})
"""The short names of public FHIR servers that are known everywhere."""

# One strict form instead of a URL parser: what two parsers could read as two hosts (user@, backslash, white space) is refused.
_BASE_URL = re.compile(
    r"(?P<scheme>(?i:https?))://(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:(?P<port>[0-9]{1,5}))?(/[\w.~%-]+)*", re.ASCII
)
_TRUSTED = re.compile(r"((?P<scheme>https?)://)?(?P<host>[a-z0-9.-]+|\[[0-9a-f:.]+\])(:(?P<port>[0-9]{1,5}))?/?", re.ASCII)
_PORTS = {"http": 80, "https": 443}
_LOOPBACK = 127
_LONGEST_NAME = 64


def resolve_server(name: str, named: Mapping[str, str]) -> str:
    """The base URL that `name` stands for: a URL stands for itself, a word for one of `named`, then of `PUBLIC_SERVERS`.

    Raises NotFoundError for a word that is nobody's name.
    """
    if "://" in name:
        return name
    url = named.get(name, PUBLIC_SERVERS.get(name))
    if url is None:
        known = sorted({*named, *PUBLIC_SERVERS})
        near = get_close_matches(name[:_LONGEST_NAME], known, n=1)
        text = "No FHIR server has this name: give its base URL, or add the name to the settings."
        hint = f"did you mean `{near[0]}`?" if near else f"known are: {', '.join(known)}"
        raise NotFoundError(
            Issue(severity=Severity.ERROR, code=IssueType.NOT_FOUND, rule="server/unknown", text=text, suggestion=hint)
        )
    return url


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A FHIR server's base URL, without a slash at its end, and whether it may be given real patient data.

    Made with `target_at`, which checks the URL and the list of trusted servers.
    """

    base_url: str
    host: str
    is_trusted: bool

    @property
    def is_public(self) -> bool:
        """Whether the server is neither on this machine nor trusted, so that only test data may go there.

        An address of a private network (10.0.0.1) is public too: which machine it names depends on where one is.
        """
        return not (self.is_trusted or is_loopback(self.host))

    def check_may_go(self, resource: JsonMapping) -> None:
        """Raise InvalidError (rule PRI-03) if anything in `resource` may not be sent to this server."""
        if self.is_public and (places := tuple(unmarked_places(resource))):
            text = (
                "Only what is labelled as test data (HTEST) may go to this server: send test data, "
                "or name the server in ADAPTER_TRUSTED_SERVERS if it is yours."
            )
            issue = Issue(severity=Severity.ERROR, code=IssueType.SECURITY, text=text, rule="PRI-03", expression=places)
            raise InvalidError(issue)


def target_at(base_url: str, trusted_servers: Iterable[str] = ()) -> Target:
    """The target at a base URL; raises SetupError unless it is plainly http(s)://host[:port][/path], without credentials.

    `trusted_servers` are `host`, `host:port` or `scheme://host:port`; a host without a port is trusted at the scheme's own.
    """
    match = _BASE_URL.fullmatch(base_url.rstrip("/"))
    if match is None:
        text = "This is not the base URL of a FHIR server. Give http(s)://host[:port][/path], without user, password or query."
        raise SetupError(Issue(severity=Severity.ERROR, code=IssueType.VALUE, text=text))
    scheme, host = match["scheme"].lower(), match["host"].lower()
    port = int(match["port"] or _PORTS[scheme])
    trusted = any(_is_meant(entry.strip().lower(), scheme, host, port=port) for entry in trusted_servers)
    return Target(base_url=match[0], host=host, is_trusted=trusted)


def _is_meant(entry: str, scheme: str, host: str, *, port: int) -> bool:
    match = _TRUSTED.fullmatch(entry)
    if match is None or match["host"] != host or (match["scheme"] or scheme) != scheme:
        return False
    return int(match["port"] or _PORTS[scheme]) == port


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, in whatever way its address is written (`127.1`, `2130706433`, `[::ffff:127.0.0.1]`)."""
    if host == "localhost":
        return True
    plain = host.strip("[]")
    try:
        address = ip_address(plain)
    except ValueError:
        return _is_short_loopback(plain)
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def _is_short_loopback(text: str) -> bool:
    """Whether the forms of an address that only the operating system reads are this machine's."""
    try:
        return inet_aton(text)[0] == _LOOPBACK
    except OSError:
        return False
