"""Stable ids: the same business key gives the same resource id, everywhere and always."""

from collections.abc import Iterable
from hashlib import sha256

import orjson

from adapter.issues import ConflictError, Issue, IssueType, Severity

_VARIANT = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))


def stable_id(kind: str, *keys: str) -> str:
    """A UUID in lower case (RFC 9562, version 8) from a kind and its business keys; `urn:uuid:` and it is the fullUrl.

    The parts are joined as a JSON list, so `('a', 'bc')` and `('ab', 'c')` differ.
    """
    digest = sha256(orjson.dumps((kind, *keys))).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-8{digest[13:16]}-{_VARIANT[digest[16]]}{digest[17:20]}-{digest[20:32]}"


def check_collisions(made: Iterable[tuple[str, tuple[str, ...]]]) -> None:
    """Look at the (id, business key) of all resources of one Bundle.

    Raises ConflictError when two keys have one id, or when one key has two resources; the text tells neither.
    """
    keys: dict[str, tuple[str, ...]] = {}
    for identity, key in made:
        if identity in keys:
            raise ConflictError(_conflict("twice" if keys[identity] == key else "collision"))
        keys[identity] = key


_CONFLICTS = {
    "twice": "two resources of the Bundle have the same business key; tell them apart, or send one of them",
    "collision": "two business keys give the same id; change one of the keys",
}


def _conflict(what: str) -> Issue:
    return Issue(severity=Severity.FATAL, code=IssueType.CONFLICT, rule=f"id/{what}", text=_CONFLICTS[what])
