"""One code of an expansion."""

from dataclasses import dataclass, field

from adapter.fhir.resource import Element
from adapter.terminology.code_system.concept import Concept
from adapter.terminology.code_system.definition import CodeSystem, designation_of
from adapter.terminology.code_system.designation import Designation, preferred
from adapter.terminology.language import Languages


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A concept with its code system."""

    system: CodeSystem
    concept: Concept

    @property
    def is_inactive(self) -> bool:
        """Whether the concept is no longer to be used."""
        return self.system.is_inactive(self.concept)


@dataclass(slots=True, kw_only=True, eq=False)
class ExpansionEntry:
    """A code that is in an expansion: a concept of a code system, with what the value set says of it (`element`).

    Of one that a value set brings in an expansion of its own no concept is `known`; its element is shown as it is.
    """

    url: str
    version: str | None
    code: str
    known: Known | None = None
    element: Element = field(default_factory=dict)
    children: "list[ExpansionEntry]" = field(default_factory=list)


def display_of(entry: ExpansionEntry, languages: Languages | None) -> str:
    """The display of a code in the languages that are wanted, or else its own; nothing if it has none."""
    if entry.known is None:
        return str(entry.element.get("display") or "")
    best = preferred(designations_of(entry.known, entry.element), languages)
    return best.value if best else ""


def designations_of(known: Known, element: Element) -> list[Designation]:
    """The designations of a concept, those that the value set adds last."""
    display = element.get("display")
    designations = known.system.designations(known.concept)
    designations += [Designation(value=str(display), is_main=True)] if display else []
    return designations + [designation_of(designation) for designation in element.get("designation") or ()]
