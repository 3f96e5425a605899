"""The rows of `make bench`, in their order, each with what is wanted; docs/performance.md says what they mean."""

from collections.abc import Mapping
from types import MappingProxyType

EXAMPLES = ("infant-final-report", "complete")
OPERATIONS = ("$lookup", "$validate-code", "$expand")
CLIENTS = (1, 8)
SAMPLES = ("LAB-ORU-1", "ORU-R01-01")
RESULTS, CHARGES = "ORU^R01 with 100 OBX", "DFT^P03"
READ_BY_BRIDGE = ("ORU-R01-01", RESULTS)
"""It refuses the other sample, since OBR-25 is empty there, and reads no charges."""
MESSAGES = "{}: ms to a checked Bundle"
BRIDGE = "{}: hl7v2-fhir-bridge, converted and validated / ours"
LFH = "{}: LinuxForHealth, converted only / ours"
ACCEPTED = "MLLP: messages accepted in a second, one connection"
BULK = "bulk: processor time of one process / of all processes"

_CONVERSION = {
    "conversion / F": "≤ 5.5",
    "lineage noted / conversion": "≤ 1.10",
    "POST /convert / conversion": "≤ 1.3",
    "POST /convert with lineage / without": "≤ 3",
    "full check / quick check, whole conversion": "> 1",
    "fhir.resources / structure check": "≥ 20",
}
_TERMINOLOGY = {
    ("$lookup", "hit"): "≥ 5",
    ("$validate-code", "hit"): "≥ 2",
    ("$expand", "hit"): "≥ 5",
}


def terminology_row(operation: str, kind: str, clients: int) -> str:
    """The name of a row of requests per second beside HAPI."""
    return f"{operation}, {kind}, {clients} {'client' if clients == 1 else 'clients'}: ours / HAPI"


def p99_row(operation: str, kind: str, clients: int) -> str:
    """The name of the row of the slowest of a hundred requests beside HAPI's."""
    return terminology_row(operation, kind, clients).replace(": ours", ": p99 ours")


def _message_rows() -> dict[str, str]:
    rows = {}
    for name in (*SAMPLES, RESULTS, CHARGES):
        rows[MESSAGES.format(name)] = ""
        if name in READ_BY_BRIDGE:
            rows[BRIDGE.format(name)] = "≥ 5"
        rows[LFH.format(name)] = "≥ 10"
    return rows


def _terminology_rows() -> dict[str, str]:
    rows = {}
    for operation in OPERATIONS:
        for kind in ("hit", "miss"):
            for clients in CLIENTS:
                wanted = _TERMINOLOGY.get((operation, kind), "") if clients == 1 else ""
                rows[terminology_row(operation, kind, clients)] = wanted
                rows[p99_row(operation, kind, clients)] = "< 1" if clients == 1 else ""
    return rows


RULES = "complete: µs of all coding rules, with what they are asked of"
CHECK = "complete: check of the Bundle as anybody's, with good practice / as ours"

ROWS: Mapping[str, str] = MappingProxyType(
    {
        **{f"{example}: {name}": wanted for example in EXAMPLES for name, wanted in _CONVERSION.items()},
        RULES: "≤ 200",
        CHECK: "≤ 1.2",
        "2,000 phenotypes: s of lineage": "≤ 0.5",
        "2,000 phenotypes: MB of the process": "≤ 200",
        "start: ms of loading and checking all maps": "≤ 250",
        "start: ms of `adapter convert`": "≤ 450",
        "start: ms of `adapter --help`": "≤ 80",
        "memory: MB grown from request 10,000 to 50,000": "≤ 2",
        **_message_rows(),
        ACCEPTED: "≥ 2,000",
        BULK: "≥ 0.9",
        **_terminology_rows(),
        "a code system of 50,000 concepts: s of the first $expand with filter": "< 2",
        "a code system of 50,000 concepts: $validate-code / that in 100 concepts": "≤ 1.5",
    }
)
