"""Runtimes with drafts of mapping files: a few are kept, since people convert several times between two changes of a map."""

from collections import OrderedDict
from collections.abc import Mapping
from hashlib import sha256
from threading import Lock

from adapter.assembly import Runtime
from adapter.fhir.json import canonical_bytes

_MOST = 4
"""So many are kept for each process: one takes some 20 MB."""


class DraftedRuntimes:
    """The runtimes of the latest drafts; nothing of them is written to disk."""

    def __init__(self, base: Runtime) -> None:
        """Hold the runtime without drafts."""
        self._base = base
        self._held: OrderedDict[str, Runtime] = OrderedDict()
        self._lock = Lock()

    def of(self, drafts: Mapping[str, str]) -> Runtime:
        """The runtime with these drafts; its parts are made when they are first asked for, and raise SetupError then."""
        if not drafts:
            return self._base
        key = sha256(canonical_bytes(dict(drafts))).hexdigest()
        with self._lock:
            runtime = self._held.get(key) or self._base.with_drafts(drafts)
            self._held[key] = runtime
            self._held.move_to_end(key)
            if len(self._held) > _MOST:
                self._held.popitem(last=False)
        return runtime
