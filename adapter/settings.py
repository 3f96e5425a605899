"""What can be set from outside: the only reader of the environment."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from difflib import get_close_matches
from ipaddress import ip_network
from typing import Any, Literal, NamedTuple, get_args
from zoneinfo import ZoneInfo

from adapter.annotation import Hint
from adapter.conversion import AiLabel, Profiles
from adapter.fhir.ownership import Shared
from adapter.issues import Issue, IssueType, SetupError, Severity
from adapter.json_types import JsonObject
from adapter.plain_value import ABSOLUTE_URI

_PREFIX = "ADAPTER_"
_OF_TESTS = "ADAPTER_TEST_"
_WORDS_OF_TRUTH = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
_WEB_ADDRESS = re.compile(r"https?://[^\s/?#,]+(/[^\s/?#,]+)*", re.ASCII)
_SERVER = re.compile(r"(?P<name>[^\s=]+)\s*=\s*(?P<url>\S+)(\s+shared=(?P<shared>create|merge|put))?")
_MOST_DIGITS = 15
_LAST_PORT = 65535
_ORIGIN = re.compile(r"https?://[a-zA-Z0-9.-]+(:\d{1,5})?|https?://\[[0-9a-fA-F:.]+\](:\d{1,5})?", re.ASCII)
_OFFSET = re.compile(r"[+-](0[0-9]|1[0-4]):[0-5][0-9]", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What can be set from outside: the field `canonical_base` is the variable `ADAPTER_CANONICAL_BASE`, and so on."""

    canonical_base: str = field(
        default="https://0731t-adapter.invalid/fhir", metadata={"says": "what the URLs of our own definitions begin with"}
    )
    mappings: str = field(
        default="", metadata={"says": "a folder of your own mapping files; a map of the same name replaces ours"}
    )
    profiles: Profiles = field(default="none", metadata={"says": "which profiles resources claim"})
    ai_label: AiLabel = field(default="device", metadata={"says": "how AI content is labelled: DEVAST, AIAST or both"})
    narrative: bool = field(default=True, metadata={"says": "whether resources get a short narrative"})
    zone: str = field(
        default="",
        metadata={
            "says": "the time zone of times that are sent without an offset from UTC: an IANA name or an offset; without it, "
            "such a time is refused in our own form, and of other forms only the day is kept"
        },
    )
    assigner: str = field(
        default="",
        metadata={
            "says": "a URI that names who assigned the numbers of patients and encounters that come without a system of their "
            "own (docs/identity.md); without it, a patient's number without a system is refused"
        },
    )
    sender: str = field(
        default="",
        metadata={
            "says": "the sender whose file (`senders/NAME.yaml` of your mappings, docs/sources.md) counts for all documents; "
            "without it, HL7 v2 messages are known by MSH-3 and MSH-4"
        },
    )
    host: str = field(default="127.0.0.1", metadata={"says": "the address that `adapter serve` listens on"})
    port: int = field(default=8731, metadata={"says": "the port that `adapter serve` listens on; 0 takes a free one"})
    public_url: str = field(
        default="", metadata={"says": "what callers reach the service by: links begin with it, not with what the request says"}
    )
    proxies: str = field(
        default="",
        metadata={"says": "proxies whose `X-Forwarded-…` headers count: addresses or networks, with commas (`10.0.0.0/8`)"},
    )
    tls_certificate: str = field(default="", metadata={"says": "the certificate (with its chain) that the service shows, PEM"})
    tls_key: str = field(default="", metadata={"says": "the key of the certificate, PEM"})
    tls_clients: str = field(
        default="",
        metadata={"says": "the authorities of callers' certificates, PEM: whoever shows none of them gets no connection"},
    )
    cors_origins: str = field(
        default="", metadata={"says": "web pages that may call the service from a browser: origins with commas, or `*`"}
    )
    package_registry: str = field(
        default="", metadata={"says": "where package clients are sent for packages that are not ours: a base URL"}
    )
    tokens: str = field(
        default="", metadata={"says": "a file of the callers' tokens and certificates, as `adapter token` writes its lines"}
    )
    senders: str = field(
        default="",
        metadata={
            "says": "a file of senders with settings of their own, which apply to what their tokens send (docs/security.md)"
        },
    )
    max_body: int = field(default=5_000_000, metadata={"says": "the largest request in bytes"})
    max_connections: int = field(default=500, metadata={"says": "how many connections an address may have, per process"})
    max_queue: int = field(default=128, metadata={"says": "how many requests may wait for a thread, per process; more get a 503"})
    head_seconds: int = field(default=5, metadata={"says": "how long the headers of a request may take"})
    body_seconds: int = field(default=10, metadata={"says": "how long the body of a request may take"})
    idle_seconds: int = field(default=10, metadata={"says": "how long a connection is kept while nothing is asked"})
    memo_bytes: int = field(
        default=16_000_000,
        metadata={"says": "bytes per process in which answers of terminology operations are remembered; 0 remembers none"},
    )
    max_items: int = field(default=5_000, metadata={"says": "how many items a list of a document may have"})
    max_steps: int = field(
        default=1_000_000,
        metadata={
            "says": "how many steps a conversion may take: values read, elements made, items that loops of maps go through"
        },
    )
    fhir_server: str = field(
        default="", metadata={"says": "a FHIR server that `$validate` asks as well: a base URL, or a name from ADAPTER_SERVERS"}
    )
    servers: str = field(
        default="",
        metadata={
            "says": "FHIR servers by name: `name=url,name=url`; `hapi` is there already; `name=url shared=put` says for one "
            "of them what ADAPTER_SHARED says for all"
        },
    )
    shared: str = field(
        default="",
        metadata={
            "says": "what happens to resources that others may own (docs/identity.md): create, merge or put; without it, a "
            "conversion creates and a delivery merges"
        },
    )
    trusted_servers: str = field(
        default="",
        metadata={
            "says": "servers that may get more than test data: `host,host:port,https://host`; a host alone means port 80 or 443"
        },
    )
    store: str = field(
        default="",
        metadata={
            "says": "where documents are kept (docs/delivery.md): `sqlite:///FILE` or `postgresql://user@host/name`; without it "
            "nothing is kept, and `/encounters` is not there"
        },
    )
    store_keys: str = field(
        default="",
        metadata={"says": "a file of the keys that encrypt what is kept, the newest first, as `adapter store key` makes them"},
    )
    destinations: str = field(
        default="", metadata={"says": "a file of the FHIR servers that get what is made of kept documents (docs/delivery.md)"}
    )
    deliver: bool = field(
        default=True, metadata={"says": "whether `adapter serve` delivers itself; else `adapter deliver run` does"}
    )
    max_documents: int = field(default=1_000, metadata={"says": "how many documents a kept encounter may have; more are refused"})
    retention_days: int = field(
        default=0, metadata={"says": "after how many days kept documents are removed; 0 keeps them until they are deleted"}
    )
    sign_ins: str = field(
        default="",
        metadata={"says": "a file of how commands and deliveries sign in at FHIR servers (docs/conformance.md)"},
    )
    log_level: Literal["debug", "info", "warning", "error"] = field(default="info", metadata={"says": "how much is logged"})

    @property
    def named_servers(self) -> dict[str, str]:
        """The FHIR servers by name."""
        return {server.name: server.url for server in _servers(self.servers)}

    def shared_at(self, server: str) -> str:
        """What happens at a server, named or not, to resources that others may own, as far as it is set."""
        return next((known.shared for known in _servers(self.servers) if known.name == server and known.shared), self.shared)

    @property
    def trusted(self) -> tuple[str, ...]:
        """The servers that may get more than test data."""
        return tuple(server.strip() for server in self.trusted_servers.split(",") if server.strip())


def settings_from(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of an environment (the process's own if none is given).

    Raises SetupError for a value that does not fit, and for an `ADAPTER_` variable that does not exist; variables that begin
    with `ADAPTER_TEST_` belong to the tests.
    """
    given = os.environ if environment is None else environment
    names = {_PREFIX + setting.name.upper(): setting for setting in fields(Settings)}
    own = {name: value for name, value in given.items() if name.startswith(_PREFIX) and not name.startswith(_OF_TESTS)}
    issues = [_unknown(name, list(names)) for name in sorted(own) if name not in names]
    values: JsonObject = {}
    for name, text in own.items():
        if name in names and text != "":
            value = _value(names[name].type, text)
            fits, _ = _FITS.get(names[name].name, (_anything, ""))
            if value is None or not fits(text):
                issues.append(_unfit(name, must_be(names[name])))
            values[names[name].name] = value
    if issues:
        raise SetupError(*issues)
    return Settings(**values)


def _value(kind: Hint, text: str) -> object | None:
    if kind is bool:
        return _WORDS_OF_TRUTH.get(text.lower())
    if kind is int:
        return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None
    allowed = get_args(kind)
    return text if not allowed or text in allowed else None


def _unknown(name: str, known: list[str]) -> Issue:
    near = get_close_matches(name.removeprefix(_PREFIX), [setting.removeprefix(_PREFIX) for setting in known], n=1)
    hint = f"did you mean {_PREFIX}{near[0]}?" if near else "see docs/settings.md"
    text = f"there is no setting {name}"
    return Issue(severity=Severity.ERROR, code=IssueType.NOT_FOUND, rule="settings/unknown", text=text, suggestion=hint)


def _unfit(name: str, needed: str) -> Issue:
    text = f"the setting {name} must be {needed}"
    return Issue(severity=Severity.ERROR, code=IssueType.VALUE, rule="settings/value", text=text)


def must_be(setting: Field[Any]) -> str:
    """What the text of a setting (a field of Settings) must be, in words."""
    if setting.name in _FITS:
        return _FITS[setting.name][1]
    plain = {bool: "true or false"}
    kind: Any = setting.type
    return " or ".join(get_args(kind)) if get_args(kind) else plain.get(kind, "text")


def _anything(_text: str) -> bool:
    return True


def _is_web_address(text: str) -> bool:
    return _WEB_ADDRESS.fullmatch(text) is not None


def _is_absolute_uri(text: str) -> bool:
    return re.fullmatch(ABSOLUTE_URI, text) is not None


def _is_port(text: str) -> bool:
    return text.isdigit() and int(text) <= _LAST_PORT


def _is_positive(text: str) -> bool:
    return text.isdigit() and int(text) > 0


def _is_not_negative(text: str) -> bool:
    return text.isdigit()


def _is_zone(text: str) -> bool:
    try:
        return text == "Z" or _OFFSET.fullmatch(text) is not None or bool(ZoneInfo(text).key)
    except (LookupError, ValueError, OSError):
        return False


class _Server(NamedTuple):
    """One of `name=url shared=merge,…`, as far as it could be read."""

    name: str
    url: str
    shared: str
    is_whole: bool


def _servers(text: str) -> list[_Server]:
    return [_server(part.strip()) for part in text.split(",") if part.strip()]


def _server(text: str) -> _Server:
    match = _SERVER.fullmatch(text)
    if match is None:
        return _Server(name=text, url="", shared="", is_whole=False)
    url = match["url"]
    return _Server(name=match["name"], url=url, shared=match["shared"] or "", is_whole=_is_web_address(url.rstrip("/")))


def _are_servers(text: str) -> bool:
    return all(server.is_whole for server in _servers(text))


def _is_store(text: str) -> bool:
    return text.startswith(("sqlite:///", "postgresql://"))


def _is_shared(text: str) -> bool:
    return text in get_args(Shared)


def _are_networks(text: str) -> bool:
    try:
        return bool([ip_network(item.strip()) for item in text.split(",")])
    except ValueError:
        return False


def _are_origins(text: str) -> bool:
    return text == "*" or all(_ORIGIN.fullmatch(item.strip()) for item in text.split(","))


_POSITIVE = f"a positive whole number of {_MOST_DIGITS} digits at most"
_NOT_NEGATIVE = f"a whole number, 0 or more, of {_MOST_DIGITS} digits at most"
_FITS: dict[str, tuple[Callable[[str], bool], str]] = {
    "canonical_base": (_is_web_address, "a web address without a slash at its end"),
    "port": (_is_port, "a port, 0 to 65535"),
    "max_body": (_is_positive, _POSITIVE),
    "max_connections": (_is_positive, _POSITIVE),
    "max_queue": (_is_positive, _POSITIVE),
    "memo_bytes": (_is_not_negative, _NOT_NEGATIVE),
    "max_items": (_is_positive, _POSITIVE),
    "max_steps": (_is_positive, _POSITIVE),
    "head_seconds": (_is_positive, _POSITIVE),
    "body_seconds": (_is_positive, _POSITIVE),
    "idle_seconds": (_is_positive, _POSITIVE),
    "mappings": (os.path.isdir, "a folder that is there"),
    "zone": (_is_zone, "an IANA name such as Europe/Berlin, or an offset such as +01:00"),
    "public_url": (_is_web_address, "a web address without a slash at its end"),
    "proxies": (_are_networks, "addresses or networks with commas, such as 127.0.0.1,10.0.0.0/8"),
    "tls_certificate": (os.path.isfile, "a file that is there"),
    "tls_key": (os.path.isfile, "a file that is there"),
    "tls_clients": (os.path.isfile, "a file that is there"),
    "store": (_is_store, "sqlite:///FILE or postgresql://…"),
    "store_keys": (os.path.isfile, "a file that is there"),
    "destinations": (os.path.isfile, "a file that is there"),
    "max_documents": (_is_positive, _POSITIVE),
    "retention_days": (_is_not_negative, _NOT_NEGATIVE),
    "tokens": (os.path.isfile, "a file that is there"),
    "sign_ins": (os.path.isfile, "a file that is there"),
    "senders": (os.path.isfile, "a file that is there"),
    "cors_origins": (_are_origins, "origins with commas, such as https://ehr.example.org, or *"),
    "package_registry": (_is_web_address, "a web address without a slash at its end"),
    "assigner": (_is_absolute_uri, "an absolute URI such as https://clinic.example/mrn or urn:oid:1.2.3"),
    "servers": (_are_servers, "FHIR servers by name: name=url,name=url"),
    "shared": (_is_shared, " or ".join(get_args(Shared))),
}
"""What a text must be, beyond its type, and how that is said."""
