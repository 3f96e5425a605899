"""How a moment is written: as a FHIR instant (https://hl7.org/fhir/R4/datatypes.html#instant)."""

from datetime import UTC, datetime


def instant_of(seconds: float) -> str:
    """A time in seconds since 1970 as an instant in UTC, to the millisecond."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
