"""The page about identity is the one that the script writes from the maps, the rules of merging and a run."""

import runpy
from pathlib import Path

from adapter.fhir.ownership import SHARED_TYPES

ROOT = Path(__file__).parents[2]
SCRIPT = runpy.run_path(str(ROOT / "scripts" / "make_identity_page.py"))


def test_the_page_is_the_one_that_the_script_writes() -> None:
    assert SCRIPT["document"]() == (ROOT / "docs" / "identity.md").read_text(), "run scripts/make_identity_page.py"


def test_every_type_that_is_shared_says_by_what_it_is_matched() -> None:
    assert set(SCRIPT["MATCHED"]) == SHARED_TYPES
