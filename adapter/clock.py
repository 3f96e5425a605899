"""The time, and what is random: the only reader of both."""

from datetime import datetime
from secrets import SystemRandom, token_hex, token_urlsafe
from time import time

from adapter.instant import instant_of


def today() -> str:
    """The day, where this machine is (YYYY-MM-DD)."""
    return datetime.now().astimezone().date().isoformat()


def request_id() -> str:
    """A new id for a request; random, so that it says nothing."""
    return token_hex(16)


def instant_now() -> str:
    """The time now as a FHIR instant, in UTC."""
    return instant_of(time())


def new_token() -> str:
    """A new token for a caller: 256 random bits as text."""
    return token_urlsafe(32)


def seconds_now() -> float:
    """The time now, in seconds since 1970."""
    return time()


def random_fraction() -> float:
    """A random number from 0 to 1, so that not all try again at the same moment."""
    return SystemRandom().random()
