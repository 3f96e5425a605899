"""The HTTP door: parse, call, answer."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from adapter.assembly import Runtime


def create_app(runtime: "Runtime | None" = None, *, workbench: bool = False, saves_maps: bool = False) -> "Flask":
    """The Flask application for a runtime (that of the environment if none is given), with the workbench if that is wanted.

    `saves_maps` lets the workbench write into the user's folder of mappings.
    """
    from adapter.web.app import make_app  # noqa: PLC0415 - whoever only looks at the package needs no Flask

    return make_app(runtime, workbench=workbench, saves_maps=saves_maps)
