"""The place-of-service codes of CMS."""

_BY_FIRST = {
    "0": "123456789",
    "1": "0123456789",
    "2": "01234567",
    "3": "1234",
    "4": "129",
    "5": "012345678",
    "6": "01256",
    "7": "12",
    "8": "1",
    "9": "9",
}

PLACES_OF_SERVICE = frozenset(first + second for first, seconds in _BY_FIRST.items() for second in seconds)
"""The CMS place-of-service codes as of 2024-08-01 (codes alone)."""

TELEHEALTH_PLACES = frozenset({"02", "10"})
"""Those of them that are telehealth."""
