"""The table of the calls that keep, where there is a store."""

from typing import get_args

from adapter.conversion import OPTION_VALUES
from adapter.delivery.record import EncounterState
from adapter.web.answer import FHIR_JSON, JSON
from adapter.web.api import encounters, operations
from adapter.web.query import FORM
from adapter.web.request import DOCUMENT_TYPES
from adapter.web.route import SOME_TEXT, Call, Route, RouteParameter, one_of

_ENCOUNTER = RouteParameter(name="encounter", says="The id that the answer to the documents gave.", place="path")
_NUMBER = RouteParameter(name="number", says="The number of the document.", place="path")
_PATH = "/encounters/{encounter}"
_OF_SEARCH = (
    RouteParameter(name="state", says="Those in this state.", schema=one_of(get_args(EncounterState))),
    RouteParameter(name="identifier", says="The one of this number: `system|value`."),
    RouteParameter(
        name="_count",
        says="How many at most.",
        schema={"type": "integer", "minimum": 1, "maximum": encounters.MOST_ON_A_PAGE},
    ),
    RouteParameter(name="after", says="Those after the encounter with this id."),
)


def _read(path: str, call: Call, says: str, gives: str = JSON) -> Route:  # noqa: PLR0917 - in the order of the table
    return Route(
        method="GET",
        path=f"{_PATH}{path}",
        call=call,
        says=says,
        gives=(gives,),
        statuses=(200, 404, 409, 410),
        parameters=(_ENCOUNTER, *([_NUMBER] if "{number}" in path else [])),
        right="read",
    )


ENCOUNTER_ROUTES: tuple[Route, ...] = (
    Route(
        method="GET",
        path="/health/live",
        call=operations.live,
        right=None,
        says="Whether the process answers.",
        gives=(JSON,),
        statuses=(200,),
    ),
    Route(
        method="GET",
        path="/health/ready",
        call=operations.ready,
        right=None,
        says="Whether the store takes documents and work is done in time.",
        gives=(JSON,),
        statuses=(200,),
    ),
    Route(
        method="GET",
        path="/metrics",
        call=operations.metrics,
        right="operate",
        says="What is kept and delivered, in Prometheus' form.",
        gives=("text/plain",),
        statuses=(200,),
    ),
    Route(
        method="POST",
        path="/encounters",
        right="post",
        call=encounters.post,
        says="Keep documents of one encounter; they are on disk before the answer, and delivered when they are complete.",
        takes=DOCUMENT_TYPES,
        gives=(JSON,),
        statuses=(200, 201, 202, 409, 422),
        parameters=(
            RouteParameter(name="form", says="The input form of the documents, if it cannot be recognised."),
            RouteParameter(name="sender", says="The sender whose file applies to all documents.", schema=SOME_TEXT),
            *(
                RouteParameter(name=name, says="As for /convert.", schema=one_of(values))
                for name, values in OPTION_VALUES.items()
            ),
        ),
    ),
    *(
        Route(
            method=method,
            path=path,
            right="read",
            call=encounters.search,
            says="The encounters that are kept, in the order in which they began.",
            takes=takes,
            gives=(JSON,),
            statuses=(200, 404),
            parameters=_OF_SEARCH,
        )
        for method, path, takes in (("GET", "/encounters", ()), ("POST", "/encounters/_search", (FORM,)))
    ),
    _read("", encounters.show, "The state of an encounter."),
    _read("/bundle", encounters.bundle, "What its destinations hold or are to hold.", FHIR_JSON),
    _read("/outcome", encounters.outcome, "The issues of its newest conversion.", FHIR_JSON),
    _read("/lineage", encounters.lineage, "What every element was made from, and what no map read."),
    _read("/documents", encounters.documents, "The documents that were sent, without their content."),
    _read("/documents/{number}", encounters.document, "A document, byte by byte as it was sent.", "application/octet-stream"),
    _read("/deliveries", encounters.deliveries, "How far its delivery to each destination has come."),
    _read("/history", encounters.history, "Who did what and when, and what destinations answered."),
    Route(
        method="POST",
        path=f"{_PATH}/redeliver",
        right="operate",
        call=encounters.deliver_again,
        says="Deliver it again.",
        gives=(JSON,),
        statuses=(202, 404, 410),
        parameters=(_ENCOUNTER, RouteParameter(name="target", says="To this destination only.")),
    ),
    Route(
        method="POST",
        path=f"{_PATH}/$reprocess",
        right="operate",
        call=encounters.process_again,
        says="Convert it again, after a map was changed; with dry-run=true only say what would change.",
        gives=(JSON,),
        statuses=(200, 202, 404, 409, 410),
        parameters=(_ENCOUNTER, RouteParameter(name="dry-run", says="Change nothing.", schema=one_of(("true", "false")))),
    ),
    Route(
        method="DELETE",
        path=_PATH,
        right="operate",
        call=encounters.delete,
        says="Remove what was kept of it; a tombstone and its history stay.",
        gives=(JSON,),
        statuses=(204, 404),
        parameters=(_ENCOUNTER,),
    ),
)
"""The calls that keep."""
