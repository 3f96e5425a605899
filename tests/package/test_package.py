"""The FHIR NPM package: what is in it, that it is the same twice, and how it is given away."""

import gzip
import hashlib
import json
import tarfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from adapter.assembly import load
from adapter.checks import check_resource, r4
from adapter.cli.package import package_command
from adapter.distribution import example_bundles, package_of
from adapter.package import NAME, Package, make_package, packument
from adapter.settings import Settings
from adapter.web import create_app

RUNTIME = load(Settings())
BASE = RUNTIME.settings.canonical_base
SMALL = {"resourceType": "ValueSet", "id": "x", "url": f"{BASE}/ValueSet/x", "version": "1", "title": "X", "immutable": False}


def files_of(package: Package) -> dict[str, Any]:
    with tarfile.open(fileobj=BytesIO(package.content), mode="r:gz") as archive:
        return {each.name: json.loads(archive.extractfile(each).read()) for each in archive}  # type: ignore[union-attr]  # all are files


@pytest.fixture(scope="module")
def package() -> Package:
    return package_of(RUNTIME)


@pytest.fixture(scope="module")
def files(package: Package) -> dict[str, Any]:
    return files_of(package)


@pytest.fixture(scope="module")
def web() -> FlaskClient:
    return create_app(RUNTIME).test_client()


def test_the_package_says_what_it_is(files: dict[str, Any]) -> None:
    manifest = files["package/package.json"]

    assert manifest["name"] == NAME
    assert manifest["fhirVersions"] == ["4.0.1"]
    assert manifest["canonical"] == BASE
    assert manifest["type"] == "fhir.ig"


def test_the_package_depends_on_nothing_but_fhir(files: dict[str, Any]) -> None:
    assert files["package/package.json"]["dependencies"] == {"hl7.fhir.r4.core": "4.0.1"}


def test_every_definition_is_in_the_package(files: dict[str, Any]) -> None:
    for definition in RUNTIME.definitions:
        assert files[f"package/{definition['resourceType']}-{definition['id']}.json"] == json.loads(json.dumps(definition))


def test_every_example_that_is_not_refused_is_in_the_package_and_claims_our_profiles(files: dict[str, Any]) -> None:
    bundles = {name: each for name, each in files.items() if name.startswith("package/example/Bundle-")}
    metas = [one["resource"].get("meta", {}) for bundle in bundles.values() for one in bundle["entry"]]
    profiles = {url for meta in metas for url in meta.get("profile", ())}

    assert set(bundles) == {f"package/example/Bundle-{name}.json" for name, _ in example_bundles(RUNTIME)}
    assert {bundle["id"] for bundle in bundles.values()} == {name for name, _ in example_bundles(RUNTIME)}
    assert profiles == {
        definition["url"]
        for definition in RUNTIME.definitions
        if definition["resourceType"] == "StructureDefinition" and definition["type"] != "Extension"
    }


@pytest.mark.parametrize("folder", ["package", "package/example"])
def test_the_index_names_every_resource(folder: str, files: dict[str, Any]) -> None:
    index = files[f"{folder}/.index.json"]
    held = {name.removeprefix(f"{folder}/") for name in files if name.rpartition("/")[0] == folder}

    assert index["index-version"] == 2
    assert [file["filename"] for file in index["files"]] == sorted(held - {".index.json", "package.json"})
    for file in index["files"]:
        resource = files[f"{folder}/{file['filename']}"]
        assert all(resource[name] == value for name, value in file.items() if name != "filename")


def test_the_index_says_what_a_server_looks_for(files: dict[str, Any]) -> None:
    entry = next(
        file for file in files["package/.index.json"]["files"] if file["filename"] == "StructureDefinition-claim-0731t.json"
    )

    assert entry == {
        "filename": "StructureDefinition-claim-0731t.json",
        "resourceType": "StructureDefinition",
        "id": "claim-0731t",
        "url": f"{BASE}/StructureDefinition/claim-0731t",
        "version": entry["version"],
        "kind": "resource",
        "type": "Claim",
        "derivation": "constraint",
    }


def test_the_implementation_guide_is_valid_and_lists_everything(files: dict[str, Any]) -> None:
    guide = files[f"package/ImplementationGuide-{NAME}.json"]
    listed = [resource["reference"]["reference"] for resource in guide["definition"]["resource"]]
    held = [each for name, each in files.items() if not name.endswith((".index.json", "package.json")) and each is not guide]

    assert [issue for issue in check_resource(guide, r4()) if issue.is_error] == []
    assert sorted(listed) == sorted(f"{each['resourceType']}/{each['id']}" for each in held)
    assert guide["packageId"] == NAME
    assert guide["publisher"] == RUNTIME.definitions[0]["publisher"]


def test_the_same_content_gives_the_same_bytes(package: Package) -> None:
    assert package_of(load(replace(Settings(), ai_label="both", zone="Europe/Berlin"))).content == package.content


def test_nothing_in_the_archive_differs_between_two_runs(package: Package) -> None:
    with tarfile.open(fileobj=BytesIO(gzip.decompress(package.content))) as archive:
        entries = archive.getmembers()

    assert {(entry.mtime, entry.uid, entry.gid, entry.uname, entry.gname, entry.mode) for entry in entries} == {
        (0, 0, 0, "", "", 0o644)
    }
    assert package.content[4:8] == b"\0\0\0\0"
    assert all(entry.name.startswith("package/") for entry in entries)


def test_a_package_of_few_things_is_a_package() -> None:
    made = make_package([SMALL], {}, base=BASE, version="1.2.3")
    files = files_of(made)

    assert made.file_name == f"{NAME}-1.2.3.tgz"
    assert files["package/package.json"]["author"] == "0731T FHIR adapter"
    assert files["package/.index.json"]["files"][1] == {
        "filename": "ValueSet-x.json",
        "resourceType": "ValueSet",
        "id": "x",
        "url": f"{BASE}/ValueSet/x",
        "version": "1",
    }
    assert files["package/example/.index.json"]["files"] == []


def test_the_registry_says_where_the_package_is() -> None:
    made = make_package([SMALL], {}, base=BASE, version="1.2.3")
    said = packument(made, "http://here/fhir/packages/p")

    assert said["dist-tags"] == {"latest": "1.2.3"}
    assert said["versions"]["1.2.3"]["dist"] == {
        "shasum": hashlib.sha1(made.content, usedforsecurity=False).hexdigest(),
        "tarball": "http://here/fhir/packages/p/1.2.3",
    }


def test_the_package_is_served(web: FlaskClient, package: Package) -> None:
    answer = web.get("/fhir/package.tgz")

    assert (answer.status_code, answer.data, answer.mimetype) == (200, package.content, "application/gzip")
    assert package.file_name in answer.headers["Content-Disposition"]
    assert package.digest in answer.headers["ETag"]


def test_a_package_client_finds_the_archive_by_the_registry(web: FlaskClient, package: Package) -> None:
    said = web.get(f"/fhir/packages/{NAME}").get_json()
    latest = said["versions"][said["dist-tags"]["latest"]]

    assert web.get(latest["dist"]["tarball"]).data == package.content


@pytest.mark.parametrize("path", ["other.package", f"{NAME}/9.9.9", "other.package/0.1.0"])
def test_another_package_is_not_here(web: FlaskClient, path: str) -> None:
    answer = web.get(f"/fhir/packages/{path}")

    assert answer.status_code == 404
    assert "the only one is" in answer.get_json()["issue"][0]["details"]["text"]


@pytest.mark.parametrize("path", ["/fhir/package.tgz", f"/fhir/packages/{NAME}", f"/fhir/packages/{NAME}/9"])
def test_a_query_parameter_that_does_nothing_is_refused(web: FlaskClient, path: str) -> None:
    assert web.get(path, query_string={"x": "1"}).status_code == 400


def test_the_command_line_writes_the_package(tmp_path: Path, package: Package) -> None:
    for wanted, file in ((tmp_path, tmp_path / package.file_name), (tmp_path / "own.tgz", tmp_path / "own.tgz")):
        done = CliRunner().invoke(package_command, ["--out", str(wanted)], standalone_mode=False)

        assert (done.return_value, done.output.strip()) == (0, str(file))
        assert file.read_bytes() == package.content
