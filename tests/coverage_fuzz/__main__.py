"""`make fuzz`: bytes that follow the coverage of our code, for every reader and for the Parameters of every operation.

python -m tests.coverage_fuzz [SECONDS]
"""

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import atheris

# Only what is imported in here tells which of its lines have run.
with atheris.instrument_imports(include=["adapter"]):
    from adapter.assembly import load
    from adapter.files import folder_of
    from adapter.issues import AdapterError
    from adapter.readers.document import Document
    from adapter.settings import Settings
    from adapter.terminology.operation_error import OperationRefusedError
    from adapter.terminology.wire.operation.operations import OPERATIONS
    from adapter.terminology.wire.parameter import read_parameters

PIPELINE = load(Settings()).pipeline
CORPUS = Path("build/fuzz")
SECONDS = 5
"""So much processor time an input may take, with all that counts which lines have run."""
HANGS = 600
"""After so many seconds by the clock something hangs that Python cannot stop."""
CODING = {"name": "coding", "valueCoding": {"system": "urn:x", "code": "a"}}
SEEDS: tuple[bytes, ...] = (
    json.dumps({"resourceType": "Parameters", "parameter": [CODING, {"name": "url", "valueUri": "urn:x"}]}).encode(),
    b"MSH|^~\\&|A|B|C|D|20260114||ORU^R01^ORU_R01|1|P|2.5.1\rPID|1||1^^^A^MR||Doe^J\r",
)


class TooSlowError(Exception):
    """An input took more processor time than any may."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise TooSlowError after so many seconds of processor time: libFuzzer counts those of the clock, also on a busy machine."""

    def stop(*_: object) -> None:
        raise TooSlowError

    signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def one(content: bytes) -> None:
    """Take some bytes for a document of any form, and for Parameters of each operation: an answer, or one of our errors."""
    with limited(SECONDS):
        PIPELINE.convert([Document(name="made-up", content=content)])
        for operation in OPERATIONS:
            with suppress(AdapterError, OperationRefusedError):
                read_parameters(operation.table, parsed(content))


def parsed(content: bytes) -> object:
    """The JSON in the bytes, or nothing."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def main(seconds: str) -> None:
    """Begin with the examples, and go on for that long; a traceback is a finding, and its bytes are kept."""
    CORPUS.mkdir(parents=True, exist_ok=True)
    files = [file for file in folder_of("fhir_examples").glob("*/*.*") if file.name not in {"bundle.json", "README.md"}]
    for number, content in enumerate((*SEEDS, *(file.read_bytes() for file in files))):
        (CORPUS / f"seed-{number}").write_bytes(content)
    limits = [f"-max_total_time={seconds}", "-max_len=20000", f"-timeout={HANGS}", "-rss_limit_mb=2048"]
    limits.append("-artifact_prefix=build/")
    atheris.Setup([sys.argv[0], *limits, str(CORPUS)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "300")
