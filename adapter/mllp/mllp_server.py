"""The MLLP server: connections, limits, and the order in which things are done."""

import asyncio
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from adapter.issues import Issue, IssueType, Severity
from adapter.mllp.acknowledgment import answers, header_of
from adapter.mllp.framing import Deframer, FrameError, framed
from adapter.mllp.reception import Acceptance, Acceptor, Reception

_AT_ONCE = 65_536
"""So many bytes are read at once."""
_LINGER_SECONDS = 1
_UNFINISHED = "this message is cut off: the rest of its frame did not come in time"


@dataclass(frozen=True, slots=True, kw_only=True)
class MllpLimits:
    """What senders may take: bytes of a message, seconds for a frame, seconds of silence or of an answer, and connections."""

    message_bytes: int
    frame_seconds: float
    idle_seconds: float
    connections: int


@dataclass(kw_only=True)
class MllpServer:
    """Gives each message to the acceptor, and answers when that has decided.

    Messages of one connection are answered in their order; connections do not wait for each other.
    """

    acceptor: Acceptor
    limits: MllpLimits
    now: Callable[[], str]
    _connections: "set[_Connection]" = field(default_factory=set)
    _listening: asyncio.Server | None = None

    async def start(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> int:
        """Listen; returns the port. Raises OSError where that cannot be."""
        self._listening = await asyncio.start_server(self._connected, host, port, ssl=tls, limit=_AT_ONCE)
        number: int = self._listening.sockets[0].getsockname()[1]
        return number

    async def stop(self) -> None:
        """Take no new connections, answer the messages that are whole, and close what is left."""
        if self._listening is not None:
            self._listening.close()
        ending = [task for connection in self._connections if (task := connection.stop()) is not None]
        await asyncio.gather(*ending, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _Connection(server=self, reader=reader, writer=writer)
        self._connections.add(connection)
        try:
            if len(self._connections) <= self.limits.connections:
                await connection.run()
        finally:
            self._connections.discard(connection)
            writer.close()
            with suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()


class _Connection:
    """One connection from its beginning to its end."""

    def __init__(self, *, server: MllpServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer
        self._deframer = Deframer(most=server.limits.message_bytes)
        self._began = 0.0
        self._task = asyncio.current_task()
        self._is_stopping = False

    def stop(self) -> "asyncio.Task[None] | None":
        """End when what is being answered is answered; returns what ends then."""
        self._is_stopping = True
        self._writer.transport.pause_reading()  # type: ignore[attr-defined]  # the transport of a socket
        self._reader.feed_eof()
        return self._task

    async def run(self) -> None:
        """Answer messages until the sender or the server ends it, or something arrives after which nothing can follow."""
        with suppress(ConnectionError, ssl.SSLError, TimeoutError):
            while arrived := await self._arrived():
                for frame in self._deframer.feed(arrived):
                    await self._answer(frame)
                    if isinstance(frame, FrameError) and frame.is_over:
                        await self._let_go()
                        return
            if self._deframer.is_within and not self._is_stopping:
                await self._answer(self._deframer.cut_off(_UNFINISHED))

    async def _arrived(self) -> bytes:
        """The next bytes; nothing at the end, when the sender was silent for too long, or when the server stops."""
        try:
            async with asyncio.timeout_at(self._deadline()):
                return await self._reader.read(_AT_ONCE)
        except TimeoutError:
            return b""

    def _deadline(self) -> float:
        """Until when the next bytes must be there: a frame that began must end in time, however slowly its bytes drip."""
        now, limits = asyncio.get_running_loop().time(), self._server.limits
        if not self._deframer.is_within:
            self._began = now
            return now + limits.idle_seconds
        return self._began + limits.frame_seconds

    async def _answer(self, frame: bytes | FrameError) -> None:
        message = frame.head if isinstance(frame, FrameError) else frame
        reception = _not_a_frame(frame) if isinstance(frame, FrameError) else await self._server.acceptor.accept(frame)
        for answer in answers(header_of(message), reception, self._server.now()):
            self._writer.write(framed(answer))
        async with asyncio.timeout(self._server.limits.idle_seconds):
            await self._writer.drain()
        self._began = asyncio.get_running_loop().time()

    async def _let_go(self) -> None:
        """Throw away what still comes for a moment: a connection that is closed with bytes unread takes the answer with it."""
        async with asyncio.timeout(_LINGER_SECONDS):
            while await self._reader.read(_AT_ONCE):
                pass


def _not_a_frame(error: FrameError) -> Reception:
    issue = Issue(severity=Severity.FATAL, code=IssueType.STRUCTURE, rule="mllp/frame", text=str(error))
    return Reception(acceptance=Acceptance.REJECTED, issues=(issue,))
