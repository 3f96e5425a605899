"""Which code system the code of a service is of: by what its sender says, and by its shape."""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from adapter.code_tables.spelling import written_right

System = Literal["cpt", "hcpcs", "loinc"]

CPT_URLS = ("http://www.ama-assn.org/go/cpt", "urn:oid:2.16.840.1.113883.6.12")
"""What senders call CPT, first what the output says (tests hold this and the next two to mappings/terminology/systems.yaml)."""

HCPCS_URLS = (
    "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
    "https://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets",
    "urn:oid:2.16.840.1.113883.6.285",
)
"""What senders call HCPCS Level II, first what the output says."""

LOINC_URLS = ("http://loinc.org", "urn:oid:2.16.840.1.113883.6.1")
"""What senders call LOINC, first what the output says."""

ANALYSIS = "0731T"

_URLS: Mapping[System, tuple[str, ...]] = MappingProxyType({"cpt": CPT_URLS, "hcpcs": HCPCS_URLS, "loinc": LOINC_URLS})
_BY_NAME = MappingProxyType({name: system for system, urls in _URLS.items() for name in (system, *urls)})
_CPT = re.compile(r"[0-9]{4}[0-9FTUMA]")
_HCPCS = re.compile(r"(?!T0731)[A-VX-Z][0-9]{4}")


@lru_cache(maxsize=1024)
def system_of(code: str) -> System | None:
    """The code system that a code belongs to by its shape; nothing for another shape, or a wrong LOINC check digit."""
    if _CPT.fullmatch(code):
        return "cpt"
    if _HCPCS.fullmatch(code):
        return "hcpcs"
    return "loinc" if written_right("loinc", code) == code else None


def named_system(name: str | None) -> System | None:
    """The system that a short name or a URL of it means; nothing for a system of the sender's own."""
    return _BY_NAME.get(name) if name is not None else None


def real_system(code: str, name: str | None) -> str | None:
    """The system that the output names for a code: a short name, or the URL of a system of the sender's own.

    Of CPT, HCPCS Level II and LOINC the shape of the code decides, whichever of them was sent. What the sender says to be
    of another system is not taken for theirs, however it looks; but for 0731T itself.
    """
    named = named_system(name)
    if name is not None and named is None and code != ANALYSIS:
        return name
    return system_of(code) or named or name
