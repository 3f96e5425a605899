"""Messages in MLLP frames: 0x0B, the message, 0x1C 0x0D."""

from collections.abc import Iterator
from dataclasses import dataclass, field

START, END, RETURN = b"\x0b", b"\x1c", b"\r"
_BETWEEN = b"\r\n"
"""What may stand between two frames."""


class FrameError(Exception):
    """Bytes that are not a frame; `head` is what there is of its message, and after some the connection cannot go on."""

    def __init__(self, text: str, head: bytes, *, is_over: bool) -> None:
        """Keep the words, the beginning of the message, and whether nothing can follow."""
        super().__init__(text)
        self.head = head
        self.is_over = is_over


@dataclass(slots=True, kw_only=True)
class Deframer:
    """Takes bytes as they arrive and gives the messages of the frames that are whole; holds one frame of at most `most` bytes."""

    most: int
    _held: bytearray = field(default_factory=bytearray)
    _searched: int = 0

    @property
    def is_within(self) -> bool:
        """Whether a frame has begun and not ended."""
        return bool(self._held)

    def cut_off(self, text: str) -> FrameError:
        """The frame that has begun, as one that will not end."""
        return self._over(text)

    def feed(self, arrived: bytes) -> Iterator[bytes | FrameError]:
        """The messages that these bytes complete, and what is not a frame."""
        self._held += arrived
        while (frame := self._next()) is not None:
            yield frame
            if isinstance(frame, FrameError) and frame.is_over:
                return

    def _next(self) -> bytes | FrameError | None:
        if self._held.startswith((b"\r", b"\n")):
            self._drop(len(self._held) - len(self._held.lstrip(_BETWEEN)))
        if not self._held:
            return None
        if not self._held.startswith(START):
            return self._over("these bytes are outside a frame: a frame begins with 0x0B")
        end = self._held.find(END, self._searched or 1)
        again = self._held.find(START, self._searched or 1, end if end >= 0 else len(self._held))
        if again >= 0:
            return self._cut(again)
        if (end if end >= 0 else len(self._held)) > self.most + 1:
            return self._over(f"a message may have {self.most} bytes, and this one has more")
        if end < 0:
            self._searched = len(self._held)
            return None
        message = bytes(self._held[1:end])
        self._drop(end + 1)
        return message

    def _cut(self, again: int) -> FrameError:
        """The frame that has no end before the next one begins, which may be whole."""
        head = bytes(self._held[1:again])
        self._drop(again)
        return FrameError("this message is cut off: its frame has no 0x1C before the next frame begins", head, is_over=False)

    def _over(self, text: str) -> FrameError:
        head = bytes(self._held[: self.most]).removeprefix(START)
        self._drop(len(self._held))
        return FrameError(text, head, is_over=True)

    def _drop(self, count: int) -> None:
        del self._held[:count]
        self._searched = 0


def framed(message: bytes) -> bytes:
    """A message in its frame."""
    return START + message + END + RETURN
