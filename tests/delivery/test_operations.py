"""What whoever runs it sees: live, ready, numbers; and never a word of a patient, whatever path a document takes."""

import json
import os
import re
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client

from adapter.assembly import load
from adapter.delivery.seal import new_key
from adapter.delivery.upkeep import rotate
from adapter.settings import Settings
from adapter.web.app import make_app
from adapter.web.desk import desk_of
from tests.delivery.ground import KEY, ai_document, bench, encounter_document
from tests.delivery.strict_fhir import StrictFhir, serving
from tests.delivery.test_encounters import JSON, settled
from tests.web.ground import json_of

MARKS = ("Ausgedacht", "mrn-77", "case-77", "late speech")


@pytest.fixture
def server() -> StrictFhir:
    return StrictFhir()


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    written = StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    return written


@pytest.fixture
def service(tmp_path: Path, server: StrictFhir, log: StringIO) -> Iterator[Client]:  # noqa: ARG001 - the log is in place first
    (tmp_path / "keys").write_text(KEY)
    with serving(server) as url:
        (tmp_path / "destinations.yaml").write_text(f"destination: clinical\nurl: {url}\ntries: 1\n")
        settings = Settings(
            store=f"sqlite:///{tmp_path}/store.db",
            store_keys=str(tmp_path / "keys"),
            destinations=str(tmp_path / "destinations.yaml"),
        )
        app = make_app(load(settings))
        desk = desk_of(app)
        assert desk is not None
        with desk.open():
            yield app.test_client()


def test_it_says_that_it_lives_and_is_ready(service: Client) -> None:
    assert json_of(service.get("/health/live")) == {"status": "ok"}
    ready = json_of(service.get("/health/ready"))
    assert (ready["status"], ready["store"], ready["destinations"]) == ("ok", True, {"clinical": True})


def test_a_service_that_can_keep_nothing_is_not_ready(service: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.statvfs
    monkeypatch.setattr(os, "statvfs", lambda path: os.statvfs_result((*real(path)[:3], 1, 1, *real(path)[5:])))

    ready = service.get("/health/ready")

    assert (ready.status_code, json_of(ready)["store"]) == (503, False)
    assert "nearly full" in json_of(ready)["why"]
    assert service.get("/health/live").status_code == 200


def test_a_service_that_does_not_deliver_itself_says_nothing_of_destinations(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(KEY)
    (tmp_path / "destinations.yaml").write_text("destination: clinical\nurl: http://127.0.0.1:1/fhir\n")
    settings = Settings(
        store=f"sqlite:///{tmp_path}/store.db",
        store_keys=str(tmp_path / "keys"),
        destinations=str(tmp_path / "destinations.yaml"),
        deliver=False,
        log_level="error",
    )
    app = make_app(load(settings))
    desk = desk_of(app)
    assert desk is not None
    with desk.open():
        assert json_of(app.test_client().get("/health/ready"))["destinations"] == {}


def test_a_service_that_was_not_restarted_with_the_new_key_says_so_and_keeps_nothing(service: Client, tmp_path: Path) -> None:
    path = post(service, encounter_document(1).content).headers["Location"].removeprefix("http://localhost")
    settled(service, path)
    fresh = new_key().decode()
    with bench(f"sqlite:///{tmp_path}/store.db", keys=f"{fresh}\n{KEY}") as beside:
        rotate(beside.store)

    ready = service.get("/health/ready")

    assert ready.status_code == 503
    assert json_of(ready)["store"] is False
    assert "ADAPTER_STORE_KEYS" in json_of(ready)["why"]
    for answer in (
        post(service, encounter_document(2).content),
        post(service, b"{"),
        service.get(path),
        service.get(f"{path}/bundle"),
    ):
        assert answer.status_code == 503
        assert "no key opens what the store holds" in answer.text
    with bench(f"sqlite:///{tmp_path}/store.db", keys=f"{new_key().decode()}\n{fresh}") as beside:
        assert rotate(beside.store) > 1  # all that is kept can be opened without the old key


def test_it_says_in_numbers_what_it_does(service: Client) -> None:
    path = post(service, encounter_document(1).content).headers["Location"].removeprefix("http://localhost")
    settled(service, path)
    post(service, b"{")

    said = service.get("/metrics").text

    for line in (
        'adapter_accepted_total{outcome="accepted"} 1.0',
        'adapter_accepted_total{outcome="unreadable"} 1.0',
        'adapter_converted_total{outcome="made"} 1.0',
        'adapter_deliveries{state="delivered",target="clinical"} 1.0',
        'adapter_delivery_seconds_count{outcome="delivered",target="clinical"} 1.0',
        "adapter_intake_seconds_count 2.0",
        "adapter_oldest_work_seconds 0.0",
    ):
        assert line in said


def post(service: Client, content: bytes) -> Any:  # noqa: ANN401 - werkzeug's answer
    return service.post("/encounters", data=content, headers=JSON)


def test_no_log_no_number_and_no_refusal_holds_a_word_of_a_patient(service: Client, server: StrictFhir, log: StringIO) -> None:
    marked = {"delayed speech": "late speech", "Testpatient": "Ausgedacht"} if b"Testpatient" in ai_document(1).content else {}
    whole = encounter_document(77, **{"delayed speech": "late speech"}, **marked)
    server.status = 422
    path = post(service, whole.content).headers["Location"].removeprefix("http://localhost")
    settled(service, path, "parked")
    refusals = [
        post(service, whole.content[:-20]),
        post(service, whole.content.replace(b'"finished"', b'"late speech"')),
        post(service, json.dumps({"patient": {"mrn": "mrn-77", "family": "Ausgedacht"}}).encode()),
        post(service, b"MSH|^~\\&|mrn-77|Ausgedacht"),
        service.get("/encounters/mrn-77"),
        service.get("/encounters?state=mrn-77"),
    ]

    said = {
        "the log": log.getvalue(),
        "the figures": service.get("/metrics").text,
        **{f"refusal {place}": answer.text for place, answer in enumerate(refusals)},
    }
    assert all(answer.status_code >= 400 for answer in refusals)
    assert log.getvalue().count("/encounters") > 5
    found = {(name, mark) for name, text in said.items() for mark in MARKS if re.search(re.escape(mark), text)}
    assert found == set()
    events = json_of(service.get(f"{path}/history"))["history"]
    assert any("Ausgedacht" in event.get("answer", "") for event in events)  # for whoever may read the encounter
