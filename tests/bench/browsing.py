"""Measures the workbench in a browser: until it is ready, from an edit to its result, and what it weighs.

python -m tests.bench.browsing
"""

import gzip
import time
from statistics import median, quantiles

from playwright.sync_api import Page

from tests.service import running_service
from tests.workbench.browser import running_browser
from tests.workbench.conftest import BUNDLE, WORKBENCH

READY, EDITS = 10, 60
# From the input to the tree that is drawn anew.
_WATCH = """() => {
    window.times = [];
    let typed = 0;
    document.querySelector("#editor").addEventListener("keydown", () => { typed = performance.now(); }, true);
    new MutationObserver(() => {
        if (typed) window.times.push(performance.now() - typed);
        typed = 0;
    }).observe(document.querySelector("#output"), { childList: true });
}"""


def ready(page: Page, base: str) -> float:
    """Milliseconds until the first result is seen."""
    started = time.perf_counter()
    page.goto(f"http://{base}/")
    page.locator("#output details").first.wait_for()
    return (time.perf_counter() - started) * 1000


def edits(page: Page) -> list[float]:
    """Milliseconds from a key to the result, for each edit; a space at the end changes nothing but the text."""
    page.evaluate(_WATCH)
    page.get_by_label("Document", exact=True).press("Control+End")
    for number in range(EDITS):
        page.keyboard.type(" ")
        page.wait_for_function("(count) => window.times.length >= count", arg=number + 1)
    times: list[float] = page.evaluate("() => window.times")
    return times


def weight() -> int:
    """The bytes of the page's files, compressed."""
    files = [file for file in (WORKBENCH / "page").iterdir() if file.name != "editor.js"]
    return sum(len(gzip.compress(file.read_bytes())) for file in (*files, BUNDLE))


if __name__ == "__main__":
    with running_browser() as browser, running_service() as base:
        first = [ready(browser.new_page(), base) for _ in range(READY)]
        page = browser.new_page()
        ready(page, base)
        changed = edits(page)
    print(f"ready: median {median(first):.0f} ms, slowest of {READY} {max(first):.0f} ms")
    print(f"edit to result: median {median(changed):.0f} ms, p95 {quantiles(changed, n=20)[18]:.0f} ms, of {EDITS}")
    print(f"weight: {weight() / 1000:.0f} kB compressed")
