"""A FHIR server that keeps what it is sent, as far as `adapter send` looks at it."""

import json
from typing import Any

import requests
import responses

BASE = "http://127.0.0.1:8080/fhir"
PUBLIC = "https://fhir.example/r4"
Answer = tuple[int, dict[str, str], str]


class FakeServer:
    """Takes transactions, gives resources back with their references made relative, and says `remarks` of each it validates."""

    def __init__(self, mock: responses.RequestsMock, *, status: int = 200) -> None:
        self.remarks: list[dict[str, Any]] = [{"severity": "information", "diagnostics": "No issues detected during validation"}]
        self.changes: dict[str, Any] = {}
        self.status_of_validation = 200
        self._kept: dict[str, str] = {}
        self._status = status
        self._mock = mock
        for base in (BASE, PUBLIC):
            mock.add_callback(responses.POST, base, self._transaction)

    def _transaction(self, request: requests.PreparedRequest) -> Answer:
        if self._status != requests.codes.ok:
            return self._status, {}, outcome({"severity": "error", "diagnostics": "Kept words of the server"})
        bundle = json.loads(request.body or b"")
        text = json.dumps([entry["resource"] for entry in bundle["entry"]])
        for entry in bundle["entry"]:
            text = text.replace(entry["fullUrl"], entry["request"]["url"])
        entries = []
        for resource in json.loads(text):
            reference = f"{resource['resourceType']}/{resource['id']}"
            self._mock.add_callback(responses.GET, f"{request.url}/{reference}", self._read)
            self._mock.add_callback(responses.POST, f"{request.url}/{resource['resourceType']}/$validate", self._validate)
            self._kept[f"{request.url}/{reference}"] = json.dumps(resource | self.changes)
            entries.append({"response": {"status": "201 Created", "location": f"{reference}/_history/1"}})
        return 200, {}, json.dumps({"resourceType": "Bundle", "type": "transaction-response", "entry": entries})

    def _read(self, request: requests.PreparedRequest) -> Answer:
        return 200, {}, self._kept[request.url or ""]

    def _validate(self, _request: requests.PreparedRequest) -> Answer:
        return self.status_of_validation, {}, outcome(*self.remarks)


def outcome(*issues: dict[str, Any]) -> str:
    """An OperationOutcome."""
    return json.dumps({"resourceType": "OperationOutcome", "issue": [{"code": "processing"} | issue for issue in issues]})
