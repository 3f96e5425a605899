"""Requests that are refused at the door, with a status of their own and an issue that says why."""

from http import HTTPStatus

from werkzeug.exceptions import HTTPException

from adapter.issues import Issue, IssueType, NotFoundError, Severity

_CODES = {
    HTTPStatus.UNAUTHORIZED: IssueType.SECURITY,
    HTTPStatus.FORBIDDEN: IssueType.FORBIDDEN,
    HTTPStatus.NOT_FOUND: IssueType.NOT_FOUND,
    HTTPStatus.GONE: IssueType.NOT_FOUND,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: IssueType.TOO_LONG,
    HTTPStatus.REQUEST_TIMEOUT: IssueType.TIMEOUT,
    HTTPStatus.REQUEST_URI_TOO_LONG: IssueType.TOO_LONG,
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: IssueType.TOO_LONG,
    HTTPStatus.TOO_MANY_REQUESTS: IssueType.THROTTLED,
    HTTPStatus.SERVICE_UNAVAILABLE: IssueType.TRANSIENT,
    HTTPStatus.BAD_REQUEST: IssueType.INVALID,
    HTTPStatus.INTERNAL_SERVER_ERROR: IssueType.EXCEPTION,
}


def refusal_issue(status: HTTPStatus, text: str) -> Issue:
    """The issue of a refusal; its kind follows from the status."""
    code = _CODES.get(status, IssueType.NOT_SUPPORTED)
    return Issue(severity=Severity.ERROR, code=code, rule=f"request/{status.value}", text=text)


class RefusedError(HTTPException):
    """A request that is refused with a status of its own (401, 406, 413, 415 …); `issue` says why, `fields` are headers."""

    def __init__(self, status: HTTPStatus, text: str, **fields: str) -> None:
        """Keep the status, the words and the headers (`retry_after="1"` is `Retry-After: 1`)."""
        super().__init__(text)
        self.code = status.value
        self.issue = refusal_issue(status, text)
        self.fields = {name.replace("_", "-").title(): value for name, value in fields.items()}


def request_issue(text: str, suggestion: str) -> Issue:
    """The issue of a request that cannot be read (400)."""
    return Issue(severity=Severity.ERROR, code=IssueType.INVALID, rule="request/invalid", text=text, suggestion=suggestion)


def not_there(rule: str, text: str, suggestion: str | None = None, *, location: tuple[str, ...] = ()) -> NotFoundError:
    """The refusal of a call that names what is not there (404)."""
    return NotFoundError(
        Issue(severity=Severity.ERROR, code=IssueType.NOT_FOUND, rule=rule, text=text, suggestion=suggestion, location=location)
    )


def wrong_parameter(name: str, text: str) -> Issue:
    """The issue of a query parameter of ours that cannot be taken."""
    return Issue(
        severity=Severity.ERROR, code=IssueType.INVALID, rule="request/parameter", text=text, location=(f"query#/{name}",)
    )
