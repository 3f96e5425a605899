"""An acceptor that keeps messages durably: the intake of the store, as over HTTP."""

import asyncio
from dataclasses import dataclass, replace
from hashlib import sha256

from adapter.assembly import Runtime
from adapter.delivery.intake import Posted
from adapter.delivery.record import Accepted
from adapter.dispatch import Dispatch
from adapter.issues import AdapterError, Severity, UnknownFormError, UnreadableError, most_severe
from adapter.mllp.acknowledgment import header_of
from adapter.mllp.reception import Acceptance, Reception
from adapter.readers.document import Document

_CALLER = "mllp"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepingAcceptor:
    """Keeps each message on disk before it is acknowledged; what cannot be kept now is answered so that it is sent again.

    A message that comes again with its control id and content has one effect. `refuses_unhandled` as in `Inbox`.
    """

    runtime: Runtime
    dispatch: Dispatch
    refuses_unhandled: bool = False

    async def accept(self, message: bytes) -> Reception:
        """What becomes of a message."""
        return await asyncio.to_thread(self._accept, message)

    def _accept(self, message: bytes) -> Reception:
        header = header_of(message)
        digest = sha256(message).hexdigest()
        key = "|".join([header.text(3), header.text(4), header.text(10), digest])
        document = Document(name=f"{digest[:16]}.hl7", content=message)
        posted = Posted(documents=(document,), caller=_CALLER, settings={}, idempotency_key=key)
        try:
            kept = self.dispatch.intake.accept(posted, self.runtime.options({}))
        except UnknownFormError as unhandled:
            if self.refuses_unhandled:
                return Reception(acceptance=Acceptance.REJECTED, issues=unhandled.issues)
            warnings = tuple(replace(issue, severity=Severity.WARNING) for issue in unhandled.issues)
            return Reception(acceptance=Acceptance.ACCEPTED, issues=warnings)
        except UnreadableError as refusal:
            return Reception(acceptance=Acceptance.REJECTED, issues=refusal.issues)
        except AdapterError as refusal:
            return Reception(acceptance=Acceptance.ERROR, issues=refusal.issues)
        remarks = kept.remarks if isinstance(kept, Accepted) else ()
        return Reception(acceptance=Acceptance.ACCEPTED, issues=most_severe(remarks))
