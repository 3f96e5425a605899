"""An address on which nothing can listen: what is wrong with it and what to do, in the same words for all that serves."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from adapter.issues import Issue, IssueType, Severity, UnavailableError

_PROBLEMS = {
    errno.EADDRINUSE: ("port {port} is in use", "stop the other program or choose --port"),
    errno.EACCES: ("this user may not listen on port {port}", "choose a port above 1023 with --port"),
    errno.EADDRNOTAVAIL: ("this machine does not have the address {host}", "choose one of its addresses with --host"),
}
_OTHER_PROBLEM = ("cannot listen on {host} port {port}", "name an address of this machine with --host, and a port with --port")


@contextmanager
def listening_on(host: str, port: int) -> Iterator[None]:
    """Raise UnavailableError, which says what to do, for the OSError of a block that listens on an address."""
    try:
        yield
    except OSError as error:
        problem, hint = _PROBLEMS.get(error.errno or 0, _OTHER_PROBLEM)
        text = problem.format(host=host, port=port)
        raise UnavailableError(
            Issue(severity=Severity.ERROR, code=IssueType.CONFLICT, rule="listen/address", text=text, suggestion=hint)
        ) from error
