"""A coding that is validated: what was sent, and where it stands in the input."""

from dataclasses import dataclass

from adapter.terminology.canonical import joined


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """What is validated, and where it stands (`Coding`, `CodeableConcept.coding[0]`, or nothing for single parameters)."""

    system: str
    code: str
    version: str | None = None
    display: str | None = None
    place: str = ""

    def at(self, name: str) -> str:
        """The place of one of its elements."""
        return f"{self.place}.{name}" if self.place else name

    @property
    def shown(self) -> str:
        """As messages name it."""
        display = f" ('{self.display}')" if self.display else ""
        return f"'{joined(self.system, self.version)}#{self.code}{display}'"
