"""Parameters that several operations share, and what all operations work with."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from adapter.terminology import messages
from adapter.terminology.catalog import Catalog
from adapter.terminology.outcome import RefusedError, TerminologyIssue
from adapter.terminology.request import Limits
from adapter.terminology.wire.parameter import Arguments, Kind, Parameter

Element = Mapping[str, Any]
Resource = dict[str, Any]


def _nothing(_: Element) -> Iterable[TerminologyIssue]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationContext:
    """What an operation works with: the service's definitions, limits, the time (an instant), and a check of resources.

    `check` gives the issues of a resource from outside that is not built as FHIR R4 says.
    """

    catalog: Catalog
    now: str
    limits: Limits = field(default_factory=Limits)
    check: Callable[[Element], Iterable[TerminologyIssue]] = _nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of an operation: its arguments, the languages of the header, and the id of the instance that it is made on."""

    arguments: Arguments
    header: str | None = None
    instance: str | None = None


TX_RESOURCE = Parameter(
    name="tx-resource",
    kind=Kind.RESOURCE,
    says="a definition that counts for this request only, before those of the service",
    repeats=True,
    holds=("CodeSystem", "ValueSet", "ConceptMap"),
)
REQUEST_LABELS = (
    Parameter(name="uuid", kind=Kind.TEXT, says="a label of the caller's for the request; it changes nothing"),
    Parameter(name="diagnostics", kind=Kind.BOOLEAN, says="whether the answer says how it came about"),
    Parameter(name="no-cache", kind=Kind.BOOLEAN, says="whether to work without a cache; there is none"),
    Parameter(name="cache-id", kind=Kind.TEXT, says="a cache of the server's; there is none", is_supported=False),
)
DISPLAY_LANGUAGE = Parameter(
    name="displayLanguage", kind=Kind.TEXT, says="the languages of displays, as in Accept-Language, which it replaces"
)
USE_SUPPLEMENT = Parameter(
    name="useSupplement", kind=Kind.CANONICAL, says="a supplement that must be there and counts", repeats=True
)
SYSTEM_VERSIONS = (
    Parameter(
        name="system-version",
        kind=Kind.CANONICAL,
        says="the version of a code system where none is said (url|version)",
        repeats=True,
    ),
    Parameter(
        name="check-system-version",
        kind=Kind.CANONICAL,
        says="the version that a code system must have (url|version)",
        repeats=True,
    ),
    Parameter(
        name="force-system-version",
        kind=Kind.CANONICAL,
        says="the version of a code system whatever else is said (url|version)",
        repeats=True,
    ),
)
VALUE_SET_VERSIONS = (
    Parameter(
        name="default-valueset-version",
        kind=Kind.CANONICAL,
        says="the version of an imported value set where none is said (url|version)",
        repeats=True,
    ),
    Parameter(
        name="check-valueset-version",
        kind=Kind.CANONICAL,
        says="the version that an imported value set must have (url|version)",
        repeats=True,
    ),
    Parameter(
        name="force-valueset-version",
        kind=Kind.CANONICAL,
        says="the version of an imported value set whatever else is said (url|version)",
        repeats=True,
    ),
)
VERSIONS = (
    *SYSTEM_VERSIONS,
    *VALUE_SET_VERSIONS,
    Parameter(
        name="default-to-latest-version",
        kind=Kind.BOOLEAN,
        says="whether the newest version is meant where none is said: it always is",
        only=(True,),
    ),
)
DATE = Parameter(
    name="date", kind=Kind.DATE_TIME, says="the day whose definitions count; only today's are here", is_supported=False
)


def overlaid(surroundings: OperationContext, arguments: Arguments) -> Catalog:
    """The catalog with the definitions that the request brings; raises RefusedError if one is not built as FHIR R4 says."""
    resources = arguments.all("tx-resource")
    for each in resources:
        check_resource(surroundings, "tx-resource", each)
    return surroundings.catalog.overlaid(resources)


def check_resource(surroundings: OperationContext, name: str, resource: Element) -> None:
    """Raise RefusedError if a resource of a parameter is not built as FHIR R4 says."""
    issues = list(surroundings.check(resource))
    if issues:
        kind = str(resource.get("resourceType"))
        raise RefusedError(messages.WRONG_RESOURCE.issue(name, name=name, types=kind, what="see the other issues"), *issues)


def parameters(*listed: Resource | None) -> Resource:
    """A Parameters resource of those parameters that are there."""
    return {"resourceType": "Parameters", "parameter": [each for each in listed if each]}


def parameter(name: str, kind: str, value: Any) -> Resource | None:  # noqa: ANN401 - a value of any FHIR type
    """A parameter of a type (`valueString`, `resource`, `part`), or None if there is no value."""
    return None if value is None else {"name": name, kind: value}
