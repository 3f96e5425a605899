"""What the service says of itself: OpenAPI, made from the table of calls."""

from collections.abc import Iterable, Sequence
from http import HTTPStatus

from pydantic import BaseModel

from adapter.document_schema import DOCUMENTS, DocumentWords
from adapter.files import adapter_version
from adapter.json_types import JsonMapping, JsonObject, JsonValue
from adapter.readers.document import NATIVE
from adapter.web.answer import FHIR_JSON, JSON
from adapter.web.negotiation import FORMATS
from adapter.web.query import EVERYWHERE, FORM
from adapter.web.route import Route, RouteParameter, one_of

_OUTCOME = {"$ref": "#/components/schemas/OperationOutcome"}
_EVERYWHERE = (
    RouteParameter(name="_format", says=EVERYWHERE["_format"], schema=one_of(FORMATS)),
    RouteParameter(name="_pretty", says=EVERYWHERE["_pretty"], schema={"type": "boolean"}),
)
_ANY_TEXT: JsonMapping = {"type": "string"}
_NAMES: JsonMapping = {"pattern": r"^\w+$"}
_ANY: JsonObject = {
    "FhirText": {"type": "string", "pattern": r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]+$"},
    "FhirJson": {
        "description": "What a resource may hold: texts without control characters, numbers, lists, objects.",
        "anyOf": [
            {"$ref": "#/components/schemas/FhirText"},
            {"type": "integer", "minimum": -(2**53), "maximum": 2**53},
            {"type": ["boolean", "null"]},
            {"type": "array", "items": {"$ref": "#/components/schemas/FhirJson"}},
            {"type": "object", "additionalProperties": {"$ref": "#/components/schemas/FhirJson"}, "propertyNames": _NAMES},
        ],
    },
    "Resource": {
        "type": "object",
        "properties": {"resourceType": {"$ref": "#/components/schemas/FhirText"}},
        "required": ["resourceType"],
        "additionalProperties": {"$ref": "#/components/schemas/FhirJson"},
        "propertyNames": _NAMES,
    },
}
_WORDS = {
    200: "done",
    201: "kept, and new",
    202: "kept, or asked for; done later",
    204: "removed",
    302: "elsewhere",
    304: "not changed since",
    400: "the request cannot be read",
    401: "a token is needed",
    403: "the token does not have this right",
    404: "not here",
    406: "no such form of answer",
    408: "the body came too slowly",
    410: "not here any more",
    409: "two things have one identity",
    412: "not the version that `If-Match` names",
    413: "too large",
    415: "content type not read here",
    422: "read, and refused",
    429: "too many requests at once from this address",
    503: "busy; try again later",
}


def openapi(routes: Sequence[Route], words: DocumentWords, forms: Iterable[str]) -> JsonObject:
    """The OpenAPI 3.1 description of the service; `words` say what fields of documents mean, `forms` what others are read."""
    paths: JsonObject = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    own = {
        "InputForm": {"type": "string", "enum": [NATIVE, *sorted(forms)]},
        "OperationOutcome": _fhir("OperationOutcome"),
        **_ANY,
    }
    schemas = {**own, **_documents(words), **_models([route.body for route in routes if route.body])}
    info = {
        "title": "0731T FHIR adapter",
        "version": adapter_version(),
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    }
    return {"openapi": "3.1.0", "info": info, "paths": paths, "components": {"schemas": schemas}}


def _documents(words: DocumentWords) -> JsonObject:
    """The schemas of our documents, with their definitions beside them."""
    paths: JsonObject = {}
    for name, model in DOCUMENTS.items():
        schema = words.schema(name, base="", ref_template="#/components/schemas/{model}")
        paths |= schema.pop("$defs")
        paths[model.__name__] = {key: value for key, value in schema.items() if key not in ("$schema", "$id")}
    return paths


def _models(bodies: Sequence[type[BaseModel]]) -> JsonObject:
    """The schemas of bodies that only one call takes."""
    schemas: JsonObject = {}
    for body in bodies:
        schema = body.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= {**schema.pop("$defs", {}), body.__name__: schema}
    return schemas


def _operation(route: Route) -> JsonObject:
    operation: JsonObject = {
        "operationId": (route.method + route.path).lower().translate(str.maketrans("/{}$.-", "______")),
        "summary": route.says,
        "responses": {str(status): _response(route, status) for status in route.answers},
    }
    own = () if FORM in route.takes else route.parameters
    if parameters := (*own, *(_EVERYWHERE if route.is_negotiated else ())):
        operation["parameters"] = [
            {
                "name": parameter.name,
                "in": parameter.place,
                "description": parameter.says,
                "required": parameter.is_needed or parameter.place == "path",
                "schema": dict(parameter.schema or _ANY_TEXT),
            }
            for parameter in parameters
        ]
    if route.takes:
        operation["requestBody"] = {
            "required": True,
            "content": {media_type: {"schema": _body(route, media_type)} for media_type in route.takes},
        }
    return operation


def _body(route: Route, media_type: str) -> JsonObject:
    if media_type == "multipart/form-data":
        file = {"type": "string", "contentMediaType": JSON}
        return {
            "type": "object",
            "properties": {"document": {"type": "array", "items": file, "minItems": 1}},
            "required": ["document"],
        }
    if media_type.startswith("text/") or "hl7-v2" in media_type:
        return {"type": "string"}
    if media_type == FORM:
        fields: JsonObject = {parameter.name: dict(parameter.schema or _ANY_TEXT) for parameter in route.parameters}
        # A search of FHIR leaves out what it does not know.
        others: JsonValue = {"type": "string"} if route.path.startswith("/fhir/") else False
        return {"type": "object", "properties": fields, "additionalProperties": others}
    if route.body:
        return {"$ref": f"#/components/schemas/{route.body.__name__}"}
    return dict(route.resource or {"$ref": "#/components/schemas/EncounterDocument"})


def _response(route: Route, status: int) -> JsonObject:
    if status in {HTTPStatus.NOT_MODIFIED, HTTPStatus.NO_CONTENT}:
        return {"description": _WORDS[status]}
    # What a page refuses it says on the page.
    is_own = status < HTTPStatus.MULTIPLE_CHOICES or (status == HTTPStatus.UNPROCESSABLE_ENTITY and route.gives == ("text/html",))
    types = route.gives if is_own else (FHIR_JSON,)
    schema = {"type": "object"} if is_own else _OUTCOME
    return {"description": _WORDS[status], "content": {media_type: {"schema": schema} for media_type in types}}


def _fhir(name: str) -> JsonObject:
    return {"type": "object", "properties": {"resourceType": {"const": name}}, "required": ["resourceType"]}
