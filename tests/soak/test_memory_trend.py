"""The criterion of `make soak` finds a leak of a kilobyte per request, and passes over caches that fill to their bound."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.soak.memory_trend import MemorySample, bytes_per_request, is_leak

STATM = Path("/proc/self/statm")
DOUBLE = f"""
import random, sys
from collections import OrderedDict
from mmap import PAGESIZE
from pathlib import Path
kept, held = OrderedDict(), []
for sample in range(20):
    for number in range(1_000):
        content = random.Random(number).randbytes(1_024)
        if sys.argv[1] == "leaks":
            held.append(content)
        elif sys.argv[1] == "fills":
            kept[sample, number] = content
            if len(kept) > 6_000:
                kept.popitem(last=False)
    print((sample + 1) * 1_000, int(Path("{STATM}").read_text().split()[1]) * PAGESIZE)
"""
"""A service without a network: twenty thousand requests, of each of which it holds a kilobyte for ever, for a while, or not."""


def samples_of(kind: str) -> list[MemorySample]:
    done = subprocess.run([sys.executable, "-c", DOUBLE, kind], capture_output=True, text=True, check=True)
    return [MemorySample(requests=int(line.split()[0]), memory=int(line.split()[1])) for line in done.stdout.splitlines()]


@pytest.mark.skipif(not STATM.exists(), reason="only Linux says how much memory a process has")
@pytest.mark.parametrize(("kind", "expected"), [("leaks", True), ("fills", False), ("holds nothing", False)])
def test_what_grows_with_every_request_is_a_leak_and_what_fills_is_none(kind: str, expected: bool) -> None:  # noqa: FBT001 - a value
    samples = samples_of(kind)

    assert is_leak(samples) is expected
    assert (bytes_per_request(samples) > 900) is expected


def made_of(*memory: int) -> list[MemorySample]:
    return [MemorySample(requests=(place + 1) * 10_000, memory=value) for place, value in enumerate(memory)]


def test_one_sample_that_is_off_and_what_is_within_noise_are_no_leak() -> None:
    flat = [100_000_000] * 20

    assert not is_leak(made_of(*flat[:19], 130_000_000))
    assert not is_leak(made_of(*(100_000_000 + place * 150_000 for place in range(20))))
    assert is_leak(made_of(*(100_000_000 + place * 3_000_000 for place in range(20))))
