"""The CapabilityStatement, made from the table of calls."""

from collections.abc import Sequence

from adapter.files import adapter_version
from adapter.json_types import JsonObject
from adapter.terminology.wire.operation.capability import TERMINOLOGY_SERVER, features, operations_on
from adapter.web.answer import FHIR_JSON
from adapter.web.fhir import definitions
from adapter.web.route import Route

_DATE = "2026-11-23"


def capability_statement(base: str, resource_types: Sequence[str], routes: Sequence[Route]) -> JsonObject:
    """The CapabilityStatement (http://hl7.org/fhir/R4/capabilitystatement.html): exactly the FHIR operations of the table."""
    operations = [route for route in routes if route.operation]
    definition = "http://hl7.org/fhir/OperationDefinition/Resource-"
    named = [{"name": operation.operation, "definition": f"{definition}{operation.operation}"} for operation in operations]
    return {
        "resourceType": "CapabilityStatement",
        "extension": features(),
        "url": f"{base}/metadata",
        "version": adapter_version(),
        "name": "Adapter0731T",
        "title": "0731T FHIR adapter",
        "status": "active",
        "date": _DATE,
        "kind": "instance",
        "description": "Turns CPT 0731T encounters and AI facial reports into FHIR, and checks FHIR.",
        "instantiates": [TERMINOLOGY_SERVER],
        "software": {"name": "adapter-0731t", "version": adapter_version(), "releaseDate": _DATE},
        "implementation": {"description": "0731T FHIR adapter"},
        "fhirVersion": "4.0.1",
        "format": [FHIR_JSON],
        "rest": [
            {
                "mode": "server",
                "resource": [
                    {"type": name, **definitions.declared(name), "operation": [*named, *operations_on(name)]}
                    for name in resource_types
                ],
                "operation": operations_on(None),
            }
        ],
    }
