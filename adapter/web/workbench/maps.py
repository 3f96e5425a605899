"""The mapping files: which there are, what stands in them, and what is wrong with them as they are being written."""

from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath

from flask import Request, Response

from adapter.files import mapping_layers, write_whole
from adapter.issues import Issue, SetupError
from adapter.json_types import JsonObject
from adapter.mapping.role import roles_of
from adapter.mapping_folder import mistakes_of
from adapter.rules.description import describe_policy, latest
from adapter.web.answer import JSON, json_answer
from adapter.web.query import check_parameters
from adapter.web.refusal import not_there
from adapter.web.service import Service
from adapter.web.workbench.own_page import check_own_page
from adapter.web.workbench.workload import FOLDERS, Drafts, asked_of, saved_map_of


def maps(service: Service, request: Request) -> Response:
    """`GET /maps`: every mapping file by its path, whose it is and what it does; and whether one can be saved."""
    check_parameters(request, ())
    rows = [row for folder in FOLDERS for row in _rows(folder, service.runtime.settings.mappings)]
    return json_answer({"maps": rows, "saving": service.saves_maps}, media_type=JSON)


def _rows(folder: str, own: str) -> Iterator[JsonObject]:
    ours, users = mapping_layers(folder, "*.yaml", own)
    roles: dict[str, list[str]] = {}
    for file, role in roles_of(ours, users):
        roles.setdefault(file, []).append(role)
    for owner, files in (("ours", ours), ("yours", users)):
        for file in files:
            yield {"path": f"{folder}/{PurePath(file).name}", "owner": owner, "roles": roles.get(file, [])}


def map_text(service: Service, request: Request, *, folder: str, name: str) -> Response:
    """`GET /maps/{folder}/{name}`: the text of a mapping file, the user's before ours; `folder` is written with `-` for `/`."""
    check_parameters(request, ())
    folder = folder.replace("fhir-", "fhir/")
    ours, users = mapping_layers(folder, "*.yaml", service.runtime.settings.mappings) if folder in FOLDERS else ({}, {})
    texts: Mapping[str, str] = {PurePath(file).name: text for file, text in (ours | users).items()}
    if name not in texts:
        rule, text = "workbench/map", "there is no mapping file of this name"
        raise not_there(rule, text, "GET /maps lists them")
    return json_answer({"path": f"{folder}/{name}", "text": texts[name]}, media_type=JSON)


def check(service: Service, request: Request) -> Response:
    """`POST /maps/check`: what is wrong with mapping files as they are being written: file, line, column, and what to do."""
    check_parameters(request, ())
    runtime = service.drafted.of(asked_of(request, Drafts).drafts)
    return json_answer({"problems": [_problem(issue) for issue in mistakes_of(runtime)]}, media_type=JSON)


def save(service: Service, request: Request, *, folder: str, name: str) -> Response:
    """`PUT /maps/{folder}/{name}`: write a file without mistakes into the user's folder; raises SetupError with all mistakes."""
    check_parameters(request, ())
    check_own_page(request)
    path = f"{folder.replace('fhir-', 'fhir/')}/{name}"
    drafts = saved_map_of(request, path)
    mistakes = mistakes_of(service.drafted.of(drafts))
    if mistakes:
        raise SetupError(*mistakes)
    file = Path(service.runtime.settings.mappings) / path
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, drafts[path].encode())
    return json_answer({"path": path, "file": str(file), "takesEffect": "when the service starts again"}, media_type=JSON)


def _problem(issue: Issue) -> JsonObject:
    file, _, place = (issue.location[0] if issue.location else "").rpartition(".yaml:")
    line, _, column = place.partition(":")
    return {
        "path": f"{file}.yaml" if place else None,
        "line": int(line) if line.isdigit() else None,
        "column": int(column) if column.isdigit() else None,
        "code": (issue.rule or "").split("/")[-1],
        "text": issue.text,
        "suggestion": issue.suggestion,
    }


def payers(service: Service, request: Request) -> Response:
    """`GET /payers`: the policies of payers, with what each rests on."""
    check_parameters(request, ())
    policies = latest(service.runtime.policies)
    return json_answer({"payers": [describe_policy(policy) for policy in policies]}, media_type=JSON)
