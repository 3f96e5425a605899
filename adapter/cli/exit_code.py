"""What the exit code of a command says."""

from enum import IntEnum

from adapter.issues import (
    AdapterError,
    ConflictError,
    InvalidError,
    NotFoundError,
    NotSupportedError,
    SetupError,
    UnavailableError,
)


class Outcome(IntEnum):
    """The exit codes."""

    GOOD = 0
    ISSUES = 1
    WRONG_USE = 2
    NOT_CARRIED_OUT = 3


EXIT_CODES: dict[type[AdapterError], Outcome] = {
    SetupError: Outcome.WRONG_USE,
    InvalidError: Outcome.ISSUES,
    NotFoundError: Outcome.WRONG_USE,
    NotSupportedError: Outcome.WRONG_USE,
    ConflictError: Outcome.NOT_CARRIED_OUT,
    UnavailableError: Outcome.NOT_CARRIED_OUT,
}
"""The exit code of each kind of error, the special before the general; a test sees that none is missing."""


def code_of(error: AdapterError) -> Outcome:
    """The exit code of an error."""
    return next((code for kind, code in EXIT_CODES.items() if isinstance(error, kind)), Outcome.NOT_CARRIED_OUT)
