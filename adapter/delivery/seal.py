"""What is encrypted at rest, and how business keys become digests that say nothing."""

import hmac
import zlib
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from adapter.issues import Issue, IssueType, SetupError, Severity, UnavailableError


class Seal:
    """Encrypts with the first of its keys, and reads what any of them encrypted.

    Digests are keyed with `pepper`, which stays when keys rotate: without it nobody can try out numbers of patients.
    """

    pepper: bytes = b""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """Take the keys, the newest first; raises SetupError for one that is not a Fernet key."""
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys])
        except ValueError:  # no key at all, too
            raise SetupError(
                _issue("a key of the store is not 32 bytes in URL-safe base64", "make one with `adapter store key`")
            ) from None

    def close(self, content: bytes) -> bytes:
        """The content, packed and encrypted."""
        return self._fernet.encrypt(zlib.compress(content, 1))

    def open(self, sealed: bytes) -> bytes:
        """What was encrypted; raises UnavailableError where no key fits."""
        return zlib.decompress(self._decrypted(sealed))

    def anew(self, sealed: bytes) -> bytes:
        """The same, encrypted with the first key; raises UnavailableError where no key fits."""
        return self._fernet.encrypt(self._decrypted(sealed))

    def _decrypted(self, sealed: bytes) -> bytes:
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken:
            hint = "name the file with the key that it was written with in ADAPTER_STORE_KEYS, and start again"
            raise UnavailableError(_issue("no key opens what the store holds", hint)) from None

    def digest(self, *parts: str) -> str:
        """A digest of a business key."""
        return hmac.digest(self.pepper, "\x1f".join(parts).encode(), "sha256").hex()


def new_key() -> bytes:
    """A new key."""
    return Fernet.generate_key()


def _issue(text: str, hint: str) -> Issue:
    return Issue(severity=Severity.ERROR, code=IssueType.SECURITY, rule="store/key", text=text, suggestion=hint)
