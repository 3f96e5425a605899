"""The time, and what is random: the only reader of both."""

from datetime import UTC, datetime
from secrets import token_urlsafe
from uuid import uuid4


def today() -> str:
    """The day, where this machine is (YYYY-MM-DD)."""
    return datetime.now().astimezone().date().isoformat()


def request_id() -> str:
    """A new id for a request; random, so that it says nothing."""
    return uuid4().hex


def instant_now() -> str:
    """The time now as a FHIR instant, in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def new_token() -> str:
    """A new token for a caller: 256 random bits as text."""
    return token_urlsafe(32)
