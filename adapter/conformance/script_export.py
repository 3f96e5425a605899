"""Cases as FHIR TestScripts (http://hl7.org/fhir/R4/testscript.html), for engineers who use an engine for those."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape

from adapter.conformance.case_file import HEADER, ConformanceCase, Expectation, Step
from adapter.conformance.preflight import requests_of
from adapter.fhir.resource import Resource
from adapter.json_types import JsonObject, JsonValue

_TEST = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HTEST"}
_OPERATIONS = "http://terminology.hl7.org/CodeSystem/testscript-operation-codes"
_CODES = {"GET": "read", "POST": "create", "PUT": "update", "DELETE": "delete"}
_LONGEST = 60
"""The length of an id, with room for the number of a fixture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedScript:
    """A TestScript, and what it sends by file name (`fixtures/…json`)."""

    script: Resource
    fixtures: JsonObject = field(default_factory=dict)


def why_not(case: ConformanceCase) -> str | None:
    """Why a case does not fit a TestScript; nothing if it does."""
    steps = (*case.terms.setup, *case.terms.steps, *case.terms.teardown)
    if any(step.times > 1 for step in steps):
        return "several requests at the same time"
    if any(isinstance(body, str) for _, body in requests_of(case)):
        return "search criteria in a body"
    expected = [one for step in steps for one in step.expect]
    if any(one.valid for one in expected):
        return "the triage of what a validator remarks"
    if any(one.same_as is not None or one.body is not None or one.precise for one in expected):
        return "the comparison of whole resources"
    if any(isinstance(value, list) and len(value) != 1 for one in expected for value in one.paths.values()):
        return "a path that gives several values"
    return None


def script_of(case: ConformanceCase, *, canonical_base: str) -> ExportedScript:
    """The TestScript of a case that fits."""
    slug = _slug(case.identity)
    requests = list(requests_of(case))
    fixtures = {f"fixtures/{slug}-{number}.json": body for number, (_, body) in enumerate(requests, start=1) if body is not None}
    listed = [{"id": _id(name), "autocreate": False, "autodelete": False, "resource": {"reference": name}} for name in fixtures]
    variables = [_variable(name, source) for step, _ in requests for name, source in step.keep.items()]
    script: Resource = {
        "resourceType": "TestScript",
        "id": slug,
        "meta": {"security": [_TEST]},
        "text": {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{escape(case.title)}</p></div>'},
        "url": f"{canonical_base}/TestScript/{slug}",
        "name": "".join(part.capitalize() for part in slug.split("-")),
        "title": case.title,
        "status": "active",
        "experimental": True,
        "description": f"{case.terms.proves.text} ({case.terms.proves.link})",
    }
    tests = {"test": [{"name": case.identity, "action": [*_actions(requests, slug)]}]}
    optional = {"fixture": listed, "variable": variables}
    return ExportedScript(script=script | {name: items for name, items in optional.items() if items} | tests, fixtures=fixtures)


def _slug(identity: str) -> str:
    """The identity as an id; a long one is cut, and told from others by its digest."""
    slug = identity.replace("/", "-").lower()
    return slug if len(slug) <= _LONGEST else f"{slug[: _LONGEST - 13]}-{sha256(slug.encode()).hexdigest()[:12]}"


def _id(file: str) -> str:
    return file.removeprefix("fixtures/").removesuffix(".json")


def _variable(name: str, source: str) -> Resource:
    where = {"headerField": source.removeprefix(HEADER)} if source.startswith(HEADER) else {"expression": source}
    return {"name": name, **where}


def _actions(requests: list[tuple[Step, JsonValue]], slug: str) -> Iterator[Resource]:
    for number, (step, body) in enumerate(requests, start=1):
        method, path = step.send.split(" ", 1)
        headers = [{"field": name, "value": value} for name, value in step.headers.items()]
        operation: Resource = {
            "type": {"system": _OPERATIONS, "code": _CODES[method]},
            "contentType": "application/fhir+json",
            "encodeRequestUrl": False,
            "method": method.lower(),
            "url": f"/{path}".replace("//", "/"),
        }
        optional = {"requestHeader": headers, "sourceId": f"{slug}-{number}" if body is not None else None}
        yield {"operation": operation | {name: value for name, value in optional.items() if value}}
        for one in step.expect:
            yield from ({"assert": assertion} for assertion in _asserts(one))


def _asserts(one: Expectation) -> Iterator[Resource]:
    common: Resource = {"warningOnly": one.level == "warn"} | ({"description": one.otherwise} if one.otherwise else {})
    if one.status:
        yield {**common, "operator": "in", "responseCode": ",".join(map(str, one.status))}
    for name in one.headers:
        yield {**common, "headerField": name, "operator": "notEmpty"}
    for expression, value in one.paths.items():
        yield {**common, "expression": expression, **_compared(value)}
    if one.outcome:
        yield {**common, "resource": "OperationOutcome"}


def _compared(value: JsonValue) -> Resource:
    single = value[0] if isinstance(value, list) else value
    if isinstance(single, str) and single.startswith("$") and single.endswith("$"):
        return {"operator": "notEmpty"}
    text = str(single).lower() if isinstance(single, bool) else str(single)
    return {"operator": "equals", "value": text}
