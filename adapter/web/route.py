"""The table of calls: routes, OpenAPI and CapabilityStatement are all made from it."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Response

from adapter.web import definitions, operation, package, rules, terminology
from adapter.web.answer import FHIR_JSON, JSON

Call = Callable[..., Response]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter in the query or the path; `values` if only these are allowed."""

    name: str
    says: str
    place: str = "query"
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One call: `path` is OpenAPI's (`/fhir/{type}/$validate`), `takes` and `gives` are media types.

    `statuses` are all that it answers; a FHIR `operation` is named for the CapabilityStatement.
    """

    method: str
    path: str
    call: Call | None
    says: str
    gives: tuple[str, ...]
    statuses: tuple[int, ...]
    takes: tuple[str, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    operation: str | None = None

    @property
    def rule(self) -> str:
        """The path as Flask writes it."""
        return self.path.replace("{type}", "<resource_type>").replace("{", "<").replace("}", ">")


_OF_PATHS = {"id": "The id of the definition.", "version": "The version id of the definition."}

ROUTES: tuple[Route, ...] = (
    Route(
        method="POST",
        path="/convert",
        call=operation.convert,
        says="Convert the documents of one encounter into a FHIR R4 transaction Bundle; nothing is kept.",
        takes=(JSON, "multipart/form-data"),
        gives=(FHIR_JSON, JSON),
        statuses=(200, 400, 406, 413, 415, 422),
        parameters=(
            Parameter(name="form", says="The input form of the documents, if it is not to be found out."),
            Parameter(name="profiles", says="Which profiles resources claim.", values=("none", "own", "uscore", "all")),
            Parameter(name="ai_label", says="How AI content is labelled.", values=("device", "ai", "both")),
        ),
    ),
    Route(
        method="POST",
        path="/fhir/{type}/$validate",
        call=operation.validate,
        says="Check a resource: our checks, and those of the configured server.",
        takes=(FHIR_JSON, JSON),
        gives=(FHIR_JSON,),
        statuses=(200, 400, 413, 415, 422),
        parameters=(Parameter(name="type", says="The resource type.", place="path"),),
        operation="validate",
    ),
    Route(
        method="GET",
        path="/rules",
        call=rules.rules,
        says="The coding rules for 0731T and the policies of payers.",
        gives=(JSON,),
        statuses=(200, 400),
    ),
    Route(
        method="POST",
        path="/rules/explain",
        call=rules.explain,
        says="What becomes of every coding rule for the documents of one encounter, and which modifiers they defend.",
        takes=(JSON, "multipart/form-data"),
        gives=(JSON,),
        statuses=(200, 400, 413, 415, 422),
        parameters=(Parameter(name="form", says="The input form of the documents, if it is not to be found out."),),
    ),
    Route(
        method="GET", path="/fhir/metadata", call=None, says="The CapabilityStatement.", gives=(FHIR_JSON,), statuses=(200, 400)
    ),
    Route(
        method="GET",
        path="/fhir/package.tgz",
        call=package.archive,
        says="The FHIR NPM package of our definitions, profiles and examples.",
        gives=(package.ARCHIVE,),
        statuses=(200, 400),
    ),
    Route(
        method="GET",
        path="/fhir/packages/{name}",
        call=package.versions,
        says="Which versions of the FHIR NPM package there are, as an npm registry says it.",
        gives=(JSON,),
        statuses=(200, 400, 404),
        parameters=(Parameter(name="name", says="The name of the package.", place="path"),),
    ),
    Route(
        method="GET",
        path="/fhir/packages/{name}/{version}",
        call=package.version,
        says="A version of the FHIR NPM package, as an npm registry gives it.",
        gives=(package.ARCHIVE,),
        statuses=(200, 400, 404),
        parameters=(
            Parameter(name="name", says="The name of the package.", place="path"),
            Parameter(name="version", says="The version of the package.", place="path"),
        ),
    ),
    Route(
        method="GET", path="/health", call=operation.health, says="Whether the service works.", gives=(JSON,), statuses=(200, 400)
    ),
    Route(method="GET", path="/openapi.json", call=None, says="This description.", gives=(JSON,), statuses=(200, 400)),
    Route(
        method="GET",
        path="/schemas/encounter.json",
        call=operation.encounter_schema,
        says="The JSON Schema of encounter documents.",
        gives=("application/schema+json",),
        statuses=(200, 400),
    ),
    Route(
        method="GET",
        path="/schemas/ai-report.json",
        call=operation.ai_report_schema,
        says="The JSON Schema of AI report documents.",
        gives=("application/schema+json",),
        statuses=(200, 400),
    ),
    *(
        Route(
            method="GET",
            path=each.path,
            call=each.call,
            says=each.says,
            gives=(FHIR_JSON, JSON),
            statuses=each.statuses,
            parameters=(
                *(Parameter(name=name, says=_OF_PATHS[name], place="path") for name in _OF_PATHS if f"{{{name}}}" in each.path),
                *(Parameter(name=name, says=says) for name, says in each.parameters),
            ),
        )
        for each in definitions.INTERACTIONS
    ),
    *(
        Route(
            method=each.method,
            path=each.path,
            call=each.call,
            says=f"The terminology operation {each.operation.table.operation}.",
            takes=(FHIR_JSON, JSON) if each.method == "POST" else (),
            gives=(FHIR_JSON,),
            statuses=terminology.STATUSES,
            parameters=(
                *(Parameter(name="id", says="The id of the definition.", place="path") for _ in each.path.split("{id}")[1:]),
                *(Parameter(name=row.name, says=f"{row.says[0].upper()}{row.says[1:]}.") for row in each.parameters),
            ),
        )
        for each in terminology.CALLS
    ),
)
"""All calls."""
