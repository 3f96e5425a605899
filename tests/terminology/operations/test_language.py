"""Languages that a caller wants."""

import pytest

from adapter.terminology.language import Depth, LanguageError, Range, read_languages


def test_languages_are_ordered_by_quality() -> None:
    languages = read_languages("en;q=0.4, de-CH, *;q=0.1", is_open=False)

    assert [preference.tag for preference in languages.preferences] == ["de-CH", "en", "*"]
    assert languages.names == "de-CH, en, *"
    assert str(languages) == "de-CH, en; q=0.4, *; q=0.1"


def test_an_open_list_prefers_any_language_to_none() -> None:
    assert read_languages("de", is_open=True).has("zh")
    assert not read_languages("de", is_open=False).has("zh")


def test_a_language_of_quality_zero_is_not_welcome() -> None:
    languages = read_languages("de, *;q=0", is_open=True)

    assert not languages.has("zh")
    assert languages.has("de-AT")
    assert languages.has(None)


@pytest.mark.parametrize(
    ("depth", "matches"),
    [(Depth.FULL, ["de-CH"]), (Depth.REGION, ["de-CH", "de-Latn-CH"]), (Depth.LANGUAGE, ["de", "de-CH", "de-Latn-CH"])],
)
def test_a_tag_matches_to_a_depth(depth: Depth, matches: list[str]) -> None:
    tags = ["de", "de-CH", "de-Latn-CH", "en-CH", None]

    assert [tag for tag in tags if Range(tag="de-CH").is_match(tag, depth)] == matches


@pytest.mark.parametrize("text", ["", " , ", "deutsch!", "de;q=2", "de;q=1;r=2", "de" * 400])
def test_what_is_no_list_of_languages_is_refused(text: str) -> None:
    with pytest.raises(LanguageError):
        read_languages(text, is_open=False)
