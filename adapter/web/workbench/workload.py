"""What the workbench is asked: documents, switches and drafts of mapping files, all in one request."""

from decimal import Decimal
from typing import Annotated, Literal, TypeVar

from flask import Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from adapter.conversion import AiLabel, Checked, Profiles
from adapter.fhir.json import read_any_json
from adapter.issues import InvalidError, Issue, IssueType, Severity
from adapter.json_types import JsonValue
from adapter.path import pointer, sayable
from adapter.plain_value import Text
from adapter.readers.document import Document
from adapter.readers.hl7v2.charset import encoded
from adapter.readers.hl7v2.reader import Hl7Reader
from adapter.web.negotiation import check_json_body

FOLDERS = ("fhir/r4", "sources", "payers", "terminology", "profiles")
"""The folders of mapping files that can be read and drafted."""

_MOST_ISSUES = 50
_WORDS = {"missing": "this is missing and needed", "extra_forbidden": "there is no such field here"}
SharedSwitch = Literal["create", "put"]
"""What can be asked for resources that others may own, where no server is known to merge with."""

_Name = Annotated[str, Field(pattern=r"^[^/\\#\x00-\x1f\x7f]{1,200}$")]
_DraftPath = Annotated[str, Field(pattern=rf"^({'|'.join(FOLDERS)})/[A-Za-z0-9_-]{{1,80}}\.yaml$")]


class _Asked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class WorkDocument(_Asked):
    """A document as text; `form` is its input form, if it cannot be recognised."""

    name: _Name
    text: str
    form: Text | None = None

    def to_document(self) -> Document:
        """The document as a file would hold it: HL7 v2 in the character set that it names, all else in UTF-8."""
        content = self.text.encode()
        if Hl7Reader().recognises(content):
            content = encoded(self.text, self.name)
        return Document(name=self.name, content=content, form=self.form)


class Drafts(_Asked):
    """Mapping files as they are being written, by their paths within a folder of mappings (`fhir/r4/claim.yaml`)."""

    drafts: Annotated[dict[_DraftPath, str], Field(max_length=50, json_schema_extra={"additionalProperties": False})] = {}


class MapText(_Asked):
    """A mapping file as it is to be saved."""

    text: str


class Switches(_Asked):
    """The switches of a conversion that can be set here; the others are those of the service."""

    profiles: Profiles | None = None
    ai_label: AiLabel | None = None
    check: Checked | None = None
    shared: SharedSwitch | None = None
    payer: Text | None = None


class Workload(Drafts):
    """What is to be converted: documents, switches, and the keys of payers whose views of the claim are to stand beside it."""

    documents: Annotated[list[WorkDocument], Field(min_length=1, max_length=50)]
    options: Switches = Switches()
    payers: Annotated[list[str], Field(max_length=10)] = []

    def to_documents(self) -> list[Document]:
        """The documents as any other door would have them."""
        return [document.to_document() for document in self.documents]


def _whole(value: object) -> object:
    """A number without a fraction as JSON Schema sees it: 0.0 is a whole number too."""
    return int(value) if isinstance(value, Decimal) and value == value.to_integral_value() else value


class Drawing(Workload):
    """What is to be converted, and the place of the resource in the Bundle whose lineage is to be drawn."""

    resource: Annotated[int, Field(ge=0), BeforeValidator(_whole)]


class Shipment(Workload):
    """What is to be converted and sent, and the name of the FHIR server that gets it."""

    server: Text


class Examination(_Asked):
    """Which group of cases is to be run, and the name of the FHIR server that is tested."""

    server: Text
    group: Text


M = TypeVar("M", bound=_Asked)


def asked_of(request: Request, model: type[M]) -> M:
    """What a request asks, as this model; raises InvalidError with the JSON pointer of everything that is wrong with it."""
    check_json_body(request, "send application/json (UTF-8)")
    return checked(model, read_any_json(request.get_data(), "body"))


def saved_map_of(request: Request, path: str) -> dict[str, str]:
    """The mapping file of a request as a draft at a path; raises InvalidError also for a path that no mapping file can have."""
    return checked(Drafts, {"drafts": {path: asked_of(request, MapText).text}}).drafts


def checked(model: type[M], content: JsonValue) -> M:
    """The content as this model; raises InvalidError as `asked_of`."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise InvalidError(*map(_issue, error.errors(include_url=False, include_input=False)[:_MOST_ISSUES])) from None


def _issue(detail: ErrorDetails) -> Issue:
    place = pointer(sayable(tuple(step for step in detail["loc"] if step != "[key]")))
    text = _WORDS.get(detail["type"], "this is not of the form that the schema of this call gives")
    return Issue(
        severity=Severity.ERROR,
        code=IssueType.VALUE,
        rule="workbench/request",
        text=text,
        suggestion="see POST /workbench/convert and POST /maps/check in openapi.json",
        location=(f"body#{place}",),
    )
