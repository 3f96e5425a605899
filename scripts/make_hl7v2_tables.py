"""Makes `adapter/readers/hl7v2/tables.json`: segments, fields, data types and message structures of HL7 v2.

The facts come from the tables of hl7apy (MIT licence), a development dependency: run `python scripts/make_hl7v2_tables.py`.

HL7 v2 is meant to be compatible with its earlier versions, so one table serves all: every field, component and structure is taken
from the newest version that has it, and a field repeats if it may in any version. Version 2.1 adds nothing to 2.2.
"""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

VERSIONS = ("2_8_2", "2_8_1", "2_8", "2_7", "2_6", "2_5_1", "2_5", "2_4", "2_3_1", "2_3", "2_2")
KINDS = ("ADT", "BAR", "DFT", "MDM", "OMG", "OMI", "OML", "ORM", "ORU")
"""The message types whose structures are kept; of others only the segments are known."""
EVENTS = {
    "ADT": {
        "A01": ("A04", "A08", "A13"),
        "A05": ("A14", "A28", "A31"),
        "A06": ("A07",),
        "A09": ("A10", "A11"),
        "A21": ("A22", "A23", "A25", "A26", "A27", "A29", "A32", "A33"),
        "A30": ("A34", "A35", "A36", "A46", "A47", "A48", "A49"),
        "A39": ("A40", "A41", "A42"),
        "A50": ("A51",),
        "A54": ("A55",),
        "A61": ("A62",),
    },
    "MDM": {"T01": ("T03", "T05", "T07", "T09", "T11"), "T02": ("T04", "T06", "T08", "T10")},
    "OML": {},
}
"""HL7 table 0354: which events share the structure of another."""
NUMBERS = {"OBR": (18, 19, 20)}
"""Fields of text (ST) in which feeds send an accession number, and who assigned it beside that: they are read as an EI."""
NAME_LENGTH = 3
WITHDRAWN = "WD"
TARGET = Path(__file__).parents[1] / "adapter" / "readers" / "hl7v2" / "tables.json"

Table = dict[str, Any]


def main() -> None:
    """Write the table."""
    versions = [import_module(f"hl7apy.v{version}") for version in VERSIONS]
    types = data_types(versions)
    table = {
        "types": types,
        "segments": segments(versions, types),
        "structures": structures(versions),
        "events": {
            f"{kind}_{other}": f"{kind}_{event}"
            for kind, events in EVENTS.items()
            for event, others in events.items()
            for other in others
        },
    }
    TARGET.write_text(json.dumps(table, indent=None, separators=(",", ":"), sort_keys=True) + "\n")


def data_types(versions: list[Any]) -> dict[str, list[str]]:
    """The components of each composite data type, by their data types."""
    found: dict[str, list[str]] = {}
    for version in versions:
        for name, parts in version.DATATYPES_STRUCTS.items():
            known = found.setdefault(name, [])
            kinds = [kind_of(part[1]) for part in parts]
            known[:] = [older if newer == WITHDRAWN else newer for newer, older in zip(known, kinds, strict=False)] + known[
                len(kinds) :
            ]
            known += kinds[len(known) :]
    # A type with one component only (TS of old versions) is a plain value, as it is today.
    return {name: kinds for name, kinds in found.items() if name != "TS" and len(kinds) > 1}


def kind_of(part: Any) -> str:  # noqa: ANN401 - the tables of hl7apy have no types
    """The data type of a field or component; TS is DTM today."""
    name = str(part[2]) if part[2] else "ST"
    return {"TS": "DTM", "CM": "varies", "wd": WITHDRAWN}.get(name, name)


def segments(versions: list[Any], types: Table) -> dict[str, list[list[Any]]]:
    """The fields of each segment: data type, and 1 if the field may repeat."""
    found: dict[str, dict[int, list[Any]]] = {}
    for version in versions:
        for name, definition in version.SEGMENTS.items():
            if len(name) != NAME_LENGTH or name.startswith("Z") or len(definition) == 1:
                continue  # a placeholder, an example of a local segment, a segment without fields
            known = found.setdefault(name, {})
            for label, reference, (_, most), *_ in definition[1]:
                kind = WITHDRAWN if most == 0 else kind_of(reference)
                number = int(label.rsplit("_", 1)[1])
                kind = "EI" if number in NUMBERS.get(name, ()) else kind
                add_field(known, number, kind, many=most != 1, types=types)
    return {
        name: [fields.get(number, ["ST", 0]) for number in range(1, max(fields, default=0) + 1)] for name, fields in found.items()
    }


def add_field(known: dict[int, list[Any]], number: int, kind: str, *, many: bool, types: Table) -> None:
    """Note a field of an older version: what the newer ones withdrew, and that it may repeat."""
    field = known.setdefault(number, [kind, 0])
    if kind == WITHDRAWN:
        return
    field[1] = int(field[1] or many)
    if field[0] == WITHDRAWN or (field[0] == "ST" and kind in types):
        field[0] = kind


def structures(versions: list[Any]) -> dict[str, list[Any]]:
    """The structure of each message: segments and groups in order, each with 1 if it may repeat; groups with their parts."""
    found: dict[str, list[Any]] = {}
    for version in versions:
        for name, definition in version.MESSAGES.items():
            if name.startswith(tuple(f"{kind}_" for kind in KINDS)) and name not in found:
                found[name] = [part_of(part, name) for part in definition[1]]
    return found


def part_of(part: Any, message: str) -> list[Any]:  # noqa: ANN401 - the tables of hl7apy have no types
    """A segment or group of a structure."""
    name, reference, (_, most), kind, *_ = part
    if kind == "SEG":
        return [name, int(most != 1)]
    return [name.removeprefix(f"{message}_"), int(most != 1), [part_of(inner, message) for inner in reference[1]]]


if __name__ == "__main__":
    main()
