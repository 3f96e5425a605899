"""Connections on which an answer must be there by a moment: from the first byte of its head to the last of its body.

A time limit between two bytes, as `requests` has it, ends neither an answer that drips nor `100 Continue` without end.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from http.client import HTTPResponse
from io import BufferedReader, RawIOBase
from socket import socket
from typing import Protocol

from requests import PreparedRequest, Session
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, ProxyManager
from urllib3.connection import HTTPConnection, HTTPSConnection

SecondsLeft = Callable[[], float]

_LEFT: ContextVar[SecondsLeft | None] = ContextVar("seconds left", default=None)


@contextmanager
def ending(left: SecondsLeft) -> Iterator[None]:
    """End answers that are read in the block on connections of `timed_session` when no seconds are left."""
    token = _LEFT.set(left)
    try:
        yield
    finally:
        _LEFT.reset(token)


def timed_session(*, is_direct: bool) -> Session:
    """A session that keeps to the time, and to proxies and certificates of the environment unless it `is_direct`.

    Passwords of a file `.netrc` are never sent.
    """
    session = Session()
    session.trust_env = not is_direct
    session.auth = _as_it_is
    session.mount("http://", _TimedAdapter())
    session.mount("https://", _TimedAdapter())
    return session


def _as_it_is(request: PreparedRequest) -> PreparedRequest:
    return request


class _Buffer(Protocol):
    """What bytes can be written into."""

    def __buffer__(self, flags: int, /) -> memoryview: ...


class _TimedReader(RawIOBase):
    """What arrives at a socket, as long as there is time."""

    def __init__(self, source: socket, raw: RawIOBase, left: SecondsLeft) -> None:
        super().__init__()
        self._socket, self._raw, self._left, self._between = source, raw, left, source.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: _Buffer) -> int | None:
        left = self._left()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left if self._between is None else min(left, self._between))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(HTTPResponse):
    """An answer that is read through a _TimedReader."""

    def __init__(self, sock: socket, debuglevel: int = 0, *, method: str | None = None, url: str | None = None) -> None:
        super().__init__(sock, debuglevel, method, url)
        left = _LEFT.get()
        if left is not None:
            self.fp = BufferedReader(_TimedReader(sock, self.fp.detach(), left))


class _TimedConnection(HTTPConnection):
    response_class = _TimedResponse


class _TimedTlsConnection(HTTPSConnection):
    response_class = _TimedResponse


class _Pool(HTTPConnectionPool):
    ConnectionCls = _TimedConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TimedTlsConnection


_POOLS = {"http": _Pool, "https": _TlsPool}


class _TimedAdapter(HTTPAdapter):
    """An adapter of `requests` with such connections, whether a proxy is between or not."""

    def __init__(self) -> None:
        super().__init__()
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **more: object) -> ProxyManager:
        manager: ProxyManager = super().proxy_manager_for(proxy, **more)
        manager.pool_classes_by_scheme = _POOLS
        return manager
