"""The worksheet as PDF."""

from pathlib import Path

from click.testing import CliRunner

from adapter.cli import adapter
from adapter.export.claim_sheet import ClaimSheet, SheetEntry
from adapter.export.pdf import as_pdf
from tests.examples.ground import EXAMPLES
from tests.export.test_claim_sheet import COMPLETE, sheet_of


def sheet(value: str, entries: int = 1) -> ClaimSheet:
    entry = SheetEntry(box="1", label="l", segment="s", field="f", value=value)
    return ClaimSheet(head=("Said.",), entries=(entry,) * entries)


def test_the_pdf_holds_the_text_and_is_the_same_every_time() -> None:
    content = as_pdf(sheet_of(COMPLETE))

    assert content.startswith(b"%PDF-")
    assert b"Petersen, Alma Ruth" in content
    assert b"nor an 837 transaction" in content
    assert content == as_pdf(sheet_of(COMPLETE))


def test_characters_that_the_font_does_not_have_become_question_marks() -> None:
    assert b"?uk" in as_pdf(sheet("\u0141uk"))


def test_a_long_line_is_folded_and_a_long_sheet_has_several_pages() -> None:
    assert as_pdf(sheet("x" * 500)).count(b"Tj T*") > 3
    assert as_pdf(sheet("x", 200)).count(b"/Type /Page\n") == 4
    assert as_pdf(sheet("x")).count(b"/Type /Page\n") == 1


def test_the_command_writes_a_pdf(tmp_path: Path) -> None:
    target = tmp_path / "claim.pdf"

    CliRunner().invoke(
        adapter, ["claim", str(EXAMPLES / "complete"), "--as", "cms1500", "--out", str(target)], standalone_mode=False
    )

    assert target.read_bytes() == as_pdf(sheet_of(COMPLETE))
