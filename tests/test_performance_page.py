"""The page of figures names the rows that `make bench` prints, in their order, with what is wanted of each."""

import re

from adapter.files import topics
from tests.bench.rows import ROWS


def test_the_page_has_the_rows_of_the_bench() -> None:
    rows = re.findall(r"^\| (.+?) \| (.+?) \| (.*?) ?\|$", topics()["performance"], re.MULTILINE)

    assert {row: wanted for row, _, wanted in rows[1:]} == dict(ROWS)
    assert [row for row, _, _ in rows[1:]] == list(ROWS)
    assert all(measured != "not measured" for _, measured, _ in rows)
