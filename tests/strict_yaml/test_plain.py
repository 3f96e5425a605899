"""Plain data in YAML: what it says, and what is wrong with it at which place."""

import pytest

from adapter.issues import SetupError
from adapter.strict_yaml.nodes import DEEPEST
from adapter.strict_yaml.plain import read_plain_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("012", "012"),
        ("1.10", "1.10"),
        ("2026-11-28", "2026-11-28"),
        ("2026-13-45", "2026-13-45"),
        ("9" * 5_000, "9" * 5_000),
        ("12:30:45", "12:30:45"),
        ('"12"', "12"),
        ("'true'", "true"),
        ("|-\n  12", "12"),
        ("0", 0),
        ("-7", -7),
        ("9531", 9531),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
    ],
)
def test_a_value_is_what_stands_there(text: str, value: object) -> None:
    read = read_plain_yaml(f"a: {text}\nb: [{{c: x}}]\n", "mine.yaml")

    assert read == {"a": value, "b": [{"c": "x"}]}
    assert isinstance(read, dict)
    assert type(read["a"]) is type(value)


def test_an_empty_file_says_nothing() -> None:
    assert read_plain_yaml("# only a remark\n", "mine.yaml") is None


@pytest.mark.parametrize(
    ("text", "place", "rule"),
    [
        ("a: [1}", "mine.yaml:1:6", "file/yaml"),
        ("a: b: c", "mine.yaml:1:5", "file/yaml"),
        ("\t- x", "mine.yaml:1:1", "file/yaml"),
        ("a: 1\nb: 2\na: 3", "mine.yaml:3:1", "file/duplicate-key"),
        ("a: &x 1\nb: 2", "mine.yaml:1:4", "file/yaml-anchor"),
        ("a: !!python/name:os.system x", "mine.yaml:1:4", "file/yaml-tag"),
        ("[a, b]: 1", "mine.yaml:1:1", "file/yaml-key"),
        ("a: \x01", "mine.yaml:1:1", "file/yaml"),
        ("a: \ud800", "mine.yaml:1:1", "file/yaml"),
        ("[" * 100_000 + "]" * 100_000, f"mine.yaml:1:{DEEPEST + 1}", "file/yaml-nesting"),
        ("{a: " * 100_000 + "}" * 100_000, f"mine.yaml:1:{4 * DEEPEST + 1}", "file/yaml-nesting"),
        ("- " * 5_000 + "x", f"mine.yaml:1:{2 * DEEPEST + 1}", "file/yaml-nesting"),
        ("\n".join(" " * depth + "a:" for depth in range(900)), f"mine.yaml:{DEEPEST + 1}:{DEEPEST + 1}", "file/yaml-nesting"),
    ],
    ids=str.split("flow colon tab twice anchor tag key control surrogate lists mappings dashes blocks"),
)
def test_a_mistake_is_named_with_its_place(text: str, place: str, rule: str) -> None:
    with pytest.raises(SetupError) as caught:
        read_plain_yaml(text, "mine.yaml")

    issue = caught.value.issues[0]
    assert (issue.location, issue.rule) == ((place,), rule)


def test_what_is_nested_as_deeply_as_may_be_is_read() -> None:
    read: object = read_plain_yaml("[" * DEEPEST + "]" * DEEPEST, "mine.yaml")
    depth = 0
    while isinstance(read, list):
        read, depth = (read[0] if read else None), depth + 1

    assert depth == DEEPEST
