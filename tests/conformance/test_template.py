from decimal import Decimal

import pytest

from adapter.conformance.template import fill, fits, misfits


def test_gaps_are_filled() -> None:
    names = {"run": "r1", "mark": {"tag": []}}

    filled = fill({"id": "${run}-x", "meta": "${mark}", "list": ["${run}"], "value": "${decimal 1.50}", "count": 2}, names)

    assert filled == {"id": "r1-x", "meta": {"tag": []}, "list": ["r1"], "value": Decimal("1.50"), "count": 2}
    assert str(filled["value"]) == "1.50"


@pytest.mark.parametrize(
    ("placeholder", "value", "is_fit"),
    [
        ("$uuid$", "urn:uuid:0f8fad5b-d9cb-469f-a165-70867728950e", True),
        ("$uuid$", "0f8fad5b", False),
        ("$instant$", "2026-11-28T12:00:00.250Z", True),
        ("$instant$", "2026-11-28", False),
        ("$date$", "2026-11", True),
        ("$string$", "  ", False),
        ("$string$", 1, False),
        ("$any$", None, False),
        ("$any$", False, True),
        ("$id$", "a-1.b", True),
        (True, "true", False),
        (1, True, False),
    ],
)
def test_a_placeholder_fits_its_kind(placeholder: object, value: object, *, is_fit: bool) -> None:
    assert fits(placeholder, value) == is_fit


def test_an_answer_may_have_more_than_a_template_and_nothing_less() -> None:
    template = {"meta": {"versionId": "$string$"}, "name": [{"family": "A"}], "gender": "female"}

    assert (
        list(misfits(template, {"id": "1", "meta": {"versionId": "2"}, "name": [{"family": "A"}], "gender": "female"}, "it"))
        == []
    )
    assert list(misfits(template, {"name": [], "gender": "male"}, "it")) == [
        "it.meta.versionId is missing instead of `$string$`",
        "it.name has 0 items instead of 1",
        "it.gender is `male` instead of `female`",
    ]
