"""What a map looked at in a document is noted, and the first of equal values is the one that is named."""

from adapter.json_types import JsonValue
from adapter.mapping.run.watch import looked_at, pinned, watched
from adapter.path import Path
from adapter.readers.document import ABSENT


def test_what_is_asked_for_is_noted_and_so_is_what_is_not_there() -> None:
    seen: dict[Path, JsonValue] = {}
    tree = watched({"rows": [{"a": 1, "b": 2}], "c": 3}, seen)

    assert [row.get("a") for row in tree.get("rows")] == [1]
    assert tree.get("rows")[0].get("x", "nothing") == "nothing"
    assert seen == {("rows",): [{"a": 1, "b": 2}], ("rows", 0, "a"): 1, ("rows", 0, "x"): ABSENT}


def test_of_equal_values_the_first_in_the_document_is_named_however_a_map_goes_through_them() -> None:
    looked = looked_at({("rows", 1, "a"): 1, ("rows", 0, "a"): 1, ("rows", 2, "a"): 2, ("names",): ["x", "y"]})

    assert pinned(("rows", "*", "a"), 1, looked) == ("rows", 0, "a")
    assert pinned(("rows", "*", "a"), 2, looked) == ("rows", 2, "a")
    assert pinned(("names", "*"), "y", looked) == ("names", 1)
