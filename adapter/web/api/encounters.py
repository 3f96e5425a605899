"""`/encounters`: documents are kept, what became of them is shown, and it is done again on request (docs/delivery.md)."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from hashlib import sha256
from http import HTTPStatus
from typing import get_args

from flask import Request, Response

from adapter.conversion import Conversion
from adapter.delivery.again import changes_between, converted_anew, redeliver, reprocess
from adapter.delivery.intake import Posted
from adapter.delivery.outbox import Made, Outbox
from adapter.delivery.record import Accepted, EncounterState, MergedPatients
from adapter.delivery.removal import remove
from adapter.delivery.shelf import Shelf
from adapter.delivery.shown import shown_delivery, shown_document, shown_encounter, shown_event
from adapter.delivery.store import Store, Transaction
from adapter.dispatch import Dispatch
from adapter.fhir.json import canonical_bytes
from adapter.issues import ConflictError, UnreadableError, most_severe
from adapter.json_types import JsonObject
from adapter.web.access import current_caller
from adapter.web.answer import JSON, bytes_answer, issues_as_outcome, json_answer, outcome_answer
from adapter.web.query import check_form, check_parameters, single
from adapter.web.refusal import RefusedError, not_there, request_issue, wrong_parameter
from adapter.web.request import changes_of, documents_of
from adapter.web.service import Service

MOST_ON_A_PAGE = 500
"""So many encounters may be asked for at once."""
_USUAL_PAGE = 50
_LONGEST_KEY = 255
_NUMBER = re.compile("[1-9][0-9]{0,5}", re.ASCII)
_NOT_THERE = "encounters/not-there"
_STATES = get_args(EncounterState)
_READ = "read"
"""What the audit trail calls a look at something of an encounter."""


def post(service: Service, request: Request) -> Response:
    """`POST /encounters`: documents are kept before the answer."""
    dispatch, caller = service.dispatch, current_caller()
    settings = {**caller.settings, **changes_of(request)}
    posted = Posted(
        documents=tuple(documents_of(request)),
        caller=caller.name,
        settings=settings,
        idempotency_key=_idempotency_key(request),
    )
    accepted = dispatch.intake.accept(posted, service.runtime.options(settings))
    if isinstance(accepted, MergedPatients):
        return json_answer(asdict(accepted), media_type=JSON)
    wishes = {wish.strip().lower() for wish in request.headers.get("Prefer", "").replace('"', "").replace(";", ",").split(",")}
    status = HTTPStatus.CREATED if accepted.is_new else HTTPStatus.OK
    answer = _answer(service, accepted, wishes)
    answer.status_code = HTTPStatus.ACCEPTED if "respond-async" in wishes else status
    answer.headers["Location"] = f"{service.address(request)}/encounters/{accepted.encounter}"
    if accepted.is_repeated:
        answer.headers["Idempotency-Replayed"] = "true"
    return answer


def _answer(service: Service, accepted: Accepted, wishes: set[str]) -> Response:
    """The body that the caller prefers: nothing, the Bundle, the issues, or else how the encounter stands.

    What there is to say of the documents alone is with how it stands, and with the issues where they do not say it themselves.
    """
    encounter, remarks = accepted.encounter, most_severe(accepted.remarks)
    if "respond-async" not in wishes and wishes & {"return=representation", "return=operationoutcome"}:
        with suppress(ConflictError):  # documents of it were removed, and what was sent now is kept all the same
            conversion = converted_anew(service.dispatch.work, encounter)
            if "return=representation" in wishes and conversion.content is not None:
                return bytes_answer(conversion.content)
            told = {issue.rule for issue in conversion.issues}
            further = (remark for remark in remarks if remark.rule not in told)
            return outcome_answer((*further, *conversion.issues), HTTPStatus.OK, service.base)
    if "return=minimal" in wishes:
        return _empty()
    store = service.dispatch.store
    outcome = {"outcome": issues_as_outcome(remarks, service.base)} if remarks else {}
    with store.reading() as connection:
        return json_answer({**_standing(store, connection, encounter), **outcome}, media_type=JSON)


def _idempotency_key(request: Request) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not 0 < len(key) <= _LONGEST_KEY:
        raise UnreadableError(request_issue("the Idempotency-Key is empty or too long", f"send 1 to {_LONGEST_KEY} characters"))
    return key


def search(service: Service, request: Request) -> Response:
    """`GET /encounters`: those that are kept, in the order in which they began.

    `POST /encounters/_search` takes the same as a form, which keeps numbers of patients out of URLs.
    """
    check_form(request)
    given = single(request, {"state": _STATES, "identifier": (), "_count": (), "after": ()})
    count = given.get("_count", str(_USUAL_PAGE))
    if not (count.isascii() and count.isdigit() and 0 < int(count[:9]) <= MOST_ON_A_PAGE):
        raise UnreadableError(wrong_parameter("_count", f"this must be a number from 1 to {MOST_ON_A_PAGE}"))
    store = service.dispatch.store
    state: EncounterState | None = next((known for known in _STATES if known == given.get("state")), None)
    with store.reading() as connection:
        after = store.encounter(connection, given["after"]) if "after" in given else None
        records = store.encounters(
            connection,
            state=state,
            business_key=given.get("identifier"),
            after=(after.created, after.id) if after else None,
            most=int(count),
        )
    store.note_access("searched", caller=current_caller().name)
    body: JsonObject = {"encounters": [shown_encounter(record) for record in records]}
    if len(records) == int(count) and "identifier" not in given:
        kept = f"&state={given['state']}" if "state" in given else ""
        body["next"] = f"{service.address(request)}/encounters?after={records[-1].id}&_count={count}{kept}"
    return json_answer(body, media_type=JSON)


def show(service: Service, request: Request, encounter: str) -> Response:
    """`GET /encounters/{encounter}`: how it stands; of one that was deleted, the tombstone."""
    with _looking(service, request, encounter) as (store, connection):
        return json_answer(_standing(store, connection, encounter), media_type=JSON)


def _standing(store: Store, connection: Transaction, encounter: str) -> JsonObject:
    record = store.encounter(connection, encounter)
    deliveries = Outbox(store).deliveries(connection, encounter)
    return {**shown_encounter(record), "deliveries": {delivery.target: delivery.state for delivery in deliveries}}


def bundle(service: Service, request: Request, encounter: str) -> Response:
    """`GET /encounters/{encounter}/bundle`: what its destinations hold or are to hold."""
    result = _made(service, request, encounter)
    if result.outgoing is None and result.digest:
        raise RefusedError(HTTPStatus.GONE, "the Bundle was removed, as the retention of this service says")
    if result.outgoing is None:
        raise not_there(_NOT_THERE, "no Bundle was made of this encounter; /outcome says why")
    return json_answer(result.outgoing)


def outcome(service: Service, request: Request, encounter: str) -> Response:
    """`GET /encounters/{encounter}/outcome`: the issues of the newest conversion."""
    return json_answer(_conversion(service, request, encounter).to_outcome(service.base))


def lineage(service: Service, request: Request, encounter: str) -> Response:
    """`GET /encounters/{encounter}/lineage`: what every element was made from, worked out when it is asked for."""
    stored = _conversion(service, request, encounter)
    again = service.runtime.reproduce(stored)
    entries = [entry._asdict() for entry in again.lineage.entries]
    return json_answer({"lineage": entries, "coverage": again.unread_fields.fields}, media_type=JSON)


def _conversion(service: Service, request: Request, encounter: str) -> Conversion:
    conversion = _made(service, request, encounter).conversion
    if conversion is None:
        raise RefusedError(HTTPStatus.GONE, "the case was removed, as the retention of this service says")
    return conversion


def _made(service: Service, request: Request, encounter: str) -> Made:
    with _looking(service, request, encounter) as (store, connection):
        result = Outbox(store).made(connection, _living(service.dispatch, connection, encounter))
    if result is None:
        raise not_there(_NOT_THERE, "nothing was made of this encounter yet; ask again in a moment")
    return result


def documents(service: Service, request: Request, encounter: str) -> Response:
    """`GET /encounters/{encounter}/documents`: what was sent, without its content."""
    with _looking(service, request, encounter) as (store, connection):
        store.encounter(connection, encounter)
        records = Shelf(store).records(connection, encounter)
    return json_answer({"documents": [shown_document(record) for record in records]}, media_type=JSON)


def document(service: Service, request: Request, encounter: str, *, number: str) -> Response:
    """`GET /encounters/{encounter}/documents/{number}`: the bytes as they were sent."""
    with _looking(service, request, encounter) as (store, connection):
        place = int(number) if _NUMBER.fullmatch(number) else 0
        stored = Shelf(store).document(connection, _living(service.dispatch, connection, encounter), place)
    if stored is None:
        raise not_there(_NOT_THERE, "there is no document of this number, or it was removed")
    return bytes_answer(stored.content, media_type="application/octet-stream")


def deliveries(service: Service, request: Request, encounter: str) -> Response:
    """`GET /encounters/{encounter}/deliveries`: how far each has come."""
    with _looking(service, request, encounter) as (store, connection):
        store.encounter(connection, encounter)
        records = Outbox(store).deliveries(connection, encounter)
    return json_answer({"deliveries": [shown_delivery(record) for record in records]}, media_type=JSON)


def history(service: Service, request: Request, encounter: str) -> Response:
    """`GET /encounters/{encounter}/history`: who did what and when, and what servers answered.

    That a caller looked is no news to that caller, so it changes no ETag of theirs.
    """
    with _looking(service, request, encounter) as (store, connection):
        store.encounter(connection, encounter)
        events = store.events(connection, encounter)
    lines = [(line, shown_event(line)) for line in events]
    own = current_caller().name
    news = [shown for line, shown in lines if (line.what, line.caller) != (_READ, own)]
    answer = json_answer({"history": [shown for _, shown in lines]}, media_type=JSON)
    answer.set_etag(sha256(canonical_bytes(news)).hexdigest(), weak=True)
    return answer


def deliver_again(service: Service, request: Request, encounter: str) -> Response:
    """`POST /encounters/{encounter}/redeliver`: to one destination (`target`), or to all."""
    given = single(request, {"target": ()})
    dispatch, caller = service.dispatch, current_caller().name
    targets = dispatch.store.write(
        lambda connection: redeliver(
            dispatch.store,
            connection,
            _living(dispatch, connection, encounter),
            caller=caller,
            target=given.get("target"),
        )
    )
    return json_answer({"id": encounter, "targets": targets}, HTTPStatus.ACCEPTED, media_type=JSON)


def process_again(service: Service, request: Request, encounter: str) -> Response:
    """`POST /encounters/{encounter}/$reprocess`: convert anew; with `dry-run=true` only say what would change."""
    given = single(request, {"dry-run": ("true", "false")})
    dispatch, caller = service.dispatch, current_caller().name
    with dispatch.store.reading() as connection:
        result = Outbox(dispatch.store).made(connection, _living(dispatch, connection, encounter))
    again = converted_anew(dispatch.work, encounter)
    before = result.conversion.bundle if result is not None and result.conversion is not None else None
    changes = [asdict(change) for change in changes_between(before, again.bundle)]
    if given.get("dry-run") == "true":
        dispatch.store.note_access("compared", caller=caller, encounter=encounter)
        return json_answer({"id": encounter, "changes": changes}, media_type=JSON)
    dispatch.store.write(lambda connection: reprocess(dispatch.store, connection, encounter, caller=caller))
    return json_answer({"id": encounter, "changes": changes}, HTTPStatus.ACCEPTED, media_type=JSON)


def delete(service: Service, request: Request, encounter: str) -> Response:
    """`DELETE /encounters/{encounter}`: what was kept is removed; a tombstone and the audit trail stay."""
    check_parameters(request, ())
    dispatch, caller = service.dispatch, current_caller().name
    dispatch.store.write(lambda connection: remove(dispatch.store, connection, encounter, caller=caller))
    answer = _empty()
    answer.status_code = HTTPStatus.NO_CONTENT
    return answer


def _empty() -> Response:
    answer = Response()
    del answer.headers["Content-Type"]  # there is no content
    return answer


def _living(dispatch: Dispatch, connection: Transaction, encounter: str) -> str:
    """The id of an encounter that is there; raises NotFoundError, or RefusedError (410) where it was deleted."""
    if dispatch.store.encounter(connection, encounter).state == "deleted":
        raise RefusedError(HTTPStatus.GONE, "this encounter was deleted; only its tombstone and its history are left")
    return encounter


@contextmanager
def _looking(service: Service, request: Request, encounter: str) -> Iterator[tuple[Store, Transaction]]:
    """The store for a call that shows something of an encounter: it takes no parameters, and who looks is written down."""
    check_parameters(request, ())
    store = service.dispatch.store
    store.note_access(_READ, caller=current_caller().name, encounter=encounter)
    with store.reading() as connection:
        yield store, connection
