"""Which resources others may own, and the identifier by which any server knows them (docs/identity.md)."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Literal
from urllib.parse import quote

from adapter.json_types import JsonMapping

Shared = Literal["create", "merge", "put"]
"""What happens to resources that others may own: made if they are not there, merged with what is there, or put by our id."""

SHARED_TYPES = frozenset(
    {"Patient", "Practitioner", "PractitionerRole", "Organization", "Coverage", "RelatedPerson", "Encounter", "Device"}
)

"""The types of resources that are not ours to overwrite; all others that we make are our own."""

_NPI = "http://hl7.org/fhir/sid/us-npi"
KNOWN_TO_ALL: Mapping[str, tuple[str, ...]] = MappingProxyType({"Practitioner": (_NPI,), "Organization": (_NPI,)})
"""The systems of identifiers that every system knows, by type; they are matched before any other."""


def matched_identifier(resource: JsonMapping) -> tuple[str, str] | None:
    """The system and value by which a server is asked for this resource; never a value without its system."""
    pairs = list(identifiers(resource))
    preferred = KNOWN_TO_ALL.get(str(resource.get("resourceType")), ())
    return next((pair for pair in pairs if pair[0] in preferred), pairs[0] if pairs else None)


def identifiers(resource: JsonMapping) -> Iterator[tuple[str, str]]:
    """System and value of every identifier that has both."""
    given = resource.get("identifier")
    for identifier in given if isinstance(given, list) else []:
        if isinstance(identifier, dict):
            system, value = identifier.get("system"), identifier.get("value")
            if isinstance(system, str) and isinstance(value, str):
                yield system, value


def match_query(system: str, value: str) -> str:
    """The search, and the `ifNoneExist`, for an identifier: `identifier=system|value` with what a URL needs escaped."""
    return f"identifier={_system_in_url(system)}%7C{_in_url(value)}"


def _in_url(text: str) -> str:
    """A part of a token parameter in a URL (http://hl7.org/fhir/R4/search.html#escaping)."""
    if _PLAIN.fullmatch(text):
        return text
    escaped = text.translate(_ESCAPES)
    return escaped if escaped.isascii() else quote(escaped, safe="%")


_PLAIN = re.compile(r"[A-Za-z0-9_.~-]+")
"""What stands in a URL as it is, such as numbers and UUIDs."""
_ESCAPES = {code: quote(chr(code), safe="") for code in range(128)} | {ord(char): quote(f"\\{char}") for char in "\\|,$"}
"""Every character of ASCII as it stands in a token parameter: within it, some are escaped by a backslash of their own."""
_system_in_url = lru_cache(maxsize=256)(_in_url)  # few systems, and no value of a patient
