"""One HTTP exchange with a FHIR server: time limits, size limit, and repetition of what is safe to repeat."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from secrets import SystemRandom
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from adapter.client.deadline import SecondsLeft, ending
from adapter.client.sign_in import ServiceBearer
from adapter.exchange import Request, ServerAnswer
from adapter.issues import Issue, IssueType, Severity, UnavailableError

_NOT_LET_IN = 401
_TOO_OFTEN = 429
_REPEATED_STATUS = frozenset({_TOO_OFTEN, 502, 503, 504})
_REDIRECT_STATUS = frozenset({301, 302, 303, 307, 308})
_LONGEST_CHAIN = 5
_CHUNK_BYTES = 65536


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """How often a safe request is made at most (`attempts`), and how long we wait between two of them.

    Waits are in seconds: `first_wait`, doubled each time up to `longest_wait`, or what Retry-After asks for; a server that asks
    for more than the time that is left is not asked again. `jitter` gives a number from 0 to 1: clients that were refused
    together do not come back together.
    """

    attempts: int = 4
    first_wait: float = 0.5
    longest_wait: float = 30.0
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = SystemRandom().random

    def pause(self, attempt: int) -> float:
        """Seconds from an attempt, 1 first, to the next."""
        longest: float = min(self.longest_wait, self.first_wait * 2.0 ** (attempt - 1))
        return longest * (0.5 + self.jitter() / 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLimits:
    """How much we take: bytes of an answer after decompression, values in it, and seconds from the question to its last byte.

    The seconds are those of all attempts and redirects together.
    """

    answer_bytes: int = 64 * 1024 * 1024
    answer_values: int = 2_000_000
    answer_seconds: float = 120.0
    clock: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True, kw_only=True)
class Interruption:
    """Why there is no answer: the connection failed, or was cut before the answer was whole."""

    cause: Exception


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """The way to one server; `source` names it in issues, `timeout` is in seconds to connect and between two bytes."""

    session: requests.Session
    timeout: tuple[float, float]
    retries: Retries
    limits: AnswerLimits
    source: str

    def exchange(self, request: Request) -> ServerAnswer:
        """The server's answer, whatever its status; follows redirects of a GET on the same host.

        Raises UnavailableError if there is no whole answer within the limits.
        """
        end = self.limits.clock() + max(self.limits.answer_seconds, self.timeout[1])

        def left() -> float:
            return end - self.limits.clock()

        with ending(left):
            for _ in range(_LONGEST_CHAIN):
                answer = self._persistently(request, left)
                if answer.status not in _REDIRECT_STATUS:
                    return answer
                request = self._redirected(request, answer)
        raise self._error(IssueType.PROCESSING, "The FHIR server redirects in a circle: check its base URL.")

    def _persistently(self, request: Request, left: SecondsLeft) -> ServerAnswer:
        answer = self._once(request, left)
        for attempt in range(1, self.retries.attempts):
            wait = _wait(self.retries, attempt, answer)
            if not _may_repeat(request, answer) or wait > left():
                break
            self.retries.sleep(wait)
            answer = self._once(request, left)
        if isinstance(answer, Interruption):
            text = "The connection to the FHIR server failed or was cut: check that it runs and can be reached, then try again."
            raise self._error(IssueType.TRANSIENT, text) from answer.cause
        return answer

    def _once(self, request: Request, left: SecondsLeft) -> ServerAnswer | Interruption:
        try:
            with self._sent(request) as response:
                content = self._content(response, left)
                return ServerAnswer(status=response.status_code, headers=response.headers, content=content)
        except (requests.ReadTimeout, urllib3.exceptions.ReadTimeoutError) as error:
            raise self._too_slow() from error
        except requests.exceptions.SSLError as error:
            raise self._error(IssueType.SECURITY, _about_tls(str(error))) from error
        except (requests.ConnectionError, urllib3.exceptions.ProtocolError) as error:
            return Interruption(cause=error)
        except urllib3.exceptions.DecodeError as error:
            text = "The FHIR server's answer cannot be decompressed: check the server, and proxies on the way."
            raise self._error(IssueType.PROCESSING, text) from error
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise self._error(IssueType.PROCESSING, "The FHIR server's answer breaks HTTP: check its base URL.") from error

    def _sent(self, request: Request) -> requests.Response:
        """The answer, with its body unread; a token that is not taken is renewed once."""
        response = self._tried(request)
        auth = self.session.auth
        if response.status_code == _NOT_LET_IN and isinstance(auth, ServiceBearer):
            response.close()
            auth.renew(response.request)
            response = self._tried(request)
        return response

    def _tried(self, request: Request) -> requests.Response:
        return self.session.request(
            request.method,
            request.url,
            params=request.params,
            data=request.body,
            headers=_headers(request),
            timeout=self.timeout,
            allow_redirects=False,
            stream=True,
        )

    def _content(self, response: requests.Response, left: SecondsLeft) -> bytes:
        # read1 hands over what has arrived, so that the time limit is seen between two drops of a trickle.
        content = bytearray()
        while chunk := response.raw.read1(_CHUNK_BYTES, decode_content=True):
            content += chunk
            if len(content) > self.limits.answer_bytes:
                raise self._too_large()
            if left() < 0:
                raise self._too_slow()
        # Sixty megabytes of `{}` would take thirty times as much memory when they are read.
        if content.count(b"{") + content.count(b"[") + content.count(b",") > self.limits.answer_values:
            raise self._too_large()
        return bytes(content)

    def _redirected(self, request: Request, answer: ServerAnswer) -> Request:
        url = urljoin(request.url, answer.headers.get("Location", ""))
        if request.method != "GET" or not _stays(request.url, url):
            text = "The FHIR server redirects elsewhere, which is not followed: set the base URL to that address."
            raise self._error(IssueType.SECURITY, text)
        return replace(request, url=url, params={})

    def _too_large(self) -> UnavailableError:
        text = "The FHIR server's answer is larger than the limit: ask for less, or raise the limit."
        return self._error(IssueType.TOO_COSTLY, text)

    def _too_slow(self) -> UnavailableError:
        text = "The FHIR server did not answer in time; it may have carried out the request: check there, or try again later."
        return self._error(IssueType.TIMEOUT, text)

    def _error(self, code: IssueType, text: str) -> UnavailableError:
        return UnavailableError(Issue(severity=Severity.ERROR, code=code, text=text, source=self.source))


def _about_tls(words: str) -> str:
    if "CERTIFICATE_VERIFY_FAILED" in words:
        return "The FHIR server's certificate cannot be verified: check the base URL and the certificates trusted here."
    if "WRONG_VERSION_NUMBER" in words or "record layer" in words:
        return "There is no TLS at this address: check whether the base URL begins with http:// or https://, and its port."
    return "The FHIR server ends the TLS connection: it may want a certificate of ours (ADAPTER_SIGN_INS), or not the one it got."


def _headers(request: Request) -> dict[str, str]:
    headers = {"Accept": "application/fhir+json", "Cache-Control": "no-cache"}
    if request.body is not None:
        headers |= {"Content-Type": "application/fhir+json; charset=utf-8", "Prefer": "return=OperationOutcome"}
    return headers | dict(request.headers)


def _stays(here: str, there: str) -> bool:
    try:
        old, new = urlsplit(here), urlsplit(there)
        same_place = (old.scheme, old.port) == (new.scheme, new.port)
        is_encrypted_now = (old.scheme, new.scheme) == ("http", "https")
    except ValueError:
        return False
    return "@" not in new.netloc and old.hostname == new.hostname and (same_place or is_encrypted_now)


def _may_repeat(request: Request, answer: ServerAnswer | Interruption) -> bool:
    """Whether a request is made again: it was turned away without being looked at, or making it twice changes nothing."""
    if isinstance(answer, ServerAnswer):
        repeated = _REPEATED_STATUS if request.is_repeatable else {_TOO_OFTEN}
        return answer.status in repeated
    return request.is_repeatable


def _wait(retries: Retries, attempt: int, answer: ServerAnswer | Interruption) -> float:
    seconds = retry_after(answer.headers) if isinstance(answer, ServerAnswer) else None
    return retries.pause(attempt) if seconds is None else seconds


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, or a date, which is measured against the server's own Date: clocks may differ, and none is read here."""
    header = headers.get("Retry-After", "")
    if header.strip().isdecimal():
        return float(header)
    try:
        wait = parsedate_to_datetime(header) - parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, TypeError):
        return None
    return max(0.0, wait.total_seconds())
