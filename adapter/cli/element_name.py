"""The elements that maps make, by name: what a map holds, and the refusal of an element that no map can make."""

import re
from collections.abc import Iterator

from adapter.assembly import Runtime
from adapter.cli.known_name import unknown_name
from adapter.mapping.emit.compiled import CompiledMap
from adapter.mapping.emit.site import Site

_INDEX = re.compile(r"\[[^\]]*\]")


def sites_of(compiled: CompiledMap) -> Iterator[Site]:
    """The elements that a map can make."""
    return (site for group in compiled.make("lineage")[1] for site in group.sites)


def path_text(path: tuple[str | int | None, ...]) -> str:
    """`item[*].modifier`: the path of an element within its resource."""
    steps = ("[*]" if step is None else f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(steps).removeprefix(".")


def refuse_unknown_element(runtime: Runtime, element: str) -> None:
    """Raise NotFoundError, with the nearest name, for an element that no map makes, nor a part of; those of Bundles pass."""
    plain = _INDEX.sub("", element).strip()
    names = _element_names(runtime)
    leaves = (name for name, is_made in names.items() if is_made)
    if plain.partition(".")[0] == "Bundle" or plain in names or any(plain.startswith(f"{name}.") for name in leaves):
        return
    kind = plain.partition(".")[0]
    near = [name for name in names if name.startswith(f"{kind}.")] or [name for name in names if "." not in name]
    raise unknown_name(plain, near, text="no map makes or could make this element", rule="map/element")


def _element_names(runtime: Runtime) -> dict[str, bool]:
    """`Claim.item.modifier`: the elements of all maps without places in lists, and False for what they only stand in."""
    names: dict[str, bool] = {}
    for compiled in runtime.fhir_library.maps:
        for site in sites_of(compiled):
            steps = [compiled.source.target, *(step for step in site.path if isinstance(step, str))]
            for depth in range(1, len(steps)):
                names.setdefault(".".join(steps[:depth]), False)
            names[".".join(steps)] = True
    return names
