"""What the client does when a server is slow, busy, broken, gone or elsewhere."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

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


def test_a_post_that_was_turned_away_is_made_again_when_the_server_says(
    server: responses.RequestsMock, client: FhirClient, waits: list[float]
) -> None:
    server.post(BASE, status=429, headers={"Retry-After": "7"})
    server.post(BASE, json={"resourceType": "Bundle", "type": "transaction-response", "entry": [{"response": {"status": "201"}}]})

    assert client.transaction(PLAIN_POST).entries[0].status == 201
    assert waits == [7.0]


def test_a_server_that_wants_more_time_than_there_is_is_not_asked_before(
    server: responses.RequestsMock, client: FhirClient, waits: list[float]
) -> None:
    server.get(METADATA, status=429, headers={"Retry-After": "3600"})
    with pytest.raises(UnavailableError, match="asked too often"):
        client.capabilities()

    assert waits == []


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
        ({"Retry-After": "60"}, 60.0),
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


@contextmanager
def dripping_server(*parts: bytes) -> Iterator[str]:
    """A server that sends the first part, and then the second one again and again, a hundred times a second."""
    stop = threading.Event()

    def drip() -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.recv(65536)
            connection.sendall(parts[0])
            while not stop.wait(0.01):
                connection.sendall(parts[1])

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=drip)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/fhir"
        stop.set()
        thread.join()


@pytest.mark.parametrize(
    "parts",
    [
        (b"HTTP/1.1 200 OK\r\nX: ", b"x"),
        (b"HTTP/1.1 200 OK\r\n", b"X: x\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", b" "),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"),
    ],
    ids=["a header", "headers", "100 Continue", "a body", "chunks", "the size of a chunk"],
)
def test_an_answer_that_drips_holds_us_no_longer_than_the_time_limit(parts: tuple[bytes, bytes]) -> None:
    with dripping_server(*parts) as base:
        client = FhirClient(base, timeout=(1, 0.3), limits=AnswerLimits(answer_seconds=0.3))
        started = time.monotonic()
        with pytest.raises(UnavailableError) as error:
            client.capabilities()

        assert time.monotonic() - started < 5
    assert code_of(error) is IssueType.TIMEOUT or "breaks HTTP" in error.value.issues[0].text


def test_attempts_and_their_waits_end_with_the_time_limit(server: responses.RequestsMock, waits: list[float]) -> None:
    server.get(METADATA, status=503, headers={"Retry-After": "20"})
    client = FhirClient(
        BASE, retries=Retries(sleep=waits.append, jitter=lambda: 1.0), limits=AnswerLimits(answer_seconds=10), timeout=(1, 10)
    )
    with pytest.raises(UnavailableError):
        client.capabilities()

    assert waits == []
    assert len(server.calls) == 1


def test_many_small_values_are_not_taken(server: responses.RequestsMock) -> None:
    server.get(METADATA, body=b"[" + b"{}," * 1000 + b"{}]")
    client = FhirClient(BASE, limits=AnswerLimits(answer_values=1000))
    with pytest.raises(UnavailableError, match="larger than the limit"):
        client.capabilities()


def test_a_huge_answer_is_not_taken(server: responses.RequestsMock) -> None:
    server.get(METADATA, body=b" " * 2000)
    client = FhirClient(BASE, limits=AnswerLimits(answer_bytes=1000))
    with pytest.raises(UnavailableError, match="larger than the limit") as error:
        client.capabilities()

    assert code_of(error) is IssueType.TOO_COSTLY


def test_an_answer_that_breaks_http_is_told(server: responses.RequestsMock, client: FhirClient) -> None:
    server.get(METADATA, body=requests.exceptions.InvalidHeader("not a header"))
    with pytest.raises(UnavailableError, match="breaks HTTP"):
        client.capabilities()


def test_an_answer_that_cannot_be_decompressed_is_told(server: responses.RequestsMock, client: FhirClient) -> None:
    server.get(METADATA, body=b"no gzip", headers={"Content-Encoding": "gzip"})
    with pytest.raises(UnavailableError, match="cannot be decompressed"):
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


@pytest.mark.parametrize("there", ["http://127.0.0.1/metadata", "https://127.0.0.1:8443/metadata"])
def test_a_redirect_from_https_to_another_port_is_refused(server: responses.RequestsMock, there: str) -> None:
    server.get("https://127.0.0.1/metadata", status=301, headers={"Location": there})
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


def asked_with(server: responses.RequestsMock, base: str) -> tuple[dict[str, object], object]:
    """What the one request to a base URL says of proxies and certificates, and its password."""
    server.get(f"{base}/metadata", json=STATEMENT)
    FhirClient(base).capabilities()
    request = server.calls[0].request
    return request.req_kwargs, request.headers.get("Authorization")  # type: ignore[attr-defined]  # responses adds it


@pytest.fixture
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """An environment with a proxy, certificates and passwords; gives the path of the certificates."""
    (tmp_path / "netrc").write_text("default login doe password secret")
    (tmp_path / "certificates").write_text("")
    for name, value in {"HTTP_PROXY": PROXY, "HTTPS_PROXY": PROXY, "NO_PROXY": "", "NETRC": str(tmp_path / "netrc")}.items():
        monkeypatch.setenv(name, value)
        monkeypatch.setenv(name.lower(), value)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "certificates"))
    return str(tmp_path / "certificates")


PROXY = "http://proxy.invalid:3128"


@pytest.mark.usefixtures("surroundings")
def test_this_machine_is_asked_directly_and_without_passwords(server: responses.RequestsMock) -> None:
    settings, password = asked_with(server, BASE)

    assert not settings["proxies"]
    assert password is None


def test_another_machine_is_asked_as_the_environment_says_but_without_its_passwords(
    server: responses.RequestsMock, surroundings: str
) -> None:
    settings, password = asked_with(server, "https://fhir.example.org/r4")

    assert PROXY in str(settings["proxies"])
    assert settings["verify"] == surroundings
    assert password is None


def test_a_session_of_the_caller_is_used(server: responses.RequestsMock) -> None:
    session = requests.Session()
    session.headers["Authorization"] = "Bearer test"
    server.get(METADATA, json=STATEMENT)
    FhirClient(BASE, session=session).capabilities()

    assert server.calls[0].request.headers["Authorization"] == "Bearer test"


def test_clients_that_were_refused_together_do_not_come_back_together() -> None:
    latest = Retries(first_wait=2.0, longest_wait=5.0, jitter=lambda: 1.0)
    soonest = replace(latest, jitter=lambda: 0.0)

    assert [soonest.pause(attempt) for attempt in (1, 2, 3)] == [1.0, 2.0, 2.5]
    assert [latest.pause(attempt) for attempt in (1, 2, 3)] == [2.0, 4.0, 5.0]
    assert len({Retries().pause(1) for _ in range(10)}) > 1
