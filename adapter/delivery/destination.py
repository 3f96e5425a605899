"""Where Bundles are delivered to: FHIR servers, each with switches of its own, from a YAML file."""

from collections.abc import Iterator, Sequence
from typing import Annotated

from pydantic import Field

from adapter.client import FhirClient, Retries
from adapter.client.target import target_at
from adapter.fhir.ownership import Shared
from adapter.issues import SetupError
from adapter.strict_yaml.model import FileModel, read_model
from adapter.strict_yaml.nodes import MappingNode, read_yaml
from adapter.strict_yaml.problem import BadFileError, Problem, problem

_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
_ONE_TRY = Retries(attempts=1)


class Destination(FileModel):
    """A FHIR server that is to hold what was made.

    `shared` says what happens to resources that others may own, `read_back` whether each delivery is read back and compared,
    `tries` after how many refusals a delivery is parked that may yet succeed, `seconds` how long an answer may take. A `trusted`
    server may get more than test data. How we sign in there is in the file of sign-ins.
    """

    destination: Annotated[str, Field(pattern=_NAME)] = ""
    url: str = ""
    shared: Shared = "merge"
    read_back: bool = False
    trusted: bool = False
    tries: Annotated[int, Field(ge=1, le=100)] = 12
    seconds: Annotated[int, Field(ge=1, le=600)] = 30


class BadDestinationError(BadFileError):
    """A file of destinations that cannot be used; raised with all of its problems at once."""

    file_kind = "destination"


def read_destinations(text: str, file: str) -> tuple[Destination, ...]:
    """The destinations of a file; raises BadDestinationError with every mistake."""
    nodes, problems = read_yaml(text, file=file)
    destinations: dict[str, Destination] = {}
    for node in nodes:
        if not isinstance(node, MappingNode):
            problems.append(
                problem("not-a-destination", node.mark, "this is not a destination", "begin with `destination: name`")
            )
            continue
        read, wrong = read_model(Destination, node)
        problems += wrong or list(_missing(read, node))
        if read.destination in destinations:
            problems.append(problem("twice", node.mark, f"`{read.destination}` is there twice", "give it a name of its own"))
        destinations[read.destination] = read
    if problems:
        raise BadDestinationError(problems)
    return tuple(destinations.values())


def _missing(read: Destination, node: MappingNode) -> Iterator[Problem]:
    for name in ("destination", "url"):
        if not getattr(read, name):
            yield problem("value", node.mark, f"`{name}` is missing here", "add it; it has no default")
    try:
        target_at(read.url or "http://localhost")
    except SetupError as error:
        yield problem("value", node.mark, "`url` is not the base URL of a FHIR server", error.issues[0].text)


def client_for(destination: Destination, trusted: Sequence[str]) -> FhirClient:
    """A client that tries once: who tries again, and when, is written in the store."""
    hosts = [*trusted, destination.url.partition("://")[2].partition("/")[0]] if destination.trusted else trusted
    return FhirClient(
        destination.url,
        timeout=(3.05, float(destination.seconds)),
        retries=_ONE_TRY,
        trusted_servers=hosts,
    )
