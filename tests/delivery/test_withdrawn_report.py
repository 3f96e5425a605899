"""A report that is taken back, at any moment: no claim stands on it in what is delivered."""

import pytest

from adapter.delivery.outbox import Outbox
from tests.delivery.ground import bench, message


@pytest.mark.parametrize("is_swapped", [False, True])
@pytest.mark.parametrize(
    "taken_back",
    [{"||||||F": "||||||W"}, {"||||||F": "||||||D"}, {"||||||F": "||||||X"}, {"|F|||||||1234": "|X|||||||1234"}],
    ids=["wrong", "deleted", "not to be had", "called off"],
)
def test_a_report_that_is_taken_back_leaves_no_claim(store_address: str, taken_back: dict[str, str], *, is_swapped: bool) -> None:
    reports = [message("3-oru-r01", 1), message("3-oru-r01", 1, **{**taken_back, "REP-77": "REP-78"})]
    with bench(store_address) as desk:
        accepted = desk.post(message("1-adt-a04", 1))
        for document in (message("4-dft-p03", 1), *(reports[::-1] if is_swapped else reports)):
            desk.post(document)
            desk.run()
        with desk.store.reading() as connection:
            bundle = Outbox(desk.store).outgoing(connection, accepted.encounter)

    assert bundle is not None
    resources = {entry["resource"]["resourceType"]: entry["resource"] for entry in bundle["entry"]}
    assert resources["DiagnosticReport"]["status"] == "entered-in-error"
    assert resources.get("Claim", {"status": "cancelled"})["status"] == "cancelled"


@pytest.mark.parametrize("is_swapped", [False, True])
def test_a_right_report_with_an_order_number_of_its_own_is_another_report(store_address: str, *, is_swapped: bool) -> None:
    back = message("3-oru-r01", 1, **{"|F|||||||1234": "|X|||||||1234", "REP-77": "REP-78", "104000-0400": "114000-0400"})
    right = message("3-oru-r01", 1, **{"P-1^": "P-2^", "F-1^": "F-2^", "REP-77": "REP-79", "104000-0400": "124000-0400"})
    charge = message("4-dft-p03", 1, **{"F-1^": "F-2^"})
    with bench(store_address) as desk:
        accepted = desk.post(message("1-adt-a04", 1))
        for document in (message("3-oru-r01", 1), *((right, back) if is_swapped else (back, right)), charge):
            desk.post(document)
            desk.run()
        with desk.store.reading() as connection:
            bundle = Outbox(desk.store).outgoing(connection, accepted.encounter)

    assert bundle is not None
    resources = [entry["resource"] for entry in bundle["entry"]]
    reports = {found["status"]: found for found in resources if found["resourceType"] == "DiagnosticReport"}
    assert reports.keys() == {"final", "entered-in-error"}
    assert "P-2" in [number["value"] for number in reports["final"]["identifier"]]
    assert "draft" in [found["status"] for found in resources if found["resourceType"] == "Claim"]
