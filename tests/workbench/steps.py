"""What tests of the page begin with."""

from playwright.sync_api import Locator, Page, expect


def at_work(page: Page, example: str = "complete") -> None:
    """Open the bench with an example, and wait for what is made of it."""
    page.goto("/")
    page.locator("#output details").first.wait_for()
    if example != "complete":
        choose(page, example)


def choose(page: Page, example: str) -> None:
    """Take another example, and wait for what is made of it."""
    with page.expect_response("**/workbench/convert"):
        page.get_by_label("Example").select_option(example)
    expect(page.locator("#status")).to_have_text("")


def patient_in(page: Page) -> Locator:
    """The patient among the resources of the outline."""
    return page.locator("#output details").filter(has=page.locator("summary", has_text="Patient ")).first


def report_of(group: str, *cases: dict[str, object]) -> dict[str, object]:
    """The answer of the service when a group of cases has run."""
    about = {"group": group, "title": "a title", "requirement": "", "reasons": ["no such thing"], "steps": []}
    counts = {str(case["verdict"]): 1 for case in cases}
    told = [about | case for case in cases]
    return {"software": "A server", "good": group == "one", "counts": counts, "leftBehind": [], "cases": told}
