"""The functions that mapping files call: small, typed, pure, and without a clock."""

import re
from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from html import escape
from itertools import chain
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from adapter.case import LOCAL_TIME
from adapter.code_tables.classification import evidence
from adapter.fhir import resource_id
from adapter.fhir.json import canonical_bytes
from adapter.issues import Severity
from adapter.mapping.function import NotConvertible, function
from adapter.terminology import Terminology

_DTM = re.compile(
    r"(?P<year>[0-9]{4})((?P<month>0[1-9]|1[0-2])((?P<day>0[1-9]|[12][0-9]|3[01])((?P<hour>[01][0-9]|2[0-3])"
    r"((?P<minute>[0-5][0-9])((?P<second>[0-5][0-9])(?P<fraction>\.[0-9]{1,4})?)?)?)?)?)?(?P<offset>[+-][0-9]{4})?"
)
_URNS = {"ISO": "urn:oid:", "UUID": "urn:uuid:", "GUID": "urn:uuid:", "URI": "", "URL": ""}
_DAY = 10
_SECONDS = 19
_XHTML = "http://www.w3.org/1999/xhtml"
_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_CPT_CODE = re.compile(r"[0-9]{4}[0-9A-Z]")
_LABORATORY = re.compile(r"8[0-9]{4}|[0-9]{4}U|[0-9]{1,7}-[0-9]|G04(52|61)|S38[0-9]{2}")
_IMAGING = re.compile(r"7[0-9]{4}|933(0[3-9]|[1-4][0-9]|5[0-6])")
_HCPCS_CODE = re.compile(r"[A-Z][0-9]{4}")
_LOINC_CODE = re.compile(r"[0-9]{1,7}-[0-9]")
_MODIFIER = re.compile(r"[A-Z0-9]{2}")
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_TOKEN = re.compile(r"\S+( \S+)*")
_OFFSET = re.compile(r"([+-])(0[0-9]|1[0-4]):?([0-5][0-9])")

# ------------------------------------------------------------------------------------------------- identity and codes


@function(takes=("const string", "string", "string*"), gives="id")
def stable_id(kind: str, *keys: str) -> str:
    """The id of a resource from its business keys: `stable_id('Claim', case.id, case.billing.use)`."""
    return resource_id.stable_id(kind, *keys)


@function(takes=("const string",), gives="uri", terminology=True)
def system(terminology: Terminology, alias: str) -> str:
    """The URL of a code or identifier system of systems.yaml: `system('npi')`."""
    return terminology.system(alias)


@function(takes=("const string",), gives="uri", terminology=True)
def canonical(terminology: Terminology, path: str) -> str:
    """A URL of ours: `canonical('StructureDefinition/claim-0731t')`, `canonical('sid/claim')`."""
    return terminology.canonical(path)


@function(takes=("const string", "code"), gives="Coding", terminology=True)
def coding(terminology: Terminology, alias: str, code: str) -> dict[str, str]:
    """A Coding, with a display only for our own code systems: `coding('claim-type', 'professional')`."""
    return terminology.coding(alias, code)


def _targets(terminology: Terminology, name: str, *_: object) -> frozenset[str]:
    return frozenset(terminology.maps.get(name, {}).values())


@function(takes=("const string", "code"), gives="code?", terminology=True, codes=_targets)
def translate(terminology: Terminology, name: str, code: str) -> str | None:
    """What a ConceptMap in mappings/terminology/ gives for a code: `translate('encounter-class', case.encounter.mode)`."""
    return terminology.translate(name, code)


@function(takes=("const string", "string"), gives="code", fallible=True, terminology=True, codes=_targets)
def recode(terminology: Terminology, name: str, word: str) -> str:
    """As translate, for a sender's own words; a word that the ConceptMap does not know is reported: `recode('sex', gender)`."""
    found = terminology.translate(name, word)
    if found is None:
        message = f"The ConceptMap {name} does not know this word, so it is not carried. Add it to mappings/terminology/."
        raise NotConvertible(message)
    return found


@function(takes=("code",), gives="Coding", terminology=True)
def cpt(terminology: Terminology, code: str) -> dict[str, str]:
    """A CPT Coding, never with a display (modelling.md decision 5): `cpt('0731T')`."""
    return terminology.coding("cpt", code)


@function(takes=("code", "code?"), gives="Coding", terminology=True)
def service(terminology: Terminology, code: str, alias: str | None) -> dict[str, str]:
    """The Coding of a service in the system it looks like, else in the named one: `service(line.code, line.system)`.

    Five characters beginning with four digits are CPT, a letter and four digits HCPCS Level II, digits and a check digit
    LOINC, whatever was sent (rule COD-02); a code that looks like none of them keeps the system that was sent.
    """
    known = _alias_of(code) or alias
    return terminology.coding(known, code) if known else {"code": code}


def _alias_of(code: str) -> str | None:
    if _CPT_CODE.fullmatch(code):
        return "cpt"
    if _HCPCS_CODE.fullmatch(code):
        return "hcpcs"
    return "loinc" if _LOINC_CODE.fullmatch(code) else None


@function(takes=("code",), gives="code")
def kind_of_test(code: str) -> str:
    """What an ordered test is by its code: `laboratory`, `imaging` or `procedure`: `kind_of_test(order.code)`."""
    if _LABORATORY.fullmatch(code):
        return "laboratory"
    return "imaging" if _IMAGING.fullmatch(code) else "procedure"


@function(takes=("string?", "string?"), gives="boolean")
def supports(classification: str | None, result: str | None) -> bool:
    """Whether a molecular finding supports a diagnosis: `supports(m.classification, m.result)`."""
    return evidence(classification, result) == "positive"


@function(takes=("code", "code"), gives="Coding", terminology=True)
def syndrome(terminology: Terminology, alias: str, code: str) -> dict[str, str]:
    """The Coding of a syndrome: `syndrome(each.system, each.code)`; phenotypic series (omimps) are entries of OMIM."""
    return terminology.coding("omim" if alias == "omimps" else alias, code)


@function(takes=("string", "url?"), gives="Coding", terminology=True)
def modifier(terminology: Terminology, code: str, url: str | None) -> dict[str, str]:
    """The Coding of a claim modifier in its real system, the code as sent: `modifier(m.code, m.system)`.

    Two digits are CPT, as are the few with a letter that the ConceptMap cpt-modifier names; the rest is HCPCS Level II
    (rule MOD-05). A code that is no modifier keeps the system that was sent.
    """
    alias = _modifier_alias(terminology, code.strip().upper())
    said = terminology.preferred(url) if url else None
    real = terminology.system(alias) if alias else said
    return {"code": code} if real is None else {"system": real, "code": code}


def _modifier_alias(terminology: Terminology, code: str) -> str | None:
    if not _MODIFIER.fullmatch(code):
        return None
    return "cpt" if code.isdigit() or terminology.translate("cpt-modifier", code) else "hcpcs"


@function(takes=(), gives="Coding")
def unknown_coding() -> dict[str, object]:
    """A Coding of which only is said that it is unknown.

    For elements that R4 demands: `translated or unknown_coding()`.
    """
    return {"extension": [{"url": _ABSENT, "valueCode": "unknown"}]}


# ----------------------------------------------------------------------------------------------------- dates and times


@function(takes=("dateTime",), gives="date")
def date_of(value: str) -> str:
    """The day of a date and time, as it was where it was written: `date_of(case.encounter.start)`."""
    return value[:_DAY]


@function(takes=("dateTime",), gives="instant", fallible=True)
def instant(value: str) -> str:
    """A date and time that is exact to the second: `instant(case.review.signed_at)`."""
    if len(value) > _DAY:
        return value
    message = "An exact time with its offset is needed here, and only a date was sent. Send the time of day too."
    raise NotConvertible(message)


@function(takes=("list of date",), gives="date?")
def earliest(days: Sequence[str]) -> str | None:
    """The first of some days: `earliest(each(line.dos_start for line in case.billing.lines))`."""
    return min(days, default=None)


@function(takes=("list of date",), gives="date?")
def latest(days: Sequence[str]) -> str | None:
    """The last of some days: `latest(each(line.dos_end or line.dos_start for line in case.billing.lines))`."""
    return max(days, default=None)


@function(takes=("string", "string?"), gives="dateTime", fallible=True)
def local_time(value: str, zone: str | None) -> str:
    """A time of a clock on the wall, in an IANA zone or at an offset: `local_time(created_at, options.zone)`.

    Takes `YYYY-MM-DD HH:MM:SS`; without a zone, or where the clock was changed, only the day is left, and that is reported.
    """
    found = LOCAL_TIME.fullmatch(value.strip())
    if not found:
        message = "This is not a date with a time. Send YYYY-MM-DD HH:MM:SS."
        raise NotConvertible(message)
    day, time, fraction = found[1], found[2], found[3] or ""
    clock = _clock(day, time)
    if zone is None:
        message = (
            "The time has no offset from UTC, so only its day is kept. Send the offset, or set ADAPTER_ZONE to the sender's zone."
        )
        raise NotConvertible(message, value=day)
    return f"{day}T{time}{fraction}{_offset(clock, _zone(zone, day), day)}"


def _clock(day: str, time: str) -> datetime:
    try:
        return datetime.fromisoformat(f"{day}T{time}")
    except ValueError:
        message = "This day or time does not exist. Correct it."
        raise NotConvertible(message) from None


def _zone(name: str, day: str) -> tzinfo:
    if found := _OFFSET.fullmatch(name):
        shift = timedelta(hours=int(found[2]), minutes=int(found[3]))
        return timezone(-shift if found[1] == "-" else shift)
    try:
        return UTC if name == "Z" else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = "There is no time zone of this name. Use an IANA name such as Europe/Berlin, or an offset such as +01:00."
        raise NotConvertible(message, value=day, severity=Severity.ERROR) from None


def _offset(clock: datetime, zone: tzinfo, day: str) -> str:
    early, late = (clock.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    offset = early.isoformat()[_SECONDS:]
    if early.utcoffset() != late.utcoffset() or len(offset) != len("+00:00"):  # local mean time of long ago has seconds
        message = "The offset at this time is not certain, since the clock was changed. Send the offset."
        raise NotConvertible(message, value=day)
    return offset


# ------------------------------------------------------------------------------------------------------------ HL7 v2


@function(takes=("string", "string?"), gives="dateTime", fallible=True)
def dtm(value: str, zone: str | None) -> str:
    """A date or time of HL7 v2, with the precision and offset it was sent with: `dtm(PV1[44], options.zone)`.

    Takes YYYY[MM[DD[HHMM[SS[.S]]]]][+-ZZZZ]. A time without an offset takes the zone; without one only its day is left, and that
    is reported, as it is of a time that has hours only.
    """
    found = _DTM.fullmatch(value.strip())
    if not found:
        message = "This is not a date or time of HL7 v2. Send YYYYMMDD, or YYYYMMDDHHMMSS with the offset from UTC."
        raise NotConvertible(message)
    day = "-".join(part for part in (found["year"], found["month"], found["day"]) if part)
    if found["hour"] is None:
        return day
    if found["minute"] is None:
        message = "The time has hours only, so only its day is kept. Send the minutes."
        raise NotConvertible(message, value=day)
    clock = f"{found['hour']}:{found['minute']}:{found['second'] or '00'}{found['fraction'] or ''}"
    offset = found["offset"]
    return f"{day}T{clock}{offset[:3]}:{offset[3:]}" if offset else local_time(f"{day} {clock}", zone)


@function(takes=("string",), gives="date", fallible=True)
def day_of_dtm(value: str) -> str:
    """The day, month or year of a date or time of HL7 v2: `day_of_dtm(PID[7])`."""
    found = _DTM.fullmatch(value.strip())
    if not found:
        message = "This is not a date of HL7 v2. Send YYYYMMDD."
        raise NotConvertible(message)
    return "-".join(part for part in (found["year"], found["month"], found["day"]) if part)


@function(takes=("list of string",), gives="string?")
def paragraphs(texts: Sequence[str]) -> str | None:
    """Several texts as one, each on a line of its own: `paragraphs(each(part[1] for part in OBX[5]))`."""
    return "\n".join(texts) or None


@function(takes=("string?", "string?", "string?"), gives="url?", fallible=True, terminology=True)
def assigner(terminology: Terminology, namespace: str | None, identifier: str | None, kind: str | None) -> str | None:
    """The system of numbers that an assigning authority of HL7 v2 gives: `assigner(id[4][1], id[4][2], id[4][3])`.

    An OID, a UUID or a URI is taken; an authority with a name only gets a system of ours, which is reported.
    """
    if identifier and kind in _URNS:
        return f"{_URNS[kind]}{identifier}"
    name = namespace or identifier
    if not name:
        return None
    message = "This assigning authority has no OID, UUID or URI, so its numbers get a system of ours. Send its OID."
    raise NotConvertible(message, value=terminology.canonical(f"sid/assigner/{quote(name, safe='')}"))


# ---------------------------------------------------------------------------------------------------- numbers and text


@function(takes=("list of decimal",), gives="decimal?")
def total(amounts: Sequence[Decimal | int]) -> Decimal | int | None:
    """The sum of some amounts, with their digits: `total(each(line.charge for line in case.billing.lines))`."""
    return sum(amounts) if amounts else None


@function(takes=("any",), gives="string")
def text(value: object) -> str:
    """A number or a yes/no as text, with its digits: `text(index(image))`.

    Of what a schema leaves open, a list or an object becomes its JSON.
    """
    if isinstance(value, bool | list | dict):
        return canonical_bytes(value).decode()
    return format(value, "f") if isinstance(value, Decimal) else str(value)


@function(takes=("string",), gives="decimal", fallible=True)
def number(value: str) -> Decimal:
    """The number that a text holds, with its digits: `number(measurement.value)`."""
    if _NUMBER.fullmatch(value.strip()):
        return Decimal(value.strip())
    message = "This is not a number. Send digits with at most one decimal point."
    raise NotConvertible(message)


@function(takes=("string",), gives="integer", fallible=True)
def integer(value: str) -> int:
    """The whole number that a text holds: `integer(charge.units)`."""
    if _INTEGER.fullmatch(value.strip()):
        return int(value)
    message = "This is not a whole number of at most 18 digits. Send digits only."
    raise NotConvertible(message)


@function(takes=("string", "const string", "const string"), gives="boolean", fallible=True)
def flag(value: str, yes: str, no: str) -> bool:
    """Yes or no from the two texts of a sender: `flag(feature.is_present, '1', '0')`."""
    if value in (yes, no):
        return value == yes
    message = f"This says neither yes nor no. Send {yes!r} or {no!r}."
    raise NotConvertible(message)


@function(takes=("string",), gives="code", fallible=True)
def token(value: str) -> str:
    """A text as a code, without white space around it: `token(finding.hgvs)`."""
    if _TOKEN.fullmatch(value.strip()):
        return value.strip()
    message = "A code has no line breaks and no double spaces. Send the code alone."
    raise NotConvertible(message)


@function(takes=("const string", "string*?"), gives="string?")
def join(separator: str, *parts: object) -> str | None:
    """What is there of some texts, in one: `join(' ', person.prefix, person.family)`; nothing if none is."""
    return separator.join(each for each in parts if isinstance(each, str)) or None


@function(takes=("const string", "list of string"), gives="string?")
def sorted_join(separator: str, parts: Sequence[str]) -> str | None:
    """Some texts in one, in an order of their own: `sorted_join(' ', each(c.code for c in candidate.codes))`."""
    return separator.join(sorted(parts)) or None


@function(takes=("string", "const string"), gives="boolean")
def contains(value: str, part: str) -> bool:
    """Whether a text has a part: `contains(observation.code, 'gestalt')`."""
    return part in value


@function(takes=("string", "const string"), gives="boolean")
def starts_with(value: str, part: str) -> bool:
    """Whether a text begins so: `starts_with(row.omim_id, 'PS')`."""
    return value.startswith(part)


@function(takes=("string",), gives="base64Binary", fallible=True)
def base64_of_hex(value: str) -> str:
    """Bytes written in hexadecimal digits, as FHIR writes them: `base64_of_hex(image.sha1)`."""
    try:
        return b64encode(bytes.fromhex(value)).decode()
    except ValueError:
        message = "These are no bytes in hexadecimal digits. Send two digits for each byte."
        raise NotConvertible(message) from None


# --------------------------------------------------------------------------------------------------- FHIR structures


@function(takes=("string", "string*?"), gives="Narrative")
def narrative(title: str, *parts: object) -> dict[str, str]:
    """A generated narrative of a few words: `narrative('Photograph', image.view)`; parts that are nothing are left out."""
    said = "; ".join([each for each in parts if each is not None])  # type: ignore[misc]  # declared as strings
    body = f": {escape(said, quote=False)}" if said else ""
    return {"status": "generated", "div": f'<div xmlns="{_XHTML}"><p><b>{escape(title, quote=False)}</b>{body}</p></div>'}


@function(takes=("list of Reference*",), gives="list of Reference?")
def together(*lists: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """Several lists of references in one: `together(each(ref(candidate, c) for c in case.ai.candidates), …)`."""
    return list(chain.from_iterable(lists))
