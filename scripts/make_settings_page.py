"""Writes docs/settings.md from the fields of Settings.

python scripts/make_settings_page.py
"""

import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from adapter.settings import Settings, must_be  # noqa: E402 - found through the line above

PAGE = ROOT / "docs" / "settings.md"
HEAD = """# Settings

Written by `python scripts/make_settings_page.py`; do not edit by hand.

Settings are environment variables. An empty one counts as not set; one that begins with `ADAPTER_` and is not listed here, or
that does not fit, stops the start with words that say what it must be.

| variable | without it | what it is | it must be |
|---|---|---|---|
"""
TAIL = """
`ADAPTER_TEST_DATA` and `ADAPTER_TEST_FHIR_URL` belong to the tests; the adapter does not look at them.

Colours follow `NO_COLOR`. The way to other machines follows `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY` and
`REQUESTS_CA_BUNDLE`; servers on this machine are asked directly, and passwords in a file `.netrc` are never sent.
"""


def rows() -> Iterator[str]:
    """One line per setting."""
    for field in fields(Settings):
        default = str(field.default).lower() if isinstance(field.default, bool) else str(field.default)
        shown = f"`{default}`" if default else "nothing"
        yield f"| `ADAPTER_{field.name.upper()}` | {shown} | {field.metadata['says']} | {must_be(field)} |\n"


def page() -> str:
    """The page as it should be."""
    return HEAD + "".join(rows()) + TAIL


if __name__ == "__main__":
    PAGE.write_text(page())
