"""A connection answers what is remembered at once, and keeps the order, the ends and the bodies of HTTP while it does."""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from adapter.json_types import JsonObject
from adapter.settings import Settings
from adapter.web.door.at_once import AtOnce
from adapter.web.door.call import Environment, Reply
from adapter.web.door.limit import limits_of
from adapter.web.door.memo import Key, Memo
from adapter.web.door.protocol import DoorProtocol, Doorway

PATH = "/fhir/CodeSystem/$lookup"
REMEMBERED, WORKED_OUT, AT_ONCE = b"remembered", b"worked out", b"at once"
LAST = b"GET /health HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"


async def application(
    _scope: JsonObject, receive: Callable[[], Awaitable[JsonObject]], send: Callable[[JsonObject], Awaitable[None]]
) -> None:
    """What stands behind the connection: it reads the body and takes its time."""
    while (await receive()).get("more_body"):
        pass
    await asyncio.sleep(0.01)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"10")]})
    await send({"type": "http.response.body", "body": WORKED_OUT})


def memory() -> Memo:
    """The answer to one question, for GET and for HEAD."""
    memo = Memo(most=100_000, log=lambda **_: None)
    headers = [(b"Content-Length", b"10"), (b"X-Request-Id", b"of the first")]
    for method, content in (("GET", REMEMBERED), ("HEAD", b"")):
        scope = {"method": method, "raw_path": PATH.encode(), "query_string": b"code=a", "scheme": "http"}
        key = memo.key_of({**scope, "headers": [(b"host", b"here")]}, b"")
        assert key is not None
        memo.keep(key, Reply(status=200, headers=headers, content=content), {})
    return memo


def in_threads() -> AtOnce:
    """Every look-up is left to what stands behind the connection."""
    return AtOnce(application=lambda _environment, _start: (), left=Counter({b"$lookup": 1_000_000}))


class Quick:
    """An application that answers a look-up at once, or takes the time of the processor that is left for `code=slow`."""

    def __init__(self) -> None:
        self.asked: list[Environment] = []

    def __call__(self, environment: Environment, start: Callable[..., object]) -> list[bytes]:
        self.asked.append(environment)
        until = time.thread_time() + 2 * sys.getswitchinterval()
        while environment["QUERY_STRING"] == "code=slow" and time.thread_time() < until:
            pass
        start("200 OK", [("Content-Length", str(len(AT_ONCE)))])
        return [AT_ONCE]


def asked(*more: str, query: str = "code=a", method: str = "GET", version: str = "1.1", body: str = "") -> bytes:
    return "\r\n".join([f"{method} {PATH}?{query} HTTP/{version}", "Host: here", *more, "", body]).encode()


def answers(*requests: bytes) -> bytes:
    """All that comes back when these requests are sent at once, until the connection ends."""
    return asyncio.run(_answers([b"".join(requests)], memory()))


def answers_in_turn(*sent: bytes, memo: Memo, at_once: AtOnce | None = None) -> list[bytes]:
    """The bodies that come back when these bytes are sent one after the other, each when what came before was answered."""
    return bodies(asyncio.run(_answers(sent, memo, at_once)))


async def _answers(sent: Sequence[bytes], memo: Memo, at_once: AtOnce | None = None) -> bytes:
    config = Config(application, lifespan="off", log_config=None, log_level="critical", access_log=False)
    config.load()
    at_once = at_once or in_threads()
    doorway = Doorway(limits=limits_of(Settings()), log=lambda **_: None, memo=memo, at_once=at_once)
    state = ServerState()
    connect = partial(DoorProtocol, doorway, config=config, server_state=state, app_state={})
    server = await asyncio.get_running_loop().create_server(connect, "127.0.0.1", 0)
    async with asyncio.timeout(10):
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        received = b""
        for place, part in enumerate(sent, start=1):
            writer.write(part)
            while place < len(sent) and not received.endswith((REMEMBERED, WORKED_OUT, AT_ONCE)):
                received += await reader.read(1 << 16)
            received += b"\n" if place < len(sent) else await reader.read()
        writer.close()
    server.close()
    return received


def bodies(received: bytes) -> list[bytes]:
    return [part.partition(b"\r\n\r\n")[2].rstrip(b"\n") for part in received.split(b"HTTP/1.1 200 OK\r\n")[1:]]


def test_remembered_answers_and_others_come_in_the_order_of_the_questions() -> None:
    received = answers(asked(), asked(query="code=b"), asked(), asked(), LAST)

    # Behind an answer that is still to come, nothing is answered ahead of it.
    assert bodies(received) == [REMEMBERED, WORKED_OUT, WORKED_OUT, WORKED_OUT, WORKED_OUT]
    assert bodies(answers(asked(), asked(), LAST)) == [REMEMBERED, REMEMBERED, WORKED_OUT]


def test_each_answer_has_a_number_of_its_own() -> None:
    numbers = {line for line in answers(asked(), asked(), LAST).split(b"\r\n") if line.startswith(b"x-request-id: ")}

    assert len(numbers) == 2
    assert b"x-request-id: of the first" not in numbers


def test_an_answer_to_head_has_no_body() -> None:
    assert bodies(answers(asked(method="HEAD"), LAST)) == [b"", WORKED_OUT]


@pytest.mark.parametrize(
    "request_",
    [
        asked("Content-Length: 5", body="GET /"),
        asked("Transfer-Encoding: chunked", body="5\r\nGET /\r\n0\r\n\r\n"),
        asked("Range: bytes=0-1"),
    ],
    ids=["a body", "chunks", "another header"],
)
def test_a_request_with_more_than_was_asked_before_is_worked_out(request_: bytes) -> None:
    assert bodies(answers(request_, asked(query="code=c"), LAST)) == [WORKED_OUT] * 3


@pytest.mark.parametrize("last", [asked("Connection: close"), asked(version="1.0")], ids=["close", "HTTP/1.0"])
def test_the_last_request_of_a_connection_ends_it(last: bytes) -> None:
    assert bodies(answers(asked(), last)) == [REMEMBERED, WORKED_OUT]


class _Reading(Memo):
    """A memory that counts the heads that were read to ask it."""

    heads = 0

    def key_of(self, scope: JsonObject, body: bytes) -> Key | None:
        self.heads += 1
        return super().key_of(scope, body)


def test_a_request_that_comes_again_in_the_same_bytes_is_not_read_again() -> None:
    memo = _Reading(most=100_000, log=lambda **_: None, answers=memory().answers)

    found = answers_in_turn(asked(), asked(), asked("Via: x"), asked("Range: bytes=0-1"), asked(), LAST, memo=memo)

    assert found == [REMEMBERED, REMEMBERED, REMEMBERED, WORKED_OUT, REMEMBERED, WORKED_OUT]
    assert memo.heads == 3


@pytest.mark.parametrize("cut", [3, len(asked()) - 2], ids=["in the method", "in its end"])
def test_the_same_request_in_two_parts_is_read(cut: int) -> None:
    memo = memory()
    assert answers_in_turn(asked(), asked(), LAST, memo=memo) == [REMEMBERED, REMEMBERED, WORKED_OUT]

    async def in_two_parts() -> bytes:
        return await _answers([asked() + asked()[:cut], asked()[cut:], LAST], memo)

    assert bodies(asyncio.run(in_two_parts())) == [REMEMBERED, REMEMBERED, WORKED_OUT]


def test_what_others_were_answered_is_not_known_by_the_bytes_of_the_request() -> None:
    memo = memory()
    answers_in_turn(asked(), LAST, memo=memo)

    assert memo.again((b"", asked())) is not None
    assert memo.again((b"another certificate", asked())) is None


def test_a_quick_operation_is_called_by_the_connection_and_then_remembered() -> None:
    quick = Quick()
    found = answers_in_turn(asked(query="code=b"), asked(query="code=b"), LAST, memo=memory(), at_once=AtOnce(application=quick))

    assert found == [AT_ONCE, AT_ONCE, WORKED_OUT]
    (environment,) = quick.asked
    assert environment["PATH_INFO"] == PATH
    assert environment["QUERY_STRING"] == "code=b"


def test_what_is_not_remembered_is_called_at_once_all_the_same() -> None:
    quick = Quick()
    memo = Memo(most=0, log=lambda **_: None)

    assert answers_in_turn(asked(), asked(), LAST, memo=memo, at_once=AtOnce(application=quick)) == [AT_ONCE, AT_ONCE, WORKED_OUT]
    assert len(quick.asked) == 2


def test_after_a_slow_call_the_operation_is_left_to_threads_for_a_thousand_calls() -> None:
    at_once = AtOnce(application=Quick())

    found = answers_in_turn(asked(query="code=slow"), asked(query="code=b"), LAST, memo=memory(), at_once=at_once)

    assert found == [AT_ONCE, WORKED_OUT, WORKED_OUT]
    assert at_once.left == {b"$lookup": 999}
    assert at_once.reply(b"$expand", {"QUERY_STRING": ""}) is not None


def test_of_requests_that_come_together_only_the_first_is_called_at_once() -> None:
    sent = asked(query="code=b") + asked(query="code=c")

    assert answers_in_turn(sent + LAST, memo=memory(), at_once=AtOnce(application=Quick())) == [AT_ONCE, WORKED_OUT, WORKED_OUT]


def test_an_escaped_path_and_a_fragment_reach_the_application_as_behind_the_door() -> None:
    quick = Quick()
    request = b"GET /fhir/CodeSystem/%24lookup?code=%24#there HTTP/1.1\r\nHost: here\r\n\r\n"

    assert answers_in_turn(request, LAST, memo=memory(), at_once=AtOnce(application=quick)) == [AT_ONCE, WORKED_OUT]
    assert quick.asked[0]["PATH_INFO"] == PATH
    assert quick.asked[0]["QUERY_STRING"] == "code=%24"
