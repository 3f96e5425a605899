"""Photographs within documents are refused with their places, in every form; names and addresses are not taken for one."""

import json
from typing import Any

import pytest

from adapter.issues import InvalidError
from adapter.readers.document import NATIVE, Document, ReadDocument
from adapter.readers.inline_photograph import check_no_photograph, may_hold_photographs
from tests.examples.ground import OPTIONS, pipeline
from tests.readers.test_fhir_reader import bundle, entry

JPEG = "/9j/4AAQSkZJRgABAQAAAQABAAD" + "A" * 64
ATTACHMENT = {"contentType": "image/jpeg", "data": "AAAA"}


def places(tree: dict[str, Any], content: bytes | None = None, form: str = "toy") -> tuple[str, ...]:
    document = ReadDocument(name="d.json", form=form, tree=tree)
    try:
        if may_hold_photographs([document], content or json.dumps(tree).encode()):
            check_no_photograph(document)
    except InvalidError as refusal:
        return tuple(place for issue in refusal.issues for place in issue.location)
    return ()


@pytest.mark.parametrize(
    ("tree", "found"),
    [
        ({"img": JPEG}, ("/img",)),
        ({"rows": [{"a": 1}, {"photo": JPEG}, {"photo": JPEG}]}, ("/rows/1/photo", "/rows/2/photo")),
        ({"uri": "data:image/png;base64,AAAA"}, ("/uri",)),
        ({"uri": "DATA:image/png;base64,AAAA"}, ("/uri",)),
        ({"photo": [ATTACHMENT]}, ("/photo/0/data",)),
        ({"photo": {"contentType": "IMAGE/JPEG", "data": JPEG}}, ("/photo/data",)),
        ({"img": "iVBORw0KGgo" + "A" * 64}, ("/img",)),
    ],
)
def test_a_photograph_is_refused_with_its_place(tree: dict[str, Any], found: tuple[str, ...]) -> None:
    assert places(tree) == tuple(f"d.json#{place}" for place in found)


def test_slashes_may_be_escaped() -> None:
    assert places({"img": JPEG}, json.dumps({"img": JPEG}).replace("/", "\\/").encode()) == ("d.json#/img",)


@pytest.mark.parametrize(
    "tree",
    [
        {"photo": {"contentType": "image/jpeg", "url": "https://images.example/1"}},
        {"photo": {"contentType": "image/jpeg", "data": None}},
        {"report": {"contentType": "application/pdf", "data": "JVBERi0" + "A" * 64}},
        {"image_id": "UklGR"},
        {"syndrome": "/9j/"},
        {"says": "data of an image/jpeg"},
        {},
    ],
)
def test_what_is_no_photograph_is_read(tree: dict[str, Any]) -> None:
    assert places(tree) == ()


def test_photographs_in_documents_of_ours_are_refused_by_their_rule() -> None:
    assert places({"images": [{"data": JPEG}]}, form=NATIVE) == ()


IN_FHIR: dict[str, dict[str, Any]] = {
    "photo/0/data": {"resourceType": "Patient", "id": "p", "photo": [ATTACHMENT]},
    "data": {"resourceType": "Binary", "id": "b", "contentType": "image/png", "data": "AAAA"},
    "content/0/attachment/data": {
        "resourceType": "DocumentReference",
        "id": "d",
        "status": "current",
        "content": [{"attachment": ATTACHMENT}],
    },
    "presentedForm/0/data": {
        "resourceType": "DiagnosticReport",
        "id": "r",
        "status": "final",
        "code": {"text": "x"},
        "presentedForm": [ATTACHMENT],
    },
    "content/data": {"resourceType": "Media", "id": "m", "status": "completed", "content": ATTACHMENT},
}


@pytest.mark.parametrize("place", IN_FHIR)
def test_every_resource_with_a_photograph_is_refused(place: str) -> None:
    tree = bundle(entry(IN_FHIR[place]))
    made = pipeline().convert([Document(name="b.json", content=json.dumps(tree).encode())], OPTIONS)

    assert [(issue.rule, issue.location) for issue in made.issues] == [
        ("document/inline-image", (f"b.json#/entry/0/resource/{place}",))
    ]


def test_a_photograph_in_a_table_is_refused_with_its_cell() -> None:
    content = f"tool,syndrome,photo\nFaceX,Zeta,{JPEG}\n".encode()
    made = pipeline().convert([Document(name="t.csv", content=content)], OPTIONS)

    assert [(issue.rule, issue.location) for issue in made.issues] == [("document/inline-image", ("t.csv#cell=2,3",))]
