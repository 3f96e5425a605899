"""Makes the element tables `adapter/fhir/r4.json` and `r5.json` from the official FHIR definitions inside HAPI's Maven artifacts.

    python scripts/make_element_table.py                # fetches the two jars with Maven
    python scripts/make_element_table.py --jars FOLDER  # reads jars that are already there

All resource types of a release, with what belongs to the summary (Σ) and the invariants. Facts only: of what HL7 says in words
there is one sentence per invariant. How a table is read is told by `adapter/fhir/table.py`. The same jars give the same bytes.
"""

import argparse
import hashlib
import io
import json
import subprocess
import tarfile
import tempfile
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from value_set_expansion import KINDS, STRUCTURE, Definitions, Expansion, Node, many

GROUP = "ca.uhn.hapi.fhir"
HAPI = "8.8.0"
OUTPUT = Path(__file__).parent.parent / "adapter" / "fhir"
RELEASES = {"R4": "4.0.1", "R5": "5.0.0"}

R4_FILES = tuple(
    f"org/hl7/fhir/r4/model/{name}.xml"
    for name in (
        "profile/profiles-types",
        "profile/profiles-resources",
        "valueset/valuesets",
        "valueset/v2-tables",
        "valueset/v3-codesystems",
    )
)
# Later packages do not replace what an earlier one defines.
R5_FILES = tuple(f"org/hl7/fhir/r5/packages/{name}.tgz" for name in ("hl7.fhir.r5.core-5.0.0", "hl7.terminology-5.1.0"))

FHIR_TYPE = STRUCTURE + "structuredefinition-fhir-type"
REGEX = STRUCTURE + "regex"
BINDABLE = {"code", "string", "uri", "Coding", "CodeableConcept", "CodeableReference"}
BEST_PRACTICE = STRUCTURE + "elementdefinition-bestpractice"
INHERITED = {"ele-1": "Element", "ext-1": "Extension"}  # stands again at every element; kept where it is at home

# What the definitions say by mistake, and what they mean.
ID_PATH = "Resource.id"  # R4 has type string in the definition, id in the specification (https://hl7.org/fhir/R4/resource.html)
STRAY = "{1,9}})?", "{1,9})?"  # R5's decimal ends in a stray brace, so that 1e5 would be none


def from_xml(element: ET.Element) -> Any:  # noqa: ANN401 - JSON
    """FHIR XML as JSON in which an element that occurs once is not in a list; narrative is left out."""
    if "value" in element.attrib and not any(child.tag.endswith("}value") for child in element):
        return element.get("value")
    node: Node = {"url": element.get("url")} if "url" in element.attrib else {}
    for child in element:
        name = child.tag.rpartition("}")[2]
        if child.tag.startswith("{http://hl7.org/fhir}") and name != "text":
            value = from_xml(child)
            node[name] = [*many(node[name]), value] if name in node else value
    return node


def read_bundle(content: bytes) -> Iterator[tuple[str, Node]]:
    """The resources of a FHIR XML bundle, with their types."""
    for resource in ET.fromstring(content).iter("{http://hl7.org/fhir}resource"):  # noqa: S314 - a file that HL7 published
        for inner in resource:
            yield inner.tag.rpartition("}")[2], from_xml(inner)


def read_package(content: bytes) -> Iterator[tuple[str, Node]]:
    """The resources of an npm package of FHIR JSON, with their types."""
    with tarfile.open(fileobj=io.BytesIO(content)) as package:
        for member in package:
            name = member.name.removeprefix("package/")
            if name.startswith(("StructureDefinition-", "ValueSet-", "CodeSystem-")) and (file := package.extractfile(member)):
                yield name.partition("-")[0], json.load(file)


def read_definitions(jar: Path, release: str) -> Definitions:
    """All definitions in a jar."""
    files, read = (R4_FILES, read_bundle) if release == "R4" else (R5_FILES, read_package)
    definitions = Definitions()
    with zipfile.ZipFile(jar) as archive:
        for name in files:
            for kind, node in read(archive.read(name)):
                definitions.add(kind, node)
    return definitions


def extension_value(node: Node, url: str) -> str | None:
    """The value of an extension."""
    values = (next(iter(v for k, v in each.items() if k != "url")) for each in many(node.get("extension")) if each["url"] == url)
    return next(values, None)


def type_code(element: Node, node: Node) -> str:
    """The FHIR type of an element's type: `http://hl7.org/fhirpath/System.String` is an id, a url or a string."""
    if element.get("base", {}).get("path") == ID_PATH:
        return "id"
    code: str = node["code"]
    return extension_value(node, FHIR_TYPE) or "string" if code.startswith("http://hl7.org/fhirpath/") else code


def targets_of(node: Node) -> list[str]:
    """The resource types that a Reference or canonical may point at; none for any."""
    named = [url.partition("|")[0].removeprefix(STRUCTURE) for url in many(node.get("targetProfile"))]
    return [] if "Resource" in named else sorted(set(named))


def fixed_of(element: Node) -> Any:  # noqa: ANN401 - JSON
    """The fixed or pattern value of an element."""
    return next((value for name, value in element.items() if name.startswith(("fixed", "pattern"))), None)


def constraints_of_whole(structure: Node) -> list[Node]:
    """The invariants of a type or profile as such, not of its elements."""
    return many(many(structure["snapshot"]["element"])[0].get("constraint"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """Makes the rows of a table; `types` and `codes` grow as types are asked for."""

    definitions: Definitions
    expansion: Expansion
    types: dict[str, Node] = field(default_factory=dict)
    rows: dict[str, dict[str, list[Any]]] = field(default_factory=dict)
    codes: dict[str, dict[str, list[str]] | None] = field(default_factory=dict)
    summary: dict[str, list[str]] = field(default_factory=dict)
    constraints: dict[str, list[list[str]]] = field(default_factory=dict)

    def add(self, name: str) -> None:
        """Add a type, the types that it is made of and the type that it is based on."""
        if name in self.rows or "." in name:
            return
        structure = self.definitions.structures[name]
        base = structure.get("baseDefinition", "").removeprefix(STRUCTURE) or None
        if base:
            self.add(base)
        elements = many(structure["snapshot"]["element"])
        nested = [element for element in elements[1:] if self.is_nested(element)]
        self.start(name, kind=KINDS[structure["kind"]], base=base, pattern=self.pattern(elements))
        for each in nested:
            self.start(each["path"], kind="backbone", base=many(each["type"])[0]["code"], pattern=None)
        for element in elements:
            self.add_constraints(element, base=base)
        for element in elements[1:]:
            self.add_element(element, primitive=structure["kind"] == "primitive-type")

    def start(self, name: str, *, kind: str, base: str | None, pattern: str | None) -> None:
        """Begin a type that has no elements yet."""
        self.types[name] = {"kind": kind, "base": base, "pattern": pattern}
        self.rows[name] = {}

    def is_nested(self, element: Node) -> bool:
        """Whether an element has a backbone type of its own."""
        return (
            any(each["code"] in {"BackboneElement", "Element"} for each in many(element.get("type"))) and "." in element["path"]
        )

    def pattern(self, elements: list[Node]) -> str | None:
        """The regular expression of a primitive."""
        value = next((element for element in elements if element["path"].endswith(".value")), {})
        found = next((found for each in many(value.get("type")) if (found := extension_value(each, REGEX))), None)
        return found.replace(*STRAY) if found else None

    def add_element(self, element: Node, *, primitive: bool) -> None:
        """Add an element to its type; one that must not occur is left out."""
        owner, _, name = element["path"].rpartition(".")
        if element["max"] == "0" or (primitive and name == "value"):
            return
        types = self.types_of(element)
        maximum = None if element["max"] == "*" else int(element["max"])
        row = [name, types if name.endswith("[x]") else types[0], int(element["min"]), maximum]
        facts = self.facts(element, types)
        self.rows[owner][name] = [*row, facts] if facts else row
        if str(element.get("isSummary", False)).lower() == "true":
            self.summary.setdefault(owner, []).append(name)
        for each in types:
            self.add(each)

    def add_constraints(self, element: Node, *, base: str | None) -> None:
        """Keep the invariants of an element, or of a type as such, that its base does not have already."""
        path: str = element["path"]
        above = {row[0] for row in self.constraints_of(base)} if "." not in path else set[str]()
        for each in [*many(element.get("constraint")), *self.constraints_of_profiles(element)]:
            key = each["key"]
            if "expression" in each and key not in above and INHERITED.get(key, path) == path:
                severity = "information" if extension_value(each, BEST_PRACTICE) else each["severity"]
                self.constraints.setdefault(path, []).append([key, severity, " ".join(each["human"].split()), each["expression"]])

    def constraints_of_profiles(self, element: Node) -> Iterator[Node]:
        """The invariants that an element has by the profiles of its types: a SimpleQuantity has no comparator."""
        for each in many(element.get("type")):
            for profile in filter(self.definitions.profiles.__contains__, many(each.get("profile"))):
                of_type = {constraint["key"] for constraint in constraints_of_whole(self.definitions.structures[each["code"]])}
                stated = constraints_of_whole(self.definitions.profiles[profile])
                yield from (constraint for constraint in stated if constraint["key"] not in of_type)

    def constraints_of(self, name: str | None) -> list[list[str]]:
        """The invariants of a type and of its bases."""
        if name is None:
            return []
        return [*self.constraints.get(name, []), *self.constraints_of(self.types[name]["base"])]

    def types_of(self, element: Node) -> list[str]:
        """The types of an element, backbone types by path."""
        if "contentReference" in element:
            return [element["contentReference"].rpartition("#")[2]]
        if self.is_nested(element):
            self.add(many(element["type"])[0]["code"])
            return [element["path"]]
        return list(dict.fromkeys(type_code(element, each) for each in many(element["type"])))

    def facts(self, element: Node, types: list[str]) -> Node:
        """What an element has beyond name, type and cardinality."""
        targets = {each["code"]: found for each in many(element.get("type")) if (found := targets_of(each))}
        facts = {"targets": targets or None, "codes": self.bound(element, types), "fixed": fixed_of(element)}
        return {name: value for name, value in facts.items() if value is not None}

    def bound(self, element: Node, types: list[str]) -> str | None:
        """The value set of a required binding; its codes are kept beside."""
        binding = element.get("binding", {})
        if binding.get("strength") != "required" or not BINDABLE.intersection(types):
            return None
        url: str = binding["valueSet"].partition("|")[0]
        if url not in self.codes:
            self.codes[url] = self.expansion.expand(url)
        return url

    def type_row(self, name: str) -> list[Any]:
        """A type as kind, base, pattern and elements; an element that is the base's own is only named."""
        made = self.types[name]
        inherited = self.rows.get(made["base"], {})
        rows = [key if inherited.get(key) == row else row for key, row in self.rows[name].items()]
        return [made["kind"], made["base"], made["pattern"], rows]


def to_text(header: Node, sections: dict[str, Node]) -> str:
    """JSON with one line per type and per value set, so that a change can be read."""
    lines = [f"{dump(name)}:{dump(value)}" for name, value in header.items()]
    for name, section in sections.items():
        rows = ",\n".join(f"{dump(key)}:{dump(section[key])}" for key in sorted(section))
        lines.append(f"{dump(name)}:{{\n{rows}\n}}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def dump(value: object) -> str:
    """Compact JSON."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def make_table(jar: Path, release: str) -> str:
    """The table of a release as JSON text."""
    definitions = read_definitions(jar, release)
    versions = {structure["fhirVersion"] for structure in definitions.structures.values()}
    if versions != {RELEASES[release]}:
        message = f"{jar.name} defines {versions}, not {RELEASES[release]}"
        raise SystemExit(message)
    maker = Maker(definitions=definitions, expansion=Expansion(definitions=definitions))
    resources = concrete_resources(definitions)
    for name in [*resources, "Element", "Extension", "xhtml", *primitives(definitions)]:
        maker.add(name)
    artifact = f"{GROUP}:hapi-fhir-validation-resources-{release.lower()}:{HAPI}"
    source = {"artifact": artifact, "sha256": hashlib.sha256(jar.read_bytes()).hexdigest()}
    header = {"release": release, "version": RELEASES[release], "source": source, "resources": resources}
    rows = {name: maker.type_row(name) for name in maker.types}
    sections: dict[str, Node] = {"codes": maker.codes, "types": rows, "summary": maker.summary, "constraints": maker.constraints}
    return to_text(header, sections)


def concrete_resources(definitions: Definitions) -> list[str]:
    """The resource types of a release that are not abstract."""
    concrete = (name for name, each in definitions.structures.items() if str(each.get("abstract")).lower() != "true")
    return sorted(name for name in concrete if definitions.structures[name]["kind"] == "resource")


def primitives(definitions: Definitions) -> list[str]:
    """The primitive types of a release."""
    return sorted(name for name, each in definitions.structures.items() if each["kind"] == "primitive-type")


def fetch_jars(folder: Path) -> None:
    """Fetch the jars with Maven, from wherever it is configured to look."""
    for release in RELEASES:
        artifact = f"{GROUP}:hapi-fhir-validation-resources-{release.lower()}:{HAPI}"
        options = [f"-Dartifact={artifact}", f"-DoutputDirectory={folder}", "-Dmdep.useBaseVersion=true"]
        subprocess.run(["mvn", "--batch-mode", "--quiet", "dependency:copy", *options], check=True)


def main() -> None:
    """Write both tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--jars", type=Path, help="folder with the two jars; without it Maven fetches them")
    given: Path | None = parser.parse_args().jars
    with tempfile.TemporaryDirectory() as temporary:
        folder = given or Path(temporary)
        if given is None:
            fetch_jars(folder)
        for release in RELEASES:
            text = make_table(folder / f"hapi-fhir-validation-resources-{release.lower()}-{HAPI}.jar", release)
            file = OUTPUT / f"{release.lower()}.json"
            file.write_text(text, encoding="utf-8")
            print(f"{file.name}: {len(text.encode())} bytes")


if __name__ == "__main__":
    main()
