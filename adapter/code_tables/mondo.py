"""MONDO: which term an OMIM entry or phenotypic series is, and which Orphanet disorder (release of 2026-08-04, CC0)."""

import gzip
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import orjson

from adapter.json_types import JsonObject

_DIGITS = 7


def mondo_of(system: str, code: str) -> str | None:
    """The MONDO term (`MONDO:0008678`) of a code of `omim` (`194050`) or `omimps` (`PS135900`); nothing if none is known."""
    number = _table(system).get(code.removeprefix("PS"))
    return None if number is None else f"MONDO:{number:0{_DIGITS}d}"


def orphanet_of(term: str) -> str | None:
    """The Orphanet number of a MONDO term, if it has exactly one."""
    number = _table("orpha").get(term.removeprefix("MONDO:").lstrip("0"))
    return None if number is None else str(number)


def is_entry(term: str) -> bool:
    """Whether a MONDO term is what a single OMIM entry is, so that it stands for one syndrome and no group of them."""
    return term.removeprefix("MONDO:").lstrip("0") in _entries()


@cache
def _entries() -> frozenset[str]:
    return frozenset(str(number) for number in _table("omim").values())


def release() -> str:
    """The release of MONDO that is held."""
    return str(_content()["release"])


@cache
def _content() -> JsonObject:
    content: JsonObject = orjson.loads(gzip.decompress(files("adapter.code_tables").joinpath("mondo.json.gz").read_bytes()))
    return content


def _table(system: str) -> Mapping[str, int]:
    table: Mapping[str, int] = _content()[system]
    return table
