"""Answers of terminology operations are remembered: the same question has the same answer, and no other question has it."""

import asyncio
import json
from functools import partial
from typing import Any

import pytest

from adapter.assembly import load
from adapter.json_types import JsonObject
from adapter.settings import Settings
from adapter.web.app import make_app
from adapter.web.door.bodies import Bodies
from adapter.web.door.call import Reply
from adapter.web.door.entrance import Entrance
from adapter.web.door.lane import lane
from adapter.web.door.limit import limits_of
from adapter.web.door.memo import Memo

LOOKUP = "/fhir/CodeSystem/$lookup"
MODIFIERS = "https://0731t-adapter.invalid/fhir/CodeSystem/procedure-modifier"
QUERY = f"system={MODIFIERS}&code=extent-reduced".encode()
JSON = (b"accept", b"application/fhir+json")
SETTINGS = Settings(log_level="error")


class Door:
    """The asynchronous door in this process, and what it wrote to the log itself."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []
        limits = limits_of(SETTINGS)
        app = make_app(load(SETTINGS))
        self.entrance = Entrance(
            application=app.wsgi_app,
            limits=limits,
            log=lambda **fields: self.lines.append(fields),
            main=lane("call", threads=1, queue=8),
            health=lane("health", threads=1, queue=8),
            outward=lane("outward", threads=1, queue=8),
            waits_for_others=lambda _: False,
            memo=Memo(most=1_000_000, log=lambda **fields: self.lines.append(fields)),
            bodies=Bodies(most=1_000_000),
        )

    def ask(self, path: str, query: bytes = b"", *headers: tuple[bytes, bytes], body: bytes = b"", method: str = "GET") -> Reply:
        return asyncio.run(self._ask(scope(path, query, *headers, method=method), body))

    async def _ask(self, asked: JsonObject, body: bytes) -> Reply:
        sent: list[JsonObject] = []

        async def receive() -> JsonObject:
            return {"type": "http.request", "body": body}

        async def send(message: JsonObject) -> None:
            sent.append(message)

        await self.entrance(asked, receive, send)
        start, end = sent
        return Reply(status=start["status"], headers=start["headers"], content=end["body"])


def scope(path: str, query: bytes = b"", *headers: tuple[bytes, bytes], method: str = "GET") -> JsonObject:
    return {
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": query,
        "headers": [(b"host", b"here"), *headers],
        "scheme": "http",
        "http_version": "1.1",
    }


@pytest.fixture(scope="module")
def door() -> Door:
    return Door()


def header(reply: Reply, name: str) -> str | None:
    return next((value.decode() for key, value in reply.headers if key.decode().lower() == name), None)


def test_a_second_question_is_answered_at_the_door_with_a_number_and_a_line_of_its_own(door: Door) -> None:
    first = door.ask(LOOKUP, QUERY, JSON)
    before = len(door.lines)
    second = door.ask(LOOKUP, QUERY, JSON, (b"user-agent", b"another"))

    assert (first.status, first.content) == (second.status, second.content)
    assert header(first, "etag") == header(second, "etag")
    assert header(first, "content-type") == header(second, "content-type")
    assert header(first, "x-request-id") != header(second, "x-request-id")
    (line,) = door.lines[before:]
    assert line["route"] == LOOKUP
    assert (line["status"], line["method"]) == (200, "GET")
    assert line["request_id"] == header(second, "x-request-id")
    assert line["caller"] == "anyone"


def test_what_has_not_changed_is_confirmed(door: Door) -> None:
    etag = (header(door.ask(LOOKUP, QUERY, JSON), "etag") or "").encode()

    assert [door.ask(LOOKUP, QUERY, JSON, (b"if-none-match", etag)).status for _ in range(2)] == [304, 304]
    assert door.ask(LOOKUP, QUERY, JSON).status == 200


OTHERS: list[tuple[str, bytes, tuple[tuple[bytes, bytes], ...]]] = [
    (LOOKUP, QUERY.replace(b"extent-reduced", b"extent"), (JSON,)),
    (LOOKUP, QUERY + b"&displayLanguage=de", (JSON,)),
    (LOOKUP, QUERY, ((b"accept", b"application/json"),)),
    (LOOKUP, QUERY, (JSON, (b"accept-language", b"de"))),
    (LOOKUP, QUERY, (JSON, (b"host", b"there"))),
    (LOOKUP, QUERY + b"&_pretty=true", (JSON,)),
]


@pytest.mark.parametrize(("path", "query", "headers"), OTHERS)
def test_another_question_is_not_answered_from_memory(
    door: Door, path: str, query: bytes, headers: tuple[tuple[bytes, bytes], ...]
) -> None:
    door.ask(LOOKUP, QUERY, JSON)
    before = len(door.lines)

    door.ask(path, query, *headers)

    assert len(door.lines) == before


def parameters(*more: JsonObject) -> bytes:
    own = [{"name": "system", "valueUri": MODIFIERS}, {"name": "code", "valueCode": "extent-reduced"}]
    return json.dumps({"resourceType": "Parameters", "parameter": [*own, *more]}).encode()


def test_a_body_is_part_of_the_question_and_definitions_of_its_own_are_not_remembered(door: Door) -> None:
    kind = (b"content-type", b"application/fhir+json")
    post = partial(door.ask, LOOKUP, b"", kind, method="POST")
    overlay = parameters(
        {"name": "tx-resource", "resource": {"resourceType": "CodeSystem", "url": "urn:x", "content": "complete"}}
    )

    for body in (parameters(), parameters({"name": "property", "valueCode": "parent"}), overlay, overlay):
        before = len(door.lines)
        assert post(body=body).status == 200
        assert len(door.lines) == before
    before = len(door.lines)
    assert post(body=parameters()).status == 200
    assert len(door.lines) == before + 1


@pytest.mark.parametrize(
    "path", ["/fhir/CodeSystem", "/health", "/rules", "/fhir/Patient/$validate", "/fhir/CodeSystem/x/y/$lookup"]
)
def test_nothing_but_operations_on_definitions_is_remembered(path: str) -> None:
    assert memo(1_000_000).key_of(scope(path), b"") is None


def test_a_refusal_is_not_remembered(door: Door) -> None:
    for _ in range(2):
        before = len(door.lines)
        assert door.ask(LOOKUP, b"system=urn:nowhere&code=x", JSON).status == 404
        assert len(door.lines) == before


def memo(most: int) -> Memo:
    return Memo(most=most, log=lambda **_: None)


def keep(held: Memo, name: bytes, size: int, status: int = 200) -> None:
    held.keep((name,), Reply(status=status, content=b"x" * size), {})


def test_the_memory_is_bounded_and_forgets_what_was_not_asked_for_longest() -> None:
    held = memo(3_000)
    for name in (b"a", b"b", b"c"):
        keep(held, name, 600)
        assert held.again((b"a",)) is not None

    assert held.size <= 3_000
    assert held.again((b"b",)) is None
    assert held.again((b"c",)) is not None
    keep(held, b"d", 5_000)
    keep(held, b"e", 1, status=500)
    assert held.again((b"d",)) is held.again((b"e",)) is None


def test_with_no_bytes_nothing_is_remembered_and_a_large_body_never_is() -> None:
    held = memo(0)
    keep(held, b"a", 0)
    held.know((b"the request",), (b"a",))

    assert not held.answers
    assert memo(1).key_of(scope(LOOKUP), b"x" * 20_000) is None
