"""What a request asks for: its documents, its options, and the form of the answer."""

import re
from http import HTTPStatus
from typing import Any

from flask import Request
from werkzeug.exceptions import HTTPException

from adapter.conversion import OPTION_VALUES
from adapter.fhir.json import read_json
from adapter.issues import Issue, IssueType, Severity, UnreadableError
from adapter.readers.document import Document
from adapter.readers.kind import kind_of
from adapter.web.answer import FHIR_JSON, JSON

_JSON_TYPES = {JSON, FHIR_JSON, "text/json"}
_CONTROL = re.compile(r"[\x00-\x1f]")


class RefusedError(HTTPException):
    """A request that is refused with a status of its own (406, 413, 415); `issue` says why."""

    def __init__(self, status: HTTPStatus, text: str) -> None:
        """Keep the status and the words."""
        super().__init__(text)
        self.code = status.value
        self.issue = Issue(severity=Severity.ERROR, code=IssueType.NOT_SUPPORTED, rule=f"request/{status.value}", text=text)


def check_parameters(request: Request, known: tuple[str, ...]) -> None:
    """Refuse query parameters that do nothing; raises UnreadableError."""
    unknown = sorted(set(request.args) - set(known))
    if unknown:
        said = f"known are: {', '.join(known)}" if known else "there are none here"
        issues = [
            Issue(
                severity=Severity.ERROR,
                code=IssueType.NOT_SUPPORTED,
                rule="request/parameter",
                text="there is no such query parameter; nothing is ignored, so it is refused",
                suggestion=said,
                location=(f"query#/{name}",),
            )
            for name in unknown
        ]
        raise UnreadableError(*issues)


def documents_of(request: Request) -> list[Document]:
    """The documents of a request: its body, or the files of a multipart form.

    Raises RefusedError (415) for other content types, UnreadableError for an empty form.
    """
    form = request.args.get("form")
    if request.mimetype == "multipart/form-data":
        files = [each for name in request.files for each in request.files.getlist(name)]
        if request.form:
            raise UnreadableError(_issue("the form has fields that are not files; send each document as a file"))
        names = [each.filename or f"document-{place}.json" for place, each in enumerate(files, start=1)]
        return [Document(name=_unique(names, place), content=each.read(), form=form) for place, each in enumerate(files)]
    if not _is_json(request):
        remedy = "send application/json (UTF-8) with one document, or multipart/form-data with several"
        body = f"the body is {kind_of(request.get_data()).name}"
        raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"this content type cannot be read here ({body}); {remedy}")
    return [Document(name="document.json", content=request.get_data(), form=form)]


def _is_json(request: Request) -> bool:
    """Whether the content type is JSON; JSON between systems is UTF-8 (RFC 8259, section 8.1)."""
    charset = request.mimetype_params.get("charset", "utf-8")
    return request.mimetype in _JSON_TYPES and charset.lower() in {"utf-8", "utf8"}


def _unique(names: list[str], place: int) -> str:
    """The name of a file, numbered if several files have it."""
    name = _CONTROL.sub("?", names[place].rsplit("/", 1)[-1])
    return name if names.count(names[place]) == 1 else f"{name}({names[:place].count(names[place]) + 1})"


def resource_of(request: Request) -> dict[str, Any]:
    """The resource of a `$validate` request: the body, or the parameter `resource` of a Parameters resource."""
    if not _is_json(request):
        text = "send the resource as application/fhir+json (UTF-8); XML is not read here"
        raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, text)
    value = read_json(request.get_data(), "body")
    if isinstance(value, dict) and value.get("resourceType") == "Parameters":
        parameters = (
            [each for each in value.get("parameter") or () if isinstance(each, dict)]
            if isinstance(value.get("parameter"), list)
            else []
        )
        value = next((each.get("resource") for each in parameters if each.get("name") == "resource"), None)
    if not isinstance(value, dict):
        raise UnreadableError(_issue("there is no resource in the request; send one, or Parameters with `resource`"))
    return value


def changes_of(request: Request) -> dict[str, str]:
    """The options that the query parameters `profiles` and `ai_label` change; raises UnreadableError for other values."""
    changes = {name: request.args[name] for name in OPTION_VALUES if name in request.args}
    wrong = [name for name, value in changes.items() if value not in OPTION_VALUES[name]]
    if wrong:
        texts = {name: f"`{name}` must be one of {', '.join(OPTION_VALUES[name])}" for name in wrong}
        raise UnreadableError(*(_issue(text, f"query#/{name}") for name, text in texts.items()))
    return changes


def wanted_type(request: Request) -> str:
    """Which of our two answer forms the caller takes; raises RefusedError (406)."""
    accepted = request.accept_mimetypes
    found = accepted.best_match([FHIR_JSON, JSON]) if accepted else FHIR_JSON
    if found is None:
        raise RefusedError(HTTPStatus.NOT_ACCEPTABLE, "the answer can be application/fhir+json or application/json, nothing else")
    return found


def _issue(text: str, location: str | None = None) -> Issue:
    places = (location,) if location else ()
    return Issue(severity=Severity.ERROR, code=IssueType.INVALID, rule="request/invalid", text=text, location=places)
