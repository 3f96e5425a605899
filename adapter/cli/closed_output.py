"""Standard output that is closed, that nobody reads, or that cannot show every letter: nothing is lost in silence."""

import errno
import io
import sys


def refuse_closed_output() -> None:
    """Where the shell has closed standard output (`>&-`), put something there that refuses: nothing is lost in silence."""
    output: object = sys.stdout
    if output is None:
        sys.stdout = io.TextIOWrapper(_ClosedOutput(), write_through=True)


def escape_letters() -> None:
    """Where the locale has no sign for a letter (`LC_ALL=C`), show its number (`\\u2014`)."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


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
