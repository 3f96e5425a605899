"""Files that commands write: whole or not at all."""

import os
from pathlib import Path
from stat import S_IMODE


def write_whole(target: Path, content: bytes) -> None:
    """Write a file beside its place and rename it: whoever reads it finds the old or the new one, and a full disk harms neither.

    What is not an ordinary file (a pipe, /dev/stdout) is written as it is. Raises OSError that names the target.
    """
    try:
        _write(Path(os.path.realpath(target)), content)  # a link stays a link
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(target)) from error


def _write(target: Path, content: bytes) -> None:
    if target.exists() and not target.is_file():
        target.write_bytes(content)
        return
    beside = target.with_name(f".{target.name[:100]}.{os.getpid()}")
    try:
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            beside.chmod(S_IMODE(target.stat().st_mode))
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
