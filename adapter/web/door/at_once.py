"""Calls that a connection makes itself: handing an operation of a tenth of a millisecond to a thread costs more than it does."""

from collections import Counter
from dataclasses import dataclass, field
from sys import getswitchinterval
from time import thread_time

from adapter.web.door.call import Application, Environment, Reply, call

_CALLS_IN_THREADS = 1_000


@dataclass(slots=True, kw_only=True)
class AtOnce:
    """An application whose operations are called at once as long as they are quick.

    One that takes longer than a thread may keep the interpreter from the others has held them up: the next thousand calls of it
    are left to threads, so that at most one in a thousand does.
    """

    application: Application
    left: Counter[bytes] = field(default_factory=Counter)

    def reply(self, operation: bytes, environment: Environment) -> Reply | None:
        """The reply to a call of an operation; None if it is left to threads."""
        if self.left[operation]:
            self.left[operation] -= 1
            return None
        started = thread_time()
        reply = call(self.application, environment)
        if thread_time() - started > getswitchinterval():
            self.left[operation] = _CALLS_IN_THREADS
        return reply
