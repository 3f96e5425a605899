"""The functions of mapping files that know code and identifier systems by their short names."""

from adapter.mapping.function import function
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
