"""What was proved when the maps were loaded, and what is left to ask of the resources that they make."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jsonschema_rs import Draft202012Validator

from adapter.checks.invariants import InvariantCheck
from adapter.checks.quick import has_ordered_periods
from adapter.checks.remainder import Reducer
from adapter.checks.schema import schema_of, validator_of
from adapter.fhir.json import canonical_bytes
from adapter.fhir.outline import ObjectOutline, may_hold
from adapter.fhir.resource import Resource
from adapter.fhir.table import ElementTable
from adapter.json_types import JsonObject, JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """What need not be asked of a Bundle any more: structure and invariants of its resources, its periods, or its references."""

    structure: bool = False
    periods: bool = False
    references: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MapProof:
    """What is left to ask of the resources of some maps.

    `left` asks what is left of the whole check of structure and invariants (`Release.quick`), of a list of objects that name
    the map of each resource (`[{"claim": {…}}]`); `with_periods` are the maps that make periods with an end;
    `has_only_made_references` says that no reference of any map can lead elsewhere than to a resource of the same Bundle that
    may stand there.
    """

    left: Draft202012Validator
    with_periods: frozenset[str]
    has_only_made_references: bool

    def of(self, resources: Sequence[tuple[str, Resource]]) -> Proved:
        """What is proved of these resources once the rest was asked; each is given with the name of its map."""
        holds = self.left.is_valid([{name: resource} for name, resource in resources])
        dated = canonical_bytes([resource for name, resource in resources if name in self.with_periods])
        return Proved(structure=holds, periods=has_ordered_periods(dated), references=holds and self.has_only_made_references)


def proof_of(
    table: ElementTable,
    invariants: InvariantCheck,
    outlines: Mapping[str, tuple[str, ObjectOutline]],
    *,
    has_only_made_references: bool,
) -> MapProof:
    """The proof for maps that make resources of these types and outlines, by the maps' names."""
    definitions = schema_of(table, sorted({kind for kind, _ in outlines.values()}), invariants.filters)["$defs"]
    reducer = Reducer(definitions)
    left = {name: reducer.remainder(definitions[kind], outline) for name, (kind, outline) in outlines.items()}
    schema = {"items": {"properties": left}, "$defs": _reached(left, definitions)}
    return MapProof(
        left=validator_of(schema),
        with_periods=frozenset(name for name, (_, outline) in outlines.items() if may_hold(outline, "end")),
        has_only_made_references=has_only_made_references,
    )


def _reached(part: JsonValue, definitions: Mapping[str, JsonObject]) -> JsonObject:
    """The definitions that a schema refers to, by whatever way."""
    reached: JsonObject = {}
    waiting = [part]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            name = str(value.get("$ref", "")).removeprefix("#/$defs/").rpartition(":")[2]
            if name in definitions and name not in reached:
                reached[name] = definitions[name]
                waiting.append(definitions[name])
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return reached
