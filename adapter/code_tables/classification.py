"""What the words of a molecular report say: whether a finding supports a diagnosis (ACMG/AMP classes and usual results)."""

import re
from functools import lru_cache
from typing import Literal

Evidence = Literal["positive", "negative", "uncertain"]

_NEGATIVE = re.compile(
    r"\b(benign|negative|normal|not detected|no (pathogenic |causative |relevant )?(variants?|abnormalit\w*|findings?)\b)"
)
_POSITIVE = re.compile(r"\b(pathogenic|positive|causative)\b")


@lru_cache(maxsize=1024)
def evidence(classification: str | None, result: str | None) -> Evidence:
    """What a finding says for its condition, by its classification, else by its result; other words are uncertain."""
    words = (classification or result or "").replace("_", " ").lower()
    if _NEGATIVE.search(words):
        return "negative"
    return "positive" if _POSITIVE.search(words) else "uncertain"
