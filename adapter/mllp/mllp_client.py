"""The client of an MLLP server: it sends messages one by one, each when the one before has been answered."""

import re
import socket
import ssl
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from adapter.issues import Issue, IssueType, Severity, UnavailableError
from adapter.mllp.framing import Deframer, FrameError, framed

_AT_ONCE = 65_536
_MOST_ANSWER = 1_000_000
_SEGMENT_ENDS = re.compile(rb"\r\n|\r|\n(?=[A-Z][A-Z0-9]{2}[^\w\s])|\n\Z")
_BOM = b"\xef\xbb\xbf"
_ENVELOPE = (b"FHS", b"BHS", b"BTS", b"FTS")


def messages_in(content: bytes) -> Iterator[bytes]:
    """The messages of a file or a batch, as they are sent: each segment ends with a carriage return."""
    message: list[bytes] = []
    ends = _SEGMENT_ENDS if b"\r" in content else re.compile(rb"\n")
    for line in ends.split(content.removeprefix(_BOM).replace(b"\x0b", b"").replace(b"\x1c", b"")):
        if line.startswith(b"MSH") and message:
            yield b"\r".join([*message, b""])
            message = []
        if line.strip() and not line.startswith(_ENVELOPE):
            message.append(line)
    if message:
        yield b"\r".join([*message, b""])


class MllpClient:
    """A connection to an MLLP server; raises UnavailableError where it cannot be had, or ends without an answer."""

    def __init__(self, host: str, port: int, *, seconds: float, tls: ssl.SSLContext | None = None) -> None:
        """Connect."""
        try:
            plain = socket.create_connection((host, port), timeout=seconds)
            self._socket = tls.wrap_socket(plain, server_hostname=host) if tls else plain
        except OSError as error:
            text = f"no connection to {host} port {port}: {error.strerror or error}"
            raise _unavailable(text) from None
        self._deframer = Deframer(most=_MOST_ANSWER)

    def __enter__(self) -> Self:
        """The client."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close the connection."""
        self._socket.close()

    def send(self, message: bytes) -> bytes:
        """The answer to a message."""
        try:
            self._socket.sendall(framed(message))
            return self._answer()
        except OSError as error:
            text = f"no answer came: {error.strerror or error}"
            raise _unavailable(text) from None

    def _answer(self) -> bytes:
        while arrived := self._socket.recv(_AT_ONCE):
            for answer in self._deframer.feed(arrived):
                if isinstance(answer, FrameError):
                    text = f"the answer cannot be read: {answer}"
                    raise _unavailable(text)
                return answer
        text = "the server closed the connection without an answer"
        raise _unavailable(text)


def acknowledgment_code(answer: bytes) -> str:
    """`AA` and the like, from MSA-1; "" where there is none."""
    match = re.search(rb"(?:^|\r)MSA[^\w\s](\w\w)", answer)
    return match[1].decode() if match else ""


def _unavailable(text: str) -> UnavailableError:
    hint = "see that the server runs, and whether it speaks TLS; what was not answered may be sent again"
    return UnavailableError(
        Issue(severity=Severity.ERROR, code=IssueType.TRANSIENT, rule="mllp/answer", text=text, suggestion=hint)
    )
