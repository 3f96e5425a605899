"""The files that travel with the adapter, and those of the user; and how files are written: whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from stat import S_IMODE

from adapter.issues import Issue, IssueType, SetupError, Severity

_PACKAGED = Path(__file__).parent / "_data"
_CASES = Path(__file__).parent / "conformance" / "cases"
_CHECKOUT = Path(__file__).parents[1]


def folder_of(name: str) -> Path:
    """A folder of files that travel with the adapter (`mappings`, `fhir_examples`, `docs`), installed or in a checkout."""
    packaged = _PACKAGED / name
    return packaged if packaged.is_dir() else _CHECKOUT / name


@cache
def adapter_version() -> str:
    """The version of the installed adapter."""
    try:
        return version("adapter-0731t")
    except PackageNotFoundError:
        return "0"


def mapping_files(folder: str, pattern: str, own: str) -> dict[str, str]:
    """The texts of our files in a folder of the mappings, then of the user's in the folder `own` (`""` for none), by name.

    Raises SetupError for a file that is not UTF-8.
    """
    ours, users = mapping_layers(folder, pattern, own)
    return ours | users


def mapping_layers(folder: str, pattern: str, own: str) -> tuple[dict[str, str], dict[str, str]]:
    """As `mapping_files`, with our files and the user's apart."""
    packaged = sorted((folder_of("mappings") / folder).glob(pattern))
    ours = {f"mappings/{folder}/{file.name}": file.read_text("utf-8") for file in packaged}
    users = sorted((Path(own) / folder).glob(pattern)) if own else []
    return ours, {str(file): text_of(file) for file in users}


def case_files(own: str) -> dict[str, str]:
    """The texts of our files of conformance cases, then of those of the user's in the folder `own` (`""` for none), by name."""
    ours = {f"adapter/conformance/cases/{file.name}": file.read_text("utf-8") for file in sorted(_CASES.glob("*.yaml"))}
    users = sorted(Path(own).glob("*.yaml")) if own else []
    return ours | {str(file): text_of(file) for file in users}


def files_below(folder: str) -> dict[str, str]:
    """The names of all files below a folder, with their places as paths within it; hidden files are left out."""
    files = sorted(file for file in Path(folder).rglob("*") if file.is_file())
    places = {str(file): file.relative_to(folder) for file in files}
    return {name: place.as_posix() for name, place in places.items() if not any(part.startswith(".") for part in place.parts)}


def topics() -> dict[str, str]:
    """The pages of the documentation by topic."""
    return {file.stem: file.read_text("utf-8") for file in sorted(folder_of("docs").glob("*.md"))}


def text_of(file: Path) -> str:
    """The text of a file of the user; raises SetupError if it cannot be read, or is not UTF-8."""
    if file.exists() and not file.is_file():
        raise SetupError(_issue("this is not a file: a folder, a pipe or a device is not read", file))
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError:
        raise SetupError(_issue("this file is not encoded in UTF-8: save it as UTF-8", file)) from None
    except OSError as error:
        raise SetupError(_issue(f"this file cannot be read: {error.strerror}", file)) from None


def write_whole(target: Path, content: bytes, *, mode: int = 0o666) -> None:
    """Write a file beside its place and rename it: whoever reads it finds the old or the new one, and a full disk harms neither.

    A new file gets the rights of `mode`, as far as the umask lets it. What is not an ordinary file (a pipe, /dev/stdout) is
    written as it is. Raises OSError that names the target.
    """
    with naming(target, instead=True):
        _write(Path(os.path.realpath(target)), content, mode)  # a link stays a link


@contextmanager
def naming(target: Path | str, *, instead: bool = False) -> Iterator[None]:
    """Let an OSError say what could not be read or written, where it does not, or `instead` of what it says."""
    try:
        yield
    except OSError as error:
        name = str(target) if instead else error.filename or str(target)
        raise OSError(error.errno, error.strerror, name) from error


def _write(target: Path, content: bytes, mode: int) -> None:
    if target.exists() and not target.is_file():
        target.write_bytes(content)
        return
    beside = target.with_name(f".{target.name[:100]}.{os.getpid()}")
    try:
        with os.fdopen(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            beside.chmod(S_IMODE(target.stat().st_mode))
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def _issue(text: str, file: Path) -> Issue:
    return Issue(severity=Severity.ERROR, code=IssueType.STRUCTURE, rule="settings/file", text=text, location=(str(file),))
