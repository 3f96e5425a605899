"""Which form an answer takes, and whether a body can be read: the only reader of Accept, `_format` and Content-Type."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from types import MappingProxyType

from flask import Request

from adapter.web.content_charset import is_read, is_utf_8
from adapter.web.query import form_of
from adapter.web.refusal import RefusedError

FHIR_JSON = "application/fhir+json"
JSON = "application/json"

_FULL_TYPE = 2
_JSON_TYPES = frozenset({JSON, FHIR_JSON, "text/json"})
TABLE_TYPES = ("text/csv", "text/tab-separated-values")
_SHORT: Mapping[str, str] = MappingProxyType({"json": FHIR_JSON, "text/json": JSON})
FORMATS = ("", *_SHORT, JSON, FHIR_JSON)
"""What `_format` may be: nothing, a short name, or a media type."""

_R4 = frozenset({"4.0", "4.0.1"})
_QUALITY = re.compile(r"(0(\.\d{0,3})?|1(\.0{0,3})?)", re.ASCII)
_RANGE_LIMIT = 100
_LANGUAGES = re.compile(r"(\*|[a-z]{1,8}(-[a-z0-9]{1,8})*)(\s*;\s*q\s*=\s*[01](\.\d{0,3})?)?", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaRange:
    """One item of an Accept header (RFC 9110, section 12.5.1), with its place in the order of the caller."""

    media_type: str
    parameters: Mapping[str, str]
    quality: float
    place: int

    @property
    def precision(self) -> int:
        """How closely the range names a type: `*/*`, then `application/*`, then a type."""
        return 0 if self.media_type == "*/*" else 1 if self.media_type.endswith("/*") else 2

    @property
    def is_ours(self) -> bool:
        """Whether its parameters ask for what we write: UTF-8 and FHIR R4."""
        return is_utf_8(self.parameters) and _is_r4(self.parameters)

    def covers(self, media_type: str) -> bool:
        """Whether a type falls into the range."""
        if self.precision == _FULL_TYPE:
            return self.media_type == media_type
        return self.precision == 0 or media_type.startswith(self.media_type.removesuffix("*"))


def answer_type(request: Request, offered: tuple[str, ...]) -> str:
    """The one of our media types that the caller prefers, by `_format` or else by Accept; raises RefusedError (406)."""
    form = request.args.get("_format") or form_of(request).get("_format")
    return _answer_type(form, request.headers.get("Accept", ""), offered)


@lru_cache(maxsize=256)
def _answer_type(form: str | None, accept: str, offered: tuple[str, ...]) -> str:
    chosen = _by_format(form, offered) if form else _by_accept(accept, offered)
    if chosen is None:
        text = f"the answer can only be {' or '.join(offered)}, in UTF-8 and FHIR R4; XML and other FHIR versions are not written"
        raise RefusedError(HTTPStatus.NOT_ACCEPTABLE, f"{text}: send `Accept: {offered[0]}` or `_format=json`")
    return chosen


def _by_format(form: str, offered: tuple[str, ...]) -> str | None:
    # A plus sign in a query is a space, unless it was escaped.
    media_type, parameters = _parsed(re.sub(r"(?<=\w) (?=\w)", "+", form.strip()))
    named = _SHORT.get(media_type, media_type)
    if named not in _JSON_TYPES or not (is_utf_8(parameters) and _is_r4(parameters)):
        return None
    return named if named in offered else next((offer for offer in offered if offer.endswith("json")), None)


def _by_accept(accept: str, offered: tuple[str, ...]) -> str | None:
    ranges = [*_ranges(accept)]
    if not accept.strip(", "):
        return offered[0]
    rated = [(rank, offer) for offer in offered for rank in [_rank(ranges, offer)] if rank is not None]
    # Of equal ranks the first counts: our own order.
    return max(rated, key=lambda pair: pair[0], default=(None, None))[1]


def _rank(ranges: list[MediaRange], offer: str) -> tuple[float, int, int] | None:
    """How much the caller wants a type: by the closest range that covers it; nothing if it is refused."""
    covering = [span for span in ranges if span.covers(offer) or (span.media_type == "text/json" and offer == JSON)]
    closest = max(covering, key=lambda span: (span.precision, span.is_ours, span.quality), default=None)
    if closest is None or not closest.quality or not closest.is_ours:
        return None
    return (closest.quality, closest.precision, -closest.place)


def _ranges(accept: str) -> Iterator[MediaRange]:
    for place, item in enumerate(accept.split(",", _RANGE_LIMIT)[:_RANGE_LIMIT]):
        media_type, parameters = _parsed(item)
        quality = parameters.pop("q", "1")
        if media_type and _QUALITY.fullmatch(quality):
            yield MediaRange(media_type=media_type, parameters=parameters, quality=float(quality), place=place)


def _parsed(text: str) -> tuple[str, dict[str, str]]:
    media_type, *rest = (part.strip() for part in text.split(";"))
    pairs = (part.partition("=") for part in rest if part)
    return media_type.lower(), {name.strip().lower(): value.strip().strip('"').lower() for name, _, value in pairs}


def _is_r4(parameters: Mapping[str, str]) -> bool:
    return parameters.get("fhirversion", "4.0") in _R4


def check_json_body(request: Request, remedy: str) -> None:
    """Refuse a body that is not JSON in UTF-8 (RFC 8259, section 8.1) and of FHIR R4; raises RefusedError (415)."""
    media_type, parameters = _parsed(request.headers.get("Content-Type", ""))
    if media_type not in _JSON_TYPES or not is_read(parameters):
        raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"the content type cannot be read here; {remedy}")
    check_release(parameters)


def check_charset(content_type: str, what: str) -> None:
    """Refuse JSON and tables in another character set than UTF-8, of which ASCII is a part; raises RefusedError (415).

    In which HL7 v2 is, MSH-18 says; whatever says nothing of itself is known by its content.
    """
    media_type, parameters = _parsed(content_type)
    if (media_type in _JSON_TYPES or media_type in TABLE_TYPES) and not is_read(parameters):
        text = f"{what} is in another character set than UTF-8; send it in UTF-8, and say so or nothing"
        raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, text)


def check_release(content_type: str | Mapping[str, str]) -> None:
    """Refuse a content type, or its parameters, that says another FHIR version than R4; raises RefusedError (415)."""
    parameters = _parsed(content_type)[1] if isinstance(content_type, str) else content_type
    if not _is_r4(parameters):
        text = "the content type says another FHIR version than R4, which is read here"
        remedy = "send R4, or leave `fhirVersion` out: what is the same in R4 is read then"
        raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"{text}; {remedy}")


def languages_of(request: Request) -> str | None:
    """The header Accept-Language without what is not a language range (RFC 4647), such as `en_US`; nothing if none is left."""
    header = request.headers.get("Accept-Language")
    if not header:
        return None
    items = (item.strip() for item in header.split(",", _RANGE_LIMIT)[:_RANGE_LIMIT])
    return ", ".join(item for item in items if _LANGUAGES.fullmatch(item)) or None
