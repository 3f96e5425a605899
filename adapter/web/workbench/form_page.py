"""The workbench for browsers without JavaScript: a form, and a page of results made here from the same view."""

from collections.abc import Iterable, Iterator, Mapping
from html import escape
from http import HTTPStatus
from typing import get_args

from flask import Request, Response

from adapter.conversion import AiLabel, Profiles
from adapter.fhir.json import pretty_bytes
from adapter.issues import AdapterError, Issue, IssueType, Severity, UnreadableError
from adapter.json_types import JsonObject
from adapter.readers.hl7v2.charset import decoded
from adapter.readers.hl7v2.reader import Hl7Reader
from adapter.rules.description import latest
from adapter.web.answer import bytes_answer
from adapter.web.query import check_parameters, single
from adapter.web.service import Service
from adapter.web.workbench.bench import view_of
from adapter.web.workbench.examples import example_documents
from adapter.web.workbench.page import POLICY
from adapter.web.workbench.workload import SharedSwitch, Switches, Workload, checked

HTML = "text/html; charset=utf-8"
_HEAD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>0731T workbench, plain</title>
<link rel="icon" href="icon.svg">
<link rel="stylesheet" href="workbench.css">
</head>
<body class="plain">
<header><h1>0731T workbench, plain</h1></header>
<main>
<p class="hint">Without JavaScript: this form and its results below; no lighting up, no difference, no maps, codes or servers.</p>
"""


def form(service: Service, request: Request) -> Response:
    """`GET /workbench/plain`: the form, empty or with the documents of an `example`."""
    example = single(request, {"example": ()}).get("example", "complete")
    return _page(_form(service, example_documents(example), {}))


def convert(service: Service, request: Request) -> Response:
    """`POST /workbench/plain`: what `POST /workbench/convert` says of the documents of a form, as a page, with the form again.

    A form that is refused as a whole has the same page, with status 422.
    """
    check_parameters(request, ())
    chosen = {name: value for name in (*Switches.model_fields, "beside") if (value := request.form.get(name))}
    typed = [
        {"name": name, "text": text}
        for name, text in zip(request.form.getlist("name"), request.form.getlist("text"), strict=False)
        if text.strip()
    ]
    try:
        documents = [*typed, *_files(request)]
        results = [*_results(view_of(service, _workload(documents, chosen)))]
    except AdapterError as error:
        results = [*_issues(map(_described, error.issues))]
        return _page([*_form(service, typed, chosen), *results], HTTPStatus.UNPROCESSABLE_ENTITY)
    return _page([*_form(service, documents, chosen), *results])


def _files(request: Request) -> Iterator[JsonObject]:
    for file in request.files.getlist("document"):
        if file.filename:
            yield {"name": file.filename, "text": _text_of(file.read(), file.filename)}


def _text_of(content: bytes, name: str) -> str:
    if Hl7Reader().recognises(content):
        return decoded(content, name)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text, hint = f"{name}: this is not text in UTF-8", "save it as UTF-8 and send it again"
        issue = Issue(severity=Severity.FATAL, code=IssueType.STRUCTURE, rule="document/encoding", text=text, suggestion=hint)
        raise UnreadableError(issue) from None


def _workload(documents: list[JsonObject], chosen: Mapping[str, str]) -> Workload:
    options = {name: value for name, value in chosen.items() if name != "beside"}
    payers = [chosen["beside"]] if "beside" in chosen else []
    return checked(Workload, {"documents": documents, "options": options, "payers": payers})


def _described(issue: Issue) -> JsonObject:
    place = [{"position": position} for position in issue.location]
    return {
        "severity": issue.severity.value,
        "rule": issue.rule,
        "text": issue.text,
        "suggestion": issue.suggestion,
        "places": place,
    }


def _page(parts: Iterable[str], status: HTTPStatus = HTTPStatus.OK) -> Response:
    content = "\n".join([_HEAD, *parts, "</main>\n</body>\n</html>\n"])
    answer = bytes_answer(content.encode(), status, media_type=HTML)
    answer.headers["Content-Security-Policy"] = POLICY
    return answer


def _form(service: Service, documents: list[JsonObject], chosen: Mapping[str, str]) -> Iterator[str]:
    yield '<form action="plain" method="post" enctype="multipart/form-data" class="plain">'
    for place, document in enumerate([*documents, {"name": f"document-{len(documents) + 1}.json", "text": ""}], start=1):
        yield f'<label>Document {place} <input name="name" value="{escape(document["name"])}"></label>'
        # The first line break in a text area is not part of its text.
        yield f'<textarea name="text" aria-label="Text of document {place}" rows="12">\n{escape(document["text"])}</textarea>'
    yield '<label>Files <input type="file" name="document" multiple></label>'
    payers = {policy.key: policy.name for policy in latest(service.runtime.policies)}
    yield from _choice("profiles", "Profiles", _or_as_set(Profiles), chosen=chosen)
    yield from _choice("ai_label", "AI label", _or_as_set(AiLabel), chosen=chosen)
    yield from _choice("shared", "Shared", _or_as_set(SharedSwitch), chosen=chosen)
    yield from _choice("payer", "Payer", {"": "of the case"} | payers, chosen=chosen)
    yield from _choice("beside", "Another payer beside it", {"": "none"} | payers, chosen=chosen)
    yield '<button type="submit">Convert</button>\n</form>'


def _or_as_set(values: object) -> dict[str, str]:
    return {"": "as set"} | {value: value for value in get_args(values)}


def _choice(name: str, label: str, values: Mapping[str, str], *, chosen: Mapping[str, str]) -> Iterator[str]:
    yield f'<label>{label} <select name="{name}">'
    for value, words in values.items():
        mark = " selected" if value == chosen.get(name) else ""
        yield f'<option value="{escape(value)}"{mark}>{escape(words)}</option>'
    yield "</select></label>"


def _results(view: JsonObject) -> Iterator[str]:
    yield from _issues(view["issues"])
    for payer in view["payers"]:
        yield f"<h3>{escape(payer['name'])}: claim {escape(payer['claim'] or 'none')}</h3>"
        yield from _list_of_issues(payer["issues"])
    if view["sheet"]:
        yield "<h3>Worksheet: neither the form nor a transaction, and nothing is sent</h3>"
        yield from (f"<p>{escape(line)}</p>" for line in view["sheet"]["head"])
        rows = [
            (entry.line or "", entry.box, entry.label, entry.value or "not sent", entry.segment)
            for entry in view["sheet"]["entries"]
        ]
        yield from _table(("line", "box", "what", "value", "837P"), rows)
    if view["bundle"] is None:
        yield "<h3>No Bundle: the issues above say what to fix.</h3>"
        return
    yield f'<h3>FHIR</h3>\n<pre class="output" tabindex="0">{escape(pretty_bytes(view["bundle"]).decode())}</pre>'
    yield "<h3>What every element was made from</h3>"
    made = [(one["element"], ", ".join(place["position"] for place in one["places"]), one["line"]) for one in view["elements"]]
    yield from _table(("element", "input", "map line"), made)
    yield "<h3>What no map reads</h3>"
    yield from _table(("field", "why"), [(one["field"], one["reason"] or "") for one in view["unread"]])


def _issues(issues: Iterable[JsonObject]) -> Iterator[str]:
    yield "<h3>Issues</h3>"
    yield from _list_of_issues(issues)


def _list_of_issues(issues: Iterable[JsonObject]) -> Iterator[str]:
    yield '<ol class="issues">'
    for issue in issues:
        severity, rule = escape(issue["severity"]), escape(issue["rule"] or "")
        places = ", ".join(escape(place["position"]) for place in issue["places"])
        words = f"{escape(issue['text'])} <em>{escape(issue['suggestion'] or '')}</em> {places}"
        yield f'<li><span class="severity {severity}">{severity}</span> <span class="rule">{rule}</span> {words}</li>'
    yield "</ol>"


def _table(titles: Iterable[str], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    yield "<table>\n<tr>"
    yield from (f'<th scope="col">{title}</th>' for title in titles)
    yield "</tr>"
    for row in rows:
        yield f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in row)}</tr>"
    yield "</table>"
