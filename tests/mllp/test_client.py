"""The client sends what files hold, and says what went wrong."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import pytest

from adapter.issues import UnavailableError
from adapter.mllp.framing import framed
from adapter.mllp.mllp_client import MllpClient, acknowledgment_code, messages_in
from tests.mllp.ground import message

A, B = message("1"), message("2")


@contextmanager
def answering(answer: bytes) -> Iterator[int]:
    """A server that answers whatever comes with these bytes, and closes."""

    def serve() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.recv(65_536)
            connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=serve)
        thread.start()
        yield listening.getsockname()[1]
        thread.join()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (A, [A]),
        (A + B, [A, B]),
        (A.replace(b"\r", b"\n") + B.replace(b"\r", b"\r\n"), [A, B]),
        (b"\xef\xbb\xbf" + A.replace(b"\r", b"\n"), [A]),
        (framed(A) + framed(B), [A, B]),
        (b"FHS|^~\\&\rBHS|^~\\&\r" + A + B + b"BTS|2\rFTS|1\r", [A, B]),
        (b"", []),
    ],
)
def test_a_file_or_a_batch_is_sent_message_by_message(content: bytes, expected: list[bytes]) -> None:
    assert list(messages_in(content)) == expected


def test_an_answer_comes_back_with_its_code() -> None:
    with answering(framed(b"MSH|^~\\&\rMSA|AE|1\r")) as port, MllpClient("127.0.0.1", port, seconds=5) as client:
        answer = client.send(A)

    assert acknowledgment_code(answer) == "AE"
    assert acknowledgment_code(b"MSH|") == ""


@pytest.mark.parametrize(
    ("answer", "words"),
    [(b"", "closed the connection"), (b"HTTP/1.1 400\r\n", "cannot be read"), (b"\x0bMSA", "closed the connection")],
)
def test_no_answer_or_what_is_not_one_is_told(answer: bytes, words: str) -> None:
    with (
        answering(answer) as port,
        MllpClient("127.0.0.1", port, seconds=5) as client,
        pytest.raises(UnavailableError, match=words),
    ):
        client.send(A)


def test_a_server_that_is_silent_is_given_up() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listening,
        MllpClient("127.0.0.1", listening.getsockname()[1], seconds=0.1) as client,
        pytest.raises(UnavailableError, match="no answer came"),
    ):
        client.send(A)


def test_a_server_that_is_not_there_is_told() -> None:
    with pytest.raises(UnavailableError, match="no connection"):
        MllpClient("127.0.0.1", 1, seconds=1)
