"""The table of FHIR's calls."""

from adapter.web.answer import FHIR_JSON, JSON
from adapter.web.fhir import definitions, package, terminology, validate
from adapter.web.fhir.parameter_schema import body_schema, query_schema
from adapter.web.query import FORM
from adapter.web.route import Route, RouteParameter

_OF_PATHS = {"id": "The id of the definition.", "version": "The version id of the definition."}

FHIR_ROUTES: tuple[Route, ...] = (
    Route(
        method="POST",
        path="/fhir/{type}/$validate",
        right="convert",
        call=validate.validate,
        says="Check a resource: our checks, and those of the configured server.",
        takes=(FHIR_JSON, JSON),
        gives=(FHIR_JSON, JSON),
        statuses=(200, 422),
        parameters=(RouteParameter(name="type", says="The resource type.", place="path"),),
        resource={"$ref": "#/components/schemas/Resource"},
        operation="validate",
    ),
    Route(
        method="GET", path="/fhir/metadata", call=None, says="The CapabilityStatement.", gives=(FHIR_JSON, JSON), statuses=(200,)
    ),
    Route(
        method="GET",
        path="/fhir/package.tgz",
        call=package.archive,
        says="The FHIR NPM package of our definitions, profiles and examples.",
        gives=(package.ARCHIVE,),
        statuses=(200,),
    ),
    Route(
        method="GET",
        path="/fhir/packages/{name}",
        call=package.versions,
        says="Which versions of the FHIR NPM package there are, as an npm registry says it.",
        gives=(JSON,),
        statuses=(200, 302, 404),
        parameters=(RouteParameter(name="name", says="The name of the package.", place="path"),),
    ),
    Route(
        method="GET",
        path="/fhir/packages/{name}/{version}",
        call=package.version,
        says="A version of the FHIR NPM package, as an npm registry gives it.",
        gives=(package.ARCHIVE,),
        statuses=(200, 302, 404),
        parameters=(
            RouteParameter(name="name", says="The name of the package.", place="path"),
            RouteParameter(name="version", says="The version of the package.", place="path"),
        ),
    ),
    Route(
        method="GET",
        path="/fhir/packages/{scope}/{name}/{version}",
        call=package.scoped_version,
        says="Where a version of a package with a scope (`@…`) is; none of ours has one.",
        gives=(package.ARCHIVE,),
        statuses=(302, 404),
        parameters=(
            RouteParameter(name="scope", says="The scope of the package, with its `@`.", place="path"),
            RouteParameter(name="name", says="The name of the package.", place="path"),
            RouteParameter(name="version", says="The version of the package.", place="path"),
        ),
    ),
    *(
        Route(
            method=interaction.method,
            path=interaction.path,
            call=interaction.call,
            says=interaction.says,
            takes=(FORM,) if interaction.method == "POST" else (),
            gives=(FHIR_JSON, JSON),
            statuses=interaction.statuses,
            parameters=(
                *(
                    RouteParameter(name=name, says=_OF_PATHS[name], place="path")
                    for name in _OF_PATHS
                    if f"{{{name}}}" in interaction.path
                ),
                *(
                    RouteParameter(name=name, says=says, schema=definitions.schema_of(name, interaction.code))
                    for name, says in interaction.parameters
                ),
            ),
        )
        for interaction in definitions.INTERACTIONS
    ),
    *(
        Route(
            method=call.method,
            path=call.path,
            call=call.call,
            says=f"The terminology operation {call.operation.table.operation}.",
            takes=(FHIR_JSON, JSON) if call.method == "POST" else (),
            gives=(FHIR_JSON, JSON),
            statuses=terminology.STATUSES,
            parameters=(
                *(RouteParameter(name="id", says="The id of the definition.", place="path") for _ in call.path.split("{id}")[1:]),
                *(
                    RouteParameter(
                        name=row.name,
                        says=f"{row.says[0].upper()}{row.says[1:]}.",
                        is_needed=row.name in call.needed,
                        schema=query_schema(row),
                    )
                    for row in call.parameters
                ),
            ),
            resource=body_schema(call.operation.table),
        )
        for call in terminology.CALLS
    ),
)
"""FHIR's calls."""
