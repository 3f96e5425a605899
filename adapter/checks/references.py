"""Do the references of a Bundle lead somewhere, and are ids and full URLs what they should be."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from adapter.fhir.bundle import expression_roots
from adapter.fhir.table import ElementTable, packaged_table
from adapter.issues import Issue, IssueType, Severity

Resource = dict[str, Any]
_REFERENCE = re.compile(rb'"reference":"([^"\\]*)"')
_BUNDLE = "http://hl7.org/fhir/R4/bundle.html"
_REFERENCES = "http://hl7.org/fhir/R4/references.html"


def references_resolve(bundle: Resource, content: bytes) -> bool:
    """Whether all references in the bytes of a Bundle lead to one of its entries, by full URL or by type and id.

    A quotation mark within a text is escaped, so the pattern finds keys only.
    """
    known = {entry.get("fullUrl", "").encode() for entry in bundle.get("entry", ())}
    missing = {each for each in _REFERENCE.findall(content) if each not in known and not each.startswith(b"#")}
    return not missing or missing <= {f"{each.get('resourceType')}/{each.get('id')}".encode() for each in _resources(bundle)}


def reference_issues(bundle: Resource) -> Iterator[Issue]:
    """The references that lead nowhere, or to a resource of a type that is not allowed there."""
    types = {entry.get("fullUrl"): entry.get("resource", {}).get("resourceType") for entry in bundle.get("entry", ())}
    types.update({f"{each.get('resourceType')}/{each.get('id')}": each.get("resourceType") for each in _resources(bundle)})
    table = packaged_table()
    for entry, root in zip(bundle.get("entry", ()), expression_roots(bundle), strict=True):
        resource = entry.get("resource", {})
        contained = {f"#{each.get('id')}": each.get("resourceType") for each in resource.get("contained", ())} | {"#": None}
        for path, targets, reference in _references(table, resource):
            if reference not in types and reference not in contained:
                text = "the reference leads to nothing in this Bundle; add the resource or take the reference out"
                yield _issue("unresolved", text, f"{root}{path}", _REFERENCES)
            elif not _allowed(types.get(reference) or contained.get(reference), targets):
                text = "a resource of this type can not stand here; allowed are: " + ", ".join(targets)
                yield _issue("target", text, f"{root}{path}", _REFERENCES)


def entry_issues(bundle: Resource) -> Iterator[Issue]:
    """Ids and full URLs that are not unique, and entries of a transaction without a request (bdl-3, bdl-7)."""
    entries = bundle.get("entry", ())
    full_urls = Counter(entry.get("fullUrl") for entry in entries)
    ids = Counter(f"{each.get('resourceType')}/{each.get('id')}" for each in _resources(bundle) if each.get("id"))
    for place, entry in enumerate(entries):
        here = f"Bundle.entry[{place}]"
        resource = entry.get("resource", {})
        if full_urls[entry.get("fullUrl")] > 1:
            yield _issue("bdl-7", "another entry has the same full URL", f"{here}.fullUrl", _BUNDLE)
        if ids[f"{resource.get('resourceType')}/{resource.get('id')}"] > 1:
            yield _issue("id", "another entry has a resource of this type and id", f"{here}.resource.id", _BUNDLE)
        if bundle.get("type") in ("transaction", "batch") and "request" not in entry:
            yield _issue("bdl-3", "an entry of a transaction needs a request", here, _BUNDLE)


def _resources(bundle: Resource) -> list[Resource]:
    return [entry["resource"] for entry in bundle.get("entry", ()) if "resource" in entry]


def _references(table: ElementTable, resource: Resource) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """(path within the resource, allowed targets, reference) of all literal references."""

    def walk(value: object, kind: str, path: str, targets: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...], str]]:  # noqa: PLR0917
        if isinstance(value, list):
            for place, child in enumerate(value):
                yield from walk(child, kind, f"{path}[{place}]", targets)
        elif isinstance(value, dict) and kind == "Reference" and isinstance(value.get("reference"), str):
            yield f"{path}.reference", targets, value["reference"]
        elif isinstance(value, dict) and kind in table:
            for name, child in value.items():
                element = table[kind].elements.get(name)
                if element is not None and isinstance(child, dict | list):
                    yield from walk(child, element.type, f"{path}.{name}", element.targets)

    yield from walk(resource, resource.get("resourceType", ""), "", ())


def _allowed(name: str | None, targets: tuple[str, ...]) -> bool:
    return name is None or not targets or name in targets or "Resource" in targets


def _issue(check: str, text: str, expression: str, source: str) -> Issue:  # noqa: PLR0917 - what every issue here has
    return Issue(
        severity=Severity.ERROR,
        code=IssueType.INVALID,
        rule=f"reference/{check}",
        text=text,
        expression=(expression,),
        source=source,
    )


__all__ = ["entry_issues", "reference_issues", "references_resolve"]
