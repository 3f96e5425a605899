"""The files of a multipart form (RFC 7578), read so that nothing in it is lost or misread."""

import re
from collections.abc import Iterator
from http import HTTPStatus

from werkzeug.http import parse_options_header

from adapter.issues import UnreadableError
from adapter.web.negotiation import check_charset, check_release
from adapter.web.refusal import RefusedError, request_issue

PART_LIMIT = 50
"""How many parts a multipart form may have: more is not a set of documents."""

_BOUNDARY = re.compile(rb"[\x20-\x7e]{1,200}")
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_FOLD = re.compile(rb"\r?\n(?=[ \t])")
_AS_THEY_ARE = frozenset({"", "7bit", "8bit", "binary"})


def files_of(body: bytes, boundary: str) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file of a form: a file without one has an empty name, and `\ufffd` stands for bytes not in UTF-8.

    Raises UnreadableError for a form that is cut off, goes on behind its end or has parts that are not files, RefusedError for
    too many parts (413), and for codings, character sets and FHIR versions that are not read (415).
    """
    for number, part in enumerate(_parts(body, boundary.encode("latin-1", "replace")), start=1):
        end = _END_OF_HEAD.search(part)
        fields = _fields(part[: end.start()] if end else b"")
        name = parse_options_header(fields.get("content-disposition", ""))[1].get("filename")
        if end is None or name is None:
            text = f"part {number} of the form is not a file: its Content-Disposition has no `filename`"
            raise UnreadableError(request_issue(text, "send each document as a file"))
        _check(fields, number)
        yield name, part[end.end() :]


def _parts(body: bytes, boundary: bytes) -> list[bytes]:
    """What stands between the boundaries."""
    if not _BOUNDARY.fullmatch(boundary):
        raise UnreadableError(request_issue("the form has no boundary", "name it in the header Content-Type"))
    delimiter = re.compile(rb"(?:\A|\r?\n)--%b(--)?[ \t]*(?=\r?\n|\Z)" % re.escape(boundary))
    parts, start = list[bytes](), None
    for match in delimiter.finditer(body):
        if start is not None:
            parts.append(body[start : match.start()])
        if len(parts) > PART_LIMIT:
            text = f"the form has more than {PART_LIMIT} parts; send fewer documents"
            raise RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, text)
        if match[1]:
            _check_end(body[match.end() :])
            return parts
        start = match.end()
    raise UnreadableError(request_issue("the form is cut off: its last boundary is missing", "send the whole form again"))


def _check_end(rest: bytes) -> None:
    if rest.strip():
        text = "something follows the last boundary of the form, and nothing is passed over"
        raise UnreadableError(request_issue(text, "send one form that ends with its last boundary"))


def _fields(head: bytes) -> dict[str, str]:
    """The headers of a part, by their names in small letters."""
    lines = _FOLD.sub(b"", head).decode("utf-8", "replace").splitlines()
    return {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _check(fields: dict[str, str], number: int) -> None:
    content_type = fields.get("content-type", "")
    check_release(content_type)
    check_charset(content_type, f"part {number} of the form")
    if fields.get("content-transfer-encoding", "").lower() not in _AS_THEY_ARE:
        text = f"part {number} of the form is in a Content-Transfer-Encoding, which is not read; send the file as it is"
        raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, text)
