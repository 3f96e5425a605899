"""Writes docs/identity.md: its tables come from the maps and from the rules of merging, its HTTP from a run.

python scripts/make_identity_page.py
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import responses
import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from adapter.assembly import load  # noqa: E402 - found through the line above
from adapter.client import FhirClient, Sender  # noqa: E402 - as above
from adapter.client.ownership_table import Meeting, OwnershipRule, rule_of  # noqa: E402 - as above
from adapter.conversion import Options  # noqa: E402 - as above
from adapter.distribution import inputs_of  # noqa: E402 - as above
from adapter.fhir.ownership import SHARED_TYPES  # noqa: E402 - as above
from adapter.fhir.table import packaged_table  # noqa: E402 - as above
from adapter.readers.document import Document  # noqa: E402 - as above
from adapter.settings import Settings  # noqa: E402 - as above
from tests.fake_fhir import BASE, FakeFhir  # noqa: E402 - as above

_TRANSACTION = "POST [base]"
TEMPLATE = ROOT / "scripts" / "identity.template.md"
PAGE = ROOT / "docs" / "identity.md"
EXAMPLE = ROOT / "fhir_examples" / "infant-final-report"
MATCHED = {
    "Patient": ("the MRN with its system", "yes, if they use the same system for it"),
    "Practitioner": ("the NPI; without one, our own key", "by NPI"),
    "PractitionerRole": ("our own key", "no: FHIR has no identifier for a person's place at an organization"),
    "Organization": ("the NPI; without one, our own key", "by NPI; a payer that is known only by our own key is not"),
    "Coverage": ("our own key, of payer and member number", "no: a member number would need the payer's own system"),
    "RelatedPerson": ("our own key, of the patient", "no: neither guardian nor insured has a number of their own"),
    "Encounter": ("the visit number with its system", "yes, if they use the same system for it"),
    "Device": ("our own key, of vendor, product and versions", "no"),
}


def document() -> str:
    """The page as it should be."""
    parts = {
        "shared": ", ".join(sorted(SHARED_TYPES)),
        "matched": "".join(f"| {kind} | {by} | {known} |\n" for kind, (by, known) in MATCHED.items()),
        "identities": "".join(identities()),
        "elements": "\n".join(element_tables()),
        "base": BASE,
        "run": "".join(run()),
    }
    page = TEMPLATE.read_text("utf-8")
    for name, part in parts.items():
        page = page.replace(f"{{{{{name}}}}}", part)
    return page


def identities() -> Iterator[str]:
    """A row for each map: what its id is made from."""
    for file in sorted((ROOT / "mappings" / "fhir" / "r4").glob("*.yaml")):
        for tree in yaml.safe_load_all(file.read_text("utf-8")):
            identity = (tree.get("resource") or {}).get("id")
            if identity:
                expression = " ".join(str(identity).removeprefix("=").split()).replace("|", "\\|")
                yield f"| {tree['map']} | {tree['target']} | `{expression}` |\n"


def element_tables() -> Iterator[str]:
    """For each type that is shared a table of its elements, those with one rule in one row."""
    table = packaged_table("R4")
    for kind in sorted(SHARED_TYPES):
        rules = {name: rule_of(table, kind, element) for name, element in table[kind].elements.items()}
        yield f"**{kind}**\n\n| elements | what becomes of them |\n|---|---|\n" + "".join(_rows(rules))


def _rows(rules: dict[str, OwnershipRule]) -> Iterator[str]:
    named: dict[str, list[str]] = {}
    for name, rule in rules.items():
        named.setdefault(_words(rule), []).append(f"`{name}`")
    return (f"| {', '.join(names)} | {words} |\n" for words, names in named.items())


def _words(rule: OwnershipRule) -> str:
    if rule.meeting is not Meeting.ITEMS:
        return rule.meeting.value
    if not rule.key:
        return "items of both"
    how = "member by member" if rule.by_member else "as a whole"
    return f"items of both; the same {' and '.join(rule.key)}: ours replaces it {how}"


def run() -> Iterator[str]:
    """What is asked of a server that holds the patient."""
    bundle = _bundle()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        server = FakeFhir(mock)
        server.hold(_held(bundle))
        sender = Sender(client=FhirClient(BASE), shared="merge")
        sender.client.capabilities()
        sender.send(bundle)
    yield from _shown(server.asked, server.transaction)


def _bundle() -> dict[str, Any]:
    documents = [Document(name=file.name, content=file.read_bytes()) for file in inputs_of(EXAMPLE)]
    content = load(Settings()).pipeline.convert(documents, Options()).content
    bundle: dict[str, Any] = json.loads(content or b"")
    return bundle


def _held(bundle: dict[str, Any]) -> dict[str, Any]:
    (patient,) = [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == "Patient"]
    email = [{"system": "email", "value": "family@home.example"}]
    return {"resourceType": "Patient", "id": "4711", "identifier": patient["identifier"], "telecom": email}


def _shown(asked: list[str], transaction: list[dict[str, Any]]) -> Iterator[str]:
    """Lines of requests, before and after the transaction; those for the same operation on many resources are one line."""
    operations = list(map(_operation, asked))
    sent = operations.index(_TRANSACTION)
    yield from _counted(operations[:sent])
    yield f"{_TRANSACTION}   (a transaction)\n"
    yield from (f"    {_entry(request)}\n" for request in transaction)
    yield from _counted(operations[sent + 1 :])


def _counted(operations: list[str]) -> Iterator[str]:
    for operation, count in Counter(operations).items():
        yield f"{operation}{f'   ({count} times)' if count > 1 else ''}\n"


def _operation(asked: str) -> str:
    method, _, path = asked.partition(" ")
    if path in {"", "metadata"}:
        return f"{method} [base]{'/' + path if path else ''}"
    return f"{method} Type/{'_search' if path.endswith('_search') else '$validate' if path.endswith('$validate') else 'id'}"


def _entry(request: dict[str, Any]) -> str:
    conditions = [f"{name}: {request[name]}" for name in ("ifNoneExist", "ifMatch") if name in request]
    return " ".join([request["method"], request["url"], *conditions])


if __name__ == "__main__":
    PAGE.write_text(document())
