"""The transaction Bundle, and how what is in it is named."""

from adapter.fhir.bundle import expression_roots, transaction

CLAIM = {"resourceType": "Claim", "id": "b"}
ONE, OTHER = ({"resourceType": "Observation", "id": each} for each in "ac")


def test_a_transaction_puts_every_resource_under_its_own_id_in_the_order_given() -> None:
    expected = {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {"fullUrl": "urn:uuid:b", "resource": CLAIM, "request": {"method": "PUT", "url": "Claim/b"}},
            {"fullUrl": "urn:uuid:a", "resource": ONE, "request": {"method": "PUT", "url": "Observation/a"}},
        ],
    }

    assert expected == transaction([CLAIM, ONE])


def test_an_expression_names_the_type_where_there_is_one_of_it_and_else_the_entry() -> None:
    bundle = transaction([ONE, CLAIM, OTHER])
    bundle["entry"].append({"request": {"method": "DELETE", "url": "Claim/x"}})

    expected = ["Bundle.entry[0].resource", "Claim", "Bundle.entry[2].resource", "Bundle.entry[3].resource"]
    assert expected == expression_roots(bundle)
