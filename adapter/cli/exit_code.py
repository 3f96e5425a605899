"""What the exit code of a command says."""

from enum import IntEnum

from adapter.issues import AdapterError, FailureKind


class Outcome(IntEnum):
    """The exit codes."""

    GOOD = 0
    ISSUES = 1
    WRONG_USE = 2
    NOT_CARRIED_OUT = 3


EXIT_CODES: dict[FailureKind, Outcome] = {
    FailureKind.UNREADABLE: Outcome.ISSUES,
    FailureKind.UNKNOWN_FORM: Outcome.WRONG_USE,
    FailureKind.TOO_LARGE: Outcome.ISSUES,
    FailureKind.INVALID: Outcome.ISSUES,
    FailureKind.SETUP: Outcome.WRONG_USE,
    FailureKind.NOT_FOUND: Outcome.WRONG_USE,
    FailureKind.NOT_SUPPORTED: Outcome.WRONG_USE,
    FailureKind.CONFLICT: Outcome.NOT_CARRIED_OUT,
    FailureKind.UNAVAILABLE: Outcome.NOT_CARRIED_OUT,
    FailureKind.BAD_REQUEST: Outcome.ISSUES,
    FailureKind.NOT_OFFERED: Outcome.WRONG_USE,
    FailureKind.TOO_COSTLY: Outcome.ISSUES,
}
"""The exit code of each kind of failure; a test sees that none is missing."""


def code_of(error: AdapterError) -> Outcome:
    """The exit code of an error."""
    return EXIT_CODES[error.kind]
