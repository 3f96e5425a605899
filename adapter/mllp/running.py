"""The MLLP service as it runs: TLS, signals, and what is done with encounters when messages have been answered."""

import asyncio
import signal
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field

import uvloop

from adapter.mllp.inbox import Visit
from adapter.mllp.mllp_server import MllpServer


@dataclass(kw_only=True)
class Afterwards:
    """Does something with each encounter that got one more message, in a thread, one at a time, after the answer.

    An encounter that gets several messages meanwhile is done once for all of them.
    """

    work: Callable[[Visit], None]
    _waiting: dict[Visit, None] = field(default_factory=dict)
    _task: asyncio.Task[None] | None = None

    def add(self, visit: Visit) -> None:
        """Note an encounter that changed."""
        self._waiting[visit] = None
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def done(self) -> None:
        """Wait until nothing is waiting."""
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        while self._waiting:
            visit = next(iter(self._waiting))
            del self._waiting[visit]
            await asyncio.to_thread(self.work, visit)


def serve_mllp(
    server: MllpServer,
    afterwards: Afterwards,
    address: tuple[str, int],
    *,
    tls: ssl.SSLContext | None,
    when_ready: Callable[[int], None],
) -> None:
    """Serve until SIGINT or SIGTERM; what has arrived is answered then, and what was accepted is worked off."""

    async def run() -> None:
        ended = asyncio.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, ended.set)
        when_ready(await server.start(*address, tls=tls))
        await ended.wait()
        await server.stop()
        await afterwards.done()

    uvloop.run(run())


def server_tls(certificate: str, key: str, client_authority: str | None) -> ssl.SSLContext:
    """TLS with a certificate; with an authority, only clients that have a certificate of it are taken."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    if client_authority is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(client_authority)
    return context


def client_tls(authority: str | None, certificate: str | None, key: str | None) -> ssl.SSLContext:
    """TLS to a server whose certificate is of this authority (of those of the system if none is given)."""
    context = ssl.create_default_context(cafile=authority)
    if certificate is not None:
        context.load_cert_chain(certificate, key)
    return context
