"""The service in this process, and what every answer of it must be."""

from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from functools import cache
from io import StringIO
from typing import Any

from werkzeug.test import Client, TestResponse

from adapter.assembly import load
from adapter.fhir.json import read_json
from adapter.settings import Settings
from adapter.web.answer import FHIR_JSON
from adapter.web.app import make_app
from tests.examples.ground import EXAMPLES

INFANT = EXAMPLES / "infant-final-report"


@cache
def _service(**settings: Any) -> tuple[Client, StringIO]:  # noqa: ANN401 - Settings check them
    with redirect_stderr(StringIO()) as log:
        return make_app(load(Settings(**settings))).test_client(), log


def client(**settings: Any) -> Client:  # noqa: ANN401 - as above
    """A client of the service with these settings, whatever the environment says."""
    return _service(**settings)[0]


@contextmanager
def logged(**settings: Any) -> Iterator[list[str]]:  # noqa: ANN401 - as above
    """The lines that the service with these settings logs within the block; they are there at its end."""
    _, log = _service(**settings)
    start, lines = log.tell(), list[str]()
    yield lines
    lines += log.getvalue()[start:].splitlines()


def content_of(name: str) -> bytes:
    """A document of the example that the README shows."""
    return (INFANT / name).read_bytes()


def json_of(answer: TestResponse) -> Any:  # noqa: ANN401 - JSON
    """The JSON of an answer."""
    return read_json(answer.data, "answer")


def refusal(answer: TestResponse, status: int) -> list[dict[str, Any]]:
    """The issues of a refusal; each has a severity, a code and words, and the status is the one that is meant."""
    outcome = json_of(answer)

    assert answer.status_code == status
    assert answer.content_type == FHIR_JSON
    assert outcome["resourceType"] == "OperationOutcome"
    issues: list[dict[str, Any]] = outcome["issue"]
    assert all({"severity", "code", "details"} <= set(issue) for issue in issues)
    assert any(issue["severity"] in {"error", "fatal"} for issue in issues)
    return issues


def convert(content: bytes, content_type: str = "application/json", **more: Any) -> TestResponse:  # noqa: ANN401 - as the client's
    """The answer to one document."""
    return client().post("/convert", data=content, content_type=content_type, **more)
