"""The processes of the service: one socket, some workers that share it, and a parent that replaces a worker that died."""

import asyncio
import gc
import logging
import os
import signal
import socket
import ssl
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from threading import Thread
from types import FrameType

import uvicorn
import uvloop
from flask import Flask

from adapter.settings import Settings
from adapter.web.door.at_once import AtOnce
from adapter.web.door.bodies import Bodies
from adapter.web.door.entrance import Entrance
from adapter.web.door.lane import lane
from adapter.web.door.limit import limits_of
from adapter.web.door.memo import Memo
from adapter.web.door.protocol import DoorProtocol, Doorway
from adapter.web.log import request_log
from adapter.web.workbench.routes import OUTWARD

_BACKLOG = 2048
_GRACE_SECONDS = 10
_LARGEST_AT_ONCE = 32
"""So many bodies of the largest size a process holds at once; a body takes about three times its size until it is answered."""
_PAUSE_SECONDS = 1
"""How long the parent waits before it replaces a worker, so that one that dies at once does not keep it busy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workers:
    """What is served, by how many processes and threads, and what runs `beside` it in each process."""

    application: Flask
    settings: Settings
    processes: int
    threads: int
    beside: Callable[[], AbstractContextManager[None]] = nullcontext


def bind(host: str, port: int) -> socket.socket:
    """A socket that has this address; raises OSError where that cannot be. It listens when the workers start, not before."""
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except OSError:
        listening.close()
        raise
    listening.setblocking(False)  # noqa: FBT003 - the standard library's signature
    return listening


def serve(workforce: Workers, listening: socket.socket, when_ready: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM; what runs then is finished."""
    listening.listen(_BACKLOG)
    _Parent(partial(_work, workforce, listening), workforce.processes).run(when_ready)


@contextmanager
def serving(workforce: Workers, listening: socket.socket) -> Iterator[None]:
    """Serve within this process, in a thread, for the time of a block."""
    listening.listen(_BACKLOG)
    server = uvicorn.Server(_config(workforce))
    thread = Thread(target=_run, args=(server.serve(sockets=[listening]),))
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join()


class _Parent:
    """The parent process: it starts the workers, replaces one that died, and ends them when it is told to end."""

    def __init__(self, work: Callable[[int], None], number: int) -> None:
        self._work = work
        self._number = number
        self._workers: set[int] = set()
        self._is_ending = False

    def run(self, when_ready: Callable[[], None]) -> None:
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, self._end)
        for _ in range(self._number):
            self._start()
        when_ready()
        while self._workers:
            process, _ = os.waitpid(-1, 0)
            self._workers.discard(process)
            if not self._is_ending:
                time.sleep(_PAUSE_SECONDS)
                self._start()

    def _start(self) -> None:
        if self._is_ending:
            return
        parent = os.getpid()
        process = os.fork()
        if process == 0:
            self._child(parent)
        self._workers.add(process)

    def _child(self, parent: int) -> None:
        """Work, and never come back into what the parent does.

        The garbage collector leaves alone what was loaded before: looking through it takes long, and copies what workers share.
        """
        gc.freeze()
        code = 1
        try:
            for name in (signal.SIGINT, signal.SIGTERM):
                signal.signal(name, signal.SIG_DFL)
            self._work(parent)
            code = 0
        finally:
            os._exit(code)

    def _end(self, _signal: int, _frame: FrameType | None) -> None:
        self._is_ending = True
        for process in self._workers:
            os.kill(process, signal.SIGTERM)


def _work(workforce: Workers, listening: socket.socket, parent: int) -> None:
    server = uvicorn.Server(_config(workforce))
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]  # older versions install their own
    with workforce.beside():
        _run(_until_stopped(server, listening, parent))


def _run(work: Coroutine[None, None, None]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work)


async def _until_stopped(server: uvicorn.Server, listening: socket.socket, parent: int) -> None:
    """Serve until a signal comes, or the parent is gone."""
    watch = asyncio.create_task(_watch(server, parent))
    await server.serve(sockets=[listening])
    watch.cancel()


async def _watch(server: uvicorn.Server, parent: int) -> None:
    """Tell the server to end when the parent is gone: no signal says so."""
    while os.getppid() == parent:  # noqa: ASYNC110 - no event says that a parent process has died
        await asyncio.sleep(1)
    server.should_exit = True


def _entrance(workforce: Workers, doorway: Doorway) -> Entrance:
    settings, limits = workforce.settings, doorway.limits
    return Entrance(
        application=workforce.application.wsgi_app,
        limits=limits,
        log=doorway.log,
        main=lane("call", threads=workforce.threads, queue=limits.queue),
        health=lane("health", threads=1, queue=limits.queue),
        outward=lane("outward", threads=workforce.threads, queue=limits.queue),
        waits_for_others=lambda path: path in OUTWARD or (bool(settings.fhir_server) and path.endswith("/$validate")),
        memo=doorway.memo,
        bodies=Bodies(most=limits.body * _LARGEST_AT_ONCE),
    )


def _config(workforce: Workers) -> uvicorn.Config:
    settings = workforce.settings
    log = request_log(settings.log_level)
    doorway = Doorway(
        limits=limits_of(settings),
        log=log,
        memo=Memo(most=settings.memo_bytes, log=log),
        at_once=AtOnce(application=workforce.application.wsgi_app),
    )
    return uvicorn.Config(
        _entrance(workforce, doorway),
        http=partial(DoorProtocol, doorway),  # type: ignore[arg-type]  # what makes a connection
        interface="asgi3",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level=logging.CRITICAL,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=settings.idle_seconds,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        ssl_certfile=settings.tls_certificate or None,
        ssl_keyfile=settings.tls_key or None,
        ssl_ca_certs=settings.tls_clients or None,
        ssl_cert_reqs=ssl.CERT_REQUIRED if settings.tls_clients else ssl.CERT_NONE,
    )
