"""What a connection may cost: bytes, seconds and numbers, all from the settings."""

from dataclasses import dataclass

from adapter.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The limits of the door, for one process; `head` are the bytes of a request line with its headers."""

    body: int
    body_seconds: int
    head_seconds: int
    idle_seconds: int
    per_address: int
    queue: int
    head: int = 32_768
    url: int = 8_192


def limits_of(settings: Settings) -> Limits:
    """The limits as the settings have them."""
    return Limits(
        body=settings.max_body,
        body_seconds=settings.body_seconds,
        head_seconds=settings.head_seconds,
        idle_seconds=settings.idle_seconds,
        per_address=settings.max_connections,
        queue=settings.max_queue,
    )
