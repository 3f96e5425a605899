"""The FHIR NPM package: definitions and examples as one archive, the same bytes for the same content.

Its form: https://confluence.hl7.org/display/FHIR/NPM+Package+Specification (terminology.md §2.3).
"""

import gzip
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha1, sha512
from html import escape
from io import BytesIO

from adapter.fhir.json import pretty_bytes
from adapter.fhir.resource import Element, Resource

NAME = "adapter.fhir.code0731t"
"""The name of the package: parts that begin with a letter, between dots."""

FHIR_VERSION = "4.0.1"
TITLE = "0731T FHIR adapter"
DESCRIPTION = "Code systems, value sets, concept maps and profiles for CPT code 0731T, with examples. All data is made up."
_LICENSE = "Apache-2.0"
_XHTML = "http://www.w3.org/1999/xhtml"
_INDEXED = ("id", "url", "version", "kind", "type", "supplements", "content", "valueSet", "derivation")
_SHARED = ("date", "publisher", "contact", "jurisdiction")


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package: its `manifest` is package.json, `content` the archive (gzip of tar)."""

    manifest: Resource
    content: bytes

    @property
    def version(self) -> str:
        """The version of the package."""
        return str(self.manifest["version"])

    @property
    def file_name(self) -> str:
        """What the archive is called as a file."""
        return f"{NAME}-{self.version}.tgz"

    @property
    def digest(self) -> str:
        """What tells these bytes from others, for an ETag."""
        return sha512(self.content).hexdigest()[:32]


def make_package(definitions: Sequence[Element], examples: Mapping[str, Element], *, base: str, version: str) -> Package:
    """The package of definitions (FHIR R4, each with an id) and of example Bundles by name; `base` is the canonical base.

    An ImplementationGuide that lists them all is added. There is no dependency but FHIR itself, so that it installs offline.
    """
    bundles = [{**example, "id": name} for name, example in sorted(examples.items())]
    guide = _guide(definitions, bundles, base=base, version=version)
    manifest = _manifest(guide, base)
    files = {
        "package/package.json": manifest,
        **_folder("package", [*definitions, guide]),
        **_folder("package/example", bundles),
    }
    return Package(manifest=manifest, content=_archive(files))


def packument(package: Package, address: str) -> Resource:
    """What the npm registry protocol says of a package that is served at an address (`…/packages/<name>`)."""
    tarball = f"{address}/{package.version}"
    shown = {name: package.manifest[name] for name in ("name", "version", "description", "canonical", "dependencies", "license")}
    distribution = {"shasum": sha1(package.content, usedforsecurity=False).hexdigest(), "tarball": tarball}
    entry = {**shown, "fhirVersion": "R4", "kind": "IG", "url": tarball, "dist": distribution}
    return {
        "_id": NAME,
        "name": NAME,
        "description": DESCRIPTION,
        "dist-tags": {"latest": package.version},
        "versions": {package.version: entry},
    }


def _manifest(guide: Element, base: str) -> Resource:
    return {
        "name": NAME,
        "version": guide["version"],
        "title": TITLE,
        "description": DESCRIPTION,
        "type": "fhir.ig",
        "canonical": base,
        "url": base,
        "fhirVersions": [FHIR_VERSION],
        "dependencies": {"hl7.fhir.r4.core": FHIR_VERSION},
        "author": guide.get("publisher", TITLE),
        "license": _LICENSE,
        "directories": {"lib": "package", "example": "example"},
    }


def _guide(definitions: Sequence[Element], bundles: Sequence[Element], *, base: str, version: str) -> Resource:
    """The ImplementationGuide (http://hl7.org/fhir/R4/implementationguide.html)."""
    shared = {name: definitions[0][name] for name in _SHARED if definitions and name in definitions[0]}
    return {
        "resourceType": "ImplementationGuide",
        "id": NAME,
        "text": {"status": "generated", "div": f'<div xmlns="{_XHTML}"><p>{escape(DESCRIPTION, quote=False)}</p></div>'},
        "url": f"{base}/ImplementationGuide/{NAME}",
        "version": version,
        "name": "Adapter0731T",
        "title": TITLE,
        "status": "active",
        "experimental": True,
        **shared,
        "description": DESCRIPTION,
        "packageId": NAME,
        "license": _LICENSE,
        "fhirVersion": [FHIR_VERSION],
        "definition": {"resource": [*_listed(definitions, is_example=False), *_listed(bundles, is_example=True)]},
    }


def _listed(resources: Sequence[Element], *, is_example: bool) -> Iterator[Resource]:
    for resource in resources:
        reference = f"{resource['resourceType']}/{resource['id']}"
        words = {name: resource[key] for name, key in (("name", "title"), ("description", "description")) if key in resource}
        yield {"reference": {"reference": reference}, **words, "exampleBoolean": is_example}


def _folder(path: str, resources: Sequence[Element]) -> dict[str, Element]:
    """The files of a folder by path: one for each resource, and the index."""
    named = {f"{resource['resourceType']}-{resource['id']}.json": resource for resource in resources}
    index = [{"filename": name, "resourceType": named[name]["resourceType"], **_index(named[name])} for name in sorted(named)]
    return {f"{path}/.index.json": {"index-version": 2, "files": index}} | {
        f"{path}/{name}": named[name] for name in sorted(named)
    }


def _index(resource: Element) -> Resource:
    return {name: resource[name] for name in _INDEXED if isinstance(resource.get(name), str)}


def _archive(files: Mapping[str, Element]) -> bytes:
    """Gzip of tar without anything that differs between two runs: no time, no owner."""
    tar = BytesIO()
    with tarfile.open(fileobj=tar, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path, content in files.items():
            written = pretty_bytes(dict(content))
            entry = tarfile.TarInfo(path)
            entry.size = len(written)
            archive.addfile(entry, BytesIO(written))
    packed = BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0) as archive_file:
        archive_file.write(tar.getvalue())
    return packed.getvalue()
