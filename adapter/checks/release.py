"""A release of FHIR as one value: its element table, and everything that checks resources along it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from adapter.checks.invariants import check_invariants
from adapter.checks.reference_guide import ReferenceGuide, long_guide, short_guide
from adapter.checks.second_opinion import second_opinion
from adapter.checks.structure import StructureCheck
from adapter.fhir.bundle import Resource
from adapter.fhir.table import ElementTable, packaged_table
from adapter.issues import Issue

InvariantCheck: TypeAlias = Callable[[Resource, str], Iterable[Issue]]
"""The invariants that a resource of sound structure breaks; expressions begin with the text."""

SecondOpinion: TypeAlias = Callable[[Resource, str | None], Iterable[Issue]]
"""What somebody else's models say of a resource."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Release:
    """What the adapter knows of a FHIR release; it is passed wherever the release matters, and nothing else has to know which.

    `references` finds the references that resources of the adapter hold, `all_references` those in extensions as well. With
    `second_opinion` nothing, there are no other models of this release to ask.
    """

    table: ElementTable
    structure: StructureCheck
    references: ReferenceGuide
    all_references: ReferenceGuide
    invariants: InvariantCheck
    second_opinion: SecondOpinion | None = None

    @property
    def name(self) -> str:
        """The name of the release: R4."""
        return self.table.release


def release_of(table: ElementTable, invariants: InvariantCheck, second_opinion: SecondOpinion | None = None) -> Release:
    """The release of an element table: what can be worked out from the table is."""
    return Release(
        table=table,
        structure=StructureCheck(table),
        references=short_guide(table),
        all_references=long_guide(table),
        invariants=invariants,
        second_opinion=second_opinion,
    )


@cache
def r4() -> Release:
    """FHIR R4 (4.0.1) as it comes with the adapter; made once."""
    return release_of(packaged_table("R4"), check_invariants, second_opinion)
