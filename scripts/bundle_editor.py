"""Bundles the workbench's editor from the packages of its lock file, if Node is there. Run by make, and when a wheel is built.

python scripts/bundle_editor.py
"""

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent.parent
WITHOUT = "no Node here (node and npm): the workbench gets the plain editor, without highlighting and completion"


def bundle(root: Path) -> bool:
    """Make the bundle unless it is newer than what it is made from; whether it is there afterwards.

    Raises subprocess.CalledProcessError if the packages cannot be fetched or do not fit.
    """
    source, made = root / "adapter/web/workbench/editor", root / "adapter/web/workbench/bundle/editor.js"
    files = [file for file in source.iterdir() if file.is_file()]
    if made.exists() and made.stat().st_mtime > max(file.stat().st_mtime for file in files):
        return True
    if shutil.which("npm") is None or shutil.which("node") is None:
        print(WITHOUT)
        return False
    subprocess.run(["npm", "--prefix", str(source), "run", "--silent", "bundle"], check=True)
    return True


class EditorHook(BuildHookInterface[Any]):
    """Puts the bundle, which git does not hold, into the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Bundle for a real wheel; an editable install uses the checkout, where `make editor` does it."""
        if version == "standard" and bundle(Path(self.root)):
            build_data["artifacts"].append("/adapter/web/workbench/bundle/*")


if __name__ == "__main__":
    bundle(ROOT)
