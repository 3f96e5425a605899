"""A release of FHIR as one value: its element table, and everything that checks resources along it."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from adapter.checks.by_hand import BY_HAND
from adapter.checks.invariant import Invariant
from adapter.checks.invariants import InvariantCheck
from adapter.checks.own_rules import LEFT_OUT, check_members, check_own_rules, stated_in_prose
from adapter.checks.quick import is_decided
from adapter.checks.reference_guide import ReferenceGuide, long_guide, short_guide
from adapter.checks.second_opinion import second_opinion
from adapter.checks.structure import StructureCheck
from adapter.fhir.json import canonical_bytes
from adapter.fhir.resource import Resource
from adapter.fhir.table import Constraint, ElementTable, packaged_table
from adapter.issues import AnyIssue, Issue

OwnRules: TypeAlias = Callable[[Resource, str], Sequence[AnyIssue]]
"""The rules beside the release's own that a resource of sound structure breaks; expressions begin with the text."""

BundleRules: TypeAlias = Callable[[Resource], Iterable[AnyIssue]]
"""What resources of a Bundle of sound structure break together; expressions begin with `Bundle`."""

SecondOpinion: TypeAlias = Callable[[Resource, str | None], Iterable[Issue]]
"""What somebody else's models say of a resource."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Release:
    """What the adapter knows of a FHIR release; it is passed wherever the release matters, and nothing else has to know which.

    `structure` and `invariants` say what is wrong; `quick` says of most sound resources that nothing is, of both kinds.
    `references` finds the references that resources of the adapter hold, `all_references` those in extensions as well. With
    `second_opinion` nothing, there are no other models of this release to ask.
    """

    table: ElementTable
    structure: StructureCheck
    quick: StructureCheck
    invariants: InvariantCheck
    references: ReferenceGuide
    all_references: ReferenceGuide
    own_rules: OwnRules
    bundle_rules: BundleRules
    second_opinion: SecondOpinion | None

    @property
    def name(self) -> str:
        """The name of the release: R4."""
        return self.table.release

    def surely_keeps(self, resource: Resource) -> bool:
        """Whether a resource keeps all invariants, good practice aside: quick, and no where only a closer look can tell."""
        return self.quick.is_valid(resource) and is_decided(canonical_bytes(resource))


def _no_rules(_: Resource, __: str) -> Sequence[AnyIssue]:
    return ()


def _no_bundle_rules(_: Resource) -> Iterable[AnyIssue]:
    return ()


def release_of(
    table: ElementTable,
    *,
    own_rules: OwnRules = _no_rules,
    bundle_rules: BundleRules = _no_bundle_rules,
    added: Mapping[str, tuple[Constraint, ...]] | None = None,
    by_hand: Mapping[str, tuple[Invariant, ...]] | None = None,
    left_out: Collection[str] = (),
    second_opinion: SecondOpinion | None = None,
) -> Release:
    """The release of an element table: what can be worked out from the table is.

    `added` are invariants beside those of the table, by type or element; `by_hand` stand for those of their keys, by resource
    type; `left_out` are keys of invariants that others look after.
    """
    invariants = InvariantCheck(table, added=added or {}, by_hand=by_hand or {}, left_out=left_out)
    return Release(
        table=table,
        structure=StructureCheck(table),
        quick=StructureCheck(table, invariants.filters),
        invariants=invariants,
        references=short_guide(table),
        all_references=long_guide(table),
        own_rules=own_rules,
        bundle_rules=bundle_rules,
        second_opinion=second_opinion,
    )


@cache
def r4() -> Release:
    """FHIR R4 (4.0.1) as it comes with the adapter; made once."""
    table = packaged_table("R4")
    return release_of(
        table,
        own_rules=check_own_rules,
        bundle_rules=check_members,
        added=stated_in_prose(table),
        by_hand=BY_HAND,
        left_out=LEFT_OUT,
        second_opinion=second_opinion,
    )
