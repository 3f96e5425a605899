"""Which FHIR server we talk to, and what may be sent there."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from types import MappingProxyType
from typing import Any

from adapter.client.loose import dict_in, list_in, text_in
from adapter.issues import InvalidError, Issue, IssueType, NotFoundError, SetupError, Severity

PUBLIC_SERVERS: Mapping[str, str] = MappingProxyType({"hapi": "https://hapi.fhir.org/baseR4"})
"""The short names of public FHIR servers that are known everywhere."""

_TEST_SYSTEM = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
_TEST_CODE = "HTEST"

# One strict form instead of a URL parser: what two parsers could read as two hosts (user@, backslash, white space) is refused.
_BASE_URL = re.compile(r"(?i:https?)://(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[\w.~%-]+)*", re.ASCII)


def resolve_server(name: str, named: Mapping[str, str]) -> str:
    """The base URL that `name` stands for: a URL stands for itself, a word for one of `named`, then of `PUBLIC_SERVERS`.

    Raises NotFoundError for a word that is nobody's name.
    """
    if "://" in name:
        return name
    found = named.get(name, PUBLIC_SERVERS.get(name))
    if found is None:
        text = "No FHIR server has this name: give its base URL, or add the name to the settings."
        raise NotFoundError(Issue(severity=Severity.ERROR, code=IssueType.NOT_FOUND, text=text))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A FHIR server's base URL, without a slash at its end, and the hosts that may be given real patient data.

    `trusted_hosts` holds host names without a port, in lower case. Made with `target_at`, which checks the URL.
    """

    base_url: str
    host: str
    trusted_hosts: frozenset[str]

    @property
    def is_public(self) -> bool:
        """Whether the host is neither this machine nor trusted, so that only test data may go there."""
        return not (_is_loopback(self.host) or self.host in self.trusted_hosts)

    def check_may_go(self, resource: Mapping[str, Any]) -> None:
        """Raise InvalidError (rule PRI-03) if `resource`, or one that its entries hold, may not be sent to this server."""
        if self.is_public and (places := tuple(_places_without_label(resource))):
            text = "Only resources labelled as test data (HTEST) may go to this server: send test data, or trust its host."
            issue = Issue(severity=Severity.ERROR, code=IssueType.SECURITY, text=text, rule="PRI-03", expression=places)
            raise InvalidError(issue)


def target_at(base_url: str, trusted_hosts: Iterable[str] = ()) -> Target:
    """The target at a base URL; raises SetupError unless it is plainly http(s)://host[:port][/path], without credentials."""
    match = _BASE_URL.fullmatch(base_url.rstrip("/"))
    if match is None:
        text = "This is no base URL of a FHIR server: give http(s)://host[:port][/path], without user, password or query."
        raise SetupError(Issue(severity=Severity.ERROR, code=IssueType.VALUE, text=text))
    trusted = frozenset(host.lower() for host in trusted_hosts)
    return Target(base_url=match[0], host=match["host"].lower(), trusted_hosts=trusted)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _places_without_label(resource: Mapping[str, Any]) -> Iterator[str]:
    if resource.get("resourceType") != "Bundle":
        return iter(() if _is_test(resource) else (str(resource.get("resourceType")),))
    return _entries_without_label(resource, "Bundle")


def _entries_without_label(bundle: Mapping[str, Any], path: str) -> Iterator[str]:
    for index, entry in enumerate(bundle.get("entry", ())):
        resource, place = entry.get("resource"), f"{path}.entry[{index}].resource"
        if text_in(resource, "resourceType") == "Bundle":
            yield from _entries_without_label(resource, place)
        elif resource is not None and not _is_test(resource):
            yield place


def _is_test(resource: object) -> bool:
    labels = list_in(dict_in(resource, "meta"), "security")
    return any(text_in(label, "system") == _TEST_SYSTEM and text_in(label, "code") == _TEST_CODE for label in labels)
