"""Stable ids: the same business key gives the same resource id, everywhere and always."""

from hashlib import sha256

import orjson

_VARIANT = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))


def stable_id(kind: str, *keys: str) -> str:
    """A UUID in lower case (RFC 9562, version 8) from a kind and its business keys; `urn:uuid:` and it is the fullUrl.

    The parts are joined as a JSON list, so `('a', 'bc')` and `('ab', 'c')` differ.
    """
    digest = sha256(orjson.dumps((kind, *keys))).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-8{digest[13:16]}-{_VARIANT[digest[16]]}{digest[17:20]}-{digest[20:32]}"
