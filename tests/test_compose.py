"""The compose file: both shapes of keeping and delivering, and HAPI beside them with our terminology and package."""

import os
import shutil
import subprocess
from dataclasses import fields
from importlib.metadata import version
from pathlib import Path

import pytest
import yaml

from adapter.client import target_at
from adapter.delivery.destination import Destination
from adapter.package import NAME
from adapter.settings import Settings
from adapter.web.app import ROUTES
from tests.cli.ground import runner

ROOT = Path(__file__).parent.parent
TAGS = {"PYTHON_IMAGE": "python:3.11-slim", "HAPI_IMAGE": "hapiproject/hapi:v8.8.0-1", "POSTGRES_IMAGE": "postgres:18"}
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def test_the_server_beside_the_adapter_is_trusted() -> None:
    settings = COMPOSE["services"]["adapter"]["environment"]

    assert target_at(settings["ADAPTER_FHIR_SERVER"], settings["ADAPTER_TRUSTED_SERVERS"].split(",")).is_trusted


def test_the_server_asks_the_adapter_for_its_package_and_its_codes() -> None:
    settings = COMPOSE["services"]["hapi"]["environment"]
    of_package = "hapi.fhir.implementationguides.adapter"
    of_codes = "hapi.fhir.remote_terminology_service.adapter"
    paths = {route.path for route in ROUTES}

    assert settings[f"{of_package}.name"] == NAME
    assert settings[f"{of_package}.version"] == version("adapter-0731t")
    assert settings[f"{of_package}.packageUrl"].removeprefix("http://adapter:8731") in paths
    assert settings[f"{of_codes}.url"] == "http://adapter:8731/fhir"
    assert settings[f"{of_codes}.system"] == f"{Settings().canonical_base}/CodeSystem/*"
    assert COMPOSE["services"]["hapi"]["depends_on"] == {"adapter": {"condition": "service_healthy"}}


KEEPING = ("embedded", "intake", "worker")


def test_both_shapes_keep_and_deliver() -> None:
    services = COMPOSE["services"]

    assert {name: services[name]["profiles"] for name in (*KEEPING, "postgres")} == {
        "embedded": ["embedded"],
        "intake": ["group"],
        "worker": ["group"],
        "postgres": ["group"],
    }
    assert services["embedded"]["environment"]["ADAPTER_STORE"].startswith("sqlite:////store/")
    assert services["worker"]["deploy"]["replicas"] == 2
    assert all(int(services[name]["stop_grace_period"].rstrip("s")) > Destination().seconds for name in KEEPING)
    assert services["intake"]["environment"]["ADAPTER_DELIVER"] == "false"


@pytest.mark.parametrize("name", KEEPING)
def test_every_setting_of_a_service_exists_and_every_file_is_mounted(name: str) -> None:
    service = COMPOSE["services"][name]
    mounted = {volume.split(":")[1] for volume in service["volumes"]}

    assert {variable.removeprefix("ADAPTER_").lower() for variable in service["environment"]} <= {
        one.name for one in fields(Settings)
    }
    assert {value for value in service["environment"].values() if value.startswith("/")} <= mounted
    assert service["environment"]["ADAPTER_MAPPINGS"] in mounted


def test_every_service_says_whether_it_is_healthy() -> None:
    elsewhere = {"adapter", "hapi"}  # the image of the adapter says it, and `hapi-health` says it of HAPI
    checked = {name for name, service in COMPOSE["services"].items() if service.get("healthcheck", {}).get("test")}

    assert checked == set(COMPOSE["services"]) - elsewhere
    assert "HEALTHCHECK" in (ROOT / "Dockerfile").read_text()


def test_a_target_pins_every_image_by_its_digest(tmp_path: Path) -> None:
    for name in ("Makefile", "docker-compose.yml"):
        shutil.copy(ROOT / name, tmp_path)
    docker = tmp_path / "docker"
    docker.write_text('#!/bin/sh\ntest "$1" = pull && echo pulled || echo "${5%:*}@sha256:0"\n')
    docker.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    subprocess.run(["make", "digests"], cwd=tmp_path, env=environment, check=True, capture_output=True, timeout=60)
    images = {service["image"] for service in COMPOSE["services"].values()} | {
        COMPOSE["services"]["adapter"]["build"]["args"]["BASE"]
    }

    pinned = dict(line.split("=", 1) for line in (tmp_path / ".env").read_text().splitlines())
    assert images == {"adapter-0731t", *(f"${{{name}:-{tag}}}" for name, tag in TAGS.items())}
    assert pinned == {name: f"{tag.rpartition(':')[0]}@sha256:0" for name, tag in TAGS.items()}
    assert f"ARG BASE={TAGS['PYTHON_IMAGE']}\n" in (ROOT / "Dockerfile").read_text()


def test_a_worker_is_looked_at_by_a_command_that_there_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program, *words = COMPOSE["services"]["worker"]["healthcheck"]["test"][1:]

    assert program == "adapter"
    assert runner(monkeypatch, capsys)(*words, "--help").code == 0


def test_whoever_keeps_waits_for_what_it_needs() -> None:
    for name in KEEPING:
        needed = COMPOSE["services"][name]["depends_on"]
        assert {condition["condition"] for condition in needed.values()} == {"service_healthy"}
        assert ("postgres" in needed) is (name != "embedded")
