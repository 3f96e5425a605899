"""Processor time of other processes: what more processors would do follows from it, however busy this machine is."""

import os
from collections.abc import Iterable
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def family(parent: int) -> list[int]:
    """A process and its children."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [parent, *map(int, children)]


def seconds(processes: Iterable[int]) -> float:
    """Processor time of processes, with that of their children that have ended."""
    total = 0
    for process in processes:
        file = Path(f"/proc/{process}/stat")
        if file.exists():
            total += sum(map(int, file.read_text().rpartition(")")[2].split()[11:15]))
    return total / _TICKS
