"""Which status may follow which, from one version of a resource to the next."""

from collections.abc import Mapping
from types import MappingProxyType

_CHANGED = ("amended", "corrected", "appended")

ALLOWED: Mapping[str, Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "Procedure": MappingProxyType(
            {
                "preparation": frozenset({"in-progress", "not-done", "entered-in-error"}),
                "in-progress": frozenset({"completed", "stopped", "on-hold", "entered-in-error"}),
                "on-hold": frozenset({"in-progress", "stopped", "entered-in-error"}),
                "not-done": frozenset({"entered-in-error"}),
                "stopped": frozenset({"entered-in-error"}),
                "completed": frozenset({"entered-in-error"}),
                "entered-in-error": frozenset(),
            }
        ),
        "DiagnosticReport": MappingProxyType(
            {
                "registered": frozenset({"partial", "preliminary", "cancelled", "entered-in-error"}),
                "partial": frozenset({"preliminary", "final", "cancelled", "entered-in-error"}),
                "preliminary": frozenset({"final", "cancelled", "entered-in-error"}),
                "final": frozenset({*_CHANGED, "entered-in-error"}),
                **{status: frozenset({*_CHANGED, "entered-in-error"} - {status}) for status in _CHANGED},
                "cancelled": frozenset({"entered-in-error"}),
                "entered-in-error": frozenset(),
            }
        ),
        "Observation": MappingProxyType(
            {
                "registered": frozenset({"preliminary", "entered-in-error"}),
                "preliminary": frozenset({"final", "cancelled", "entered-in-error"}),
                "final": frozenset({"amended", "corrected", "entered-in-error"}),
                "amended": frozenset({"entered-in-error"}),
                "corrected": frozenset({"entered-in-error"}),
                "cancelled": frozenset({"entered-in-error"}),
                "entered-in-error": frozenset(),
            }
        ),
        "Encounter": MappingProxyType(
            {
                "planned": frozenset({"arrived", "triaged", "in-progress", "finished", "cancelled", "entered-in-error"}),
                "arrived": frozenset({"triaged", "in-progress", "finished", "cancelled", "entered-in-error"}),
                "triaged": frozenset({"in-progress", "finished", "cancelled", "entered-in-error"}),
                "in-progress": frozenset({"onleave", "finished", "cancelled", "entered-in-error"}),
                "onleave": frozenset({"in-progress", "finished", "entered-in-error"}),
                "finished": frozenset({"entered-in-error"}),
                "cancelled": frozenset({"entered-in-error"}),
                "entered-in-error": frozenset(),
            }
        ),
        "ServiceRequest": MappingProxyType(
            {
                "draft": frozenset({"active", "revoked", "entered-in-error"}),
                "active": frozenset({"on-hold", "revoked", "completed", "entered-in-error"}),
                "on-hold": frozenset({"active", "revoked", "entered-in-error"}),
                "revoked": frozenset({"entered-in-error"}),
                "completed": frozenset({"entered-in-error"}),
                "entered-in-error": frozenset(),
            }
        ),
        "Claim": MappingProxyType({"draft": frozenset({"active"}), "active": frozenset({"cancelled"}), "cancelled": frozenset()}),
        "Consent": MappingProxyType(
            {
                "proposed": frozenset({"active", "rejected"}),
                "active": frozenset({"inactive"}),
                "rejected": frozenset(),
                "inactive": frozenset(),
            }
        ),
    }
)
"""The statuses that may follow, by resource type and status (modelling.md §6); a status may always stay what it is."""
