"""A FHIR server in memory, behind `responses`: as much of one as sending needs, with switches for what servers do otherwise."""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import requests
import responses

BASE = "http://127.0.0.1:8080/fhir"
Answer = tuple[int, dict[str, str], str]
Json = dict[str, Any]
GOOD_REMARK = {"severity": "information", "diagnostics": "No issues detected during validation"}


class Refused(Exception):  # noqa: N818 - what a server answers
    """A request that the server refuses."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status, self.words = status, words


class FakeFhir:
    """Keeps resources with their versions.

    `most_entries` is the limit of a transaction; `heeds_conditions` whether it heeds ifNoneExist; `transactions` whether it takes
    them at all; `answers` are answers that it gives to the next transactions instead of carrying them out, `late_answers` those
    that it gives after it carried them out; `transaction` are the requests in the last one that it carried out; `changes` is
    what it changes in each resource that it gives back.
    """

    def __init__(self, mock: responses.RequestsMock, *, base: str = BASE) -> None:
        self.base = base
        self.held: dict[str, Json] = {}
        self.given = 0
        self.most_entries = 1000
        self.heeds_conditions = True
        self.transactions = True
        self.statement: Json = {"resourceType": "CapabilityStatement", "rest": [{"mode": "server"}]}
        self.status_of_metadata = 200
        self.remarks: list[Json] = [GOOD_REMARK]
        self.status_of_validation = 200
        self.changes: Json = {}
        self.answers: list[Answer] = []
        self.late_answers: list[Answer] = []
        self.asked: list[str] = []
        self.transaction: list[Json] = []
        self.before_write: list[Callable[[], None]] = []
        self.answers_reads = True
        pattern = re.compile(re.escape(base) + r"(/.*|\?.*)?$")
        for method in (responses.GET, responses.POST, responses.PUT):
            mock.add_callback(method, pattern, self._answer)

    def hold(self, resource: Json) -> None:
        """Hold a resource that somebody else wrote, in a new version."""
        name = f"{resource['resourceType']}/{resource['id']}"
        version = int(self.held.get(name, {}).get("meta", {}).get("versionId", 0)) + 1
        self.held[name] = {**resource, "meta": {**resource.get("meta", {}), "versionId": str(version)}}

    def of(self, kind: str) -> list[Json]:
        """All resources of a type."""
        return [resource for name, resource in self.held.items() if name.startswith(f"{kind}/")]

    def versions(self) -> dict[str, str]:
        """The version of each resource."""
        return {name: resource["meta"]["versionId"] for name, resource in self.held.items()}

    def _answer(self, request: requests.PreparedRequest) -> Answer:
        url = urlsplit(request.url or "")
        path = unquote(url.path)[len(urlsplit(self.base).path) :].strip("/")
        self.asked.append(f"{request.method} {path}" + (f"?{url.query}" if url.query else ""))
        text = request.body.decode() if isinstance(request.body, bytes) else ""
        if request.method == "GET" and path != "metadata" and not self.answers_reads:
            raise requests.ConnectionError
        try:
            if path.endswith("/_search"):
                return self._found(path.removesuffix("/_search"), text)
            return self._handled(request, path, json.loads(text) if text else None)
        except Refused as refusal:
            return refusal.status, {}, outcome({"severity": "error", "diagnostics": refusal.words})

    def _found(self, kind: str, query: str) -> Answer:
        entries = [{"resource": self.held[name]} for name in self._matching(kind, query)]
        return 200, {}, json.dumps({"resourceType": "Bundle", "type": "searchset", "entry": entries})

    def _handled(self, request: requests.PreparedRequest, path: str, body: Json | None) -> Answer:
        if path == "metadata":
            return self.status_of_metadata, {}, json.dumps(self.statement)
        if body is not None and path.endswith("$validate"):
            return self.status_of_validation, {}, outcome(*self.remarks)
        if body is not None and path == "":
            return self._transaction(body)
        if body is not None:
            conditions = {"ifMatch": request.headers.get("If-Match"), "ifNoneExist": request.headers.get("If-None-Exist")}
            status, name = self._written({"method": request.method, "url": path, **conditions}, body)
            return status, {"Location": f"{self.base}/{name}/_history/{self.held[name]['meta']['versionId']}"}, ""
        if path not in self.held:
            raise Refused(404, "not here")
        return 200, {}, json.dumps(self.held[path] | self.changes)

    def _transaction(self, bundle: Json) -> Answer:
        if self.answers:
            return self.answers.pop(0)
        if not self.transactions:
            raise Refused(501, "no transactions here")
        if len(bundle["entry"]) > self.most_entries:
            raise Refused(400, "Transaction contains more operations than allowed")
        self._disturb()
        self.transaction = [entry["request"] for entry in bundle["entry"]]
        aims = [(entry, self._aim(entry["request"])) for entry in bundle["entry"]]
        names = {entry["fullUrl"]: name for entry, (_, name) in aims}
        for entry, (status, name) in aims:
            self._keep(status, name, entry["request"], json.loads(renamed(json.dumps(entry["resource"]), names)))
        results = [{"response": {"status": f"{status} OK", "location": self._place(name)}} for _, (status, name) in aims]
        if self.late_answers:
            return self.late_answers.pop(0)
        return 200, {}, json.dumps({"resourceType": "Bundle", "type": "transaction-response", "entry": results})

    def _written(self, request: Json, resource: Json) -> tuple[int, str]:
        """What a request for one resource does."""
        self._disturb()
        status, name = self._aim(request)
        self._keep(status, name, request, resource)
        return status, name

    def _disturb(self) -> None:
        """What somebody else does just now."""
        if self.before_write:
            self.before_write.pop(0)()

    def _aim(self, request: Json) -> tuple[int, str]:
        """The status and the name of the resource that a request is about; raises Refused."""
        if request["method"] == "POST":
            matching = self._matching(request["url"], request["ifNoneExist"]) if self.heeds_conditions else []
            if len(matching) > 1:
                raise Refused(412, "several match")
            self.given += not matching
            return (200, matching[0]) if matching else (201, f"{request['url']}/given-{self.given}")
        held = self.held.get(request["url"], {})
        if request.get("ifMatch") and request["ifMatch"] != f'W/"{held.get("meta", {}).get("versionId")}"':
            raise Refused(412, "another version")
        return (200 if held else 201), request["url"]

    def _keep(self, status: int, name: str, request: Json, resource: Json) -> None:
        """Hold a resource unless it is held like this already, or was only looked for."""
        own = {**resource, "id": name.partition("/")[2]}
        matched = request["method"] == "POST" and status == requests.codes.ok
        if not matched and without_version(self.held.get(name, {})) != without_version(own):
            self.hold(own)

    def _matching(self, kind: str, query: str) -> list[str]:
        (token,) = parse_qs(query)["identifier"]
        system, _, value = token.partition("|")
        pair = {"system": system, "value": value}
        return [
            f"{kind}/{resource['id']}"
            for resource in self.of(kind)
            if any(pair.items() <= identifier.items() for identifier in resource.get("identifier", []))
        ]

    def _place(self, name: str) -> str:
        return f"{name}/_history/{self.held[name]['meta']['versionId']}"


def renamed(text: str, names: dict[str, str]) -> str:
    """A resource's JSON in which every `urn:uuid:` has become `Type/id`."""
    return re.sub(r'"(urn:uuid:[^"]+)"', lambda found: json.dumps(names.get(found[1], found[1])), text)


def without_version(resource: Json) -> Json:
    """A resource without what the server writes into it."""
    meta = {name: value for name, value in resource.get("meta", {}).items() if name != "versionId"}
    return resource | {"meta": meta}


def outcome(*issues: Json) -> str:
    """An OperationOutcome."""
    return json.dumps({"resourceType": "OperationOutcome", "issue": [{"code": "processing"} | issue for issue in issues]})
