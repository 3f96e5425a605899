"""Code systems by alias, the codes of our own code systems, and translations: ready-made look-ups."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from adapter.terminology.catalog import Catalog


class UnknownNameError(LookupError):
    """A mapping names a code system, a code or a translation that the terminology does not have: a mistake in the mapping."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terminology:
    """What mappings ask of the terminology; made by `load_terminology`.

    `catalog` holds our definitions, the same ones that operations answer from; the ready-made look-ups are derived from it.
    `systems` holds URLs by alias, `spellings` the URL to emit by every accepted spelling of it, `concepts` the codes that we
    hold with their displays by the alias of their code system, `maps` the translations (code to code) by name.
    """

    base: str
    systems: Mapping[str, str]
    spellings: Mapping[str, str]
    catalog: Catalog
    concepts: Mapping[str, Mapping[str, str | None]]
    maps: Mapping[str, Mapping[str, str]]

    def system(self, alias: str) -> str:
        """The URL of a code system; raises UnknownNameError for an alias that systems.yaml does not have."""
        try:
            return self.systems[alias]
        except KeyError:
            message = f"there is no code system {alias!r} in systems.yaml"
            raise UnknownNameError(message) from None

    def canonical(self, path: str) -> str:
        """The canonical URL of something of ours: the configured base and a path such as `StructureDefinition/claim-0731t`."""
        return f"{self.base}/{path}"

    def coding(self, alias: str, code: str) -> dict[str, str]:
        """A Coding as {system, code}, with a display if the code is our own.

        Raises UnknownNameError for an unknown alias, and for a code that one of our own code systems does not have.
        """
        return self.coder(alias)(code)

    def coder(self, alias: str) -> Callable[[str], dict[str, str]]:
        """What gives the Coding of each code of one system, as `coding` does; raises UnknownNameError for an unknown alias."""
        system, held = self.system(alias), self.concepts.get(alias)

        def bare(code: str) -> dict[str, str]:
            return {"system": system, "code": code}

        def displayed(code: str) -> dict[str, str]:
            if held is None or code not in held:
                message = f"the code system {alias!r} has no code {code!r}"
                raise UnknownNameError(message)
            display = held[code]
            return bare(code) if display is None else {"system": system, "code": code, "display": display}

        return bare if held is None else displayed

    def translate(self, name: str, code: str) -> str | None:
        """The code that a translation gives for a code, or nothing; raises UnknownNameError for an unknown translation."""
        return self.translator(name)(code)

    def translator(self, name: str) -> Callable[[str], str | None]:
        """What gives the code of a translation for each code, as `translate` does; raises UnknownNameError as well."""
        try:
            return self.maps[name].get
        except KeyError:
            message = f"there is no translation {name!r} among the ConceptMaps"
            raise UnknownNameError(message) from None

    def preferred(self, url: str) -> str:
        """The spelling to emit for a code system's URL; an unknown URL stays as it is."""
        return self.spellings.get(url, url)
