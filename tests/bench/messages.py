"""HL7 v2: messages to checked Bundles beside two other converters, and messages accepted over MLLP.

hl7v2-fhir-bridge converts and validates in this process, in turns with ours. LinuxForHealth's converter, which only converts, is
a Java program of its own: its recipe is in the folder of test data, and beside it both are measured by the clock, warmed up.
"""

import asyncio
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from v2fhir.config import Config
from v2fhir.convert import convert as convert_with_bridge
from v2fhir.hl7.parser import parse_bytes
from v2fhir.validate import validate_bundle

from adapter.assembly import Runtime
from adapter.mllp.mllp_server import MllpServer
from adapter.readers.document import Document
from tests.bench.rows import ACCEPTED, BRIDGE, CHARGES, LFH, MESSAGES, READ_BY_BRIDGE, RESULTS, SAMPLES
from tests.bench.turns import ROUNDS as TURNS
from tests.bench.turns import Figure, figure, in_turns, ratio
from tests.mllp.ground import LIMITS, Sender, inbox
from tests.mllp.ground import message as registration

ENCOUNTER = Document(
    name="encounter.json", content=b'{"encounter": {"id": "V-1", "status": "finished"}, "procedure": {"status": "completed"}}'
)
"""What results and charges leave open of a case."""
HEADER = "MSH|^~\\&|LAB|CLINIC|||20260312100000-0500||{kind}|1|P|2.5.1"
PATIENT = "PID|1||4711^^^CLINIC&1.2.840.99999.1&ISO^MR||Muster^Mia||20200229|F"
VISIT = "PV1|1|O" + "|" * 17 + "V-1"
ORDER = "OBR|1|P-1^EHR|F-1^LAB|0731T^^C4|||20260312090000-0500|||||||||||||||20260312095500-0500|||F"
CHARGE = "FT1|1|T-1||20260312|20260313|CG|CM7731^Facial analysis^L|||1|180.00&USD||||||||Q87.0^^I10||||||0731T^^C4|26^^C4~52^^C4"
SECONDS_PER_FILE = "10"
SENT, PARTS = 1_000, 5
_DATA = Path(os.environ.get("ADAPTER_TEST_DATA", ""))


def _messages() -> Iterator[tuple[str, bytes]]:
    """The messages by name: samples as far as the folder of test data is there, and two of ours."""
    for name in SAMPLES:
        sample = _DATA / "samples" / "hl7v2" / f"{name}.hl7"
        if sample.exists():
            yield name, sample.read_bytes()
    results = [f"OBX|{number}|NM|{number}^Measure^L||{number}.5|cm|||||F" for number in range(1, 101)]
    yield RESULTS, _message("ORU^R01^ORU_R01", ORDER, *results)
    yield CHARGES, _message("DFT^P03^DFT_P03", CHARGE, "DG1|1||Q87.0^^I10|||F")


def _message(kind: str, *segments: str) -> bytes:
    return "\r".join([HEADER.format(kind=kind), PATIENT, VISIT, *segments, ""]).encode()


def conversions(runtime: Runtime) -> dict[str, Figure]:
    """Messages to checked Bundles, beside the other converters as far as they are here and read the message."""
    rows: dict[str, Figure] = {}
    theirs = _linux_for_health()
    for name, content in _messages():
        documents = [ENCOUNTER, Document(name=f"{name}.hl7", content=content)]
        works: dict[str, Callable[[], object]] = {"ours": partial(_converted, runtime, documents)}
        if name in READ_BY_BRIDGE:
            works["bridge"] = partial(_through_the_bridge, content)
        times = in_turns(works)
        rows[MESSAGES.format(name)] = figure([seconds * 1e3 for seconds in times["ours"]])
        if "bridge" in times:
            rows[BRIDGE.format(name)] = ratio(times, "bridge", "ours")
        if name in theirs:
            rows[LFH.format(name)] = figure([theirs[name] / seconds for seconds in _by_the_clock(works["ours"])])
    return rows


def _converted(runtime: Runtime, documents: list[Document]) -> None:
    made = runtime.convert(documents, changes={"zone": "America/Chicago", "assigner": "https://laboratory.example/sid/mrn"})
    assert made.content is not None, made.issues


def _by_the_clock(work: Callable[[], object]) -> list[float]:
    """Seconds of the clock of each of several runs: what another program was measured by."""
    times = []
    for _ in range(TURNS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return times


def _through_the_bridge(content: bytes) -> None:
    validate_bundle(convert_with_bridge(parse_bytes(content), Config()).bundle)


def _linux_for_health() -> dict[str, float]:
    """Seconds that LinuxForHealth's converter takes for each message; nothing where its recipe or what it needs is not here."""
    recipe = _DATA / "peers" / "lfh"
    if not recipe.exists() or shutil.which("mvn") is None:
        return {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in ("in", "out"):
            (folder / part).mkdir()
        for message, content in _messages():
            (folder / "in" / f"{message}.hl7").write_bytes(content)
        shutil.copytree(recipe, folder / "lfh")
        run = partial(subprocess.run, cwd=folder / "lfh", check=True, capture_output=True, text=True)
        run(["mvn", "-q", "-B", "compile", "dependency:build-classpath", "-Dmdep.outputFile=cp.txt"])
        path = f"target/classes:{(folder / 'lfh' / 'cp.txt').read_text()}"
        told = run(["java", "-Xmx2g", "-cp", path, "Bench", "../in", "../out", SECONDS_PER_FILE]).stdout
    return {file: 1 / float(rate) for file, rate in re.findall(r"^(.+)\.hl7 +([0-9.]+) messages/s", told, re.MULTILINE)}


def accepted() -> dict[str, Figure]:
    """Registrations that one sender has accepted in a second, each after the answer to the one before."""
    return {ACCEPTED: figure(asyncio.run(_rates()))}


async def _rates() -> list[float]:
    server = MllpServer(acceptor=inbox(most=SENT * (PARTS + 1)), limits=LIMITS, now=lambda: "20260312081500+0000")
    sender = await Sender.to(await server.start("127.0.0.1", 0))
    rates = []
    for part in range(PARTS + 1):
        numbers = [f"{part}-{number}" for number in range(SENT)]
        messages = [registration(number, mrn=number, visit=number) for number in numbers]
        began = time.perf_counter()
        answers = [await sender.send(message) for message in messages]
        rates.append(SENT / (time.perf_counter() - began))
        assert all("MSA|AA" in answer for answer in answers)
    await sender.closed()
    await server.stop()
    return rates[1:]
