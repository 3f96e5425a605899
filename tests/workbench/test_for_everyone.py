"""The page for people who use no mouse, see little, enlarge it, or want it on paper."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Route, expect

from tests.workbench.conftest import OpenPage
from tests.workbench.steps import at_work, report_of

SCREENS = ("bench", "claim", "maps", "codes", "server")
MOST_STEPS = 600
IS_THERE = "(selector) => document.activeElement.matches(selector)"


def answer_trial(route: Route) -> None:
    """Answer as if a server with one case, which fails, were answer_trial."""
    report = report_of("one", {"case": "one/a", "verdict": "fail"})
    route.fulfill(json=report if route.request.post_data else {"groups": [{"name": "one", "cases": 1}]})


def reach(page: Page, selector: str) -> None:
    """Go to an element by the Tab key alone."""
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        if page.evaluate(IS_THERE, selector):
            return
    pytest.fail(f"{selector} is not reached by the keyboard")


def enter(page: Page, selector: str) -> None:
    reach(page, selector)
    page.keyboard.press("Enter")


def test_an_element_is_explained_by_keyboard(open_page: OpenPage) -> None:
    with open_page() as page:
        at_work(page)
        enter(page, "summary")
        page.locator("#output .element").first.wait_for()
        reach(page, ".element")

        expect(page.locator("#origin")).to_contain_text("was made by the adapter itself: adapter.fhir.bundle")


def test_the_claim_is_read_by_keyboard(open_page: OpenPage) -> None:
    with open_page() as page:
        at_work(page, "two-units")
        enter(page, "nav a[href='#claim']")
        page.locator("#fired li").first.wait_for()
        enter(page, "#fired li button")

        expect(page.locator("#bench")).to_be_visible()


def test_a_map_is_opened_and_changed_by_keyboard(open_page: OpenPage) -> None:
    with open_page() as page:
        at_work(page)
        enter(page, "nav a[href='#maps']")
        page.locator("#map-list button").first.wait_for()
        enter(page, "#map-list button")
        expect(page.get_by_label("Mapping file")).to_contain_text(":")
        reach(page, "#map-editor")
        page.keyboard.press("Control+Home")
        page.keyboard.type("x")

        expect(page.locator("#map-problems li").first).to_be_visible()


def test_codes_and_servers_are_used_by_keyboard(open_page: OpenPage) -> None:
    with open_page() as page:
        at_work(page)
        page.route("**/workbench/conformance", answer_trial)
        enter(page, "nav a[href='#codes']")
        page.locator("#definitions button").first.wait_for()
        enter(page, "#definitions button")
        page.locator("#concepts td button").first.wait_for()
        enter(page, "#concepts td button")
        expect(page.locator("#code-detail")).to_contain_text("display")
        enter(page, "nav a[href='#server']")
        enter(page, "button[value=test]")

        expect(page.locator("#shipment-outcome")).to_contain_text("1 fail")


def test_a_page_of_twice_the_size_is_not_cut_off(open_page: OpenPage) -> None:
    """At 200 % a window of 1280 points is 640 wide."""
    with open_page() as page:
        at_work(page, "two-units")
        page.set_viewport_size({"width": 640, "height": 480})
        wide: dict[str, int] = {}
        for screen in SCREENS:
            page.get_by_role("link", name=screen.capitalize()).click()
            page.locator(f"#{screen}").wait_for()
            wide[screen] = page.evaluate("() => document.documentElement.scrollWidth")

        assert wide == dict.fromkeys(SCREENS, 640)


def test_the_sheet_is_printed_and_nothing_that_is_not_on_paper(open_page: OpenPage) -> None:
    with open_page(color_scheme="dark") as page:
        at_work(page, "two-units")
        page.get_by_role("link", name="Claim").click()
        page.locator("#sheet .chip").first.wait_for()
        page.emulate_media(media="print")

        expect(page.locator("#sheet")).to_be_visible()
        expect(page.locator("#fired")).to_be_visible()
        for hidden in ("nav", "#switches", "#payers", "#bench"):
            expect(page.locator(hidden)).to_be_hidden()
        assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert page.pdf().startswith(b"%PDF")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_stands_in_the_way_of_people(open_page: OpenPage, scheme: str) -> None:
    with open_page(color_scheme=scheme) as page:
        at_work(page, "two-units")
        page.route("**/workbench/conformance", answer_trial)
        violations: dict[str, str] = {}
        for screen in SCREENS:
            page.get_by_role("link", name=screen.capitalize()).click()
            page.locator(f"#{screen}").wait_for()
            if screen == "server":
                page.get_by_role("button", name="Test the server").click()
                page.locator("#shipment-report td").first.wait_for()
            serious = [one for one in Axe().run(page).response["violations"] if one["impact"] in {"serious", "critical"}]
            violations |= {f"{screen}: {one['id']}": one["help"] for one in serious}

        assert violations == {}
