"""Takes the pictures of the workbench in docs/pictures, with Debian's Chromium, and makes them small with pngquant.

python scripts/make_pictures.py
"""

import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.service import running_service  # noqa: E402 - found through the line above
from tests.workbench.browser import running_browser  # noqa: E402 - as above

PICTURES = ROOT / "docs" / "pictures"
SIZE = "1280x860"


def open_bench(page: Page) -> None:
    """The bench with the origin of an element of the Patient."""
    patient = page.locator("#output details").filter(has=page.get_by_text("Patient", exact=True)).first
    patient.locator("summary").click()
    patient.locator(".element").filter(has_text="name[0].family").click()


def open_claim(page: Page) -> None:
    """The claim of an example with something to object to."""
    page.get_by_label("Example").select_option("two-units")
    page.get_by_role("link", name="Claim").click()
    page.locator("#sheet .chip").first.wait_for()


def open_maps(page: Page) -> None:
    """A map with a mistake."""
    page.get_by_role("link", name="Maps").click()
    page.get_by_role("button", name="fhir/r4/claim.yaml").click()
    page.get_by_label("Mapping file").press("Control+Home")
    for _ in range(18):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    page.keyboard.type("s")
    page.locator("#map-problems li").first.wait_for()


def open_lineage(page: Page) -> None:
    """The lineage of the Patient as a drawing."""
    open_bench(page)
    page.get_by_role("tab", name="Lineage").click()
    page.locator("#output svg").wait_for()


def open_codes(page: Page) -> None:
    """A code system."""
    page.get_by_role("link", name="Codes").click()
    page.get_by_role("button", name="Circumstances of a 0731T service").first.click()
    page.locator("#concepts td").first.wait_for()


SHOWN = {
    "bench-light": open_bench,
    "claim-dark": open_claim,
    "maps-light": open_maps,
    "lineage-light": open_lineage,
    "codes-dark": open_codes,
}

if __name__ == "__main__":
    width, height = map(int, SIZE.split("x"))
    with running_browser() as browser, running_service() as base:
        for name, show in SHOWN.items():
            page = browser.new_page(
                color_scheme="dark" if name.endswith("dark") else "light", viewport={"width": width, "height": height}
            )
            page.goto(f"http://{base}/")
            page.locator("#output details").first.wait_for()
            show(page)
            page.wait_for_timeout(1000)
            page.screenshot(path=PICTURES / f"{name}.png")
            subprocess.run(["pngquant", "--force", "--ext", ".png", "32", str(PICTURES / f"{name}.png")], check=True)
