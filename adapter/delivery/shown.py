"""What the store has, as every door shows it: times are instants in UTC."""

from dataclasses import asdict

from adapter.delivery.record import DeliveryRecord, DocumentRecord, EncounterRecord, EventRecord
from adapter.instant import instant_of
from adapter.json_types import JsonObject


def shown_encounter(record: EncounterRecord) -> JsonObject:
    """An encounter: its state, how many documents were received and converted, when it began and when it changed."""
    counts = {"received": record.received, "converted": record.made}
    return {
        "id": record.id,
        "state": record.state,
        **counts,
        "created": instant_of(record.created),
        "changed": instant_of(record.changed),
    }


def shown_document(record: DocumentRecord) -> JsonObject:
    """A document without its content."""
    return {
        "number": record.number,
        "kind": record.form,
        "sha256": record.digest,
        "bytes": record.size,
        "received": instant_of(record.received),
        "caller": record.caller,
        "isKept": record.is_kept,
    }


def shown_delivery(record: DeliveryRecord) -> JsonObject:
    """How far a delivery has come; `due` is when it is tried next, if it is."""
    due = instant_of(record.due) if record.due is not None else None
    return {**asdict(record), "due": due, "changed": instant_of(record.changed)}


def shown_event(record: EventRecord) -> JsonObject:
    """A line of the audit trail, without what it has nothing to say of."""
    return {key: value for key, value in {**asdict(record), "at": instant_of(record.at)}.items() if value is not None}
