"""`make bench`: real work, warmed, taking turns; prints a table and writes build/bench.json. A figure is never a test.

Times are of the processor, not of the clock, except for requests over HTTP, where two programs take turns on one machine.
"""

import gc
import json
import os
import platform
import resource
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import orjson

from adapter.assembly import Runtime, load
from adapter.checks import check_bundle, r4
from adapter.checks.second_opinion import second_opinion
from adapter.files import folder_of
from adapter.readers.document import Document
from adapter.rules.judgement import findings_of
from adapter.settings import Settings
from adapter.web.app import make_app
from adapter.web.door.call import Application, Reply, call, environment_of
from tests.bench.bulk import bulk
from tests.bench.messages import accepted, conversions
from tests.bench.rows import CHECK, EXAMPLES, ROWS, RULES
from tests.bench.terminology import large, paths_of, terminology
from tests.bench.turns import Figure, figure, in_turns, ratio

OUT = Path("build/bench.json")
STARTS = 5
REQUESTS, SETTLED = 50_000, 10_000
_ADAPTER = Path(sys.executable).with_name("adapter")
_LOAD = "from adapter.assembly import load; from adapter.settings import Settings; import adapter.pipeline, time; "
_TIMED_LOAD = (
    _LOAD + "s = time.process_time(); r = load(Settings()); r.source_library; r.pipeline; print((time.process_time() - s) * 1e3)"
)
_PHENOTYPES = (
    "import gc, pathlib, re, time; from tests.examples.ground import pipeline; from tests.long_lists import documents, in_both; "
    "line = pipeline(); "
    "line.convert(documents(in_both(2)), lineage=True).lineage; "
    "gc.freeze(); "
    "sent = documents(in_both(2_000)); s = time.process_time(); line.convert(sent, lineage=True).lineage; "
    "spent = time.process_time() - s; "
    "peak = re.search(r'VmHWM:\\s+([0-9]+)', pathlib.Path('/proc/self/status').read_text()); "
    "print(spent, int(peak[1]) / 1024)"
)
"""What is loaded is frozen, as `adapter serve` does; the peak is that of this program (`ru_maxrss` is inherited)."""


def machine() -> str:
    """The machine and the Python that the figures are of."""
    built = "with PGO and LTO" if "--enable-optimizations" in (sysconfig.get_config_var("CONFIG_ARGS") or "") else "without PGO"
    load_average = ", ".join(f"{average:.1f}" for average in os.getloadavg())
    python = f"{platform.python_implementation()} {platform.python_version()} built {built}"
    return f"{platform.machine()}, {os.cpu_count()} processors (load {load_average}), {python}"


def documents_of(name: str) -> list[Document]:
    """The input documents of an example."""
    files = sorted((folder_of("fhir_examples") / name).glob("*.json"))
    return [
        Document(name=file.name, content=file.read_bytes()) for file in files if file.name not in ("bundle.json", "issues.json")
    ]


def one_document(name: str) -> bytes:
    """The documents of an example as one."""
    trees = [orjson.loads(document.content) for document in documents_of(name)]
    return orjson.dumps({key: value for tree in trees for key, value in tree.items()})


def _asked(application: Application, method: str, path: str, body: bytes = b"", accept: str = "application/fhir+json") -> Reply:
    """What the application answers behind its door."""
    path, _, query = path.partition("?")
    headers = [(b"accept", accept.encode()), (b"content-type", b"application/json"), (b"host", b"localhost")]
    scope = {"method": method, "path": path, "query_string": query.encode(), "http_version": "1.1", "scheme": "http"}
    reply = call(application, environment_of({**scope, "headers": headers}, body))
    assert reply.status == 200, (path, reply.content[:300])
    return reply


def conversion(runtime: Runtime, application: Application, name: str) -> dict[str, Figure]:
    """Conversion of one example from bytes to checked bytes, and that over HTTP."""
    line, documents = runtime.pipeline, documents_of(name)
    made = line.convert(documents)
    assert made.content is not None
    assert made.bundle is not None
    content, resources, structure = made.content, [entry["resource"] for entry in made.bundle["entry"]], r4().structure
    body = one_document(name)
    whole = [Document(name="document.json", content=body)]
    full = runtime.options({"check": "full"})
    post = partial(_asked, application, "POST", "/convert", body)
    times = in_turns(
        {
            "F": lambda: orjson.dumps(orjson.loads(content)),
            "conversion": lambda: line.convert(documents),
            "noted": lambda: line.convert(documents, lineage=True),
            "full": lambda: line.convert(documents, full),
            "whole": lambda: runtime.convert(whole),
            "post": post,
            "lineage": partial(post, accept="application/json"),
            "structure": lambda: [structure.is_valid(item) for item in resources],
            "models": lambda: [list(second_opinion(item)) for item in resources],
        }
    )
    rows = {
        "conversion / F": ratio(times, "conversion", "F"),
        "lineage noted / conversion": ratio(times, "noted", "conversion"),
        "POST /convert / conversion": ratio(times, "post", "whole"),
        "POST /convert with lineage / without": ratio(times, "lineage", "post"),
        "full check / quick check, whole conversion": ratio(times, "full", "conversion"),
        "fhir.resources / structure check": ratio(times, "models", "structure"),
    }
    return {f"{name}: {row}": measured for row, measured in rows.items()}


def judgement(runtime: Runtime) -> dict[str, Figure]:
    """All coding rules over an example, and the check of its Bundle with all invariants."""
    made = runtime.pipeline.convert(documents_of("complete"))
    assert made.case is not None
    assert made.choice is not None
    assert made.content is not None
    assert made.bundle is not None
    case, choice, content, bundle, release = made.case, made.choice, made.content, made.bundle, r4()
    times = in_turns(
        {
            "rules": lambda: [findings_of(made.facts_by(case, choice)) for _ in range(_AT_ONCE)],
            "quick": lambda: check_bundle(bundle, release, content),
            "all": lambda: check_bundle(bundle, release, content, advice=True),
        }
    )
    return {RULES: figure([seconds / _AT_ONCE * 1e6 for seconds in times["rules"]]), CHECK: ratio(times, "all", "quick")}


_AT_ONCE = 10


def phenotypes() -> dict[str, Figure]:
    """Two documents with 2,000 phenotypes, with lineage, in a process of their own."""
    runs = [tuple(map(float, _output(sys.executable, "-c", _PHENOTYPES).split())) for _ in range(STARTS)]
    seconds, megabytes = zip(*runs, strict=True)
    return {
        "2,000 phenotypes: s of lineage": figure(list(seconds)),
        "2,000 phenotypes: MB of the process": figure(list(megabytes)),
    }


def start() -> dict[str, Figure]:
    """Loading in a fresh process, and the command line."""
    example = str(folder_of("fhir_examples") / "complete")
    return {
        "start: ms of loading and checking all maps": figure(
            [float(_output(sys.executable, "-c", _TIMED_LOAD)) for _ in range(STARTS)]
        ),
        "start: ms of `adapter convert`": figure([_milliseconds(str(_ADAPTER), "convert", example) for _ in range(STARTS)]),
        "start: ms of `adapter --help`": figure([_milliseconds(str(_ADAPTER), "--help") for _ in range(STARTS)]),
    }


def _output(*command: str) -> str:
    """What a command prints; its modules are read compiled, as those of an installed package are."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run(command, capture_output=True, check=True, text=True, env=environment).stdout


def _milliseconds(*command: str) -> float:
    """Processor time of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    _output(*command)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1e3


def memory(runtime: Runtime, application: Application) -> dict[str, Figure]:
    """Memory of this process over mixed requests: terminology, and one conversion in a hundred."""
    document = one_document("infant-final-report")
    requests = _mixed(runtime)

    def serve(count: int) -> float:
        for place, path in enumerate(islice(requests, count)):
            _asked(application, "GET", path)
            if place % 100 == 0:
                _asked(application, "POST", "/convert", document)
        gc.collect()
        return resident()

    first = serve(SETTLED)
    return {"memory: MB grown from request 10,000 to 50,000": figure([serve(REQUESTS - SETTLED) - first])}


def _mixed(runtime: Runtime) -> Iterator[str]:
    """Paths of all operations in turns, without end."""
    for paths in zip(*map(cycle, paths_of(runtime.definitions).values()), strict=False):
        yield from (f"/fhir{path}" for path in paths)


def resident() -> float:
    """The memory of this process in MB."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure all, print each part when it is known, and keep; of `rules`, if that is asked for, these rows alone."""
    runtime = load(Settings(log_level="error"))
    application = make_app(runtime)
    parts: list[Callable[[], dict[str, Figure]]] = [partial(conversion, runtime, application, name) for name in EXAMPLES]
    parts += [partial(judgement, runtime), phenotypes, start, partial(memory, runtime, application)]
    parts += [partial(conversions, runtime), accepted, partial(bulk, one_document(EXAMPLES[0])), terminology, large]
    figures: dict[str, Any] = {"machine": machine()}
    print(figures["machine"], flush=True)
    if sys.argv[1:] not in ([], ["rules"]):
        sys.exit("python -m tests.bench [rules]")
    if sys.argv[1:]:
        parts, figures = [partial(judgement, runtime)], {}
    for measure in parts:
        for row, measured in measure().items():
            figures[row] = {"median": measured.median, "low": measured.low, "high": measured.high, "wanted": ROWS[row]}
            print(f"  {row:75} {measured!s:>22}  {ROWS[row]}", flush=True)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n")
    print(f"\nkept in {OUT} at {time.strftime('%Y-%m-%d')}")


if __name__ == "__main__":
    main()
