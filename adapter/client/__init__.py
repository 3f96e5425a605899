"""The only door outwards: a FHIR client with limits, safe repetition and our error kinds, and the sending of a bundle."""

from adapter.client.comparison import Difference, differences
from adapter.client.fhir_client import FhirClient, Validation
from adapter.client.remark import Remark, remarks_behind
from adapter.client.send import Delivery, SentResource, send_bundle
from adapter.client.target import PUBLIC_SERVERS, Target, resolve_server, target_at
from adapter.client.transaction import EntryResult, TransactionResult
from adapter.client.triage import TriagedRemark, TriageEntry, Verdict, triage, triage_table
from adapter.client.wire import Limits, Retries

__all__ = [
    "PUBLIC_SERVERS",
    "Delivery",
    "Difference",
    "EntryResult",
    "FhirClient",
    "Limits",
    "Remark",
    "Retries",
    "SentResource",
    "Target",
    "TransactionResult",
    "TriageEntry",
    "TriagedRemark",
    "Validation",
    "Verdict",
    "differences",
    "remarks_behind",
    "resolve_server",
    "send_bundle",
    "target_at",
    "triage",
    "triage_table",
]
