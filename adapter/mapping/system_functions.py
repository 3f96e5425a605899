"""The functions of mapping files that know code and identifier systems by their short names."""

from urllib.parse import quote

from adapter.mapping.function import NotConvertible, function
from adapter.terminology import Terminology


@function(takes=("const string",), gives="uri", terminology=True)
def system(terminology: Terminology, alias: str) -> str:
    """The URL of a code or identifier system of systems.yaml: `system('npi')`."""
    return terminology.system(alias)


@function(takes=("const string", "string"), gives="boolean", terminology=True)
def is_system(terminology: Terminology, alias: str, url: str) -> bool:
    """Whether a URL is that of a system of systems.yaml, or another spelling of it: `is_system('hpo', c.system)`."""
    return terminology.preferred(url) == terminology.system(alias)


@function(takes=("const string",), gives="uri", terminology=True)
def canonical(terminology: Terminology, path: str) -> str:
    """A URL of ours: `canonical('StructureDefinition/claim-0731t')`, `canonical('sid/claim')`."""
    return terminology.canonical(path)


@function(takes=("string",), gives="uri?", fallible=True, terminology=True)
def code_system(terminology: Terminology, name: str) -> str:
    """The URL of the code system that a sender names as HL7 table 0396 does: `code_system(charge[25][3])`.

    The ConceptMap hl7v2-code-system has the names; another gets a system of ours, which is reported.
    """
    url = terminology.translate("hl7v2-code-system", name)
    if url is not None:
        return url
    message = (
        "The ConceptMap hl7v2-code-system does not know this code system, so the code gets one of the adapter's. "
        "Say in the file of the sender which system it is, or add it to mappings/terminology/."
    )
    raise NotConvertible(message, value=terminology.canonical(f"sid/code-system/{quote(name, safe='')}"))
