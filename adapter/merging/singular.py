"""Where documents and the Case count differently.

A document has one AI report (`ai`), the Case all of them (`analyses`). A document lists `coverages`, the primary one first, or
has a single `coverage`; the Case has the primary one as its `coverage`, with its `payer`, and the rest as `other_coverages`.
"""

from adapter.json_types import JsonObject, JsonValue
from adapter.path import Path


def with_analyses(tree: JsonObject) -> JsonObject:
    """A document's tree with its AI report as the first of a list."""
    if "ai" not in tree:
        return tree
    rest = {name: value for name, value in tree.items() if name != "ai"}
    more = rest.get("analyses", [])
    if isinstance(more, list) and tree["ai"] is not None:
        rest["analyses"] = [tree["ai"], *more]
    return rest


def analysis_in(tree: JsonObject, path: Path) -> Path:
    """A path into the analyses of a document, as the document has it."""
    if path[:1] != ("analyses",) or tree.get("ai") is None:
        return path
    place = path[1] if len(path) > 1 else 0
    return ("ai", *path[2:]) if place == 0 else ("analyses", int(place) - 1, *path[2:])


def with_primary(together: JsonObject) -> JsonObject:
    """What all documents say, with the first insurance as `coverage`, and its payer as that of the case."""
    if "coverages" not in together:
        return together
    tree = {name: value for name, value in together.items() if name != "coverages"}
    if together["coverages"] is None:
        return tree
    first, tree["other_coverages"] = _primary(together)
    if isinstance(first, dict) and _has(first, "payer") and tree.get("payer") in (None, first["payer"]):
        tree["payer"] = first["payer"]
        first = {name: value for name, value in first.items() if name != "payer"}
    tree["coverage"] = first
    return tree


def coverage_in(together: JsonObject, path: Path) -> Path:
    """A path into an insurance of the Case, as the documents have it."""
    listed = together.get("coverages")
    if path[:1] == ("other_coverages",) and not isinstance(listed, list):
        return ("coverages", *path[1:])
    if not isinstance(listed, list) or path[:1] not in (("coverage",), ("other_coverages",), ("payer",)):
        return path
    if path[0] == "payer" and _has(together, "payer"):
        return path
    others = _primary(together)[1]
    before = len(listed) - len(others)
    below = path if path[0] == "payer" else path[1:]
    if path[0] == "other_coverages":
        return ("coverages", *(int(step) + before for step in below[:1]), *below[1:])
    one = together.get("coverage")
    is_said_there = one is not None and (not before or not below or below[0] in one)
    return ("coverage", *below) if is_said_there else ("coverages", 0, *below)


def _primary(together: JsonObject) -> tuple[JsonValue, JsonValue]:
    """The primary insurance, and the others: `coverage` may stand at the head of the list as well."""
    one, listed = together.get("coverage"), together["coverages"]
    if not isinstance(listed, list) or not listed:
        return one, listed
    if one is None:
        return listed[0], listed[1:]
    return ({**listed[0], **one}, listed[1:]) if _is_one_card(one, listed[0]) else (one, listed)


def _is_one_card(one: JsonValue, other: JsonValue) -> bool:
    """Whether two insurances have one member number and contradict each other in nothing."""
    if not isinstance(one, dict) or not isinstance(other, dict) or not _has(one, "member_id"):
        return False
    return one["member_id"] == other.get("member_id") and all(other.get(name) in (None, value) for name, value in one.items())


def case_tree(document: JsonObject) -> JsonObject:
    """What one document says, in the form of the Case."""
    return with_primary(with_analyses(document))


def case_path(path: Path) -> Path:
    """A path as the Case has it, where an issue speaks of one AI report."""
    return ("analyses", 0, *path[1:]) if path[:1] == ("ai",) else path


def named(path: Path, tree: JsonObject) -> Path:
    """A path into the analyses of a case, as people know it: one AI report is `ai`."""
    analyses = tree.get("analyses")
    is_one = isinstance(analyses, list) and len(analyses) == 1
    return ("ai", *path[2:]) if is_one and path[:1] == ("analyses",) and path[1:2] in ((0,), ("*",)) else path


def _has(tree: JsonObject, name: str) -> bool:
    return tree.get(name) is not None
