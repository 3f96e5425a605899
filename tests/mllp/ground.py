"""An MLLP server in this process, for tests."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from adapter.conversion import Options
from adapter.mllp.framing import Deframer, FrameError, framed
from adapter.mllp.inbox import Inbox, Visit
from adapter.mllp.mllp_server import MllpLimits, MllpServer
from adapter.mllp.reception import Acceptor
from tests.examples.ground import pipeline

LIMITS = MllpLimits(message_bytes=100_000, frame_seconds=5, idle_seconds=5, connections=300)
HEADER = "MSH|^~\\&|REG|CLINIC|ADAPTER|HERE|20260312081500-0500||{kind}|{number}|T|2.5.1"
PATIENT = "PID|1||{mrn}^^^CLINIC&1.2.840.99999.1&ISO^MR||Muster^Mia"
VISIT = "PV1|1|O" + "|" * 17 + "{visit}"


def message(
    number: str = "1", *, kind: str = "ADT^A04^ADT_A01", mrn: str = "4711", visit: str = "V-100", more: str = ""
) -> bytes:
    lines = [HEADER.format(kind=kind, number=number), PATIENT.format(mrn=mrn), VISIT.format(visit=visit), more]
    return "\r".join(line for line in [*lines] if line).encode() + b"\r"


def inbox(*, most: int = 10_000, refuses_unhandled: bool = False, changed: Callable[[Visit], None] = lambda _: None) -> Inbox:
    return Inbox(pipeline=pipeline(), options=Options(), most=most, refuses_unhandled=refuses_unhandled, changed=changed)


class Sender:
    """A connection that sends bytes and reads answers."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._deframer = Deframer(most=1_000_000)
        self._found: list[bytes] = []

    @classmethod
    async def to(cls, port: int) -> "Sender":
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def send(self, content: bytes) -> str:
        self.write(framed(content))
        return await self.answer()

    def write(self, content: bytes) -> None:
        self._writer.write(content)

    async def answer(self) -> str:
        """The next answer; "" if the connection ended."""
        while not self._found:
            arrived = await asyncio.wait_for(self._reader.read(65_536), 10)
            if not arrived:
                return ""
            self._found += [found for found in self._deframer.feed(arrived) if not isinstance(found, FrameError)]
        return self._found.pop(0).decode()

    def end(self) -> None:
        """Say that nothing more comes."""
        self._writer.write_eof()

    def close(self) -> None:
        self._writer.close()

    async def closed(self) -> None:
        """Close the connection, and wait until it is."""
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()


class Served:
    """A server on a port of this machine, and those who are connected to it."""

    def __init__(self, server: MllpServer, port: int) -> None:
        self.server, self._port = server, port
        self._senders: list[Sender] = []

    async def sender(self) -> Sender:
        self._senders.append(await Sender.to(self._port))
        return self._senders[-1]

    async def end(self) -> None:
        for sender in self._senders:
            await sender.closed()
        await self.server.stop()


@asynccontextmanager
async def serving(acceptor: Acceptor, limits: MllpLimits = LIMITS) -> AsyncIterator[Served]:
    server = MllpServer(acceptor=acceptor, limits=limits, now=lambda: "20260312081500+0000")
    served = Served(server, await server.start("127.0.0.1", 0))
    try:
        yield served
    finally:
        await served.end()


def code_of(answer: str) -> str:
    return answer.split("MSA|")[1][:2] if "MSA|" in answer else ""
