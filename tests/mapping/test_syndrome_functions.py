"""The functions that read what AI tools say of syndromes."""

from decimal import Decimal

import pytest

from adapter.code_tables import mondo as mondo_table
from adapter.issues import Severity
from adapter.mapping import functions
from adapter.mapping.function import NotConvertible


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ((194050,), ["194050"]),
        (("",), []),
        ((None, "PS135900"), ["PS135900"]),
        (("OMIMPS:135900",), ["PS135900"]),
        (("omim:PS135900",), ["PS135900"]),
        (("MIM:194050", 194050), ["194050"]),
        (("600123, PS123456",), ["600123", "PS123456"]),
        (([154700, "609192"],), ["154700", "609192"]),
        (("194050.0",), ["194050"]),
        (("MONDO:0008678", "Orphanet:904", "ORPHA_199"), ["MONDO:0008678", "ORPHA:904", "ORPHA:199"]),
    ],
)
def test_codes_are_read_however_they_are_spelled(values: tuple[object, ...], codes: list[str]) -> None:
    assert functions.syndrome_codes(*values) == codes


def test_what_is_not_a_code_is_reported_and_the_rest_is_kept() -> None:
    with pytest.raises(NotConvertible) as refusal:
        functions.syndrome_codes("194050, DDX23")

    assert refusal.value.value == ["194050"]


@pytest.mark.parametrize(
    ("code", "system", "written", "term", "disorder"),
    [
        ("194050", "omim", "194050", "MONDO:0008678", "904"),
        ("PS122470", "omimps", "PS122470", "MONDO:0016033", "199"),
        ("122470", "omim", "122470", "MONDO:0007387", None),
        ("309900", "omim", "309900", "MONDO:0010674", None),
        ("MONDO:0008678", "mondo", "MONDO:0008678", None, None),
        ("ORPHA:904", "orpha", "904", None, None),
    ],
)
def test_a_code_has_a_system_and_what_is_exactly_the_same(
    code: str, system: str, written: str, term: str | None, disorder: str | None
) -> None:
    assert (functions.syndrome_system(code), functions.code_in_system(code)) == (system, written)
    assert (functions.mondo(code), functions.orphanet(code)) == (term, disorder)


@pytest.mark.parametrize(
    ("system", "code", "written"),
    [
        ("mondo", "MONDO_0007387", "MONDO:0007387"),
        ("orpha", "ORPHA:199", "199"),
        ("hgnc", "28862", "HGNC:28862"),
        ("omim", "?", "?"),
    ],
)
def test_a_code_is_carried_as_its_system_writes_it_or_as_it_was_sent(system: str, code: str, written: str) -> None:
    assert functions.as_written(system, code) == written


def test_a_number_that_mondo_does_not_know_is_reported() -> None:
    with pytest.raises(NotConvertible, match=mondo_table.release()):
        functions.mondo("999999")

    assert functions.orphanet("999999") is None


def test_a_gestalt_score_that_fits_no_model_ends_the_conversion() -> None:
    with pytest.raises(NotConvertible) as refusal:
        functions.gestalt_direction(Decimal("0.5"), Decimal("0.1"), "v1.1.5")

    assert refusal.value.severity is Severity.FATAL


@pytest.mark.parametrize(("version", "direction"), [("v1.1.0", "lower"), ("1.1.2", "higher"), ("v1.1.5-beta", "higher")])
def test_the_model_decides_where_the_numbers_do_not(version: str, direction: str) -> None:
    assert functions.gestalt_direction(Decimal("0.65"), Decimal("0.65"), version) == direction
    assert functions.gestalt_direction(Decimal("0.65"), None, version) == direction


@pytest.mark.parametrize(("value", "term"), [("HP:0000316", "HP:0000316"), (" hp_0000316 ", "HP:0000316")])
def test_a_term_of_hpo_is_written_as_hpo_does(value: str, term: str) -> None:
    assert functions.hpo_term(value) == term


@pytest.mark.parametrize(("value", "answer"), [(1, True), ("True", True), (False, False), ("no", False)])
def test_yes_and_no_are_understood_in_the_ways_of_tools(value: object, answer: bool) -> None:  # noqa: FBT001 - what is compared
    assert functions.yes_no(value) is answer


def test_words_stand_between_commas_semicolons_and_bars() -> None:
    assert functions.words(" ELN, LIMK1;GTF2I|| ") == ["ELN", "LIMK1", "GTF2I"]
    assert functions.words(None) == []


@pytest.mark.parametrize(
    ("value", "zone", "expected"),
    [
        ("2024-05-02", None, "2024-05-02"),
        ("2024-05-02T10:00:00Z", None, "2024-05-02T10:00:00+00:00"),
        ("2024-05-02 10:00:00", "+02:00", "2024-05-02T10:00:00+02:00"),
    ],
)
def test_a_moment_is_a_day_or_a_time(value: str, zone: str | None, expected: str) -> None:
    assert functions.moment(value, zone) == expected


@pytest.mark.parametrize("value", ["2 May", "2024-13-01"])
def test_what_is_no_moment_is_reported(value: str) -> None:
    with pytest.raises(NotConvertible):
        functions.moment(value, None)


def test_what_is_neither_a_term_nor_yes_or_no_is_reported() -> None:
    with pytest.raises(NotConvertible, match="not a term of HPO"):
        functions.hpo_term("NCIT:C1")
    with pytest.raises(NotConvertible, match="neither yes nor no"):
        functions.yes_no("perhaps")


def test_the_numbers_decide_where_they_can() -> None:
    assert functions.gestalt_direction(Decimal("0.44"), Decimal("0.44"), None) == "lower"
    assert functions.gestalt_direction(Decimal("0.86"), Decimal("0.44"), None) == "higher"


@pytest.mark.parametrize(("values", "said"), [([], None), (["Finder"], "Finder"), (["Finder", "Finder"], "Finder")])
def test_what_all_rows_say_is_said_once(values: list[str], said: str | None) -> None:
    assert functions.the_same("tool", values) == said


def test_rows_that_differ_are_no_single_run() -> None:
    with pytest.raises(NotConvertible, match="column `tool`") as refusal:
        functions.the_same("tool", ["Finder", "Other"])

    assert refusal.value.severity is Severity.FATAL
