"""Canonical URLs: a URL, with a version behind a bar or without one (http://hl7.org/fhir/R4/references.html#canonical)."""

import re

from adapter.fhir.resource import Element

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+", re.ASCII)


def split(canonical: str) -> tuple[str, str | None]:
    """The URL and the version of a canonical."""
    url, _, version = canonical.partition("|")
    return url, version or None


def joined(url: str, version: str | None) -> str:
    """The canonical of a URL and a version."""
    return f"{url}|{version}" if version else url


def is_absolute(url: str) -> bool:
    """Whether a URL has a scheme, so that it means the same everywhere."""
    return _ABSOLUTE.fullmatch(url) is not None


class CanonicalResource:
    """A definition that others name by its canonical URL."""

    __slots__ = ()

    resource: Element

    @property
    def url(self) -> str:
        """The canonical URL, or nothing."""
        return str(self.resource.get("url") or "")

    @property
    def version(self) -> str | None:
        """The version."""
        return self.resource.get("version") or None

    @property
    def canonical(self) -> str:
        """The URL with the version."""
        return joined(self.url, self.version)
