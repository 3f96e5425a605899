"""Regular expressions of value set filters, matched in linear time: no expression can make the service stand still.

The engine is Rust's `regex`, reached through the JSON Schema validator: it has no backtracking, and refuses what would need it
(back references, lookaround) as well as expressions that grow beyond a size.
"""

from functools import lru_cache

import jsonschema_rs

_SIZE = 1_000_000
_LONGEST = 2_000


class PatternError(ValueError):
    """A pattern that is not a regular expression, is too large, or needs backtracking."""


class Pattern:
    """A compiled expression."""

    def __init__(self, text: str) -> None:
        """Compile an expression; raises PatternError."""
        if len(text) > _LONGEST:
            raise PatternError
        try:
            options = jsonschema_rs.RegexOptions(size_limit=_SIZE)
            self._validator = jsonschema_rs.validator_for({"pattern": f"^(?:{text})$"}, pattern_options=options)
        except jsonschema_rs.ValidationError:
            raise PatternError from None

    def is_match(self, text: str) -> bool:
        """Whether the whole text matches (http://hl7.org/fhir/R4/valueset-filter-operator.html: regex)."""
        return self._validator.is_valid(text)


@lru_cache(maxsize=128)
def compiled(text: str) -> Pattern:
    """The compiled expression; raises PatternError."""
    return Pattern(text)
