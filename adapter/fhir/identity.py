"""Stable ids: the same business key gives the same resource id, everywhere and always."""

from hashlib import sha256


def stable_id(kind: str, *keys: str) -> str:
    """A UUID in lower case (RFC 9562, version 8) from a kind and its business keys; `urn:uuid:` and it is the fullUrl.

    The parts are joined with their lengths, so `('a', 'bc')` and `('ab', 'c')` differ.
    """
    joined = "".join([f"{len(part)}:{part}" for part in (kind, *keys)])
    hexadecimal = sha256(joined.encode()).hexdigest()
    variant = "89ab"[int(hexadecimal[16], 16) & 3]
    return f"{hexadecimal[:8]}-{hexadecimal[8:12]}-8{hexadecimal[13:16]}-{variant}{hexadecimal[17:20]}-{hexadecimal[20:32]}"
