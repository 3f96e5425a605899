"""The functions that mapping files call."""

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator

from adapter.checks.narrative import PARAGRAPHS
from adapter.code_tables.service_code import CPT_URLS, HCPCS_URLS, LOINC_URLS, named_system
from adapter.definitions.load_terminology import load_terminology
from adapter.mapping import functions
from adapter.mapping.check.value import NO_CONSTANT
from adapter.mapping.function import NotConvertible, functions_of
from adapter.terminology import Terminology

FOLDER = Path(__file__).parents[2] / "mappings" / "terminology"
CPT = "http://www.ama-assn.org/go/cpt"
HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
EASTERN = "America/New_York"


@pytest.fixture(scope="module")
def terminology() -> Terminology:
    files = {path.name: yaml.safe_load(path.read_text()) for path in FOLDER.glob("*.yaml")}
    return load_terminology(files, base="https://adapter.invalid/fhir")


def refusal_of(call: Callable[..., Any], *arguments: object) -> NotConvertible:
    with pytest.raises(NotConvertible) as refusal:
        call(*arguments)
    return refusal.value


def test_every_function_shows_how_it_is_called() -> None:
    undocumented = [name for name, each in functions_of(functions).items() if f"{name}(" not in (each.call.__doc__ or "")]

    assert undocumented == []


def test_no_function_says_the_value_that_it_refuses() -> None:
    said = [
        refusal_of(functions.instant, "1987-06-05").message,
        refusal_of(functions.local_time, "5 June 1987", None).message,
        refusal_of(functions.number, "seven").message,
        refusal_of(functions.integer, "1.5").message,
        refusal_of(functions.base64_of_hex, "xyz").message,
        refusal_of(functions.token, "a  b").message,
        refusal_of(functions.flag, "perhaps", "1", "0").message,
        refusal_of(functions.day_of_dtm, "1987-06-05").message,
    ]

    assert not any(re.search("1987|seven|1\\.5|xyz|a  b|perhaps", text) for text in said)


# ------------------------------------------------------------------------------------------------- identity and codes


def test_an_id_depends_on_every_key() -> None:
    assert functions.stable_id("Claim", "a", "b") == functions.stable_id("Claim", "a", "b")
    assert functions.stable_id("Claim", "a", "b") != functions.stable_id("Claim", "ab")


def test_codes_and_urls_come_from_the_terminology(terminology: Terminology) -> None:
    assert functions.system(terminology, "npi") == "http://hl7.org/fhir/sid/us-npi"
    assert functions.canonical(terminology, "sid/claim") == "https://adapter.invalid/fhir/sid/claim"
    assert functions.coding(terminology, "claim-type", "professional")["code"] == "professional"
    assert functions.translate(terminology, "encounter-class", "video") == "VR"


def test_a_word_that_no_concept_map_knows_is_reported(terminology: Terminology) -> None:
    assert functions.recode(terminology, "encounter-class", "video") == "VR"
    refusal = refusal_of(functions.recode, terminology, "encounter-class", "pigeon")

    assert "The ConceptMap encounter-class does not know this word" in str(refusal)


def test_a_sender_s_name_of_a_code_system_becomes_its_url_or_one_of_ours(terminology: Terminology) -> None:
    assert functions.code_system(terminology, "C4") == CPT
    refusal = refusal_of(functions.code_system, terminology, "A&B c")

    assert refusal.value == "https://adapter.invalid/fhir/sid/code-system/A%26B%20c"


@pytest.mark.parametrize(("alias", "urls"), [("cpt", CPT_URLS), ("hcpcs", HCPCS_URLS), ("loinc", LOINC_URLS)])
def test_a_system_has_the_same_urls_everywhere(alias: str, urls: tuple[str, ...], terminology: Terminology) -> None:
    others = {url for url, preferred in terminology.spellings.items() if preferred == urls[0]}

    assert terminology.system(alias) == urls[0]
    assert others | {urls[0]} == set(urls)
    assert {named_system(name) for name in (alias, *urls)} == {alias}


def test_cpt_never_has_a_display(terminology: Terminology) -> None:
    assert functions.cpt(terminology, "0731T") == {"system": CPT, "code": "0731T"}


@pytest.mark.parametrize(
    ("code", "alias", "system"),
    [
        ("0731T", None, CPT),
        ("99213", None, CPT),
        ("0001U", None, CPT),
        ("G0452", None, HCPCS),
        ("51969-4", None, "http://loinc.org"),
        ("G0452", "cpt", HCPCS),
        ("odd", "cpt", CPT),
        ("99213", "urn:oid:2.16.840.1.113883.6.12", CPT),
        ("99213", "urn:oid:2.16.840.1.113883.6.285", CPT),
        ("odd", "urn:oid:2.16.840.1.113883.6.12", CPT),
        ("99213", "urn:clinic", "urn:clinic"),
        ("G0452", "urn:clinic", "urn:clinic"),
        ("51969-4", "urn:clinic", "urn:clinic"),
        ("odd", "urn:clinic", "urn:clinic"),
        ("0731T", "urn:clinic", CPT),
    ],
)
def test_a_service_is_in_the_system_it_looks_like_unless_its_sender_says_another(
    code: str, alias: str | None, system: str, terminology: Terminology
) -> None:
    assert functions.service(terminology, code, alias) == {"system": system, "code": code}


def test_a_service_that_looks_like_nothing_has_no_system(terminology: Terminology) -> None:
    assert functions.service(terminology, "VISIT", None) == {"code": "VISIT"}


def test_a_phenotypic_series_is_an_entry_of_omim(terminology: Terminology) -> None:
    assert functions.syndrome(terminology, "omimps", "PS163950") == {"system": "http://www.omim.org", "code": "PS163950"}
    assert functions.syndrome(terminology, "orpha", "648") == {"system": "https://www.orpha.net", "code": "648"}


@pytest.mark.parametrize("code", ["22", "26", "52", "53", "80", "82", "93", "95", "P1", "1P"])
def test_these_modifiers_are_cpt(code: str, terminology: Terminology) -> None:
    assert functions.modifier(terminology, code, None) == {"system": CPT, "code": code}


@pytest.mark.parametrize("code", ["AS", "TC", "TG", "GT", "GQ", "G0", "FQ", "E1"])
def test_these_modifiers_are_hcpcs(code: str, terminology: Terminology) -> None:
    assert functions.modifier(terminology, code, None) == {"system": HCPCS, "code": code}


def test_a_modifier_in_the_wrong_system_gets_the_right_one(terminology: Terminology) -> None:
    assert functions.modifier(terminology, "AS", CPT) == {"system": HCPCS, "code": "AS"}
    assert functions.modifier(terminology, "52", HCPCS) == {"system": CPT, "code": "52"}


@pytest.mark.parametrize(
    ("code", "url", "expected"),
    [
        ("095", None, {"code": "095"}),
        ("tg", None, {"system": HCPCS, "code": "tg"}),
        ("095", HCPCS.replace("http:", "https:"), {"system": HCPCS, "code": "095"}),
        ("telehealth", "urn:clinic", {"system": "urn:clinic", "code": "telehealth"}),
        ("ZZ", "urn:clinic", {"system": "urn:clinic", "code": "ZZ"}),
        ("ZZ", None, {"system": HCPCS, "code": "ZZ"}),
        ("ZZ", CPT, {"system": HCPCS, "code": "ZZ"}),
        ("52", "urn:clinic", {"system": CPT, "code": "52"}),
        ("52", "urn:oid:2.16.840.1.113883.6.12", {"system": CPT, "code": "52"}),
    ],
)
def test_what_is_no_modifier_or_of_the_sender_is_carried_as_sent(
    code: str, url: str | None, expected: dict[str, str], terminology: Terminology
) -> None:
    assert functions.modifier(terminology, code, url) == expected


def test_what_is_unknown_has_a_reason_and_no_code() -> None:
    url = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"

    assert functions.unknown_coding() == {"extension": [{"url": url, "valueCode": "unknown"}]}


# ----------------------------------------------------------------------------------------------------- dates and times


@pytest.mark.parametrize(
    ("value", "expected"),
    [("2026-03-12T23:30:00-05:00", "2026-03-12"), ("2026-03-12", "2026-03-12"), ("2026-03", "2026-03"), ("2026", "2026")],
)
def test_the_day_is_the_day_where_it_was_written(value: str, expected: str) -> None:
    assert functions.date_of(value) == expected


def test_an_instant_needs_a_time_of_day() -> None:
    assert functions.instant("2026-03-12T23:30:00Z") == "2026-03-12T23:30:00Z"
    assert refusal_of(functions.instant, "2026-03-12").value is None


def test_the_first_and_the_last_of_some_days() -> None:
    days = ["2026-03-12", "2025-12-31", "2026-01-01"]

    assert functions.earliest(days) == "2025-12-31"
    assert functions.latest(days) == "2026-03-12"
    assert functions.earliest([]) is None
    assert functions.latest([]) is None


def test_the_last_time_is_the_latest_moment_whatever_its_offset() -> None:
    assert functions.last_time(["2026-03-12T09:30:00-04:00", "2026-03-12T13:20:00Z"]) == "2026-03-12T09:30:00-04:00"
    assert functions.last_time(["2026", "2026-02", "2026-01-31"]) == "2026-02"
    assert functions.last_time(["2026", "2026-01-01"]) == "2026-01-01"
    assert functions.last_time([]) is None


def test_whole_numbers_add_up_and_texts_are_told_apart() -> None:
    assert functions.plus(1, 1) == 2
    assert functions.distinct(["b", "a", "b"]) == ["b", "a"]


@pytest.mark.parametrize("value", ["2021-02-03", "2021-02-03T00:00:00Z", "2021-02-03T00:00:00.000Z", "2021-02-03T00:00:00+00:00"])
def test_midnight_in_utc_stands_for_its_day(value: str) -> None:
    assert functions.day_of_timestamp(value) == "2021-02-03"


@pytest.mark.parametrize("value", ["2021-02-02T23:00:00Z", "2021-02-03T00:00:00+01:00", "2021-02-03T00:00:00", "2021-02", ""])
def test_another_moment_has_no_day_of_its_own(value: str) -> None:
    assert "depends on where that was" in refusal_of(functions.day_of_timestamp, value).message


@pytest.mark.parametrize(
    ("value", "zone", "expected"),
    [
        ("2018-07-01 09:30:00", EASTERN, "2018-07-01T09:30:00-04:00"),
        ("2018-12-01 09:30:00", EASTERN, "2018-12-01T09:30:00-05:00"),
        ("2018-12-01T09:30:00.25", "Asia/Kolkata", "2018-12-01T09:30:00.25+05:30"),
        ("2018-12-01 09:30:00", "+0100", "2018-12-01T09:30:00+01:00"),
        ("2018-12-01 09:30:00", "-05:30", "2018-12-01T09:30:00-05:30"),
        ("2018-12-01 09:30:00", "Z", "2018-12-01T09:30:00+00:00"),
        ("0001-01-01 00:00:00", "+01:00", "0001-01-01T00:00:00+01:00"),
        ("9999-12-31 23:59:59", "Pacific/Auckland", "9999-12-31T23:59:59+13:00"),
    ],
)
def test_a_time_on_the_wall_gets_the_offset_of_its_zone(value: str, zone: str, expected: str) -> None:
    assert functions.local_time(value, zone) == expected


@pytest.mark.parametrize(
    ("value", "zone", "left"),
    [
        ("2018-12-01 09:30:00", None, "2018-12-01"),
        ("2018-12-01 09:30:00", "Atlantis/Capital", "2018-12-01"),
        ("2018-12-01 09:30:00", "../etc", "2018-12-01"),
        ("2018-12-01 09:30:00", "+99:00", "2018-12-01"),
        ("2018-11-04 01:30:00", EASTERN, "2018-11-04"),
        ("2018-03-11 02:30:00", EASTERN, "2018-03-11"),
        ("1880-03-11 02:30:00", EASTERN, "1880-03-11"),
        ("2018-02-30 09:30:00", EASTERN, None),
        ("2018-02-30 09:30:00", None, None),
        ("2018-12-01 25:30:00", EASTERN, None),
        ("1 December 2018", EASTERN, None),
    ],
)
def test_a_time_that_is_not_certain_is_reported_and_only_its_day_is_left(value: str, zone: str | None, left: str | None) -> None:
    assert refusal_of(functions.local_time, value, zone).value == left


# ---------------------------------------------------------------------------------------------------- numbers and text


def test_a_sum_keeps_the_digits() -> None:
    assert str(functions.total([Decimal("145.00"), Decimal("150.50"), 5])) == "300.50"
    assert functions.total([]) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, "3"),
        (Decimal("12.50"), "12.50"),
        (Decimal("1E+2"), "100"),
        (True, "true"),
        (False, "false"),
        ("as it is", "as it is"),
        ([1, {"a": Decimal("1.50")}], '[1,{"a":1.50}]'),
    ],
)
def test_what_is_no_text_becomes_text_with_its_digits(value: object, expected: str) -> None:
    assert functions.text(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [("0.62169", "0.62169"), (" -1.50 ", "-1.50"), (".5", "0.5"), ("1.", "1"), ("4.2e-05", "0.000042")]
)
def test_a_text_becomes_a_number_with_its_digits(value: str, expected: str) -> None:
    assert str(functions.number(value)) == expected


@pytest.mark.parametrize("value", ["", "1,5", "1e5", "1e-100", "NaN", "Infinity", "٣", "1_000", "--1"])
def test_what_is_no_number_is_refused(value: str) -> None:
    refusal_of(functions.number, value)


@given(st.integers(min_value=-(10**18) + 1, max_value=10**18 - 1))
def test_whole_numbers_survive(value: int) -> None:
    assert functions.integer(str(value)) == value


@pytest.mark.parametrize("value", ["", "1.0", "1_000", "٣", "one", "1" * 19, "1" * 5000])
def test_what_is_no_whole_number_is_refused(value: str) -> None:
    refusal_of(functions.integer, value)


def test_yes_and_no_in_the_senders_words() -> None:
    assert functions.flag("1", "1", "0") is True
    assert functions.flag("0", "1", "0") is False
    refusal_of(functions.flag, "", "1", "0")


def test_what_is_there_is_joined() -> None:
    assert functions.join(" ", "Alma", None, "Petersen") == "Alma Petersen"
    assert functions.join(" ", None, None) is None


def test_parts_of_texts() -> None:
    assert functions.contains("full_gestalt", "gestalt")
    assert not functions.contains("feature", "gestalt")
    assert functions.agree("a", "a")
    assert functions.agree("a", None)
    assert functions.agree(None, "a")
    assert not functions.agree("a", "b")
    assert functions.starts_with("PS135900", "PS")
    assert not functions.starts_with("135900", "PS")


def test_a_code_has_no_white_space_around_it() -> None:
    assert functions.token(" NM_003482.4:c.4168C>T ") == "NM_003482.4:c.4168C>T"
    refusal_of(functions.token, "c.1A>G\n c.2A>G")
    refusal_of(functions.token, " ")


def test_hexadecimal_digits_become_base64() -> None:
    assert functions.base64_of_hex("a9993e364706816aba3e25717850c26c9cd0d89d") == "qZk+NkcGgWq6PiVxeFDCbJzQ2J0="
    refusal_of(functions.base64_of_hex, "a99")


# --------------------------------------------------------------------------------------------------- FHIR structures


def test_a_narrative_says_what_is_there() -> None:
    made = functions.narrative("Photograph", "frontal", None, "2026-03-12")

    expected = '<div xmlns="http://www.w3.org/1999/xhtml"><p><b>Photograph</b>: frontal; 2026-03-12</p></div>'
    assert made == {"status": "generated", "div": expected}


def test_a_narrative_of_nothing_is_its_title() -> None:
    assert functions.narrative("Consent", None)["div"].endswith("<p><b>Consent</b></p></div>")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), min_size=1))
def test_a_narrative_is_always_xhtml_and_never_more_than_text(said: str) -> None:
    div = ET.fromstring(functions.narrative("Title", said)["div"])  # noqa: S314 - our own function wrote it

    assert "".join(div.itertext()) == f"Title: {said}"
    assert len(list(div.iter())) == 3


@given(title=st.text(), said=st.lists(st.none() | st.text(), max_size=3))
def test_a_narrative_whose_title_is_known_needs_no_look(title: str, said: list[str | None]) -> None:
    outlines = functions_of(functions)["narrative"].outlines
    assert outlines is not None
    div = functions.narrative(title, *said)["div"]
    validator = Draft202012Validator({"pattern": PARAGRAPHS, "minLength": 1})

    assert outlines(None, title) is None or validator.is_valid(div)


@pytest.mark.parametrize("title", [NO_CONSTANT, "", " ", 7])
def test_a_narrative_whose_title_says_nothing_or_is_not_known_is_looked_at(title: object) -> None:
    outlines = functions_of(functions)["narrative"].outlines
    assert outlines is not None

    assert outlines(None, title) is None


def test_lists_of_references_become_one() -> None:
    one, two = {"reference": "urn:uuid:1"}, {"reference": "urn:uuid:2"}

    assert functions.together([one], [], [two], [one]) == [one, two]


def test_a_hash_that_fhir_wrote_is_read_back() -> None:
    assert functions.hex_of_base64("2jmj7l5rSw0yVb/vlWAYkK/YBwk=") == "da39a3ee5e6b4b0d3255bfef95601890afd80709"
    assert "base64" in str(refusal_of(functions.hex_of_base64, "no bytes!"))
