"""What the client does when a server is slow, busy, broken, gone or elsewhere."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests
import responses

from adapter.client import AnswerLimits, FhirClient, Retries
from adapter.issues import IssueType, UnavailableError

BASE = "http://127.0.0.1:8080/fhir"
METADATA = f"{BASE}/metadata"
STATEMENT = {"resourceType": "CapabilityStatement"}
PLAIN_POST = {
    "resourceType": "Bundle",
    "type": "transaction",
    "entry": [{"resource": {"resourceType": "Patient"}, "request": {"method": "POST", "url": "Patient"}}],
}


def code_of(error: pytest.ExceptionInfo[UnavailableError]) -> IssueType:
    return error.value.issues[0].code


@contextmanager
def raw_server(*parts: bytes) -> Iterator[str]:
    """A server that answers one connection with these bytes, part by part as the client reads them, and then hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer_once, args=(listener, parts))
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/fhir"
        thread.join()


def answer_once(listener: socket.socket, parts: tuple[bytes, ...]) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.recv(65536)
        for part in parts:
            connection.sendall(part)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_server_is_asked_again(
    server: responses.RequestsMock, client: FhirClient, waits: list[float], status: int
) -> None:
    server.get(METADATA, status=status)
    server.get(METADATA, status=status)
    server.get(METADATA, json=STATEMENT)

    assert client.capabilities() == STATEMENT
    assert waits == [0.5, 1.0]


def test_a_server_that_stays_busy_is_unavailable(server: responses.RequestsMock, client: FhirClient, waits: list[float]) -> None:
    server.get(METADATA, status=429)
    with pytest.raises(UnavailableError, match="asked too often") as error:
        client.capabilities()

    assert code_of(error) is IssueType.THROTTLED
    assert waits == [0.5, 1.0, 2.0]


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "3600"}, 30.0),
        ({"Retry-After": "Mon, 02 Mar 2026 10:00:09 GMT", "Date": "Mon, 02 Mar 2026 10:00:00 GMT"}, 9.0),
        ({"Retry-After": "Mon, 02 Mar 2026 09:00:00 GMT", "Date": "Mon, 02 Mar 2026 10:00:00 GMT"}, 0.0),
        ({"Retry-After": "Mon, 02 Mar 2026 10:00:09 GMT"}, 0.5),
        ({"Retry-After": "Mon, 02 Mar 2026 10:00:09 -0000", "Date": "Mon, 02 Mar 2026 10:00:00 GMT"}, 0.5),
        ({"Retry-After": "soon"}, 0.5),
    ],
)
def test_the_server_says_when_to_come_back(
    server: responses.RequestsMock, client: FhirClient, waits: list[float], headers: dict[str, str], wait: float
) -> None:
    server.get(METADATA, status=503, headers=headers)
    server.get(METADATA, json=STATEMENT)
    client.capabilities()

    assert waits == [wait]


@pytest.mark.parametrize("status", [400, 401, 404, 409, 412, 422, 500])
def test_an_answer_that_another_try_will_not_change_is_taken_at_once(
    server: responses.RequestsMock, client: FhirClient, waits: list[float], status: int
) -> None:
    server.get(METADATA, status=status)
    with pytest.raises(Exception, match=f"HTTP {status}"):
        client.capabilities()

    assert waits == []


def test_a_cut_connection_is_tried_again(server: responses.RequestsMock, client: FhirClient, waits: list[float]) -> None:
    server.get(METADATA, body=requests.ConnectionError("cut"))
    server.get(METADATA, json=STATEMENT)

    assert client.capabilities() == STATEMENT
    assert waits == [0.5]


def test_a_server_that_is_not_there_is_unavailable(server: responses.RequestsMock, client: FhirClient) -> None:
    server.get(METADATA, body=requests.ConnectTimeout("nobody"))
    with pytest.raises(UnavailableError, match="failed or was cut") as error:
        client.capabilities()

    assert code_of(error) is IssueType.TRANSIENT


def test_what_would_be_done_twice_is_not_tried_again(
    server: responses.RequestsMock, client: FhirClient, waits: list[float]
) -> None:
    server.post(BASE, body=requests.ConnectionError("cut"))
    with pytest.raises(UnavailableError):
        client.transaction(PLAIN_POST)

    assert waits == []
    assert len(server.calls) == 1


def test_an_answer_cut_in_the_middle_is_no_answer() -> None:
    with raw_server(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{") as base:
        client = FhirClient(base, retries=Retries(attempts=1))
        with pytest.raises(UnavailableError, match="failed or was cut"):
            client.capabilities()


def test_a_silent_server_is_not_waited_for_beyond_the_time_limit() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = FhirClient(f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=(1, 0.05))
        with pytest.raises(UnavailableError, match="in time") as error:
            client.capabilities()

    assert code_of(error) is IssueType.TIMEOUT


def test_a_trickling_answer_is_not_waited_for_beyond_the_time_limit() -> None:
    ticks = iter(range(0, 1000, 100))
    limits = AnswerLimits(answer_seconds=50, clock=lambda: float(next(ticks)))
    with raw_server(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{") as base:
        client = FhirClient(base, limits=limits)
        with pytest.raises(UnavailableError, match="in time") as error:
            client.capabilities()

    assert code_of(error) is IssueType.TIMEOUT


def test_a_huge_answer_is_not_taken(server: responses.RequestsMock) -> None:
    server.get(METADATA, body=b" " * 2000)
    client = FhirClient(BASE, limits=AnswerLimits(answer_bytes=1000))
    with pytest.raises(UnavailableError, match="larger than the limit") as error:
        client.capabilities()

    assert code_of(error) is IssueType.TOO_COSTLY


def test_a_certificate_that_can_not_be_verified_ends_it(
    server: responses.RequestsMock, client: FhirClient, waits: list[float]
) -> None:
    server.get(METADATA, body=requests.exceptions.SSLError("self-signed"))
    with pytest.raises(UnavailableError, match="certificate") as error:
        client.capabilities()

    assert code_of(error) is IssueType.SECURITY
    assert waits == []


def test_an_answer_that_breaks_http_is_told(server: responses.RequestsMock, client: FhirClient) -> None:
    server.get(METADATA, body=b"no gzip", headers={"Content-Encoding": "gzip"})
    with pytest.raises(UnavailableError, match="breaks HTTP"):
        client.capabilities()


@pytest.mark.parametrize("there", ["http://127.0.0.1:8080/new/metadata", "https://127.0.0.1:8443/metadata"])
def test_a_redirect_on_the_same_host_is_followed(server: responses.RequestsMock, client: FhirClient, there: str) -> None:
    server.get(METADATA, status=307, headers={"Location": there})
    server.get(there, json=STATEMENT)

    assert client.capabilities() == STATEMENT


@pytest.mark.parametrize(
    "there",
    [
        "http://elsewhere.invalid/metadata",
        "http://127.0.0.1:9090/metadata",
        "http://me@127.0.0.1:8080/metadata",
        "http://127.0.0.1:port/metadata",
        "ftp://127.0.0.1:8080/metadata",
        "//elsewhere.invalid/metadata",
    ],
)
def test_a_redirect_elsewhere_is_refused(server: responses.RequestsMock, client: FhirClient, there: str) -> None:
    server.get(METADATA, status=302, headers={"Location": there})
    with pytest.raises(UnavailableError, match="redirects elsewhere") as error:
        client.capabilities()

    assert code_of(error) is IssueType.SECURITY
    assert len(server.calls) == 1


def test_a_redirect_from_https_to_http_is_refused(server: responses.RequestsMock) -> None:
    server.get("https://127.0.0.1/metadata", status=301, headers={"Location": "http://127.0.0.1/metadata"})
    with pytest.raises(UnavailableError, match="redirects elsewhere"):
        FhirClient("https://127.0.0.1").capabilities()


def test_a_redirect_of_a_body_is_refused(server: responses.RequestsMock, client: FhirClient) -> None:
    server.post(BASE, status=308, headers={"Location": f"{BASE}/"})
    with pytest.raises(UnavailableError, match="redirects elsewhere"):
        client.transaction(PLAIN_POST)


def test_a_redirect_in_a_circle_ends(server: responses.RequestsMock, client: FhirClient) -> None:
    server.get(METADATA, status=301, headers={"Location": METADATA})
    with pytest.raises(UnavailableError, match="circle"):
        client.capabilities()


def test_proxies_and_passwords_of_the_environment_are_not_used(
    server: responses.RequestsMock, client: FhirClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid:3128")
    server.get(METADATA, json=STATEMENT)
    client.capabilities()

    assert not server.calls[0].request.req_kwargs["proxies"]  # type: ignore[attr-defined]  # responses adds it


def test_a_session_of_the_caller_is_used(server: responses.RequestsMock) -> None:
    session = requests.Session()
    session.headers["Authorization"] = "Bearer test"
    server.get(METADATA, json=STATEMENT)
    FhirClient(BASE, session=session).capabilities()

    assert server.calls[0].request.headers["Authorization"] == "Bearer test"
