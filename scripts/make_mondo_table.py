"""Makes the table of MONDO in `adapter/code_tables`: which OMIM entries and series are which MONDO terms, and those in Orphanet.

    python scripts/make_mondo_table.py FOLDER

The folder has the three files `mondo_exactmatch_{omim,omimps,orphanet}.sssom.tsv.gz` of monarch-initiative/mondo,
`src/ontology/mappings/`, commit fad2512b (release 2026-08-04, CC0). Numbers only, no names. The same files give the same bytes.
"""

import argparse
import gzip
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

OUTPUT = Path(__file__).parent.parent / "adapter" / "code_tables" / "mondo.json.gz"
RELEASE = "2026-08-04"
SOURCE = "monarch-initiative/mondo, src/ontology/mappings, commit fad2512b, CC0"


def pairs(file: Path) -> Iterator[tuple[int, int]]:
    """The numbers of MONDO and of the other system in each row."""
    for line in gzip.decompress(file.read_bytes()).decode().splitlines():
        if line.startswith("MONDO:"):
            mondo, _, _, other, *_ = line.split("\t")
            yield int(mondo.partition(":")[2]), int(other.partition(":")[2])


def to_mondo(file: Path) -> dict[str, int]:
    """MONDO's number by the other system's; what has two is left out."""
    found = defaultdict(set)
    for mondo, other in pairs(file):
        found[other].add(mondo)
    return {str(other): min(found[other]) for other in sorted(found) if len(found[other]) == 1}


def from_mondo(file: Path) -> dict[str, int]:
    """The other system's number by MONDO's; what has two is left out."""
    found = defaultdict(set)
    for mondo, other in pairs(file):
        found[mondo].add(other)
    return {str(mondo): min(found[mondo]) for mondo in sorted(found) if len(found[mondo]) == 1}


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path, help="folder with the three files of MONDO")
    folder: Path = parser.parse_args().folder
    omim, series, orphanet = (folder / f"mondo_exactmatch_{name}.sssom.tsv.gz" for name in ("omim", "omimps", "orphanet"))
    table = {
        "release": RELEASE,
        "source": SOURCE,
        "omim": to_mondo(omim),
        "omimps": to_mondo(series),
        "orpha": from_mondo(orphanet),
    }
    OUTPUT.write_bytes(gzip.compress(json.dumps(table, separators=(",", ":")).encode(), mtime=0))
    print(f"{OUTPUT.name}: {OUTPUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
