"""`make bench`: real work, warmed, repeated; prints a table and writes build/bench.json.

Each figure is the best of several repetitions in one process; what is compared takes turns, so that a machine whose speed drifts
changes both sides. A figure is never a test.
"""

import gc
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from adapter.assembly import load
from adapter.checks import check_bundle, r4
from adapter.checks.second_opinion import second_opinion
from adapter.files import folder_of
from adapter.pipeline import Pipeline
from adapter.readers.document import Document
from adapter.rules.judgement import judge
from adapter.settings import Settings
from tests.bench.terminology import LARGE, large, terminology

REPETITIONS = 11
SECONDS = 0.4
OUT = Path("build/bench.json")


def best(*works: Callable[[], object]) -> list[float]:
    """The shortest time of one call of each in microseconds; they take turns, so that all see the same machine."""
    numbers = [_number(work) for work in works]
    times: list[list[float]] = [[] for _ in works]
    for _ in range(REPETITIONS):
        for work, number, took in zip(works, numbers, times, strict=True):
            started = time.perf_counter()
            for _ in range(number):
                work()
            took.append((time.perf_counter() - started) / number)
    return [min(took) * 1e6 for took in times]


def _number(work: Callable[[], object]) -> int:
    """How often a warmed piece of work is done within a repetition."""
    work()
    started = time.perf_counter()
    work()
    return max(1, int(SECONDS / REPETITIONS / max(time.perf_counter() - started, 1e-7)))


def documents_of(name: str) -> list[Document]:
    """The input documents of an example."""
    files = sorted((folder_of("fhir_examples") / name).glob("*.json"))
    return [
        Document(name=file.name, content=file.read_bytes()) for file in files if file.name not in ("bundle.json", "issues.json")
    ]


def conversion(line: Pipeline, name: str) -> dict[str, Any]:
    """Conversion of one example from bytes to checked bytes, beside orjson on the same bundle."""
    documents = documents_of(name)
    made = line.convert(documents)
    assert made.content is not None
    content = made.content
    converted, floor, noted, traced = best(
        lambda: line.convert(documents),
        lambda: orjson.dumps(orjson.loads(content)),
        lambda: line.convert(documents, lineage=True),
        lambda: line.convert(documents).lineage,
    )
    return {
        "resources": len(orjson.loads(content)["entry"]),
        "bundle bytes": len(content),
        "conversion µs": converted,
        "conversions/s": 1e6 / converted,
        "orjson loads+dumps µs": floor,
        "ratio to orjson (≤ 8)": converted / floor,
        "with lineage, ratio (≤ 1.15)": noted / converted,
        "lineage written out leaf by leaf, ratio": traced / converted,
    }


def checks(line: Pipeline, name: str) -> dict[str, Any]:
    """The checks of one bundle, beside the models of fhir.resources."""
    made = line.convert(documents_of(name))
    bundle: Any = made.bundle
    case = made.case
    assert case is not None
    resources = [entry["resource"] for entry in bundle["entry"]]
    structure = r4().structure
    ours, models, all_checks, rules = best(
        lambda: [structure.is_valid(each) for each in resources],
        lambda: [list(second_opinion(each)) for each in resources],
        lambda: check_bundle(bundle, r4(), made.content),
        lambda: judge(case),
    )
    return {
        "structure check µs": ours,
        "fhir.resources µs": models,
        "times faster (≥ 20)": models / ours,
        "all checks µs": all_checks,
        "all rules µs": rules,
    }


def start() -> dict[str, Any]:
    """Loading in a fresh process, and the command line's help."""
    load_ms, first_ms, help_ms = [], [], []
    code = (
        "import time; from adapter.assembly import load; from adapter.settings import Settings; import adapter.pipeline, yaml; "
        "t = time.perf_counter(); line = load(Settings()).pipeline; print((time.perf_counter() - t) * 1e3); "
        "from tests.bench.__main__ import documents_of; documents = documents_of('complete'); "
        "t = time.perf_counter(); line.convert(documents); print((time.perf_counter() - t) * 1e3)"
    )
    for _ in range(REPETITIONS):
        said = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
        loading, first = map(float, said.stdout.split())
        load_ms.append(loading)
        first_ms.append(first)
        started = time.perf_counter()
        subprocess.run([Path(sys.executable).with_name("adapter"), "--help"], capture_output=True, check=True)
        help_ms.append((time.perf_counter() - started) * 1e3)
    return {
        "loading and checking all mappings ms (≤ 300)": min(load_ms),
        "the first conversion of a process ms": min(first_ms),
        "adapter --help ms (≤ 150)": min(help_ms),
    }


def memory(line: Pipeline, name: str) -> dict[str, Any]:
    """Memory after 1,000 and after 10,000 conversions in this process."""
    documents = documents_of(name)

    def grown(count: int) -> float:
        for _ in range(count):
            line.convert(documents)
        gc.collect()
        return resident()

    first, last = grown(1_000), grown(9_000)
    return {"resident after 1,000 MB": first, "resident after 10,000 MB (≤ 150)": last, "growth MB": last - first}


def resident() -> float:
    """The memory of this process in MB."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(each for each in status.read_text().splitlines() if each.startswith("VmRSS"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure all, print each part when it is known, and keep."""
    line = load(Settings()).pipeline
    parts: dict[str, Callable[[], dict[str, Any]]] = {"memory": lambda: memory(line, "infant-final-report")}
    for name in ("infant-final-report", "complete"):
        parts[f"conversion: {name}"] = partial(conversion, line, name)
        parts[f"checks: {name}"] = partial(checks, line, name)
    parts["start"] = start
    parts["terminology over HTTP"] = terminology
    parts[f"a code system of {LARGE:,} concepts"] = large
    figures = {}
    for part, measure in parts.items():
        print(f"\n{part}", flush=True)
        figures[part] = measure()
        for row, value in figures[part].items():
            print(f"  {row:48} {value:>12,.2f}" if isinstance(value, float) else f"  {row:48} {value:>12}", flush=True)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n")
    print(f"\nkept in {OUT}")


if __name__ == "__main__":
    main()
