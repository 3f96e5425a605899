"""Parameters that several operations share, and what all operations work with."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from adapter.fhir.resource import Element, Resource
from adapter.issues import Issue
from adapter.json_types import JsonValue
from adapter.terminology import messages
from adapter.terminology.catalog import Catalog
from adapter.terminology.operation_error import OperationRefusedError
from adapter.terminology.request_context import ExpansionLimits
from adapter.terminology.wire.parameter import Arguments, OperationParameter, ParameterType

_Answer = TypeVar("_Answer")


def _nothing(_: Element) -> Iterable[Issue]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationContext:
    """What an operation works with: the service's definitions, limits, the time (an instant), and a check of resources.

    `check` gives the issues of a resource from outside that is not built as FHIR R4 says.
    """

    catalog: Catalog
    now: str
    limits: ExpansionLimits = field(default_factory=ExpansionLimits)
    check: Callable[[Element], Iterable[Issue]] = _nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """One call of an operation: its arguments, the languages of the header, and the id of the instance that it is made on."""

    arguments: Arguments
    header: str | None = None
    instance: str | None = None


Carry = Callable[[OperationContext, Invocation], Resource]
"""What carries out an operation: a call in, a resource out."""

TX_RESOURCE = OperationParameter(
    name="tx-resource",
    kind=ParameterType.RESOURCE,
    says="a definition that counts for this request only, before those of the service",
    repeats=True,
    holds=("CodeSystem", "ValueSet", "ConceptMap"),
)
REQUEST_LABELS = (
    OperationParameter(name="uuid", kind=ParameterType.TEXT, says="a label of the caller's for the request; it changes nothing"),
    OperationParameter(name="diagnostics", kind=ParameterType.BOOLEAN, says="whether the answer says how it came about"),
    OperationParameter(name="no-cache", kind=ParameterType.BOOLEAN, says="whether to work without a cache; there is none"),
    OperationParameter(
        name="cache-id", kind=ParameterType.TEXT, says="a cache of the server's; there is none", is_supported=False
    ),
)
LANGUAGES = r"^(\*|[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*)(, ?[A-Za-z]{1,8}(;q=0\.[0-9]{1,3})?)*$"
"""Languages, the first one wanted most, as a pattern."""

DISPLAY_LANGUAGE = OperationParameter(
    name="displayLanguage",
    kind=ParameterType.TEXT,
    says="the languages of displays, as in Accept-Language, which it replaces",
    pattern=LANGUAGES,
)
USE_SUPPLEMENT = OperationParameter(
    name="useSupplement", kind=ParameterType.CANONICAL, says="a supplement that must be there and counts", repeats=True
)
URL_AND_VERSION = r"^[^|\u0000-\u0020\ufffe\uffff]+\|[^|\u0000-\u0020\ufffe\uffff]+$"
"""A canonical with its version, as a pattern."""

SYSTEM_VERSIONS = (
    OperationParameter(
        name="system-version",
        kind=ParameterType.CANONICAL,
        says="the version of a code system where none is said (url|version)",
        repeats=True,
        pattern=URL_AND_VERSION,
    ),
    OperationParameter(
        name="check-system-version",
        kind=ParameterType.CANONICAL,
        says="the version that a code system must have (url|version)",
        repeats=True,
        pattern=URL_AND_VERSION,
    ),
    OperationParameter(
        name="force-system-version",
        kind=ParameterType.CANONICAL,
        says="the version of a code system whatever else is said (url|version)",
        repeats=True,
        pattern=URL_AND_VERSION,
    ),
)
VALUE_SET_VERSIONS = (
    OperationParameter(
        name="default-valueset-version",
        kind=ParameterType.CANONICAL,
        says="the version of an imported value set where none is said (url|version)",
        repeats=True,
        pattern=URL_AND_VERSION,
    ),
    OperationParameter(
        name="check-valueset-version",
        kind=ParameterType.CANONICAL,
        says="the version that an imported value set must have (url|version)",
        repeats=True,
        pattern=URL_AND_VERSION,
    ),
    OperationParameter(
        name="force-valueset-version",
        kind=ParameterType.CANONICAL,
        says="the version of an imported value set whatever else is said (url|version)",
        repeats=True,
        pattern=URL_AND_VERSION,
    ),
)
VERSIONS = (
    *SYSTEM_VERSIONS,
    *VALUE_SET_VERSIONS,
    OperationParameter(
        name="default-to-latest-version",
        kind=ParameterType.BOOLEAN,
        says="whether the newest version is meant where none is said: it always is",
        only=(True,),
    ),
)
DATE = OperationParameter(
    name="date", kind=ParameterType.DATE_TIME, says="the day whose definitions count; only today's are here", is_supported=False
)


def overlaid(surroundings: OperationContext, arguments: Arguments) -> Catalog:
    """The catalog with the definitions that the request brings; OperationRefusedError if one is not as FHIR R4 says."""
    resources = arguments.all("tx-resource")
    for resource in resources:
        checked(surroundings, "tx-resource", resource)
    return surroundings.catalog.overlaid(resources)


def instance(surroundings: OperationContext, kind: str, identity: str) -> Element:
    """The definition of the service that an operation is called on; raises OperationRefusedError if there is none."""
    resource = surroundings.catalog.by_id(kind, identity)
    if resource is None:
        raise messages.NOT_FOUND.refusal(type=kind)
    return resource


def checked(surroundings: OperationContext, name: str, resource: Element) -> Element:
    """A resource of a parameter; raises OperationRefusedError if it is not built as FHIR R4 says."""
    issues = list(surroundings.check(resource))
    if issues:
        kind = str(resource.get("resourceType"))
        raise OperationRefusedError(
            messages.WRONG_RESOURCE.issue(name, name=name, types=kind, what="see the other issues"), *issues
        )
    return resource


def answering(ask: Callable[[OperationContext, Invocation], _Answer], write: Callable[[_Answer, Invocation], Resource]) -> Carry:
    """What carries out an operation: `ask` reads the call and asks the core, `write` says the answer as FHIR does."""
    return lambda surroundings, call: write(ask(surroundings, call), call)


def parameters(*listed: Resource | None) -> Resource:
    """A Parameters resource of those parameters that are there."""
    return {"resourceType": "Parameters", "parameter": [entry for entry in listed if entry]}


def parameter(name: str, kind: str, value: JsonValue) -> Resource | None:
    """A parameter of a type (`valueString`, `resource`, `part`), or None if there is no value."""
    return None if value is None else {"name": name, kind: value}
