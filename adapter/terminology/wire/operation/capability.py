"""What the service says of its terminology operations: made from their tables, so that what is declared is served.

http://hl7.org/fhir/R4/capabilitystatement.html, http://hl7.org/fhir/R4/terminologycapabilities.html
"""

from adapter.fhir.resource import Resource
from adapter.terminology.catalog import Catalog
from adapter.terminology.wire.operation.operations import OPERATIONS

TERMINOLOGY_SERVER = "http://hl7.org/fhir/CapabilityStatement/terminology-server"
_FEATURE = "http://hl7.org/fhir/uv/application-feature/StructureDefinition/feature"
# Which edition of HL7's terminology test cases the service was held to; validators ask for 1.6.0 or later.
_TESTS = "1.9.0"


def operations_on(kind: str | None) -> list[Resource]:
    """The operations on a resource type, or (None) on the service itself, as a CapabilityStatement names them."""
    return [{"name": operation.name, "definition": operation.definition} for operation in OPERATIONS if operation.type == kind]


def features() -> list[Resource]:
    """The extensions that validators of HL7 look for before they trust a terminology server."""
    return [
        _feature("http://hl7.org/fhir/uv/tx-tests/FeatureDefinition/test-version", {"valueCode": _TESTS}),
        _feature("http://hl7.org/fhir/uv/tx-ecosystem/FeatureDefinition/CodeSystemAsParameter", {"valueBoolean": True}),
    ]


def _feature(definition: str, value: Resource) -> Resource:
    parts = [{"url": "definition", "valueCanonical": definition}, {"url": "value", **value}]
    return {"url": _FEATURE, "extension": parts}


def terminology_capabilities(catalog: Catalog, about: Resource) -> Resource:
    """The TerminologyCapabilities; `about` is what it shares with the CapabilityStatement (url, version, date …)."""
    expand = next(operation.table for operation in OPERATIONS if operation.name == "expand")
    return {
        "resourceType": "TerminologyCapabilities",
        **about,
        "status": "active",
        "kind": "instance",
        "codeSystem": [
            {
                "uri": url,
                **({"version": [{"code": version} for version in known]} if (known := [v for v in versions if v]) else {}),
            }
            for url, versions in sorted(catalog.code_systems.items())
        ],
        "expansion": {
            "hierarchical": True,
            "paging": True,
            "incomplete": False,
            "parameter": [
                {"name": name, "documentation": row.says}
                for row in sorted(expand.rows, key=lambda table_row: table_row.name)
                if row.is_supported
                for name in (row.name, *row.also)
            ],
            "textFilter": "Every word must be the beginning of a word of the code or of one of its designations.",
        },
        "codeSearch": "explicit",
        "validateCode": {"translations": False},
        "translation": {"needsMap": True},
    }
