"""The text filter of `$expand`: words that begin as words of a designation or of the code do."""

import re
import unicodedata
from collections.abc import Iterable

_WORD = re.compile(r"[^\W_]+")


class Search:
    """A text that is searched for; without words everything is found."""

    def __init__(self, text: str | None) -> None:
        """Take the text apart."""
        self.text = text
        self.words = _words(text or "")

    def __bool__(self) -> bool:
        return bool(self.words)

    def finds(self, texts: Iterable[str]) -> bool:
        """Whether every word is the beginning of a word in one of the texts; case and accents do not matter."""
        tokens = [word for text in texts for word in _words(text)]
        return all(any(token.startswith(word) for token in tokens) for word in self.words)


def _words(text: str) -> list[str]:
    if text.isascii():
        return _WORD.findall(text.lower())
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(letter))
    return _WORD.findall(bare)
