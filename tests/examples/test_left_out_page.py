"""The page on what is left out of the files of others says what the maps say."""

import runpy

from tests.examples.ground import ROOT


def test_the_page_is_as_its_script_writes_it() -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "make_left_out_page.py"))

    assert script["page"]() == (ROOT / "docs" / "left-out.md").read_text("utf-8"), "run scripts/make_left_out_page.py"
