"""Whether memory grows with every request, or only until what is kept has reached its bound."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median

LEAK = 200
"""So many bytes for each further request are a leak, however small what is kept of one may be."""
NOISE = 2_000_000
"""So many bytes an allocator keeps or gives back as it likes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemorySample:
    """How much memory the processes of a service had, after how many requests."""

    requests: int
    memory: int


def bytes_per_request(samples: Sequence[MemorySample]) -> float:
    """What a further request costs in the second half: the median of all slopes between two samples (Theil and Sen).

    In the first half caches fill; one sample that is off does not move a median.
    """
    settled = samples[len(samples) // 2 :]
    return median(
        (later.memory - sooner.memory) / (later.requests - sooner.requests) for sooner, later in combinations(settled, 2)
    )


def is_leak(samples: Sequence[MemorySample]) -> bool:
    """Whether memory grows with the requests of the second half, by more than noise."""
    settled = samples[len(samples) // 2 :]
    slope = bytes_per_request(samples)
    return slope > LEAK and slope * (settled[-1].requests - settled[0].requests) > NOISE
