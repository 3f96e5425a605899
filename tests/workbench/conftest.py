"""The browser and the service for the tests of the workbench's page."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack

import pytest
from playwright.sync_api import Page

from tests.service import running_service
from tests.workbench.browser import BrowserMissingError, running_browser, watched_page

OpenPage = Callable[..., AbstractContextManager[Page]]


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
        base = stack.enter_context(running_service())

        def opened(**options: str) -> AbstractContextManager[Page]:
            return watched_page(browser, base, base_url=f"http://{base}", **options)

        yield opened
