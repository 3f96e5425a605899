"""The functions that mapping files call: small, typed, pure, and without a clock."""

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from urllib.parse import quote

from adapter.code_tables.classification import evidence
from adapter.code_tables.modifier_codes import real_system_of
from adapter.code_tables.service_code import named_system, real_system
from adapter.fhir import resource_id
from adapter.fhir.json import canonical_bytes
from adapter.fhir.outline import ObjectOutline, Outline, Scalar, outline_of_constant
from adapter.issues import Severity
from adapter.mapping.function import NotConvertible, function
from adapter.mapping.part_functions import narrative, together
from adapter.mapping.party_functions import is_tax_number_of_a_person
from adapter.mapping.report_functions import paragraphs, report_amendment, report_status, with_addenda
from adapter.mapping.syndrome_functions import (
    as_written,
    code_in_system,
    gestalt_direction,
    hpo_term,
    mondo,
    orphanet,
    syndrome_codes,
    syndrome_system,
    the_same,
    words,
    yes_no,
)
from adapter.mapping.system_functions import canonical, code_system, is_system, system
from adapter.mapping.time_functions import (
    date_of,
    date_of_dtm,
    day_of_dtm,
    day_of_timestamp,
    dtm,
    earliest,
    exact,
    instant,
    last_time,
    latest,
    local_time,
    moment,
)
from adapter.plain_value import ABSOLUTE_URI
from adapter.terminology import Terminology

_OID = ("urn:oid:", re.compile(r"[0-2](\.(0|[1-9][0-9]*))+"))
_UUID = ("urn:uuid:", re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE))
_URI = ("", re.compile(ABSOLUTE_URI))
_AUTHORITIES = {"ISO": _OID, "UUID": _UUID, "GUID": _UUID, "URI": _URI, "URL": _URI}
"""By the kind of an assigning authority's number (HL7 table 0301), what stands before it in a URI, and how it is written."""
_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_LABORATORY = re.compile(r"8[0-9]{4}|[0-9]{4}U|[0-9]{1,7}-[0-9]|G04(52|61)|S38[0-9]{2}")
_IMAGING = re.compile(r"7[0-9]{4}|933(0[3-9]|[1-4][0-9]|5[0-6])")
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE]-[0-9]{1,2})?")
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_TOKEN = re.compile(r"\S+( \S+)*")

# ------------------------------------------------------------------------------------------------- identity and codes


def _ids_of(_: Terminology, kind: str) -> Callable[..., str]:
    return partial(resource_id.stable_id, kind)


@function(takes=("const string", "string", "string*"), gives="id", ready=_ids_of)
def stable_id(kind: str, *keys: str) -> str:
    """The id of a resource from its business keys: `stable_id('Claim', case.id, case.billing.use)`."""
    return resource_id.stable_id(kind, *keys)


def _outline_of_coding(terminology: Terminology, alias: str) -> Outline:
    held = terminology.concepts.get(alias)
    code = Scalar("code", frozenset(held) if held else None)
    certain = {"system": outline_of_constant(terminology.system(alias)), "code": code}
    return ObjectOutline(certain if held is None else {**certain, "display": Scalar("string")}, frozenset(certain))


@function(takes=("const string", "code"), gives="Coding", terminology=True, ready=Terminology.coder, outlines=_outline_of_coding)
def coding(terminology: Terminology, alias: str, code: str) -> dict[str, str]:
    """A Coding, with a display only for our own code systems: `coding('claim-type', 'professional')`."""
    return terminology.coding(alias, code)


def _targets(terminology: Terminology, name: str, *_: object) -> frozenset[str]:
    return frozenset(terminology.maps.get(name, {}).values())


def _sources(terminology: Terminology, name: str, *_: object) -> frozenset[str]:
    return frozenset(terminology.maps.get(name, {}))


@function(
    takes=("const string", "code"), gives="code?", terminology=True, codes=_targets, knows=_sources, ready=Terminology.translator
)
def translate(terminology: Terminology, name: str, code: str) -> str | None:
    """What a ConceptMap in mappings/terminology/ gives for a code: `translate('encounter-class', case.encounter.mode)`."""
    return terminology.translate(name, code)


@function(takes=("const string", "string"), gives="code", fallible=True, terminology=True, codes=_targets)
def recode(terminology: Terminology, name: str, word: str) -> str:
    """As translate, for a sender's own words; a word that the ConceptMap does not know is reported: `recode('sex', gender)`."""
    code = terminology.translate(name, word)
    if code is None:
        message = f"The ConceptMap {name} does not know this word, so it is not carried. Add it to mappings/terminology/."
        raise NotConvertible(message)
    return code


@function(takes=("code",), gives="Coding", terminology=True)
def cpt(terminology: Terminology, code: str) -> dict[str, str]:
    """A CPT Coding, never with a display (modelling.md decision 5): `cpt('0731T')`."""
    return terminology.coding("cpt", code)


@function(takes=("code", "url?"), gives="Coding", terminology=True)
def service(terminology: Terminology, code: str, named: str | None) -> dict[str, str]:
    """The Coding of a service in its real system: `service(line.code, line.system)`.

    Four digits and a character are CPT, a letter and four digits HCPCS Level II, digits and a check digit LOINC, whichever of
    them was sent (rule COD-02). A code that was sent in a system of the sender's own keeps it, however it looks (rule COD-01).
    """
    real = real_system(code, named)
    if real is None:
        return {"code": code}
    return terminology.coding(real, code) if named_system(real) else {"system": terminology.preferred(real), "code": code}


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

    Two digits and a few with a letter are CPT, the rest is HCPCS Level II (rule MOD-05). What is not a modifier keeps the
    system that was sent, as does one that nobody knows in a system of the sender's own.
    """
    real = real_system_of(code.strip().upper(), url)
    return {"code": code} if real is None else {"system": terminology.preferred(real), "code": code}


@function(takes=(), gives="Coding")
def unknown_coding() -> dict[str, object]:
    """A Coding of which only is said that it is unknown.

    For elements that R4 demands: `translated or unknown_coding()`.
    """
    return {"extension": [{"url": _ABSENT, "valueCode": "unknown"}]}


# ------------------------------------------------------------------------------------------------------------ HL7 v2


@function(takes=("string?", "string?", "string?"), gives="url?", fallible=True, terminology=True)
def assigner(terminology: Terminology, namespace: str | None, identifier: str | None, kind: str | None) -> str | None:
    """The system of numbers that an assigning authority of HL7 v2 gives: `assigner(id[4][1], id[4][2], id[4][3])`.

    An OID, a UUID or a URI is taken; an authority with a name only gets a system of ours, which is reported.
    """
    start, form = _AUTHORITIES.get(kind or "", ("", None))
    if identifier and form and form.fullmatch(identifier):
        return start + (identifier.lower() if start else identifier)
    name = namespace or identifier
    if not name:
        return None
    message = (
        "This assigning authority has no OID, UUID or URI that is written as one, so its numbers get a system of the adapter. "
        "Send its OID."
    )
    raise NotConvertible(message, value=terminology.canonical(f"sid/assigner/{quote(name, safe='')}"))


# ---------------------------------------------------------------------------------------------------- numbers and text


@function(takes=("list of decimal",), gives="decimal?")
def total(amounts: Sequence[Decimal | int]) -> Decimal | int | None:
    """The sum of some amounts, with their digits: `total(each(line.charge for line in case.billing.lines))`."""
    return sum(amounts) if amounts else None


@function(takes=("integer", "integer"), gives="positiveInt")
def plus(number: int, more: int) -> int:
    """A whole number and more: `plus(index(cover), 1)`."""
    return number + more


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
    message = (
        "This is not a number. Send digits with at most one decimal point, without percent signs and signs between thousands."
    )
    raise NotConvertible(message)


@function(takes=("string",), gives="integer", fallible=True)
def integer(value: str) -> int:
    """The whole number that a text holds: `integer(charge.units)`."""
    if _INTEGER.fullmatch(value.strip()):
        return int(value)
    message = "This is not a whole number of at most 18 digits. Send digits only."
    raise NotConvertible(message)


@function(takes=("string",), gives="integer", fallible=True)
def undiagnosed(_: str) -> int:
    """No number, for a code that no diagnosis of a message has: `undiagnosed(reason[1])`."""
    message = "No diagnosis of the message (DG1) has this code, so the line does not point at it. Send it in a DG1 segment."
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
    return separator.join([part for part in parts if isinstance(part, str)]) or None


@function(takes=("const string", "list of string"), gives="string?")
def sorted_join(separator: str, parts: Sequence[str]) -> str | None:
    """Some texts in one, in an order of their own: `sorted_join(' ', each(c.code for c in candidate.codes))`."""
    return separator.join(sorted(parts)) or None


@function(takes=("list of string",), gives="list of string?")
def distinct(texts: Sequence[str]) -> list[str]:
    """Some texts, each of them once: `distinct(each(run.tool.vendor for run in case.analyses))`."""
    return list(dict.fromkeys(texts))


@function(takes=("string", "const string"), gives="boolean")
def contains(value: str, part: str) -> bool:
    """Whether a text has a part: `contains(observation.code, 'gestalt')`."""
    return part in value


@function(takes=("string", "const string"), gives="boolean")
def starts_with(value: str, part: str) -> bool:
    """Whether a text begins so: `starts_with(row.omim_id, 'PS')`."""
    return value.startswith(part)


@function(takes=("string?", "string?"), gives="boolean")
def agree(one: str | None, other: str | None) -> bool:
    """Whether two texts are the same, as far as both are said: `agree(seen.subject.reference, person.id)`."""
    return not (one and other) or one == other


@function(takes=("string",), gives="base64Binary", fallible=True)
def base64_of_hex(value: str) -> str:
    """Bytes written in hexadecimal digits, as FHIR writes them: `base64_of_hex(image.sha1)`."""
    try:
        return b64encode(bytes.fromhex(value)).decode()
    except ValueError:
        message = "This does not write bytes in hexadecimal digits. Send two digits for each byte."
        raise NotConvertible(message) from None


@function(takes=("base64Binary",), gives="code", fallible=True)
def hex_of_base64(value: str) -> str:
    """Bytes that FHIR wrote, in hexadecimal digits: `hex_of_base64(picture.content.hash)`."""
    try:
        return b64decode(value, validate=True).hex()
    except ValueError:
        message = "These are not bytes in base64. Send them as FHIR writes them."
        raise NotConvertible(message) from None


@function(takes=("string", "string"), gives="string?")
def without_start(value: str, start: str) -> str | None:
    """What comes after a beginning that a text has: `without_start(identifier.value, 'case-1/')`; nothing if it has another."""
    return value.removeprefix(start) if value.startswith(start) else None


# --------------------------------------------------------------------------------------------------- FHIR structures


@function(takes=("list of string",), gives="string?", fallible=True)
def the_one(ids: Sequence[str]) -> str | None:
    """The one id that there is: `the_one(each(e.id for e in Encounter))`; of several, nobody knows which is meant."""
    if len(ids) <= 1:
        return next(iter(ids), None)
    kind = ids[0].partition("/")[0]
    message = (
        f"There are {len(ids)} {kind} resources, and no Procedure or line of a Claim for 0731T says which one is meant. Send the "
        "resources of one encounter."
    )
    raise NotConvertible(message, severity=Severity.FATAL)


__all__ = [
    "as_written",
    "canonical",
    "code_in_system",
    "code_system",
    "date_of",
    "date_of_dtm",
    "day_of_dtm",
    "day_of_timestamp",
    "dtm",
    "earliest",
    "exact",
    "gestalt_direction",
    "hpo_term",
    "instant",
    "is_system",
    "is_tax_number_of_a_person",
    "last_time",
    "latest",
    "local_time",
    "moment",
    "mondo",
    "narrative",
    "orphanet",
    "paragraphs",
    "report_amendment",
    "report_status",
    "syndrome_codes",
    "syndrome_system",
    "system",
    "the_same",
    "together",
    "with_addenda",
    "words",
    "yes_no",
]
