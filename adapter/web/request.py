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
from adapter.web.negotiation import check_json_body, check_release
from adapter.web.query import single
from adapter.web.refusal import RefusedError, request_issue

PART_LIMIT = 50
"""How many parts a multipart form may have: more is not a set of documents."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_BOUNDARY = re.compile(rb"[\x20-\x7e]{1,200}")

HL7_TYPES = ("application/hl7-v2", "x-application/hl7-v2+er7", "text/plain")
TABLE_TYPES = ("text/csv", "text/tab-separated-values")
JSON_TYPES = ("application/json", "application/fhir+json")
DOCUMENT_TYPES = (*JSON_TYPES, *HL7_TYPES, *TABLE_TYPES, "multipart/form-data")
"""In which content types documents come."""

_REMEDY = "send application/json, text/csv (UTF-8) or application/hl7-v2 with one document, or multipart/form-data with several"
_TABLES = ("a CSV table", "a table with tabs (TSV)", "plain text")


def _is_hl7(request: Request) -> bool:
    """Whether the body is HL7 v2 and its content type does not deny it; in which character set it is, MSH-18 says."""
    return request.mimetype in HL7_TYPES and Hl7Reader().recognises(request.get_data())


def _is_table(request: Request) -> bool:
    """Whether the body is a table by its content type, and does not look like anything else."""
    return request.mimetype in TABLE_TYPES and kind_of(request.get_data()).name in _TABLES


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
    _check_form(request)
    files = [file for name in request.files for file in request.files.getlist(name)]
    if request.form:
        raise UnreadableError(request_issue("the form has fields that are not files", "send each document as a file"))
    for file in files:
        check_release(file.content_type or "")
    names = _numbered([_plain_name(file.filename, place) for place, file in enumerate(files, start=1)])
    return [Document(name=name, content=file.read(), form=form) for name, file in zip(names, files, strict=True)]


def _check_form(request: Request) -> None:
    """Refuse a multipart form without an end, and one with too many parts; werkzeug takes the first as an empty form."""
    boundary = request.mimetype_params.get("boundary", "").encode("latin-1", "replace")
    if not _BOUNDARY.fullmatch(boundary):
        raise UnreadableError(request_issue("the form has no boundary", "name it in the header Content-Type"))
    body = request.get_data(cache=True, parse_form_data=False)
    if b"--" + boundary + b"--" not in body:
        raise UnreadableError(request_issue("the form is cut off: its last boundary is missing", "send the whole form again"))
    if body.count(b"--" + boundary) > PART_LIMIT + 1:
        text = f"the form has more than {PART_LIMIT} parts; send fewer documents"
        raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, text)


def _plain_name(written: str | None, place: int) -> str:
    name = _CONTROL.sub("?", (written or "").rsplit("/", 1)[-1])
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
