"""Query parameters: which there are, and what may stand in them; the only reader of a request's query."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches
from http import HTTPStatus
from types import MappingProxyType
from urllib.parse import unquote_to_bytes

from flask import Request
from werkzeug.datastructures import MultiDict

from adapter.issues import MOST_ISSUES, Issue, IssueType, Severity, UnreadableError
from adapter.web.content_charset import is_read
from adapter.web.refusal import RefusedError, request_issue, wrong_parameter

Pairs = list[tuple[str, str]]
Unknown = tuple[int, str]

EVERYWHERE: Mapping[str, str] = MappingProxyType(
    {
        "_format": "The form of the answer: json. XML is not written here.",
        "_pretty": "Whether the JSON is indented: true or false.",
    }
)
"""The parameters that every call takes, with what they do."""

FORM = "application/x-www-form-urlencoded"

CACHE_BUSTERS = frozenset({"_", "nocache"})
"""Parameters that only keep caches away: taken everywhere, described nowhere."""

_TRUTH = ("true", "false")
_MOST = 1_000
_LONGEST_NAME = 64


def pairs_of(request: Request) -> Pairs:
    """The parameters of a request in their order, those of a form of `POST …/_search` after those of the query."""
    return [(name, value) for name, value in _all_pairs(request) if name not in CACHE_BUSTERS]


def _all_pairs(request: Request) -> Pairs:
    """Raises RefusedError (413) for more than a request may have."""
    pairs = [*request.args.items(multi=True), *form_of(request).items(multi=True)]
    if sum(1 + value.count(",") for _, value in pairs) > _MOST:
        text = f"the request has more than {_MOST} parameters, or values with commas in them; send fewer"
        raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, text)
    if any("%" in name or "%" in value for name, value in pairs):  # bytes that are not UTF-8 stay as they were written
        _check_utf_8(request)
    return pairs


def _check_utf_8(request: Request) -> None:
    """Refuse a parameter that is not UTF-8, which would count as another text; raises UnreadableError."""
    form = request.get_data() if is_form(request) else b""
    parts = [part for part in (*request.query_string.split(b"&"), *form.split(b"&")) if part]
    for number, part in enumerate(parts, start=1):
        try:
            unquote_to_bytes(part).decode()
        except UnicodeDecodeError:
            remedy = "write what is not ASCII as the escapes (%C3%BC) of its bytes in UTF-8"
            raise UnreadableError(request_issue(f"parameter {number} is not UTF-8", remedy)) from None


def is_form(request: Request) -> bool:
    """Whether parameters stand in the body: only those of a search do."""
    return request.path.endswith("/_search") and request.mimetype == FORM


def form_of(request: Request) -> MultiDict[str, str]:
    """The parameters in the body, which is kept as it came."""
    if not is_form(request):
        return MultiDict()
    request.get_data()
    return request.form


def unknown_of(request: Request, known: Collection[str]) -> list[Unknown]:
    """The parameters that are not known, each name once, with its number among all that were sent, from 1 on."""
    first: dict[str, int] = {}
    for number, (name, _) in enumerate(_all_pairs(request), start=1):
        first.setdefault(name, number)
    return [(number, name) for name, number in first.items() if name not in known and name not in CACHE_BUSTERS]


def unknown_issues(unknown: Sequence[Unknown], known: Collection[str], *, text: str, severity: Severity) -> list[Issue]:
    """What is said of parameters that are not known; a name is never repeated, for it may be a part of a value that held `&`."""
    return [
        Issue(
            severity=severity,
            code=IssueType.NOT_SUPPORTED,
            rule="request/parameter",
            text=f"parameter {number} is not known here; {text}",
            suggestion=_known(name, known),
            location=("query",),
        )
        for number, name in unknown[:MOST_ISSUES]
    ]


def check_form(request: Request) -> None:
    """Refuse a body of `POST …/_search` that is not a form, since nothing of it would count; raises RefusedError (415)."""
    is_known = request.mimetype == FORM and is_read(request.mimetype_params)
    if request.method == "POST" and request.content_length and not is_known:
        text = f"a search is sent as {FORM} in UTF-8; this is another content type"
        raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, text)


def own_pairs_of(request: Request) -> Pairs:
    """The parameters of a request without those that every call takes."""
    return [(name, value) for name, value in pairs_of(request) if name not in EVERYWHERE]


def single(request: Request, allowed: Mapping[str, Sequence[str]], *, others: bool = False) -> dict[str, str]:
    """The parameters of these names, with the values that are allowed (none named: any).

    Raises UnreadableError for one that stands twice or has another value, and, unless `others` are allowed, for one that is
    unknown: nothing is ignored.
    """
    if not request.query_string and request.mimetype != FORM:
        return {}
    named = {"_format": (), "_pretty": _TRUTH, **allowed}
    values: dict[str, list[str]] = {}
    for name, value in _all_pairs(request):
        if name in named:
            values.setdefault(name, []).append(value)
    unknown = [] if others else unknown_of(request, named)
    if not (values or unknown):
        return {}
    issues = [
        *unknown_issues(unknown, named, text="nothing is ignored, so it is refused", severity=Severity.ERROR),
        *(wrong_parameter(name, text) for name in named for text in _problems(values.get(name, ()), named[name])),
    ]
    if issues:
        raise UnreadableError(*issues)
    return {name: values[name][0] for name in named if name in values}


def check_parameters(request: Request, known: Iterable[str]) -> None:
    """Refuse query parameters that do nothing or stand twice; raises UnreadableError."""
    single(request, dict.fromkeys(known, ()))


def is_indented(request: Request) -> bool:
    """Whether the answer is to be indented; raises UnreadableError for what cannot be taken of the parameters of every call."""
    return single(request, {}, others=True).get("_pretty") == "true"


def _known(name: str, names: Collection[str]) -> str:
    """The parameters that there are, the nearest one first; never the name that was sent."""
    near = get_close_matches(name[:_LONGEST_NAME], names, n=1, cutoff=0.7)
    return f"{f'did you mean {near[0]}? ' if near else ''}known are: {', '.join(names)}"


def _problems(values: Sequence[str], allowed: Sequence[str]) -> Iterable[str]:
    if len(values) > 1:
        yield "the parameter appears more than once; send it once"
    if values and allowed and values[0] not in allowed:
        yield f"this must be one of {', '.join(allowed)}"
