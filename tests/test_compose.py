"""The compose file: the HAPI server in it is one that the adapter trusts."""

from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from adapter.client import target_at
from adapter.settings import Settings

COMPOSE = yaml.safe_load((Path(__file__).parent.parent / "docker-compose.yml").read_text())


def test_the_server_beside_the_adapter_is_trusted() -> None:
    settings = COMPOSE["services"]["adapter"]["environment"]

    assert target_at(settings["ADAPTER_FHIR_SERVER"], settings["ADAPTER_TRUSTED_SERVERS"].split(",")).is_trusted


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
    assert services["intake"]["environment"]["ADAPTER_DELIVER"] == "false"


@pytest.mark.parametrize("name", KEEPING)
def test_every_setting_of_a_service_exists_and_every_file_is_mounted(name: str) -> None:
    service = COMPOSE["services"][name]
    mounted = {volume.split(":")[1] for volume in service["volumes"]}

    assert {variable.removeprefix("ADAPTER_").lower() for variable in service["environment"]} <= {
        one.name for one in fields(Settings)
    }
    assert {value for value in service["environment"].values() if value.startswith("/")} <= mounted


@pytest.mark.parametrize("name", ["embedded", "intake", "postgres", "hapi-health"])
def test_a_service_says_whether_it_is_healthy(name: str) -> None:
    assert COMPOSE["services"][name]["healthcheck"]["test"]


def test_whoever_keeps_waits_for_what_it_needs() -> None:
    for name in KEEPING:
        needed = COMPOSE["services"][name]["depends_on"]
        assert {condition["condition"] for condition in needed.values()} == {"service_healthy"}
        assert ("postgres" in needed) is (name != "embedded")
