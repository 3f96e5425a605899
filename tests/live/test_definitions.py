"""A real HAPI server with our package installed, that asks our service for terminology: does it understand our definitions?"""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from adapter.assembly import load
from adapter.distribution import example_bundles, package_of
from adapter.fhir.json import canonical_bytes
from adapter.settings import Settings
from tests.service import running_service

pytestmark = pytest.mark.live

Resource = dict[str, Any]

RUNTIME = load(Settings())
BASE = RUNTIME.settings.canonical_base
OTHER = load(replace(Settings(), canonical_base="https://posted.invalid/fhir")).definitions
EXAMPLES = [pytest.param(bundle, id=name) for name, bundle in example_bundles(RUNTIME)]
CPT = "http://www.ama-assn.org/go/cpt"
HCPCS = "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets"
WAIT = (3.05, 120.0)
HEADERS = {"Content-Type": "application/fhir+json", "Cache-Control": "no-cache"}


class Server:
    """A FHIR server by its base URL."""

    def __init__(self, url: str) -> None:
        self.url = url

    def get(self, path: str, **query: str) -> Resource:
        answer = requests.get(f"{self.url}/{path}", params=query, headers=HEADERS, timeout=WAIT)
        found: Resource = answer.json()
        return found

    def put(self, resource: Resource) -> int:
        url = f"{self.url}/{resource['resourceType']}/{resource['id']}"
        return requests.put(url, data=canonical_bytes(resource), headers=HEADERS, timeout=WAIT).status_code

    def validate(self, resource: Resource, **query: str) -> list[Resource]:
        url = f"{self.url}/{resource['resourceType']}/$validate"
        answer = requests.post(url, data=canonical_bytes(resource), headers=HEADERS, params=query, timeout=WAIT)
        issues: list[Resource] = answer.json()["issue"]
        return issues

    def errors(self, resource: Resource, **query: str) -> list[str]:
        """The place and the words of each error."""
        found = [each for each in self.validate(resource, **query) if each["severity"] in {"error", "fatal"}]
        return [f"{each.get('expression', each.get('location'))}: {each['diagnostics']}" for each in found]


@pytest.fixture(scope="module")
def server(start_server: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """HAPI with our package installed and our service as its remote terminology."""
    package = package_of(RUNTIME)
    file: Path = tmp_path_factory.mktemp("package") / f"{package.manifest['name']}#{package.version}.tgz"
    file.write_bytes(package.content)
    with running_service() as address:
        yield Server(start_server(tx=f"http://{address}/fhir", packages=[file]))


def claim(**changes: object) -> Resource:
    """The claim of an example with one line of 0731T, which is good; changed at its line, or as a whole."""
    bundle = next(bundle for name, bundle in example_bundles(RUNTIME) if name == "infant-final-report")
    found: Resource = deepcopy(
        next(entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == "Claim")
    )
    for name, value in changes.items():
        place = found["item"][0] if name not in {"diagnosis", "use"} else found
        if value is None:
            place.pop(name, None)
        else:
            place[name] = value
    return found


def modifiers(*codes: str) -> list[Resource]:
    return [{"coding": [{"system": CPT if code.isdigit() else HCPCS, "code": code}]} for code in codes]


# ------------------------------------------------------------------------------------------------- the package, installed


def test_the_package_installs_every_definition(server: Server) -> None:
    for definition in RUNTIME.definitions:
        found = server.get(definition["resourceType"], url=definition["url"])

        assert [one["resource"]["version"] for one in found.get("entry", ())] == [definition["version"]], definition["url"]


@pytest.mark.parametrize("bundle", EXAMPLES)
def test_an_example_keeps_our_profiles(server: Server, bundle: Resource) -> None:
    assert server.errors(bundle) == []


VIOLATIONS: Mapping[str, Mapping[str, object]] = {
    "clm-0731t-1": {"modifier": modifiers("22", "80", "82", "95", "TG")},
    "clm-0731t-2": {"modifier": modifiers("95", "95")},
    "clm-0731t-3": {"modifier": modifiers("52", "53")},
    "clm-0731t-4": {"modifier": modifiers("26", "TC")},
    "clm-0731t-5": {"diagnosisSequence": None},
    "clm-0731t-6": {"quantity": {"value": 2}},
    "clm-0731t-7": {"servicedDate": "2022-06-30"},
}


def test_a_good_claim_keeps_every_constraint(server: Server) -> None:
    assert server.errors(claim()) == []


@pytest.mark.parametrize("key", VIOLATIONS)
def test_a_claim_that_breaks_a_constraint_is_refused(server: Server, key: str) -> None:
    said = server.errors(claim(**VIOLATIONS[key]))

    assert [each for each in said if key not in each] == []
    assert said


def test_a_photograph_inside_a_resource_is_refused(server: Server) -> None:
    bundle = next(bundle for name, bundle in example_bundles(RUNTIME) if name == "infant-final-report")
    media = next(entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == "Media")
    inline = media | {"content": media["content"] | {"data": "aGVsbG8="}}

    assert server.errors(media) == []
    assert any("content.data" in error for error in server.errors(inline))


# ------------------------------------------------------------------------------------------------ definitions, one by one


def test_definitions_load_one_by_one_and_none_has_an_error(server: Server) -> None:
    """Under another canonical base and other ids, since the package has installed the others."""
    for each in OTHER:
        posted = each | {"id": f"posted-{each['id']}"}

        assert server.put(posted) in {200, 201}, each["url"]
        assert server.errors(posted) == [], each["url"]


# ------------------------------------------------------------------------------------- our service as remote terminology


def verdict(server: Server, system: str, code: str) -> bool:
    """Whether the server finds a modifier in the value set that our profile binds it to.

    The binding is extensible, so that a modifier outside is a warning. That the server does not hold CPT is another.
    """
    said = server.validate(claim(modifier=[{"coding": [{"system": system, "code": code}]}]))
    about = [each["diagnostics"] for each in said if "Claim.item[0].modifier[0]" in each.get("expression", ())]

    assert [each["diagnostics"] for each in said if each["severity"] in {"error", "fatal"}] == []
    return not any(f"{BASE}/ValueSet/claim-modifier-0731t" in each for each in about)


@pytest.mark.parametrize("code", ["22", "26", "52", "53", "80", "82", "95", "AS", "TC", "TG"])
def test_a_right_modifier_is_right(server: Server, code: str) -> None:
    assert verdict(server, CPT if code.isdigit() else HCPCS, code)


@pytest.mark.parametrize(
    ("system", "code"),
    [(CPT, "25"), (HCPCS, "GT"), (CPT, "AS"), (HCPCS, "95"), (f"{BASE}/CodeSystem/procedure-modifier", "extent-reduced")],
    ids=["wrong", "wrong-of-hcpcs", "hcpcs-as-cpt", "cpt-as-hcpcs", "our-own-code"],
)
def test_a_wrong_or_wrongly_systemed_modifier_is_wrong(server: Server, system: str, code: str) -> None:
    assert not verdict(server, system, code)


def test_a_code_is_looked_up_through_the_server(server: Server) -> None:
    system = f"{BASE}/CodeSystem/procedure-modifier"
    said = server.get("CodeSystem/$lookup", system=system, code="extent-reduced", property="claimModifier")
    properties = [
        {one["name"]: one.get("valueCode", one.get("valueString")) for one in part["part"]} for part in parts(said, "property")
    ]

    assert value(said, "display") == "Reduced extent"
    assert "52" in str(properties)


def test_a_code_is_validated_through_the_server(server: Server) -> None:
    url = f"{BASE}/ValueSet/claim-modifier-0731t"

    assert value(server.get("ValueSet/$validate-code", url=url, system=CPT, code="52"), "result") is True
    assert value(server.get("ValueSet/$validate-code", url=url, system=HCPCS, code="52"), "result") is False


def test_a_value_set_is_expanded_through_the_server(server: Server) -> None:
    said = server.get("ValueSet/$expand", url=f"{BASE}/ValueSet/procedure-modifier-assistant")

    assert {entry["code"] for entry in said["expansion"]["contains"]} == {
        "assistant-physician",
        "assistant-no-resident",
        "assistant-non-physician",
    }


def test_a_code_is_translated_through_the_server(server: Server) -> None:
    url, system = f"{BASE}/ConceptMap/modifier-to-claim", f"{BASE}/CodeSystem/procedure-modifier"
    said = server.get("ConceptMap/$translate", url=url, system=system, code="extent-reduced")
    concepts = [one["valueCoding"] for part in parts(said, "match") for one in part["part"] if one["name"] == "concept"]

    assert value(said, "result") is True
    assert {(concept["system"], concept["code"]) for concept in concepts} == {(CPT, "52")}


def parts(parameters: Resource, name: str) -> list[Resource]:
    return [parameter for parameter in parameters["parameter"] if parameter["name"] == name]


def value(parameters: Resource, name: str) -> object:
    return next(part[key] for part in parts(parameters, name) for key in part if key.startswith("value"))
