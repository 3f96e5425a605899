"""Runs of AI software: which reports tell of one run, and by what name a feature knows the run that saw it."""

from collections.abc import Iterable, Sequence

from adapter.fhir.resource_id import stable_id
from adapter.json_types import JsonObject, JsonValue
from adapter.merging.singular import with_analyses
from adapter.path import Path

_Tool = tuple[str, str]
"""The vendor and the product."""

NUMBERED_BY: tuple[Path, ...] = (
    ("started_at",),
    ("finished_at",),
    ("tool", "app_version"),
    ("tool", "model_version"),
    ("tool", "gallery_version"),
    ("images",),
)
"""The fields of a run that tell it from others of its tool."""

_Telling = tuple[str, ...]
"""What a run says of these fields; `""` for what is unsaid."""


def with_runs(trees: Sequence[JsonObject]) -> list[JsonObject]:
    """The trees of the documents of a case, each with its AI reports as `analyses`.

    A run without `run_id` gets one made from what tells it apart from others of its tool; where nothing does, it has none. If
    several documents have AI reports, features of the AI name the run that saw them.
    """
    whole = [with_analyses(tree) for tree in trees]
    ids = _made_ids(run for tree in whole for run in runs_in(tree) if not _text(run, "run_id"))
    known = [_with_ids(tree, ids) for tree in whole] if ids else whole
    if sum(bool(runs_in(tree)) for tree in known) <= 1:
        return known
    shared = _shared_by_tools(known)
    return [_seen_in_run(tree, shared) if before.get("ai") else tree for before, tree in zip(trees, known, strict=True)]


def runs_in(tree: JsonObject) -> list[JsonObject]:
    """The AI reports among the `analyses` of a tree."""
    runs = tree.get("analyses")
    return [run for run in runs if isinstance(run, dict)] if isinstance(runs, list) else []


def _made_ids(runs: Iterable[JsonObject]) -> dict[tuple[_Tool, _Telling], str]:
    """An id for each run that something tells apart."""
    of_tools: dict[_Tool, set[_Telling]] = {}
    for run in runs:
        of_tools.setdefault(_tool(run), set()).add(_telling(run))
    return {
        (tool, telling): stable_id("run", *whole)
        for tool, tellings in of_tools.items()
        for telling, whole in _wholes(tellings).items()
        if any(whole)
    }


def _wholes(tellings: set[_Telling]) -> dict[_Telling, _Telling]:
    """For each telling the one that says all of that and more, if there is exactly one, else itself: it is a run of its own."""
    patterns = {tuple(map(bool, telling)) for telling in tellings}
    fuller: dict[_Telling, list[_Telling]] = {}
    for telling in tellings:
        for part in {_part_of(telling, pattern) for pattern in patterns} - {telling}:
            fuller.setdefault(part, []).append(telling)
    fullest = {telling: [whole for whole in fuller.get(telling, ()) if whole not in fuller] for telling in tellings}
    return {telling: wholes[0] if len(wholes) == 1 else telling for telling, wholes in fullest.items()}


def _part_of(telling: _Telling, pattern: tuple[bool, ...]) -> _Telling:
    return tuple(word if is_kept else "" for word, is_kept in zip(telling, pattern, strict=True))


def _tool(run: JsonObject) -> _Tool:
    tool = run.get("tool")
    return _text(tool, "vendor"), _text(tool, "product")


def _telling(run: JsonObject) -> _Telling:
    versions = (_text(run.get("tool"), name) for name in ("app_version", "model_version", "gallery_version"))
    images = run.get("images")
    photographs = sorted(_text(image, "id") for image in images) if isinstance(images, list) else []
    return _text(run, "started_at"), _text(run, "finished_at"), *versions, " ".join(photographs)


def _text(value: JsonValue, name: str) -> str:
    """The text under a name; `""` where there is none."""
    text = value.get(name) if isinstance(value, dict) else None
    return text if isinstance(text, str) else ""


def _with_ids(tree: JsonObject, ids: dict[tuple[_Tool, _Telling], str]) -> JsonObject:
    if not runs_in(tree):
        return tree
    return {**tree, "analyses": [_with_id(run, ids) for run in tree["analyses"]]}


def _with_id(run: JsonValue, ids: dict[tuple[_Tool, _Telling], str]) -> JsonValue:
    if not isinstance(run, dict) or run.get("run_id") is not None:
        return run
    run_id = ids.get((_tool(run), _telling(run)))
    return {**run, "run_id": run_id} if run_id else run


def _shared_by_tools(trees: Iterable[JsonObject]) -> set[str]:
    """The numbers that runs of several tools have."""
    tools: dict[str, set[_Tool]] = {}
    for tree in trees:
        for run in runs_in(tree):
            tools.setdefault(_text(run, "run_id"), set()).add(_tool(run))
    return {number for number, known in tools.items() if len(known) > 1}


def _seen_in_run(tree: JsonObject, shared: set[str]) -> JsonObject:
    """An AI report whose features, those of the AI, name the run that saw them: by its number, and the tool if it needs that."""
    features, runs = tree.get("phenotypes"), runs_in(tree)
    number = _text(runs[0], "run_id") if runs else ""
    if not number or not isinstance(features, list):
        return tree
    name = "|".join(part for part in (*_tool(runs[0]), number) if part) if number in shared else number
    return {**tree, "phenotypes": [{"run": name, **feature} if _is_of_ai(feature) else feature for feature in features]}


def _is_of_ai(feature: JsonValue) -> bool:
    return _text(feature, "source") == "ai"
