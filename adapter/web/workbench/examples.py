"""`GET /examples`: the examples that travel with the adapter, as documents to begin with."""

from functools import cache

from flask import Request, Response

from adapter.distribution import example_folders, inputs_of
from adapter.json_types import JsonObject
from adapter.web.answer import JSON, json_answer
from adapter.web.query import check_parameters
from adapter.web.refusal import not_there
from adapter.web.service import Service


def examples(service: Service, request: Request) -> Response:
    """`GET /examples`: name, title and documents of every example."""
    check_parameters(request, ())
    return json_answer({"examples": _examples()}, media_type=JSON)


def example_documents(name: str) -> list[JsonObject]:
    """The documents of an example; raises NotFoundError."""
    documents: dict[str, list[JsonObject]] = {example["name"]: example["documents"] for example in _examples()}
    if name not in documents:
        rule, text = "workbench/example", "there is no example of this name"
        raise not_there(rule, text, f"known are: {', '.join(documents)}")
    return documents[name]


@cache
def _examples() -> list[JsonObject]:
    return [
        {
            "name": folder.name,
            "title": _title((folder / "README.md").read_text("utf-8")),
            "documents": [{"name": file.name, "text": file.read_text("utf-8")} for file in inputs_of(folder)],
        }
        for folder in example_folders()
    ]


def _title(page: str) -> str:
    """The first heading of a page."""
    return page.lstrip().splitlines()[0].lstrip("# ")
