"""`/encounters` over HTTP: kept before the answer, shown, done again, removed."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import Client

from adapter.assembly import load
from adapter.delivery.removal import remove_old
from adapter.settings import Settings
from adapter.web.app import make_app
from adapter.web.desk import desk_of
from tests.delivery.ground import KEY, ai_document, changed, encounter_document, message
from tests.delivery.strict_fhir import StrictFhir, serving
from tests.web.ground import json_of, refusal

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def server() -> StrictFhir:
    return StrictFhir()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, server: StrictFhir) -> Iterator[Client]:
    folder = tmp_path_factory.mktemp("store")
    (folder / "keys").write_text(KEY)
    with serving(server) as url:
        (folder / "destinations.yaml").write_text(f"destination: clinical\nurl: {url}\nread_back: true\n")
        settings = Settings(
            store=f"sqlite:///{folder}/store.db",
            store_keys=str(folder / "keys"),
            destinations=str(folder / "destinations.yaml"),
            log_level="error",
        )
        app = make_app(load(settings))
        desk = desk_of(app)
        assert desk is not None
        with desk.open():
            yield app.test_client()


def post(service: Client, content: bytes, **headers: str) -> Any:  # noqa: ANN401 - werkzeug's answer
    return service.post("/encounters", data=content, headers={**JSON, **headers})


def settled(service: Client, path: str, state: str = "delivered") -> dict[str, Any]:
    """How an encounter stands once all its deliveries have this state."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        found: dict[str, Any] = json_of(service.get(path))
        if set(found["deliveries"].values()) == {state}:
            return found
        time.sleep(0.05)
    pytest.fail(f"not {state} in time")


def history(service: Client, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json_of(service.get(f"{path}/history"))["history"]
    return found


def test_posted_looked_at_and_delivered(service: Client, server: StrictFhir) -> None:
    answer = post(service, encounter_document(1).content)

    path = answer.headers["Location"].removeprefix("http://localhost")
    found = settled(service, path)
    assert answer.status_code == 201
    assert found["state"] == "made"
    assert json_of(service.get(f"{path}/bundle"))["type"] == "transaction"
    assert json_of(service.get(f"{path}/outcome"))["resourceType"] == "OperationOutcome"
    assert json_of(service.get(f"{path}/lineage"))["lineage"]
    assert json_of(service.get(f"{path}/documents"))["documents"][0]["isKept"] is True
    assert service.get(f"{path}/documents/1").data == encounter_document(1).content
    for number in ("0", "2", "01", "x", "9" * 30):
        assert service.get(f"{path}/documents/{number}").status_code == 404
    assert json_of(service.get(f"{path}/deliveries"))["deliveries"][0]["state"] == "delivered"
    whats = [line["what"] for line in history(service, path)]
    assert [what for what in whats if what != "read"] == ["posted", "converted", "delivered"]
    assert "read" in whats
    assert server.complaints == []


@pytest.mark.parametrize(
    ("prefer", "status", "member"),
    [
        ("respond-async", 202, "state"),
        ("return=representation", 201, "entry"),
        ("return=OperationOutcome", 201, "issue"),
        ("return=minimal", 201, None),
    ],
)
def test_the_answer_is_as_preferred(service: Client, prefer: str, status: int, member: str | None) -> None:
    number = 100 + len(prefer)

    answer = post(service, encounter_document(number).content, Prefer=prefer)

    assert answer.status_code == status
    assert answer.headers["Location"]
    assert (member in json_of(answer)) if member else answer.data == b""


def test_a_preference_may_be_quoted_and_what_is_empty_is_of_no_type(service: Client) -> None:
    answer = post(service, encounter_document(31).content, Prefer='return="minimal"')

    assert (answer.status_code, answer.data) == (201, b"")
    assert "Content-Type" not in answer.headers


def test_a_bundle_that_was_removed_is_gone(service: Client) -> None:
    path = post(service, encounter_document(32).content).headers["Location"].removeprefix("http://localhost")
    settled(service, path)
    assert isinstance(service.application, Flask)
    desk = desk_of(service.application)
    assert desk is not None
    store = desk.dispatch.store
    store.now = lambda: time.time() + 86_400
    assert store.write(lambda connection: remove_old(store, connection, days=0)) >= 1
    store.now = time.time

    assert refusal(service.get(f"{path}/bundle"), 410)
    assert refusal(service.post(f"{path}/redeliver"), 409)


def test_who_compares_is_written_down(service: Client) -> None:
    path = post(service, encounter_document(33).content).headers["Location"].removeprefix("http://localhost")
    settled(service, path)
    service.post(f"{path}/$reprocess?dry-run=true")

    assert json_of(service.get(f"{path}/history"))["history"][-2]["what"] == "compared"


def test_a_second_document_of_a_known_encounter_is_no_new_encounter(service: Client) -> None:
    first = post(service, encounter_document(2).content)

    second = post(service, ai_document(2).content)

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.headers["Location"] == second.headers["Location"]


def test_a_key_keeps_a_repeated_request_from_being_kept_twice(service: Client) -> None:
    first = post(service, encounter_document(3).content, **{"Idempotency-Key": "k-3"})
    again = post(service, encounter_document(3).content, **{"Idempotency-Key": "k-3"})

    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotency-Replayed"] == "true"
    refusal(post(service, encounter_document(4).content, **{"Idempotency-Key": "k-3"}), 409)
    refusal(post(service, encounter_document(4).content, **{"Idempotency-Key": ""}), 400)


def test_what_does_not_say_whose_it_is_is_refused(service: Client) -> None:
    assert refusal(post(service, b'{"patient": {"mrn": "1"}}'), 422)


def test_encounters_are_found_page_by_page(service: Client) -> None:
    for number in range(20, 24):
        post(service, encounter_document(number).content)

    first = json_of(service.get("/encounters?_count=2"))
    second = json_of(service.get(first["next"].removeprefix("http://localhost")))
    one = json_of(service.get("/encounters?identifier=https://childrens-genetics.invalid/sid/mrn|mrn-20|case-20-visit&_count=1"))
    form = {"identifier": "https://childrens-genetics.invalid/sid/mrn|mrn-20|case-20-visit", "_count": "1"}
    posted = json_of(service.post("/encounters/_search", data=form))
    refusal(service.post("/encounters/_search", json=form), 415)
    refusal(service.get("/encounters/_search"), 405)
    assert posted == one

    assert len(first["encounters"]) == 2
    assert not {found["id"] for found in first["encounters"]} & {found["id"] for found in second["encounters"]}
    assert (len(one["encounters"]), "next" in one) == (1, False)
    assert json_of(service.get("/encounters?state=deleted"))["encounters"] == []
    refusal(service.get("/encounters?_count=0"), 400)
    refusal(service.get("/encounters?state=lost"), 400)


def test_a_delivery_is_made_again_and_changes_nothing(service: Client) -> None:
    path = post(service, encounter_document(5).content).headers["Location"].removeprefix("http://localhost")
    settled(service, path)

    answer = service.post(f"{path}/redeliver")

    assert answer.status_code == 202
    settled(service, path)
    assert [line["detail"]["written"] > 0 for line in history(service, path) if line["what"] == "delivered"] == [True, False]
    refusal(service.post(f"{path}/redeliver?target=nowhere"), 404)


def test_a_conversion_is_made_again_and_says_what_changes(service: Client) -> None:
    path = post(service, encounter_document(6).content).headers["Location"].removeprefix("http://localhost")
    settled(service, path)

    dry = service.post(f"{path}/$reprocess?dry-run=true")
    wet = service.post(f"{path}/$reprocess")

    assert (dry.status_code, json_of(dry)["changes"]) == (200, [])
    assert wet.status_code == 202


def test_what_is_deleted_leaves_a_tombstone(service: Client) -> None:
    path = post(service, encounter_document(7).content).headers["Location"].removeprefix("http://localhost")
    settled(service, path)

    answer = service.delete(path)

    assert (answer.status_code, answer.data) == (204, b"")
    assert "Content-Type" not in answer.headers
    assert json_of(service.get(path))["state"] == "deleted"
    for below in ("bundle", "outcome", "lineage", "documents/1"):
        refusal(service.get(f"{path}/{below}"), 410)
    refusal(service.post(f"{path}/redeliver"), 410)
    refusal(service.post(f"{path}/$reprocess"), 410)
    refusal(post(service, encounter_document(7).content), 409)
    assert json_of(service.get(f"{path}/history"))["history"][0]["what"] == "posted"
    assert json_of(service.get(f"{path}/documents"))["documents"][0]["isKept"] is False


def test_what_is_kept_is_acknowledged_even_where_it_cannot_be_converted_any_more(service: Client) -> None:
    headers = {"Idempotency-Key": "k-60", "Prefer": "return=representation"}
    first = post(service, encounter_document(60).content, **headers)
    service.delete(first.headers["Location"].removeprefix("http://localhost"))

    again = post(service, encounter_document(60).content, **headers)

    assert (again.status_code, json_of(again)["state"]) == (200, "deleted")
    assert again.headers["Location"] == first.headers["Location"]


def test_an_encounter_that_nobody_knows_is_not_found(service: Client) -> None:
    for below in ("", "/bundle", "/documents", "/deliveries", "/history"):
        refusal(service.get(f"/encounters/nobody{below}"), 404)
    refusal(service.delete("/encounters/nobody"), 404)


def test_the_calls_are_described_where_there_is_a_store(service: Client) -> None:
    assert "/encounters/{encounter}/$reprocess" in json_of(service.get("/openapi.json"))["paths"]


def test_nothing_is_kept_without_a_store() -> None:
    refusal(make_app(load(Settings())).test_client().post("/encounters", data=b"{}", headers=JSON), 404)


def test_a_service_that_is_not_open_says_when_to_come_back(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(KEY)
    app = make_app(load(Settings(store=f"sqlite:///{tmp_path}/store.db", store_keys=str(tmp_path / "keys"))))

    answer = post(app.test_client(), encounter_document(1).content)

    refusal(answer, 503)
    assert answer.headers["Retry-After"] == "1"


def test_a_history_is_told_again_when_something_happened_and_not_because_the_caller_looked(service: Client) -> None:
    path = post(service, encounter_document(20).content).headers["Location"].removeprefix("http://localhost")
    settled(service, path)
    tag = service.get(f"{path}/history").headers["ETag"]

    looked = service.get(f"{path}/history", headers={"If-None-Match": tag})
    post(service, encounter_document(20, **{"delayed speech": "late speech"}).content)
    happened = service.get(f"{path}/history", headers={"If-None-Match": tag})

    assert (looked.status_code, looked.data) == (304, b"")
    assert happened.status_code == 200
    whats = [line["what"] for line in json_of(happened)["history"]]
    assert whats.count("read") >= 3


def test_a_control_id_that_came_with_another_content_is_told_in_the_answer(service: Client) -> None:
    registered = message("1-adt-a04", 21)
    updated = changed(message("2-adt-a08", 22).content, {"REG-1002": "REG-1001"})

    answers = [
        service.post("/encounters", data=content, headers={"Content-Type": "application/hl7-v2", **wish})
        for content, wish in (
            (registered.content, {}),
            (updated, {}),
            (updated, {"Prefer": "return=OperationOutcome"}),
            (registered.content, {}),
        )
    ]

    assert [answer.status_code for answer in answers] == [201, 201, 200, 200]
    said = [json_of(answer) for answer in answers]
    outcomes = [body if "issue" in body else body.get("outcome") for body in said]
    assert [outcome is not None and "feed/control-id" in str(outcome) for outcome in outcomes] == [False, True, True, False]
