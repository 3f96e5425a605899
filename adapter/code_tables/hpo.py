"""HPO: whether a term is known, or has been replaced (release of 2025-01-16; Human Phenotype Ontology, https://hpo.jax.org)."""

import gzip
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

import orjson

from adapter.json_types import JsonObject

_SHAPE = re.compile(r"(?:HP[:_])?([0-9]{7})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """What is known of a term: `code` as it is written (`HP:0000316`), whether it is in use, and what took its place."""

    code: str
    standing: Literal["known", "obsolete", "unknown", "malformed"]
    replaced_by: str | None = None


@lru_cache(maxsize=4_096)  # codes of a public list, which name nobody
def term(text: str) -> Term:
    """What is known of a term, with or without its prefix."""
    match = _SHAPE.fullmatch(text.strip().upper())
    if not match:
        return Term(code=text, standing="malformed")
    number, code = int(match[1]), f"HP:{match[1]}"
    known, gone = _table()
    if number in known:
        return Term(code=code, standing="known")
    if str(number) in gone:
        other = gone[str(number)]
        return Term(code=code, standing="obsolete", replaced_by=None if other is None else f"HP:{other:07d}")
    return Term(code=code, standing="unknown")


def release() -> str:
    """The release of HPO that is held."""
    return str(_content()["release"])


@cache
def _content() -> JsonObject:
    content: JsonObject = orjson.loads(gzip.decompress(files("adapter.code_tables").joinpath("hpo.json.gz").read_bytes()))
    return content


@cache
def _table() -> tuple[frozenset[int], dict[str, int | None]]:
    content = _content()
    return frozenset(content["terms"]), content["gone"]
