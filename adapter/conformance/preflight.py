"""What may go to a server that anybody can read: looked at before the first request is sent."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote

from adapter.client.target import Target
from adapter.conformance.case_file import ConformanceCase, Step
from adapter.conformance.evidence import texts_in
from adapter.conformance.supplies import TAG_SYSTEM
from adapter.conformance.template import fill, with_form
from adapter.issues import InvalidError, Issue, IssueType, Severity
from adapter.json_types import JsonMapping, JsonObject, JsonValue

_SSN = re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])", re.ASCII)
_SSN_SYSTEM = "http://hl7.org/fhir/sid/us-ssn"
_IMAGE = "image/"
_IMAGE_STARTS = ("/9j/", "iVBORw0KGgo", "R0lGOD", "UklGR")
"""What JPEG, PNG, GIF and WebP begin with in base64."""
_PERSONAL_CRITERIA = frozenset({"identifier", "telecom", "phone", "email", "address"})
_DATA_URL = re.compile(r"data:image/", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preflight:
    """Looks at what cases will send; `allowed` are the identifiers, phone numbers and addresses that are known to be nobody's."""

    target: Target
    allowed: frozenset[str]
    run: str

    def withheld(self, cases: Sequence[ConformanceCase]) -> dict[str, str]:
        """Cases that are not for a public server, with the reason: what they send is not marked, or cannot be."""
        if not self.target.is_public:
            return {}
        unmarked = (case for case in cases if not all(map(self._is_marked, bodies_of(case))))
        return {
            case.identity: "what it sends is not marked as test data (HTEST), so only servers in ADAPTER_TRUSTED_SERVERS get it"
            for case in unmarked
        }

    def doubtful(self, cases: Sequence[ConformanceCase]) -> tuple[str, ...]:
        """Identifiers, phones and addresses that nobody has allowed, each with its case; somebody has to look at them.

        Raises InvalidError for what no case may send there: social security numbers, and photographs.
        """
        if not self.target.is_public:
            return ()
        requests = [(case, step, body) for case in cases for step, body in requests_of(case)]
        if refused := [issue for case, step, body in requests for issue in _refused(case, step, body)]:
            raise InvalidError(*refused)
        values = [
            (case, text) for case, step, body in requests for text in (*personal_values(body), *_personal_criteria(step, body))
        ]
        return tuple(dict.fromkeys(f"{case.identity}: {text}" for case, text in values if not self._is_allowed(text)))

    def _is_marked(self, body: JsonMapping) -> bool:
        try:
            self.target.check_may_go(body)
        except InvalidError:
            return False
        return True

    def _is_allowed(self, text: str) -> bool:
        return text in self.allowed or self.run in text


def bodies_of(case: ConformanceCase) -> Iterator[JsonMapping]:
    """What a case sends."""
    return (body for _, body in requests_of(case) if isinstance(body, Mapping))


def _refused(case: ConformanceCase, step: Step, body: JsonValue) -> Iterator[Issue]:
    texts = (*texts_in(body), unquote(step.send), *map(unquote, step.headers.values()))
    if any(_SSN.search(text) or _SSN_SYSTEM in text for text in texts):
        yield _refusal("something that looks like a social security number", case)
    if _has_photograph(body):
        yield _refusal("a photograph", case)


def requests_of(case: ConformanceCase) -> Iterator[tuple[Step, JsonValue]]:
    """The steps of a case with their bodies, as far as they are known beforehand: what an answer gives stays `${name}`."""
    steps = (*case.terms.setup, *case.terms.steps, *case.terms.teardown)
    kept = {name: f"${{{name}}}" for step in steps for name in step.keep}
    names: JsonObject = {"sent": {}, **kept, **case.supplied}
    for step in steps:
        body = fill(step.body, names)
        if isinstance(body, Mapping):
            names["sent"] = body
        expect = tuple(one.model_copy(update={"paths": fill(one.paths, names)}) for one in step.expect)
        headers = with_form(fill(step.headers, names), body)
        filled = {"send": fill(step.send, names), "headers": headers, "expect": expect}
        yield step.model_copy(update=filled), body


def personal_values(value: JsonValue) -> Iterator[str]:
    """Values by which a person can be found: of identifiers (other than those that the cases make up), phones and addresses."""
    if isinstance(value, list):
        for item in value:
            yield from personal_values(item)
    elif isinstance(value, Mapping):
        for name, member in value.items():
            if name in _PERSONAL:
                yield from (text for item in _items(member) for text in _PERSONAL[name](item))
            yield from personal_values(member)


def _personal_criteria(step: Step, body: JsonValue) -> Iterator[str]:
    """The same in search criteria: those of the URL, of a conditional create, and of a body that holds them."""
    conditions = [value for name, value in step.headers.items() if name.lower() == "if-none-exist"]
    for query in (step.send.partition("?")[2], *conditions, body if isinstance(body, str) else ""):
        for name, value in parse_qsl(query):
            plain = name.rpartition(".")[2].partition(":")[0]
            if plain in _PERSONAL_CRITERIA and not value.startswith(TAG_SYSTEM):
                yield value.rpartition("|")[2]


def _of_identifier(item: JsonMapping) -> Iterator[str]:
    if isinstance(item.get("value"), str) and not str(item.get("system")).startswith(TAG_SYSTEM):
        yield item["value"]


def _of_contact(item: JsonMapping) -> Iterator[str]:
    yield from texts_in(item.get("value"))


def _of_address(item: JsonMapping) -> Iterator[str]:
    yield from (*texts_in(item.get("line")), *texts_in(item.get("text")))


_PERSONAL = {"identifier": _of_identifier, "telecom": _of_contact, "address": _of_address}


def _items(member: JsonValue) -> Iterator[JsonMapping]:
    return (item for item in (member if isinstance(member, list) else [member]) if isinstance(item, Mapping))


def _has_photograph(value: JsonValue) -> bool:
    if isinstance(value, list):
        return any(map(_has_photograph, value))
    if isinstance(value, str):
        return _DATA_URL.search(value) is not None
    if not isinstance(value, Mapping):
        return False
    data = str(value.get("data", ""))
    is_image = data and (str(value.get("contentType", "")).lower().startswith(_IMAGE) or data.startswith(_IMAGE_STARTS))
    return bool(is_image) or "photo" in value or any(map(_has_photograph, value.values()))


def _refusal(what: str, case: ConformanceCase) -> Issue:
    remedy = "take it out, or name the server in ADAPTER_TRUSTED_SERVERS if it is yours"
    text = f"The case {case.identity} would send {what} to a server that is not trusted: {remedy}."
    kind = IssueType.SECURITY
    return Issue(severity=Severity.ERROR, code=kind, rule="conformance/public", text=text, location=(str(case.place),))
