"""`adapter encounters`, `adapter deliver` and `adapter store`: documents are kept, delivered, tried again, and removed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapter.delivery.database import lock_of, only_one
from adapter.delivery.seal import new_key
from tests.cli.ground import Run
from tests.delivery.ground import KEY, encounter_document
from tests.delivery.strict_fhir import StrictFhir, serving


@pytest.fixture
def server() -> StrictFhir:
    return StrictFhir()


@pytest.fixture
def run(run: Run, tmp_path: Path, server: StrictFhir, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Run commands with a store and a destination."""
    (tmp_path / "keys").write_text(KEY)
    with serving(server) as url:
        (tmp_path / "destinations.yaml").write_text(f"destination: clinical\nurl: {url}\ntries: 1\n")
        monkeypatch.setenv("ADAPTER_STORE", f"sqlite:///{tmp_path}/store.db")
        monkeypatch.setenv("ADAPTER_STORE_KEYS", str(tmp_path / "keys"))
        monkeypatch.setenv("ADAPTER_DESTINATIONS", str(tmp_path / "destinations.yaml"))
        yield run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with the document of an encounter."""
    (tmp_path / "encounter.json").write_bytes(encounter_document(1).content)
    return tmp_path


def printed(run: Run, *arguments: str, code: int = 0) -> Any:  # noqa: ANN401 - what a command prints as JSON
    done = run(*arguments)
    assert done.code == code, done.err
    return json.loads(done.out)


def posted(run: Run, folder: Path) -> str:
    """Keep the document; gives the id of its encounter."""
    encounter: str = printed(run, "encounters", "post", str(folder / "encounter.json"))["encounter"]
    return encounter


def test_what_is_posted_is_delivered_and_shown(run: Run, folder: Path, server: StrictFhir) -> None:
    encounter = posted(run, folder)
    assert [found["state"] for found in printed(run, "encounters", "list")] == ["waiting"]

    assert run("deliver", "run", "--until-idle").code == 0

    assert len(server.of("Encounter")) == 1
    assert printed(run, "deliver", "status") == {"pending": {}, "delivered": {"clinical": 1}, "parked": {}}
    assert printed(run, "encounters", "list", "--state", "refused") == []
    shown = printed(run, "encounters", "show", encounter)
    assert shown["state"] == "made"
    assert all(record["changed"].endswith("Z") for record in (shown, *shown["deliveries"]))
    assert [line["what"] for line in shown["history"]] == ["posted", "converted", "delivered"]
    assert run("encounters", "show", "nobody").code != 0


def test_what_is_parked_is_listed_exported_and_tried_again(run: Run, folder: Path, server: StrictFhir) -> None:
    encounter = posted(run, folder)
    server.status = 422
    run("deliver", "run", "--until-idle")

    (parked,) = printed(run, "deliver", "parked", code=1)
    assert {**parked, "changed": ""} == {"encounter": encounter, "target": "clinical", "attempts": 1, "changed": ""}
    assert parked["changed"].endswith("Z")
    assert run("deliver", "export", str(folder / "parked")).code == 0
    exported = folder / "parked" / f"{encounter}.json"
    assert json.loads(exported.read_bytes())["type"] == "transaction"
    assert exported.stat().st_mode & 0o777 == 0o600

    server.status = 0
    assert run("deliver", "retry").code == 0
    run("deliver", "run", "--until-idle")
    assert printed(run, "deliver", "parked") == []
    assert len(server.of("Encounter")) == 1
    assert "exported" in [line["what"] for line in printed(run, "encounters", "show", encounter)["history"]]


def test_only_what_is_parked_is_tried_again(run: Run, folder: Path, server: StrictFhir) -> None:
    with serving(StrictFhir()) as other, (folder / "destinations.yaml").open("a") as file:
        file.write(f"---\ndestination: other\nurl: {other}\n")
        file.flush()
        encounter = posted(run, folder)
        server.status = 422
        run("deliver", "run", "--until-idle")

        assert run("deliver", "retry").code == 0

        assert printed(run, "deliver", "status") == {"pending": {"clinical": 1}, "delivered": {"other": 1}, "parked": {}}
        assert run("deliver", "retry", encounter).code == 0
        assert printed(run, "deliver", "status")["pending"] == {"clinical": 1, "other": 1}


def test_who_looks_is_written_down(run: Run, folder: Path) -> None:
    encounter = posted(run, folder)
    run("deliver", "run", "--until-idle")
    printed(run, "encounters", "reprocess", encounter, "--dry-run")
    printed(run, "encounters", "show", encounter)

    lines = [(line["caller"], line["what"]) for line in printed(run, "encounters", "show", encounter)["history"]]

    assert lines[-2:] == [("cli", "compared"), ("cli", "read")]


def test_what_was_refused_and_who_searched_can_be_looked_at(run: Run, folder: Path) -> None:
    (folder / "nobody.json").write_text('{"patient": {"mrn": "77"}}')
    assert run("encounters", "post", str(folder / "nobody.json")).code != 0
    printed(run, "encounters", "list")

    searched, refused = printed(run, "encounters", "trail")

    assert (searched["caller"], searched["what"]) == ("cli", "searched")
    assert (refused["what"], len(refused["detail"]["sha256"])) == ("refused", 1)
    assert [line["what"] for line in printed(run, "encounters", "trail", "--count", "1")] == ["read"]


def test_a_worker_beside_another_says_that_it_waits(run: Run, folder: Path) -> None:
    with only_one(lock_of(folder / "store.db", "worker")):
        done = run("deliver", "run", "--until-idle")

    assert (done.code, done.err.startswith("waiting, since another process")) == (0, True)


def test_a_service_of_a_store_that_another_one_uses_ends_with_words(run: Run, folder: Path) -> None:
    with only_one(lock_of(folder / "store.db", "service")):
        done = run("serve", "--port", "0")

    assert done.code != 0
    assert "another service uses this store" in done.err
    assert "serving on" not in done.err


def test_a_conversion_is_made_again_and_says_first_what_would_change(run: Run, folder: Path) -> None:
    encounter = posted(run, folder)
    run("deliver", "run", "--until-idle")

    assert printed(run, "encounters", "reprocess", encounter, "--dry-run") == []
    assert printed(run, "encounters", "show", encounter)["converted"] == 1
    assert printed(run, "encounters", "reprocess", encounter) == []
    assert printed(run, "encounters", "show", encounter)["converted"] == 0


def test_what_is_deleted_leaves_its_tombstone(run: Run, folder: Path) -> None:
    encounter = posted(run, folder)

    assert run("encounters", "delete", encounter).code == 0

    assert printed(run, "encounters", "show", encounter)["state"] == "deleted"
    assert run("encounters", "post", str(folder / "encounter.json")).code != 0


def test_a_store_is_backed_up_put_back_and_given_new_keys(run: Run, folder: Path) -> None:
    encounter = posted(run, folder)
    assert run("store", "backup", str(folder / "monday.db")).code == 0
    run("encounters", "delete", encounter)

    assert run("store", "restore", str(folder / "monday.db")).code == 0
    assert printed(run, "encounters", "show", encounter)["state"] == "waiting"

    fresh = new_key().decode()
    (folder / "keys").write_text(f"{fresh}\n{KEY}\n")
    assert run("store", "rotate").code == 0
    (folder / "keys").write_text(fresh)
    assert printed(run, "encounters", "show", encounter)["state"] == "waiting"


def test_only_what_is_older_than_the_setting_is_removed(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    posted(run, folder)
    run("deliver", "run", "--until-idle")
    monkeypatch.setenv("ADAPTER_RETENTION_DAYS", "30")

    done = run("store", "tidy")

    assert (done.code, "of 0 encounters" in done.err) == (0, True)
