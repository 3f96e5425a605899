"""Standard output that is closed, or that nobody reads any more: an error that can be told, and no complaint of Python's."""

import errno
import io
import sys


def refuse_closed_output() -> None:
    """Where the shell has closed standard output (`>&-`), put something there that refuses: nothing is lost in silence."""
    output: object = sys.stdout
    if output is None:
        sys.stdout = io.TextIOWrapper(_ClosedOutput(), write_through=True)


def give_up_output() -> None:
    """Let what is still to be flushed go nowhere, so that Python does not complain about it at its end."""
    sys.stdout = io.TextIOWrapper(io.BytesIO())


class _ClosedOutput(io.RawIOBase):
    """What refuses all that is written to it."""

    def writable(self) -> bool:
        """Whether it can be asked to write."""
        return True

    def write(self, _content: object) -> int:
        """Raise OSError."""
        raise OSError(errno.EBADF, "it is closed", "standard output")
