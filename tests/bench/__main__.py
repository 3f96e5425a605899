"""`make bench`: real work, warmed, repeated; prints a table and writes build/bench.json.

Each figure is the best of several repetitions in one process; what is compared is measured in turn in the same run, so that a
machine whose speed drifts changes both sides. A figure is never a test.
"""

import gc
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from adapter.checks import check_bundle
from adapter.checks.second_opinion import second_opinion
from adapter.checks.structure import structure_check
from adapter.pipeline import Line
from adapter.readers.document import Document
from adapter.rules.judgement import judge
from adapter.runtime import Settings, folder_of, load

REPETITIONS = 7
SECONDS = 0.4
OUT = Path("build/bench.json")


def best(work: Callable[[], object]) -> float:
    """The shortest time of one call in microseconds."""
    work()
    started = time.perf_counter()
    work()
    number = max(1, int(SECONDS / REPETITIONS / max(time.perf_counter() - started, 1e-7)))
    times = []
    for _ in range(REPETITIONS):
        started = time.perf_counter()
        for _ in range(number):
            work()
        times.append((time.perf_counter() - started) / number)
    return min(times) * 1e6


def documents_of(name: str) -> list[Document]:
    """The input documents of an example."""
    files = sorted((folder_of("fhir_examples") / name).glob("*.json"))
    return [
        Document(name=each.name, content=each.read_bytes()) for each in files if each.name not in ("bundle.json", "issues.json")
    ]


def conversion(line: Line, name: str) -> dict[str, Any]:
    """Conversion of one example from bytes to checked bytes, beside orjson on the same bundle."""
    documents = documents_of(name)
    made = line.convert(documents)
    assert made.content is not None
    content = made.content
    converted = best(lambda: line.convert(documents))
    floor = best(lambda: orjson.dumps(orjson.loads(content)))
    traced = best(lambda: line.convert(documents).lineage)
    noted = best(lambda: line.convert(documents, lineage=True))
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


def checks(line: Line, name: str) -> dict[str, Any]:
    """The checks of one bundle, beside the models of fhir.resources."""
    made = line.convert(documents_of(name))
    bundle: Any = made.bundle
    case = made.case
    assert case is not None
    resources = [entry["resource"] for entry in bundle["entry"]]
    structure = structure_check()
    ours = best(lambda: [structure.is_valid(each) for each in resources])
    models = best(lambda: [list(second_opinion(each)) for each in resources])
    return {
        "structure check µs": ours,
        "fhir.resources µs": models,
        "times faster (≥ 20)": models / ours,
        "all checks µs": best(lambda: check_bundle(bundle, made.content)),
        "all rules µs": best(lambda: judge(case)),
    }


def start() -> dict[str, Any]:
    """Loading in a fresh process, and the command line's help."""
    load_ms, help_ms = [], []
    code = (
        "import time; from adapter.runtime import Settings, load; import adapter.pipeline, yaml; "
        "t = time.perf_counter(); load(Settings()).line; print((time.perf_counter() - t) * 1e3)"
    )
    for _ in range(REPETITIONS):
        said = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
        load_ms.append(float(said.stdout))
        started = time.perf_counter()
        subprocess.run([Path(sys.executable).with_name("adapter"), "--help"], capture_output=True, check=True)
        help_ms.append((time.perf_counter() - started) * 1e3)
    return {"loading and checking all mappings ms (≤ 300)": min(load_ms), "adapter --help ms (≤ 150)": min(help_ms)}


def memory(line: Line, name: str) -> dict[str, Any]:
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
    """Measure all, print, and keep."""
    line = load(Settings()).line
    figures: dict[str, dict[str, Any]] = {"memory": memory(line, "infant-final-report")}
    for name in ("infant-final-report", "complete"):
        figures[f"conversion: {name}"] = conversion(line, name)
        figures[f"checks: {name}"] = checks(line, name)
    figures["start"] = start()
    for part, rows in figures.items():
        print(f"\n{part}")
        for row, value in rows.items():
            print(f"  {row:48} {value:>12,.2f}" if isinstance(value, float) else f"  {row:48} {value:>12}")
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n")
    print(f"\nkept in {OUT}")


if __name__ == "__main__":
    main()
