"""What rules ask and a case does not say of itself."""

from dataclasses import dataclass

from adapter.case import Case

SUNSET = "2028-01-01"
"""The first day on which 0731T may be archived: five years after it was first printed, unless it is extended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What is known beside the case; who judges says it.

    `today` is the day of the judgement (YYYY-MM-DD; nothing if no clock may be read), `sunset` the first day on which 0731T may
    be archived, and `sunset_verified` whether somebody has read that it is. `to_public_server` says that the output goes to a
    server that takes test data only. `prior` are earlier cases whose claims may bill the same day.
    """

    today: str | None = None
    sunset: str = SUNSET
    sunset_verified: bool = False
    to_public_server: bool = False
    prior: tuple[Case, ...] = ()
