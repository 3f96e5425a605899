"""Makes `adapter/terminology/r4.json`: FHIR's own code systems and value sets, as far as bindings of the release name them.

    python scripts/make_fhir_terminology.py                # fetches the jar with Maven
    python scripts/make_fhir_terminology.py --jars FOLDER  # reads a jar that is already there

Codes, displays, hierarchy and what is abstract or no longer used; no definitions, designations or prose. The source is the jar of
official definitions that `make_element_table.py` reads; the same jar gives the same bytes. FHIR is in the public domain (CC0).
"""

import argparse
import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from make_element_table import GROUP, HAPI, fetch_jars, read_definitions
from value_set_expansion import Node, many

OUTPUT = Path(__file__).parent.parent / "adapter" / "terminology" / "r4.json"
OF_HL7 = ("http://hl7.org/fhir/", "http://terminology.hl7.org/")
STRENGTHS = {"required", "extensible"}
HEAD = ("id", "url", "version", "name", "title", "status", "date", "publisher")
TRUTH = {"true": True, "false": False}


def bound_value_sets(structures: Mapping[str, Node]) -> set[str]:
    """The value sets behind required and extensible bindings."""
    elements = (element for structure in structures.values() for element in many(structure["snapshot"]["element"]))
    bindings = (element.get("binding", {}) for element in elements)
    return {
        binding["valueSet"].partition("|")[0]
        for binding in bindings
        if binding.get("strength") in STRENGTHS and "valueSet" in binding
    }


def parts_of(value_set: Node) -> list[Node]:
    """The includes and excludes of a value set."""
    compose = value_set.get("compose", {})
    return [*many(compose.get("include")), *many(compose.get("exclude"))]


def with_imported(urls: set[str], value_sets: Mapping[str, Node]) -> dict[str, Node]:
    """The value sets of these URLs, and those that they import."""
    kept: dict[str, Node] = {}
    open_urls = sorted(urls)
    while open_urls:
        url = open_urls.pop()
        if url in value_sets and url not in kept:
            kept[url] = value_sets[url]
            open_urls += [name.partition("|")[0] for part in parts_of(kept[url]) for name in many(part.get("valueSet"))]
    return kept


def head_of(node: Node, kind: str) -> Node:
    """What every definition begins with; none of FHIR's own is an experiment."""
    return {"resourceType": kind, **{name: node[name] for name in HEAD if name in node}}


def code_system(node: Node) -> Node:
    """A CodeSystem with its facts."""
    properties = [{name: each[name] for name in ("code", "uri", "type") if name in each} for each in many(node.get("property"))]
    facts = {
        "caseSensitive": TRUTH[node.get("caseSensitive", "true")],
        "valueSet": node.get("valueSet"),
        "hierarchyMeaning": node.get("hierarchyMeaning"),
        "content": node["content"],
        "property": properties,
        "concept": [concept(each) for each in many(node.get("concept"))],
    }
    return head_of(node, "CodeSystem") | {name: value for name, value in facts.items() if value not in (None, [])}


def concept(node: Node) -> Node:
    """A concept with display, properties and what is below it."""
    facts = {
        "code": node["code"],
        "display": node.get("display"),
        "property": list(properties_of(node)),
        "concept": [concept(each) for each in many(node.get("concept"))],
    }
    return {name: value for name, value in facts.items() if value not in (None, [])}


def properties_of(node: Node) -> Iterator[Node]:
    """The properties of a concept; XML has all values as text."""
    for each in many(node.get("property")):
        yield {name: TRUTH[value] if name == "valueBoolean" else value for name, value in each.items()}


def value_set(node: Node) -> Node:
    """A ValueSet with its compose."""
    compose = node.get("compose", {})
    parts = {name: [part(each) for each in many(compose.get(name))] for name in ("include", "exclude")}
    return head_of(node, "ValueSet") | {"compose": {name: value for name, value in parts.items() if value}}


def part(node: Node) -> Node:
    """An include or exclude."""
    concepts = [{name: each[name] for name in ("code", "display") if name in each} for each in many(node.get("concept"))]
    facts = {
        "system": node.get("system"),
        "version": node.get("version"),
        "concept": concepts,
        "filter": many(node.get("filter")),
        "valueSet": many(node.get("valueSet")),
    }
    return {name: value for name, value in facts.items() if value not in (None, [])}


def make_terminology(jar: Path) -> str:
    """All of it as JSON text, one definition a line, so that a change can be read."""
    definitions = read_definitions(jar, "R4")
    value_sets = with_imported(bound_value_sets(definitions.structures), definitions.value_sets)
    systems = {str(each["system"]) for kept in value_sets.values() for each in parts_of(kept) if "system" in each}
    held = [
        definitions.code_systems[url] for url in sorted(systems) if url in definitions.code_systems and url.startswith(OF_HL7)
    ]
    rows = [*map(code_system, held), *(value_set(value_sets[url]) for url in sorted(value_sets))]
    return "[\n" + ",\n".join(json.dumps(row, separators=(",", ":"), ensure_ascii=False) for row in rows) + "\n]\n"


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--jars", type=Path, help="folder with the jar; without it Maven fetches it")
    given: Path | None = parser.parse_args().jars
    with tempfile.TemporaryDirectory() as temporary:
        folder = given or Path(temporary)
        if given is None:
            fetch_jars(folder)
        text = make_terminology(folder / f"hapi-fhir-validation-resources-r4-{HAPI}.jar")
    OUTPUT.write_text(text, encoding="utf-8")
    print(f"{OUTPUT.name}: {len(text.encode())} bytes from {GROUP}")


if __name__ == "__main__":
    main()
