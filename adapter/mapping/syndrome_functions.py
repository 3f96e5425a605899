"""The functions of mapping files that read what AI tools say of syndromes: OMIM's numbers, MONDO's terms, a score's direction."""

import re
from collections.abc import Sequence
from decimal import Decimal

from adapter.code_tables import mondo as mondo_table
from adapter.code_tables.spelling import written_right
from adapter.issues import Severity
from adapter.json_types import JsonValue
from adapter.mapping.function import NotConvertible, function

_CODE = re.compile(
    r"(?:O?MIM:?|OMIM(?=PS))?\s*(?P<series>PS)?:?(?P<omim>[0-9]{6})(?:\.0+)?"
    r"|MONDO[:_](?P<mondo>[0-9]{7})|ORPHA(?:NET)?[:_]?(?P<orpha>[0-9]{1,7})",
    re.IGNORECASE | re.ASCII,
)
_HPO = re.compile(r"HP[:_]([0-9]{7})", re.IGNORECASE | re.ASCII)
_YES_NO = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
_VERSION = re.compile(r"v?([0-9]+)\.([0-9]+)\.([0-9]+)")
_FIRST_WITH_SIMILARITY = (1, 1, 2)
_LARGEST_SIMILARITY = Decimal("1.3")
_EQUAL = Decimal("0.002")


@function(takes=("any*?",), gives="list of code", fallible=True)
def syndrome_codes(*values: JsonValue) -> list[str]:
    """The codes of a syndrome in numbers, texts and lists: `syndrome_codes(hit.omim_id, hit.omim_ps_id)`.

    Reads OMIM (`194050`, `"OMIM:194050"`, `"PS135900"`, `[154700, 609192]`, `"600123, PS123456"`), MONDO and Orphanet with their
    prefixes, and gives them as `194050`, `PS135900`, `MONDO:0008678`, `ORPHA:904`, each once.
    """
    items = [item for value in values for item in (value if isinstance(value, list) else [value]) if item is not None]
    sent = [word for item in items for word in words(str(item))]
    matches = [match for word in sent if (match := _CODE.fullmatch(word))]
    codes = list(dict.fromkeys(map(_written, matches)))
    if len(matches) == len(sent):
        return codes
    message = (
        "This is not a code of a syndrome, so it is not carried. Send six digits for OMIM, with PS before them for a phenotypic "
        "series, or a code that begins with MONDO: or ORPHA:."
    )
    raise NotConvertible(message, value=codes)


def _written(match: re.Match[str]) -> str:
    if match["mondo"]:
        return f"MONDO:{match['mondo']}"
    return f"ORPHA:{match['orpha']}" if match["orpha"] else (match["series"] or "").upper() + match["omim"]


@function(takes=("code",), gives="code", codes=lambda *_: frozenset({"omim", "omimps", "mondo", "orpha"}))
def syndrome_system(code: str) -> str:
    """In which system a code of `syndrome_codes` is: `syndrome_system('ORPHA:904')`."""
    prefix, _, number = code.partition(":")
    if number:
        return prefix.lower()
    return "omimps" if code.startswith("PS") else "omim"


@function(takes=("code",), gives="code")
def code_in_system(code: str) -> str:
    """A code of `syndrome_codes` as its system writes it: `code_in_system('ORPHA:904')`."""
    return code.removeprefix("ORPHA:")


@function(takes=("code", "code"), gives="code")
def as_written(system: str, code: str) -> str:
    """A code as its system writes it, else as it was sent (rules COD-04, COD-05): `as_written('mondo', 'MONDO_0007387')`."""
    return written_right(system, code) or code


@function(takes=("code",), gives="code?", fallible=True)
def mondo(code: str) -> str | None:
    """The MONDO term that is exactly an entry or a phenotypic series of OMIM: `mondo('194050')`; nothing of other systems."""
    system = syndrome_system(code)
    if system not in ("omim", "omimps"):
        return None
    term = mondo_table.mondo_of(system, code)
    if term is None:
        message = (
            f"MONDO (release {mondo_table.release()}) has no term for this number of OMIM, so it is carried without one. "
            "Check the number."
        )
        raise NotConvertible(message)
    return term


@function(takes=("code",), gives="code?")
def orphanet(code: str) -> str | None:
    """The Orphanet number of an entry or a phenotypic series of OMIM, if MONDO knows exactly one: `orphanet('194050')`."""
    system = syndrome_system(code)
    term = mondo_table.mondo_of(system, code) if system in ("omim", "omimps") else None
    return mondo_table.orphanet_of(term) if term else None


@function(takes=("string",), gives="code", fallible=True)
def hpo_term(value: str) -> str:
    """A term of HPO as HPO writes it: `hpo_term(feature.type.id)`."""
    match = _HPO.fullmatch(value.strip())
    if match:
        return f"HP:{match[1]}"
    message = "This feature is not a term of HPO, so it is not carried. Send HP: and seven digits."
    raise NotConvertible(message)


@function(takes=("string?",), gives="list of string")
def words(value: str | None) -> list[str]:
    """The parts of a text between commas, semicolons or bars: `words(row.genes)`."""
    return [part.strip() for part in re.split("[,;|]", value or "") if part.strip()]


@function(takes=("const string", "list of string"), gives="string?", fallible=True)
def the_same(column: str, values: Sequence[str]) -> str | None:
    """What all rows say in a column that say anything there: `the_same('tool', each(row.tool for row in rows))`."""
    said = list(dict.fromkeys(values))
    if len(said) <= 1:
        return next(iter(said), None)
    message = (
        f"The rows differ in their column `{column}`, and a table is one run of one AI tool about one patient. "
        "Send a table for each run, beside the encounter of its patient."
    )
    raise NotConvertible(message, severity=Severity.FATAL)


@function(takes=("any",), gives="boolean", fallible=True)
def yes_no(value: JsonValue) -> bool:
    """Yes or no, however a tool writes it (true, 1, "yes"): `yes_no(hit.has_mask)`."""
    answer = _YES_NO.get(str(value).strip().lower())
    if answer is not None:
        return answer
    message = "This says neither yes nor no. Send true or false."
    raise NotConvertible(message)


@function(takes=("decimal", "decimal?", "string?"), gives="code", fallible=True, codes=lambda *_: frozenset({"lower", "higher"}))
def gestalt_direction(score: Decimal, distance: Decimal | None, version: str | None) -> str:
    """Whether a `gestalt_score` of GestaltMatcher is closer when `lower` or `higher`: `gestalt_direction(s, d, model_version)`.

    Up to model 1.1.0 it is the distance itself, from 1.1.2 on 1.3 less the distance; the numbers say which, else the version.
    """
    directions = set(_DIRECTIONS) if distance is None else {name for name in _DIRECTIONS if _DIRECTIONS[name](score, distance)}
    if len(directions) > 1 and version and (match := _VERSION.match(version)):
        return "higher" if tuple(map(int, match.groups())) >= _FIRST_WITH_SIMILARITY else "lower"
    if len(directions) == 1:
        return directions.pop()
    message = (
        "It cannot be told whether this score is closer when lower or higher: it is neither the distance nor 1.3 less the "
        "distance, and the model version does not decide. Send the file as GestaltMatcher wrote it, with its model version."
    )
    raise NotConvertible(message, severity=Severity.FATAL)


_DIRECTIONS = {
    "lower": lambda score, distance: abs(score - distance) < _EQUAL,
    "higher": lambda score, distance: abs(score - (_LARGEST_SIMILARITY - distance)) < _EQUAL,
}
