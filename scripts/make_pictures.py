"""Takes pictures of every screen of the workbench, light and dark, for docs/pictures.

Needs Debian's Chromium, and pngquant, which makes them small.

python scripts/make_pictures.py
"""

import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.service import running_service  # noqa: E402 - found through the line above
from tests.workbench.browser import running_browser  # noqa: E402 - as above

PICTURES = ROOT / "docs" / "pictures"
SIZE = "1280x860"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


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


def open_server(page: Page) -> None:
    """The servers that the settings name, before anything is sent."""
    page.get_by_role("link", name="Server").click()
    page.locator("#shipment option").first.wait_for(state="attached")


SCREENS = {
    "bench": open_bench,
    "claim": open_claim,
    "maps": open_maps,
    "lineage": open_lineage,
    "codes": open_codes,
    "server": open_server,
}

if __name__ == "__main__":
    width, height = map(int, SIZE.split("x"))
    with running_browser() as browser, running_service() as base:
        for (name, show), scheme in product(SCREENS.items(), SCHEMES):
            page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": height})
            page.goto(f"http://{base}/")
            page.locator("#output details").first.wait_for()
            show(page)
            page.wait_for_timeout(1000)
            file = PICTURES / f"{name}-{scheme}.png"
            page.screenshot(path=file)
            subprocess.run(["pngquant", "--force", "--ext", ".png", "32", str(file)], check=True)
