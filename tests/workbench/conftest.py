"""The browser and the service for the tests of the workbench's page."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.service import running_service
from tests.workbench.browser import BrowserMissingError, running_browser, watched_page

OpenPage = Callable[..., AbstractContextManager[Page]]
WORKBENCH = Path(__file__).parents[2] / "adapter" / "web" / "workbench"
BUNDLE = WORKBENCH / "bundle" / "editor.js"
PLAIN = WORKBENCH / "page" / "editor.js"


@pytest.fixture(scope="module")
def open_page() -> Iterator[OpenPage]:
    """Give what opens a watched page of the workbench; without Chromium the tests are skipped, but in CI they fail.

    Not for the session: while the browser is there, an event loop runs in this thread, and tests of other rooms could have none.
    """
    with ExitStack() as stack:
        try:
            browser = stack.enter_context(running_browser())
        except BrowserMissingError as error:
            (pytest.fail if os.environ.get("CI") else pytest.skip)(str(error))
        if not BUNDLE.exists():
            (pytest.fail if os.environ.get("CI") else pytest.skip)("the editor is not bundled: `make editor` (needs Node)")
        base = stack.enter_context(running_service())

        @contextmanager
        def opened(*, plain: bool = False, tolerated: str = "", **options: str | bool | list[str]) -> Iterator[Page]:
            with watched_page(browser, base, tolerated=tolerated, base_url=f"http://{base}", **options) as page:
                if plain:
                    page.route("**/workbench/editor.js", lambda route: route.fulfill(path=PLAIN))
                yield page

        yield opened
