"""Writes a CycloneDX 1.5 list of what the service is made of, from the run lock.

python scripts/make_sbom.py build/sbom.json
"""

import json
import sys
from pathlib import Path
from typing import Any

from locked import Locked, locked  # a script finds its neighbours


def component(package: Locked) -> dict[str, Any]:
    """A package as CycloneDX writes it; the lock names a hash for every file that an index may give."""
    return {
        "type": "library",
        "name": package.name,
        "version": package.version,
        "purl": f"pkg:pypi/{package.name}@{package.version}",
        "hashes": [{"alg": "SHA-256", "content": content} for content in package.hashes],
        "licenses": [{"license": {"name": package.licence}}],
    }


def sbom() -> dict[str, Any]:
    """The list; no serial number and no time, so that the same lock gives the same bytes."""
    about = {"component": {"type": "application", "name": "adapter-0731t"}}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": about,
        "components": [component(package) for package in locked()],
    }


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(sbom(), indent=2) + "\n")
