"""Codes of open lists are looked up by rule, and codes of others are held to their shapes."""

import pytest

from adapter.code_tables import hpo, icd10cm, spelling


@pytest.mark.parametrize(
    ("text", "code", "standing"),
    [
        ("R62.51", "R62.51", "billable"),
        ("r6251", "R62.51", "billable"),
        ("R62.5", "R62.5", "header"),
        ("R62", "R62", "header"),
        ("Q87.1", "Q87.1", "header"),
        ("F88", "F88", "billable"),
        ("Q99.99", "Q99.99", "unknown"),
        ("Z99.99", "Z99.99", "unknown"),
        ("ZZ9", "ZZ9", "malformed"),
        ("783.41", "783.41", "malformed"),
        ("R62.", "R62.", "malformed"),
        ("", "", "malformed"),
    ],
)
def test_a_diagnosis_code_can_be_billed_or_not(text: str, code: str, standing: str) -> None:
    found = icd10cm.diagnosis_code(text)

    assert (found.code, found.standing) == (code, standing)


def test_the_last_code_of_the_list_is_looked_up_as_any_other() -> None:
    assert icd10cm.diagnosis_code("Z99.89").standing == "billable"
    assert icd10cm.diagnosis_code("A00.0").standing == "billable"


def test_it_is_said_what_does_not_stand_first() -> None:
    manifestation, cause, factor = (icd10cm.diagnosis_code(text) for text in ("F02.80", "W19.XXXA", "Z82.79"))

    assert manifestation.is_manifestation
    assert not cause.is_manifestation
    assert (cause.is_external_cause, factor.is_external_cause) == (True, False)
    assert (cause.is_factor, factor.is_factor) == (False, True)
    assert not icd10cm.diagnosis_code("Zebra").is_factor


@pytest.mark.parametrize(
    ("text", "day", "standing", "is_certain"),
    [
        ("Q99.8", "2025-09-30", "billable", True),
        ("Q99.8", "2025-10-01", "header", True),
        ("Q99.81", "2025-09-30", "unknown", True),
        ("Q87.87", "2026-09-30", "billable", True),
        ("Q87.87", "2026-10-01", "billable", True),
        ("Q87.87", None, "billable", True),
        ("Q93.52", "2023-05-12", "billable", False),
        ("Q93.52", "2024-10-01", "billable", True),
        ("Q93.52", "2021-09-30", "unknown", True),
        ("R62.51", "2023-05-12", "billable", True),
        ("R62.5", "2023-05-12", "header", True),
        ("R62.99", "2023-05-12", "unknown", True),
        ("R62.99", "2026-10-01", "unknown", False),
        ("R62.99", None, "unknown", False),
        ("O35.0XX0", "2023-05-12", "unknown", False),
        ("R62.5", "2026-10-01", "header", True),
        ("R62.51", "2019-12-31", "billable", True),
        ("Q93.52", "2019-12-31", "unknown", False),
    ],
)
def test_a_code_stands_as_in_the_release_of_its_day(text: str, day: str | None, standing: str, *, is_certain: bool) -> None:
    found = icd10cm.diagnosis_code(text, day)

    assert (found.standing, found.is_certain) == (standing, is_certain)


@pytest.mark.parametrize(
    ("text", "code", "standing", "replaced_by"),
    [
        ("HP:0000316", "HP:0000316", "known", None),
        ("hp_0000316", "HP:0000316", "known", None),
        ("0000316", "HP:0000316", "known", None),
        ("HP:0000057", "HP:0000057", "obsolete", "HP:0008665"),
        ("HP:9999999", "HP:9999999", "unknown", None),
        ("HP:316", "HP:316", "malformed", None),
    ],
)
def test_a_term_is_known_or_has_been_replaced(text: str, code: str, standing: str, replaced_by: str | None) -> None:
    found = hpo.term(text)

    assert (found.code, found.standing, found.replaced_by) == (code, standing, replaced_by)


def test_a_term_can_be_gone_without_another_in_its_place() -> None:
    gone = [hpo.term(f"HP:{number:07d}") for number in range(1, 20_000)]

    assert any(term.standing == "obsolete" and term.replaced_by is None for term in gone)
    assert hpo.release() == "2025-01-16"


@pytest.mark.parametrize(
    ("system", "text", "expected"),
    [
        ("mondo", "MONDO:0007387", "MONDO:0007387"),
        ("mondo", "MONDO_0007387", "MONDO:0007387"),
        ("mondo", "http://purl.obolibrary.org/obo/MONDO_0007387", "MONDO:0007387"),
        ("mondo", "7387", None),
        ("orpha", "ORPHA:199", "199"),
        ("orpha", "199", "199"),
        ("orpha", "Orphanet_199", "199"),
        ("orpha", "0", None),
        ("omim", "122470", "122470"),
        ("omim", "OMIM:122470", "122470"),
        ("omim", "#122470", "122470"),
        ("omim", "PS122470", None),
        ("omimps", "PS122470", "PS122470"),
        ("omimps", "OMIM:PS122470", "PS122470"),
        ("hgnc", "14234", "HGNC:14234"),
        ("hgnc", "HGNC:14234", "HGNC:14234"),
        ("loinc", "8287-5", "8287-5"),
        ("loinc", "8287-6", None),
        ("loinc", "LOINC:68652-7", "68652-7"),
        ("nucc", "207sg0201x", "207SG0201X"),
        ("nucc", "207SG0201", None),
    ],
)
def test_a_code_is_written_as_its_system_writes_it(system: str, text: str, expected: str | None) -> None:
    assert spelling.written_right(system, text) == expected


def test_every_system_has_a_shape() -> None:
    assert {"omim", "omimps", "orpha", "mondo"} <= set(spelling.SYSTEMS)
