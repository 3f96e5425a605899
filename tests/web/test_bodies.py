"""Many large bodies at once: a process holds so many bytes and no more, and says when to come back."""

import socket
import time
from contextlib import ExitStack
from http.client import SERVICE_UNAVAILABLE

from adapter.web.door.bodies import Bodies
from tests.service import running_service
from tests.web.test_door import BODY, answer_to, post, read, text_of

LIMIT = 100_000
MOST_AT_ONCE = 32


def test_bytes_are_given_back_when_the_request_is_answered() -> None:
    bodies = Bodies(most=10)
    with bodies.share() as one, bodies.share() as other:
        assert (one(6), other(4), other(1), one(0)) == (True, True, False, False)
    with bodies.share() as one:
        assert (one(10), one(1)) == (True, False)


def test_more_large_bodies_than_a_process_may_hold_are_refused_until_others_are_gone() -> None:
    with running_service(ADAPTER_MAX_BODY=str(LIMIT)) as where, ExitStack() as waiting:
        host, port = where.split(":")
        address = host, int(port)
        clients = [waiting.enter_context(socket.create_connection(address, timeout=15)) for _ in range(MOST_AT_ONCE * 2)]
        for client in clients:
            client.sendall(post(f"Content-Length: {LIMIT}") + b" " * (LIMIT - 1))
        status, headers, body = read(clients[-1])
        waiting.close()
        answered = eventually(address, tries=100)

    assert "too many large requests" in text_of(body, status, 503)
    assert headers["retry-after"] == "1"
    assert answered == 200


def eventually(address: tuple[str, int], *, tries: int) -> int:
    """The status of a request, once the service knows that the others are gone."""
    status = 0
    for _ in range(tries):
        status = answer_to(address, post(f"Content-Length: {len(BODY)}"), BODY)[0]
        if status != SERVICE_UNAVAILABLE:
            break
        time.sleep(0.1)
    return status
