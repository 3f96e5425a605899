"""Writes the table of docs/performance.md from build/bench.json, which `make bench` leaves.

python scripts/make_performance_page.py
"""

import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "performance.md"

sys.path.insert(0, str(ROOT))
from tests.bench.rows import ROWS  # noqa: E402 - the folder of the tests has to be found first
from tests.bench.turns import Figure  # noqa: E402 - as above


def table(measured: dict[str, dict[str, float]], machine: str, page: str) -> str:
    """The table in Markdown; a row that was not measured now has what the page says of it, and if that is nothing says so."""
    before = dict(re.findall(r"^\| (.+?) \| (.+?) \| .*\|$", page, re.MULTILINE))
    lines = [f"Measured on {machine}.", "", "| row | measured | wanted |", "|---|---|---|"]
    for row, wanted in ROWS.items():
        value = measured.get(row)
        known = before.get(row, "not measured")
        shown = known if value is None else str(Figure(median=value["median"], low=value["low"], high=value["high"]))
        lines.append(f"| {row} | {shown} | {wanted} |")
    return "\n".join(lines)


def main() -> None:
    """Write the page anew."""
    kept = json.loads((ROOT / "build" / "bench.json").read_text("utf-8"))
    page = PAGE.read_text("utf-8")
    (before,) = re.findall(r"^Measured on (.*)\.$", page, re.MULTILINE)
    text = f"<!-- table -->\n{table(kept, kept.pop('machine', before), page)}\n<!-- end of the table -->"
    PAGE.write_text(re.sub(r"<!-- table -->.*<!-- end of the table -->", lambda _: text, page, flags=re.DOTALL), "utf-8")


if __name__ == "__main__":
    main()
