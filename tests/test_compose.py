"""The compose file: the HAPI server in it is one that the adapter trusts."""

from pathlib import Path

import yaml

from adapter.client import target_at

COMPOSE = yaml.safe_load((Path(__file__).parent.parent / "docker-compose.yml").read_text())


def test_the_server_beside_the_adapter_is_trusted() -> None:
    settings = COMPOSE["services"]["adapter"]["environment"]

    assert target_at(settings["ADAPTER_FHIR_SERVER"], settings["ADAPTER_TRUSTED_SERVERS"].split(",")).is_trusted
