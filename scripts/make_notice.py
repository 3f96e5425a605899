"""Writes the list of licences into NOTICE: those of every package that the run lock names.

python scripts/make_notice.py
"""

from pathlib import Path

from locked import locked  # a script finds its neighbours

HEAD = "Libraries that an installation brings with it (written by scripts/make_notice.py)\n"
FILE = Path(__file__).resolve().parent.parent / "NOTICE"


def notice() -> str:
    """NOTICE as it should be."""
    written = FILE.read_text().partition(HEAD)[0].rstrip("\n")
    rows = "".join(f"  {package.name} {package.version}: {package.licence}\n" for package in locked())
    return f"{written}\n\n{HEAD}{rows}"


if __name__ == "__main__":
    FILE.write_text(notice())
