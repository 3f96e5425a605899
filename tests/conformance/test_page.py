"""The HTML report in a real browser: nothing from outside, to be filtered and read by keyboard, and accessible."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from adapter.conformance.declared import Declaration
from adapter.conformance.html_report import html_of_run
from adapter.conformance.suite import SuiteResult
from adapter.conformance.verdict import CaseResult, CaseVerdict, StepEvidence
from tests.workbench.browser import BrowserMissingError, running_browser, watched_page

NASTY = "</script><img src=x onerror=\"document.title='broken'\">"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give a browser; without Chromium the tests are skipped, but in CI they fail."""
    try:
        with running_browser() as found:
            yield found
    except BrowserMissingError as error:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(str(error))


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the page of a run with one case of each verdict."""
    step = StepEvidence(curl="curl -sS 'https://a.example/Patient?name=<b>'", status=200, answer=NASTY)
    results = tuple(
        CaseResult(
            identity=f"group-{number % 2}/{verdict.value}",
            group=f"group-{number % 2}",
            title="A title",
            requirement="It is so.",
            link="http://hl7.org/fhir/R4/http.html",
            place="a.yaml:1:1",
            verdict=verdict,
            reasons=() if verdict is CaseVerdict.GOOD else (NASTY,),
            steps=(step,),
        )
        for number, verdict in enumerate(CaseVerdict)
    )
    result = SuiteResult(
        server="https://a.example",
        started="2026-11-28T12:00:00Z",
        declared=Declaration(statement={"software": {"name": NASTY}, "fhirVersion": "4.0.1"}),
        run="r1",
        results=results,
        left_behind=("Patient/1",),
        is_interrupted=True,
    )
    file = tmp_path_factory.mktemp("page") / "report.html"
    file.write_text(html_of_run(result))
    return file


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_filters_opens_evidence_by_keyboard_and_is_accessible(browser: Browser, page_file: Path, scheme: str) -> None:
    with watched_page(browser, "", color_scheme=scheme) as page:
        page.goto(page_file.as_uri())
        expect(page.locator("#count")).to_have_text("6 shown")

        page.get_by_role("checkbox", name="pass").focus()
        page.keyboard.press("Space")
        expect(page.locator("#count")).to_have_text("5 shown")
        page.get_by_role("searchbox").fill("could-not")
        expect(page.locator("article:visible")).to_have_count(1)

        summary = page.locator("article:visible summary")
        expect(summary).to_have_text("Evidence: 1 request in 0.00 seconds")
        summary.focus()
        page.keyboard.press("Enter")
        expect(page.locator("article:visible pre").first).to_be_visible()

        page.emulate_media(media="print")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        page.emulate_media(media="screen")

        assert "broken" not in page.title() or NASTY in page.title()
        violations = Axe().run(page).response["violations"]
        assert [found["id"] for found in violations if found["impact"] in {"serious", "critical"}] == []
