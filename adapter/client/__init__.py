"""The only door outwards: a FHIR client with limits, safe repetition and our error kinds, and the sending of a bundle."""

from adapter.client.ability import Abilities, abilities_in
from adapter.client.fhir_client import FhirClient, Validation
from adapter.client.proof import SentResource
from adapter.client.read_back import Difference, differences
from adapter.client.remark import Remark, remarks_behind, status_behind
from adapter.client.send import Delivery, Sender, send_bundle
from adapter.client.target import PUBLIC_SERVERS, Target, resolve_server, target_at
from adapter.client.transaction import EntryResult, TransactionResult
from adapter.client.triage import TriagedRemark, TriageEntry, Verdict, triage, triage_table
from adapter.client.wire import AnswerLimits, Retries

__all__ = [
    "PUBLIC_SERVERS",
    "Abilities",
    "AnswerLimits",
    "Delivery",
    "Difference",
    "EntryResult",
    "FhirClient",
    "Remark",
    "Retries",
    "Sender",
    "SentResource",
    "Target",
    "TransactionResult",
    "TriageEntry",
    "TriagedRemark",
    "Validation",
    "Verdict",
    "abilities_in",
    "differences",
    "remarks_behind",
    "resolve_server",
    "send_bundle",
    "status_behind",
    "target_at",
    "triage",
    "triage_table",
]
