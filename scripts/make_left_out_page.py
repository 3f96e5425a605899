"""Writes docs/left-out.md from the `ignore` lines of the maps in mappings/sources.

python scripts/make_left_out_page.py
"""

from collections.abc import Iterator
from pathlib import Path

from adapter.assembly import load
from adapter.mapping.emit.compiled import CompiledMap
from adapter.settings import Settings

PAGE = Path(__file__).resolve().parent.parent / "docs" / "left-out.md"
START = """# What is left out of the files of others

Written by `python scripts/make_left_out_page.py` from the maps in `mappings/sources`: change those, not this page.

What each [input form](sources.md) says and the maps leave out on purpose, with the reason. A conversion reports such a field
where a file has it (`coverage/ignored`), and every other field that it does not read (`coverage/unread`); neither shows a value.
"""
HEADER = "| field | why it is left out |\n|---|---|\n"


def page() -> str:
    """The whole page; forms of which the same is left out have one section."""
    forms_of_table: dict[str, list[str]] = {}
    for form, compiled in sorted(load(Settings(mappings="")).pipeline.sources.items()):
        forms_of_table.setdefault("".join(_rows(compiled)), []).append(form)
    sections = [f"\n## {', '.join(forms)}\n\n{HEADER}{rows}" for rows, forms in forms_of_table.items() if rows]
    return START + "".join(sections)


def _rows(compiled: CompiledMap) -> Iterator[str]:
    fields_of_reason: dict[str, list[str]] = {}
    for field, reason in compiled.source.ignored:
        fields_of_reason.setdefault(reason, []).append(f"`{field.text}`")
    for reason, fields in fields_of_reason.items():
        yield f"| {', '.join(fields)} | {reason} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
