"""What a request brings: its documents, its resource, and the options that it changes."""

import re
from collections import Counter
from http import HTTPStatus

from flask import Request

from adapter.conversion import OPTION_VALUES
from adapter.fhir.json import read_json
from adapter.issues import UnreadableError
from adapter.json_types import JsonObject
from adapter.readers.document import Document
from adapter.readers.hl7v2.reader import Hl7Reader
from adapter.readers.kind import is_table, kind_of
from adapter.web.multipart import files_of
from adapter.web.negotiation import TABLE_TYPES, check_charset, check_json_body
from adapter.web.query import single
from adapter.web.refusal import RefusedError, request_issue

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

HL7_TYPES = ("application/hl7-v2", "x-application/hl7-v2+er7", "text/plain")
JSON_TYPES = ("application/json", "application/fhir+json")
DOCUMENT_TYPES = (*JSON_TYPES, *HL7_TYPES, *TABLE_TYPES, "multipart/form-data")
"""In which content types documents come."""

_REMEDY = "send application/json, text/csv (UTF-8) or application/hl7-v2 with one document, or multipart/form-data with several"
_TABLES = ("a CSV table", "a table with ", "plain text")


def _is_hl7(request: Request) -> bool:
    """Whether the body is HL7 v2 and its content type does not deny it; in which character set it is, MSH-18 says."""
    return request.mimetype in HL7_TYPES and Hl7Reader().recognises(request.get_data())


def _is_table(request: Request) -> bool:
    """Whether the body is a table by its content type, and does not look like anything else."""
    return request.mimetype in TABLE_TYPES and kind_of(request.get_data()).name.startswith(_TABLES)


def _is_other_than_json(request: Request) -> bool:
    """Whether the body is a message or a table, though its content type says JSON."""
    body = request.get_data()
    return request.mimetype in JSON_TYPES and (Hl7Reader().recognises(body) or is_table(body))


def documents_of(request: Request) -> list[Document]:
    """The documents of a request: its body, of the kind that its content type names, or the files of a multipart form.

    Raises RefusedError (415) for other content types and for a body of another kind than its content type says, UnreadableError
    for a form that is cut off or holds other fields.
    """
    form = request.args.get("form")
    if request.mimetype == "multipart/form-data":
        return _files(request, form)
    if _is_hl7(request):
        return [Document(name="message.hl7", content=request.get_data(), form=form)]
    if _is_table(request):
        check_charset(request.content_type or "", "the body")
        return [Document(name="table.csv", content=request.get_data(), form=form)]
    if request.mimetype in (*HL7_TYPES, *TABLE_TYPES) or _is_other_than_json(request):
        text = f"the body is {kind_of(request.get_data()).name}, and Content-Type says {request.mimetype}; {_REMEDY}"
        raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, text)
    try:
        check_json_body(request, _REMEDY)
    except RefusedError as error:
        body = kind_of(request.get_data()).name
        raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"{error.issue.text} (the body is {body})") from None
    return [Document(name="document.json", content=request.get_data(), form=form)]


def _files(request: Request, form: str | None) -> list[Document]:
    body = request.get_data(parse_form_data=False)
    files = [*files_of(body, request.mimetype_params.get("boundary", ""))]
    names = _numbered([_plain_name(name, place) for place, (name, _) in enumerate(files, start=1)])
    return [Document(name=name, content=content, form=form) for name, (_, content) in zip(names, files, strict=True)]


def _plain_name(written: str, place: int) -> str:
    name = _CONTROL.sub("?", re.split(r"[/\\]", written)[-1])
    return name or f"document-{place}.json"


def _numbered(names: list[str]) -> list[str]:
    """The names of files, numbered where several have the same."""
    total, so_far = Counter(names), Counter[str]()
    result = []
    for name in names:
        so_far[name] += 1
        result.append(name if total[name] == 1 else f"{name}({so_far[name]})")
    return result


def resource_of(request: Request) -> JsonObject:
    """The resource of a `$validate` request: the body, or the parameter `resource` of a Parameters resource."""
    check_json_body(request, "send the resource as application/fhir+json (UTF-8); XML is not read here")
    value = read_json(request.get_data(), "body")
    if isinstance(value, dict) and value.get("resourceType") == "Parameters":
        value = _within(value.get("parameter"))
    if not isinstance(value, dict):
        raise UnreadableError(request_issue("there is no resource in the request", "send one, or Parameters with `resource`"))
    return value


def _within(parameters: object) -> object:
    """The resource among parameters; raises UnreadableError for `profile`, `mode` and all others, since nothing would be done."""
    items = [item for item in (parameters if isinstance(parameters, list) else ()) if isinstance(item, dict)]
    if any(item.get("name") != "resource" for item in items):
        raise UnreadableError(
            request_issue("a parameter is not known here, so nothing was checked", "send `resource` alone; no profile is checked")
        )
    return next(iter(items), {}).get("resource")


def changes_of(request: Request) -> dict[str, str]:
    """The options that the query changes, and nothing else in it but `form`; raises UnreadableError for other values."""
    given = single(request, {"form": (), "sender": (), "payer": (), **OPTION_VALUES})
    return {name: given[name] for name in ("sender", "payer", *OPTION_VALUES) if name in given}
