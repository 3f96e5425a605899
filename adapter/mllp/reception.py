"""What becomes of a message that arrived, and who decides it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from adapter.issues import Issue


class Acceptance(StrEnum):
    """What becomes of a message; the second letter of its acknowledgment code (HL7 table 0008)."""

    ACCEPTED = "A"
    ERROR = "E"
    REJECTED = "R"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """What became of a message, and why: it was accepted, or its content is wrong, or it cannot be read or kept."""

    acceptance: Acceptance
    issues: tuple[Issue, ...] = ()


class Acceptor(Protocol):
    """Takes messages into its keeping: what it has accepted it will not lose, and may be acknowledged."""

    async def accept(self, message: bytes) -> Reception:
        """What becomes of a message; the sender is answered when this returns, and not before."""
        ...
