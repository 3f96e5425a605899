"""A real browser for the tests of pages: Debian's Chromium, steered by Playwright; nothing from elsewhere may be asked for."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 20_000
SLOW = "Measure loop restarted"
"""What CodeMirror says on a machine that has much else to do; it measures again at the next change."""


REPORTED = """document.addEventListener("securitypolicyviolation", (report) => {
    console.error(`the content security policy was broken: ${report.violatedDirective} ${report.blockedURI}`);
});"""


class BrowserMissingError(RuntimeError):
    """There is no Chromium on this machine."""


@contextmanager
def running_browser() -> Iterator[Browser]:
    """A browser for the time of a block; raises BrowserMissingError."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        message = f"no browser: none of {', '.join(NAMES)} is installed"
        raise BrowserMissingError(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def watched_page(browser: Browser, base: str, *, tolerated: str = "", **options: str | bool | list[str]) -> Iterator[Page]:
    """A page of its own; a message on its console, an error in a script or a foreign request fails the test at its end.

    `tolerated` is what messages hold that the test brings about.
    """
    context = browser.new_context(**options)  # type: ignore[arg-type]  # Playwright's own names
    page = context.new_page()
    page.set_default_timeout(SECONDS)
    complaints: list[str] = []
    page.add_init_script(REPORTED)
    page.on("console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: complaints.append(request.url) if _is_foreign(request.url, base) else None)
    yield page
    context.close()
    known = [text for text in (SLOW, tolerated) if text]
    unexpected = [complaint for complaint in complaints if not any(text in complaint for text in known)]
    assert unexpected == [], unexpected


def _is_foreign(url: str, base: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme not in {"data", "blob"} and parts.netloc != base
