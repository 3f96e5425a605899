"""What a server declares of itself: whether it speaks FHIR R4, and which capabilities a case may count on."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from adapter.client.loose import list_in, text_in
from adapter.client.remark import remarks_behind
from adapter.client.server_answer import json_of
from adapter.exchange import Request, Send
from adapter.issues import AdapterError, Issue, IssueType, Severity, UnavailableError
from adapter.json_types import JsonMapping, JsonObject

_RELEASES = {"1": "DSTU2", "3": "STU3", "4.0": "R4", "4.1": "R4B", "4.3": "R4B", "5": "R5", "6": "R6"}
_R4 = "R4"
_STATEMENTS = frozenset({"CapabilityStatement", "Conformance"})
"""What a server describes itself by; the second name is that of DSTU2."""
_NO_SUCH_PLACE = frozenset({404, 405, 406, 410})
_FLAG = {"conditionalCreate": "conditionalCreate", "conditionalUpdate": "conditionalUpdate"}
_NEWER_VERSIONING = frozenset({"versioned", "versioned-update"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """A server's CapabilityStatement, and what it says."""

    statement: JsonObject

    @property
    def software(self) -> str:
        """What the server is, as it says itself."""
        software = self.statement.get("software")
        words = " ".join(part for part in (text_in(software, "name"), text_in(software, "version")) if part)
        return words or text_in(self.statement.get("implementation"), "description") or "unknown software"

    @property
    def fhir_version(self) -> str:
        """The version of FHIR that it speaks, or an empty text."""
        return text_in(self.statement, "fhirVersion") or ""

    def can(self, capability: str) -> bool:
        """Whether it declares `transaction`, `Patient.create`, `Patient.conditionalCreate`, `Patient.version`, `$validate`.

        A server that declares nothing at all is asked.
        """
        servers = [rest for rest in list_in(self.statement, "rest") if text_in(rest, "mode") == "server"]
        types = [kind for rest in servers for kind in list_in(rest, "resource")]
        if not any(list_in(rest, "interaction") for rest in servers) and not types:
            return True
        if capability.startswith("$"):
            return _offers(servers, types, capability.removeprefix("$"))
        type_name, _, detail = capability.rpartition(".")
        if not type_name:
            return any(detail in _codes(rest) for rest in servers)
        return any(_does(kind, detail) for kind in types if text_in(kind, "type") == type_name)


def _codes(holder: object) -> set[str | None]:
    return {text_in(interaction, "code") for interaction in list_in(holder, "interaction")}


def _does(kind: JsonMapping, detail: str) -> bool:
    if detail in _FLAG:
        return kind.get(_FLAG[detail]) is True
    if detail == "version":
        return kind.get("versioning") in _NEWER_VERSIONING
    return detail in _codes(kind)


def _offers(servers: list[JsonObject], types: list[JsonObject], operation: str) -> bool:
    names = {text_in(offered, "name") for holder in (*servers, *types) for offered in list_in(holder, "operation")}
    return operation in names


def probe(send: Send, base_url: str, *, force: bool, source: str) -> Declaration:
    """What the server declares; with `force` also if it speaks another release than R4.

    Raises UnavailableError if it is not a FHIR server, speaks another release, or does not let us in.
    """
    answer = send(Request(method="GET", url=f"{base_url}/metadata"))
    if answer.status in _NO_SUCH_PLACE:
        raise _not_fhir(base_url, f" (HTTP {answer.status})", source)
    try:
        statement = json_of(answer, source=source)
    except AdapterError as error:
        raise UnavailableError(*error.issues, *_said(error, source)) from error
    if text_in(statement, "resourceType") not in _STATEMENTS:
        raise _not_fhir(base_url, "", source)
    declared = Declaration(statement=statement)
    release = _release(declared.fhir_version)
    if release != _R4 and not force:
        text = f"The server speaks FHIR {release or 'of no stated version'}, the cases are for R4: --force runs them anyway."
        raise UnavailableError(_issue(text, IssueType.NOT_SUPPORTED, source))
    return declared


def _said(error: AdapterError, source: str) -> Iterator[Issue]:
    """What the server says when it refuses to describe itself, which is not about anybody."""
    for remark in remarks_behind(error):
        yield replace(_issue(f"It says: {remark.words}", IssueType.INFORMATIONAL, source), severity=Severity.INFORMATION)


def _not_fhir(base_url: str, status: str, source: str) -> UnavailableError:
    text = f"This is not a FHIR server: {base_url}/metadata gives no CapabilityStatement{status}. Check the base URL."
    return UnavailableError(_issue(text, IssueType.STRUCTURE, source))


def _release(version: str) -> str:
    parts = version.split(".")
    return _RELEASES.get(".".join(parts[:2])) or _RELEASES.get(parts[0]) or version


def _issue(text: str, code: IssueType, source: str) -> Issue:
    return Issue(severity=Severity.ERROR, code=code, text=text, rule="conformance/server", source=source)
