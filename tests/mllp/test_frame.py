"""Frames: however bytes arrive, the messages are the same, and what is not a frame is said."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.mllp.framing import Deframer, FrameError, framed

MESSAGE = st.binary(max_size=40).map(lambda content: content.replace(b"\x0b", b"").replace(b"\x1c", b""))


def fed(*parts: bytes, most: int = 1000) -> list[bytes | str]:
    deframer = Deframer(most=most)
    found = [found for part in parts for found in deframer.feed(part)]
    return [str(item) if isinstance(item, FrameError) else item for item in found]


@given(st.lists(MESSAGE, max_size=5), st.integers(1, 7))
def test_messages_are_the_same_however_they_are_cut(messages: list[bytes], size: int) -> None:
    stream = b"".join(map(framed, messages))

    assert fed(*(stream[place : place + size] for place in range(0, len(stream), size))) == messages


def test_two_frames_in_one_packet_are_two_messages_and_line_ends_between_them_do_no_harm() -> None:
    assert fed(framed(b"a") + b"\r\n" + framed(b"b")) == [b"a", b"b"]


def test_a_frame_whose_end_lacks_its_return_is_whole() -> None:
    assert fed(b"\x0ba\x1c", b"\x0bb\x1c\r") == [b"a", b"b"]


@pytest.mark.parametrize("cut", [5, 1])
def test_a_frame_without_its_end_is_said_and_the_next_one_is_read(cut: int) -> None:
    stream = b"\x0bMSH|" + framed(b"b")
    first, second = fed(stream[:cut], stream[cut:])

    assert "cut off" in str(first)
    assert second == b"b"


def test_bytes_outside_of_a_frame_are_said() -> None:
    (found,) = fed(b"GET / HTTP/1.1\r\n")

    assert "begins with 0x0B" in str(found)


@pytest.mark.parametrize("stream", [framed(b"x" * 11), b"\x0b" + b"x" * 12])
def test_a_message_beyond_the_limit_is_said_and_not_held(stream: bytes) -> None:
    deframer = Deframer(most=10)
    (found,) = deframer.feed(stream)

    assert isinstance(found, FrameError)
    assert found.is_over
    assert "10 bytes" in str(found)
    assert not deframer.is_within


def test_a_message_of_exactly_the_limit_is_read() -> None:
    assert fed(b"\x0b" + b"x" * 10, b"\x1c\r", most=10) == [b"x" * 10]


def test_a_long_message_in_small_parts_costs_as_much_as_its_bytes() -> None:
    def seconds(size: int) -> float:
        deframer = Deframer(most=size + 1)
        started = time.process_time()
        for _ in range(size // 100):
            list(deframer.feed(b"x" * 100 if deframer.is_within else b"\x0b" + b"x" * 99))
        return time.process_time() - started

    assert min(seconds(2_000_000) for _ in range(2)) < 12 * max(min(seconds(400_000) for _ in range(2)), 0.002)
