"""Makes the element tables `adapter/fhir/r4.json` and `r5.json` from the official FHIR definitions inside HAPI's Maven artifacts.

    python scripts/make_element_table.py                # fetches the two jars with Maven
    python scripts/make_element_table.py --jars FOLDER  # reads jars that are already there

Facts only: element order, cardinality, types, patterns, targets and codes; no descriptions. How a table is read is told by
`adapter/fhir/table.py`. The same jars give the same bytes.
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

Node = dict[str, Any]

GROUP = "ca.uhn.hapi.fhir"
HAPI = "8.8.0"
OUTPUT = Path(__file__).parent.parent / "adapter" / "fhir"
RELEASES = {"R4": "4.0.1", "R5": "5.0.0"}
LARGEST = 400_000

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

RESOURCE_LINES = (
    "Organization Practitioner PractitionerRole Patient RelatedPerson Coverage Encounter Consent Device Media DocumentReference",
    "Location Questionnaire QuestionnaireResponse Observation Procedure DiagnosticReport Condition ServiceRequest Claim",
    "Provenance CodeSystem ValueSet ConceptMap StructureDefinition CapabilityStatement TerminologyCapabilities OperationOutcome",
    "Parameters Bundle ImplementationGuide TestReport Binary Basic",
)
RESOURCES = [name for line in RESOURCE_LINES for name in line.split()]
ABSENT = {"R4": (), "R5": ("Media",)}

STRUCTURE = "http://hl7.org/fhir/StructureDefinition/"
FHIR_TYPE = STRUCTURE + "structuredefinition-fhir-type"
REGEX = STRUCTURE + "regex"
BINDABLE = {"code", "string", "uri", "Coding", "CodeableConcept", "CodeableReference"}
KINDS = {"primitive-type": "primitive", "complex-type": "complex", "resource": "resource"}
PARENT = {"parent", "subsumedBy"}

# What the definitions say by mistake, and what they mean.
ID_PATH = "Resource.id"  # R4 has type string in the definition, id in the specification (https://hl7.org/fhir/R4/resource.html)
STRAY = "{1,9}})?", "{1,9})?"  # R5's decimal ends in a stray brace, so that 1e5 would be none


def many(value: object) -> list[Any]:
    """XML does not say what is a list."""
    return [] if value is None else value if isinstance(value, list) else [value]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Definitions:
    """The definitions of a release: structures by type name, value sets and code systems by URL."""

    structures: dict[str, Node] = field(default_factory=dict)
    value_sets: dict[str, Node] = field(default_factory=dict)
    code_systems: dict[str, Node] = field(default_factory=dict)

    def add(self, kind: str, node: Node) -> None:
        """Keep a definition unless an earlier file made it; profiles are not kept."""
        if kind == "StructureDefinition":
            if node["kind"] in KINDS and node.get("derivation") != "constraint":
                self.structures.setdefault(node["type"], node)
        elif kind == "ValueSet":
            self.value_sets.setdefault(node["url"], node)
        elif kind == "CodeSystem":
            self.code_systems.setdefault(node["url"], node)


def read_definitions(jar: Path, release: str) -> Definitions:
    """All definitions in a jar."""
    files, read = (R4_FILES, read_bundle) if release == "R4" else (R5_FILES, read_package)
    definitions = Definitions()
    with zipfile.ZipFile(jar) as archive:
        for name in files:
            for kind, node in read(archive.read(name)):
                definitions.add(kind, node)
    return definitions


class NotEnumerable(Exception):  # noqa: N818 - an outcome, not an error
    """The codes of a value set are not listed in the definitions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """Value sets as codes by system."""

    definitions: Definitions

    def expand(self, url: str) -> dict[str, list[str]] | None:
        """Sorted codes by system, or nothing when the codes cannot be listed."""
        try:
            codes = self.codes(url.partition("|")[0])
        except NotEnumerable:
            return None
        by_system: dict[str, list[str]] = {}
        for system, code in sorted(codes):
            by_system.setdefault(system, []).append(code)
        return by_system

    def codes(self, url: str) -> set[tuple[str, str]]:
        """The (system, code) pairs of a value set; raises NotEnumerable."""
        if url not in self.definitions.value_sets:
            raise NotEnumerable(url)
        compose = self.definitions.value_sets[url].get("compose", {})
        included = [self.included(part) for part in many(compose.get("include"))]
        excluded = [self.included(part) for part in many(compose.get("exclude"))]
        if not included:
            raise NotEnumerable(url)
        return set[tuple[str, str]]().union(*included).difference(*excluded)

    def included(self, part: Node) -> set[tuple[str, str]]:
        """What fulfils every condition of an include (http://hl7.org/fhir/R4/valueset.html#compositions)."""
        found = [self.codes(url.partition("|")[0]) for url in many(part.get("valueSet"))]
        if "system" in part:
            found.append({(part["system"], code) for code in self.of_system(part)})
        return set.intersection(*found)

    def of_system(self, part: Node) -> set[str]:
        """The codes that an include takes from its code system; only those that may be chosen."""
        if "concept" in part:
            return {concept["code"] for concept in many(part["concept"])}
        system = self.definitions.code_systems.get(part["system"].partition("|")[0])
        if system is None or system["content"] != "complete":
            raise NotEnumerable(part["system"])
        concepts = list(concepts_of(many(system.get("concept")), frozenset()))
        parents = {concept["code"]: above for concept, above in concepts}
        selectable = {concept["code"] for concept, _ in concepts if is_selectable(concept)}
        return selectable.intersection(*(filtered(parents, each) for each in many(part.get("filter"))))


def concepts_of(concepts: list[Node], above: frozenset[str]) -> Iterator[tuple[Node, frozenset[str]]]:
    """Each concept with the codes directly above it, whether by nesting or by a property."""
    for concept in concepts:
        named = {item["valueCode"] for item in many(concept.get("property")) if item["code"] in PARENT}
        yield concept, above | named
        yield from concepts_of(many(concept.get("concept")), frozenset({concept["code"]}))


def is_selectable(concept: Node) -> bool:
    """Whether a concept may be used, or is for grouping only (http://hl7.org/fhir/R4/codesystem-concept-properties.html)."""
    flags = (item["valueBoolean"] for item in many(concept.get("property")) if item["code"] == "notSelectable")
    return str(next(flags, False)).lower() == "false"


def filtered(parents: dict[str, frozenset[str]], condition: Node) -> set[str]:
    """The codes that fulfil a filter (http://hl7.org/fhir/R4/valueset-filter-operator.html)."""
    root = condition["value"]
    match condition["property"], condition["op"]:
        case "concept" | "code", "is-a":
            return {root} | below(parents, root)
        case "concept" | "code", "descendent-of":
            return below(parents, root)
        case "concept" | "code", "is-not-a":
            return set(parents) - {root} - below(parents, root)
        case other:
            raise NotImplementedError(other)


def below(parents: dict[str, frozenset[str]], root: str) -> set[str]:
    """The codes below a code, at any depth."""
    found = {root}
    while more := {code for code, above in parents.items() if above & found} - found:
        found |= more
    return found - {root}


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """Makes the rows of a table; `types` and `codes` grow as types are asked for."""

    definitions: Definitions
    expansion: Expansion
    types: dict[str, Node] = field(default_factory=dict)
    rows: dict[str, dict[str, list[Any]]] = field(default_factory=dict)
    codes: dict[str, dict[str, list[str]] | None] = field(default_factory=dict)

    def add(self, name: str) -> None:
        """Add a type, the types that it is made of and the type that it is based on."""
        if name in self.rows or "." in name:
            return
        structure = self.definitions.structures[name]
        base = structure.get("baseDefinition", "").removeprefix(STRUCTURE) or None
        if base:
            self.add(base)
        elements = many(structure["snapshot"]["element"])
        nested = [each for each in elements[1:] if self.is_nested(each)]
        self.start(name, kind=KINDS[structure["kind"]], base=base, pattern=self.pattern(elements))
        for each in nested:
            self.start(each["path"], kind="backbone", base=many(each["type"])[0]["code"], pattern=None)
        for each in elements[1:]:
            self.add_element(each, primitive=structure["kind"] == "primitive-type")

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
        value = next((each for each in elements if each["path"].endswith(".value")), {})
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
        for each in types:
            self.add(each)

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
    versions = {each["fhirVersion"] for each in definitions.structures.values()}
    if versions != {RELEASES[release]}:
        message = f"{jar.name} defines {versions}, not {RELEASES[release]}"
        raise SystemExit(message)
    maker = Maker(definitions=definitions, expansion=Expansion(definitions=definitions))
    resources = [name for name in RESOURCES if name not in ABSENT[release]]
    for name in [*resources, "Element", "Extension", "xhtml", *primitives(definitions)]:
        maker.add(name)
    artifact = f"{GROUP}:hapi-fhir-validation-resources-{release.lower()}:{HAPI}"
    source = {"artifact": artifact, "sha256": hashlib.sha256(jar.read_bytes()).hexdigest()}
    header = {"release": release, "version": RELEASES[release], "source": source, "resources": sorted(resources)}
    return to_text(header, {"codes": maker.codes, "types": {name: maker.type_row(name) for name in maker.types}})


def primitives(definitions: Definitions) -> list[str]:
    """The primitive types of a release."""
    return sorted(name for name, each in definitions.structures.items() if each["kind"] == "primitive-type")


def fetch_jars(folder: Path) -> None:
    """Fetch the jars with Maven, from wherever it is configured to look."""
    for release in RELEASES:
        artifact = f"{GROUP}:hapi-fhir-validation-resources-{release.lower()}:{HAPI}"
        options = [f"-Dartifact={artifact}", f"-DoutputDirectory={folder}", "-Dmdep.useBaseVersion=true"]
        subprocess.run(["mvn", "--batch-mode", "--quiet", "dependency:copy", *options], check=True)  # noqa: S603, S607 - our own command


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
