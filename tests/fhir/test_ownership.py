"""By which identifier a server is asked for what others may own."""

import pytest

from adapter.fhir.ownership import SHARED_TYPES, match_query, matched_identifier

NPI = {"system": "http://hl7.org/fhir/sid/us-npi", "value": "1234567893"}
OWN = {"system": "https://clinic.example/ids", "value": "7"}


@pytest.mark.parametrize(
    ("kind", "identifiers", "expected"),
    [
        ("Patient", [OWN], OWN),
        ("Patient", [NPI, OWN], NPI),
        ("Practitioner", [OWN, NPI], NPI),
        ("Organization", [OWN, NPI], NPI),
        ("Coverage", [{"value": "M-1"}, OWN], OWN),
        ("Coverage", [{"value": "M-1"}], None),
        ("Device", [], None),
        ("Device", None, None),
        ("Device", ["7", {"system": 7, "value": "7"}, OWN], OWN),
    ],
)
def test_the_identifier_that_most_systems_know_is_matched(
    kind: str, identifiers: object, expected: dict[str, str] | None
) -> None:
    found = matched_identifier({"resourceType": kind, "identifier": identifiers})

    assert found == ((expected["system"], expected["value"]) if expected else None)


def test_a_query_escapes_what_means_something_in_a_token_and_in_a_url() -> None:
    assert match_query("urn:oid:1.2", "a|b,c&d") == "identifier=urn%3Aoid%3A1.2%7Ca%5C%7Cb%5C%2Cc%26d"


def test_what_we_make_of_our_own_is_not_shared() -> None:
    assert SHARED_TYPES.isdisjoint({"Claim", "Procedure", "DiagnosticReport", "Observation", "ServiceRequest", "Provenance"})
