"""Bulk conversion beside one process: what of the processors' time goes into converting, and not into passing things on."""

import resource
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from adapter.cli.bulk import BulkRun, convert_chunk, convert_in_bulk
from adapter.cli.bulk_input import BulkLine
from tests.bench.rows import BULK
from tests.bench.turns import Figure, figure

ENCOUNTERS, CHUNK, ROUNDS = 2_000, 16, 5


def bulk(document: bytes) -> dict[str, Figure]:
    """Processor time of one process for some encounters over that of all processes of a bulk conversion of the same."""
    lines = [BulkLine(name=f"in.ndjson:{number}", content=document, form=None) for number in range(ENCOUNTERS)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "in.ndjson"
        source.write_bytes((document + b"\n") * ENCOUNTERS)
        _alone(lines[:CHUNK])
        return {BULK: figure([_alone(lines) / _together(source, folder / str(number)) for number in range(ROUNDS)])}


def _alone(lines: Sequence[BulkLine]) -> float:
    began = time.process_time()
    for start in range(0, len(lines), CHUNK):
        convert_chunk(lines[start : start + CHUNK], None, {})
    return time.process_time() - began


def _together(source: Path, target: Path) -> float:
    began = _of_all_processes()
    convert_in_bulk(BulkRun(source=source, target=target, form=None, mappings=None, changes={}))
    return _of_all_processes() - began


def _of_all_processes() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime
