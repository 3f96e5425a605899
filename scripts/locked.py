"""What the run lock names: names, versions, hashes and licences, from the lock and the metadata of installed packages."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, files, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_ROW = re.compile(r"^([A-Za-z0-9_.-]+)==([^ \\]+)((?: \\\n    --hash=sha256:[0-9a-f]{64})+)", re.MULTILINE)
_SAYS_NOTHING = {"", "UNKNOWN", "Dual License"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """A package of the lock."""

    name: str
    version: str
    hashes: tuple[str, ...]
    licence: str


def locked() -> Iterator[Locked]:
    """The packages of requirements.lock, in its order; raises LookupError for one without a licence in its metadata."""
    for name, version, hashes in _ROW.findall((ROOT / "requirements.lock").read_text()):
        yield Locked(name=name, version=version, hashes=tuple(re.findall("[0-9a-f]{64}", hashes)), licence=_licence(name))


def _licence(name: str) -> str:
    try:
        own = metadata(name)
    except PackageNotFoundError:
        return "not installed here"
    written = "; ".join(own.get_all("License-Expression") or ())
    classifiers = [line.split(" :: ")[-1] for line in own.get_all("Classifier") or () if line.startswith("License ::")]
    short = " ".join(own.get_all("License") or ()).strip().split("\n")[0]
    found = written or "; ".join(classifiers) or ("" if short in _SAYS_NOTHING else short[:60]) or _title_of_licence(name)
    if not found:
        message = f"{name} names no licence in its metadata"
        raise LookupError(message)
    return found


def _title_of_licence(name: str) -> str:
    """The first line of the licence that a package brings as a file, or an empty text."""
    texts = (file.read_text() for file in files(name) or () if "licenses" in file.parts)
    return next((text.lstrip("# ").splitlines()[0].strip() for text in texts if text), "")
