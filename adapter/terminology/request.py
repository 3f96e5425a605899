"""What a request wants, whatever the operation: languages, versions, and which concepts count."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from adapter.terminology import messages
from adapter.terminology.canonical import joined, split
from adapter.terminology.catalog import Catalog, ValueSet
from adapter.terminology.code_system import CodeSystem, value_of
from adapter.terminology.language import LanguageError, Languages, read_languages
from adapter.terminology.outcome import TerminologyIssue
from adapter.terminology.parameter import Arguments
from adapter.terminology.version import is_match

_EXPANSION_PARAMETER = frozenset(
    {
        "http://hl7.org/fhir/StructureDefinition/valueset-expansion-parameter",
        "http://hl7.org/fhir/tools/StructureDefinition/valueset-expansion-parameter",
    }
)
_SUPPLEMENT = "http://hl7.org/fhir/StructureDefinition/valueset-supplement"
_WITH_CODES = frozenset({"complete", "fragment"})
_FORCE, _DEFAULT, _CHECK = "force", "default", "check"
_RULES = {
    "system-version": (_DEFAULT, False),
    "check-system-version": (_CHECK, False),
    "force-system-version": (_FORCE, False),
    "default-valueset-version": (_DEFAULT, True),
    "check-valueset-version": (_CHECK, True),
    "force-valueset-version": (_FORCE, True),
}
RULE_PARAMETERS = tuple(_RULES)


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRule:
    """What a parameter such as `force-system-version` says of one code system or value set."""

    parameter: str
    url: str
    version: str

    @property
    def mode(self) -> str:
        """Whether the version is forced, a default, or only checked."""
        return _RULES[self.parameter][0]

    @property
    def is_for_value_sets(self) -> bool:
        """Whether the rule is about a value set."""
        return _RULES[self.parameter][1]

    @property
    def canonical(self) -> str:
        """As the parameter had it."""
        return joined(self.url, self.version)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one request may cost: codes in an answer without paging, codes looked at, and levels of imports."""

    expansion: int = 1_000
    internal: int = 100_000
    depth: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The catalog and the parameters that most operations share.

    `display` are the languages of `displayLanguage`, `header` those of Accept-Language (or of the value set, if neither is
    said); `supplements` are the canonicals that have to be there. An `is_active_only` of None was not said.
    """

    catalog: Catalog
    limits: Limits
    display: Languages | None = None
    header: Languages | None = None
    rules: tuple[VersionRule, ...] = ()
    supplements: frozenset[str] = frozenset()
    is_active_only: bool | None = None

    @property
    def languages(self) -> Languages | None:
        """The languages that displays are wanted in."""
        return self.display or self.header

    @property
    def language_names(self) -> str:
        """The languages as messages name them."""
        return self.languages.names if self.languages else "--"

    def rules_of(self, url: str, mode: str, *, for_value_sets: bool = False) -> Iterator[VersionRule]:
        """The rules of one mode for a code system or value set."""
        for rule in self.rules:
            if rule.url == url and rule.mode == mode and rule.is_for_value_sets is for_value_sets:
                yield rule

    def version(self, url: str, included: str | None, *, for_value_sets: bool = False) -> tuple[str | None, VersionRule | None]:
        """The version to use, and the rule that decided: forced, else the included one, else the default, else the checked one.

        Raises RefusedError if rules contradict each other.
        """
        forced = list(self.rules_of(url, _FORCE, for_value_sets=for_value_sets))
        if forced:
            return _only(forced, messages.SEVERAL_VERSIONS_FORCED)
        if included:
            return included, None
        for mode in (_DEFAULT, _CHECK):
            found = list(self.rules_of(url, mode, for_value_sets=for_value_sets))
            if found:
                return _only(found, messages.SEVERAL_DEFAULT_VERSIONS) if mode == _DEFAULT else (found[0].version, found[0])
        return None, None

    def code_system(self, url: str, version: str | None) -> CodeSystem | None:
        """A code system in exactly this version, or the newest, whatever the rules say; only one that has codes."""
        found = self.catalog.code_system(url, version, self.supplements)
        return found if found and found.content in _WITH_CODES else None

    def ruled_code_system(self, url: str, version: str | None) -> CodeSystem | None:
        """A code system in the version that the rules lead to."""
        return self.code_system(url, self.version(url, version)[0])

    def version_issues(self, system: CodeSystem) -> Iterator[TerminologyIssue]:
        """The checks of versions that a code system does not stand."""
        for rule in self.rules_of(system.url, _CHECK):
            if not is_match(rule.version, system.version):
                yield messages.VERSION_NOT_ALLOWED.issue(system=system.url, version=system.version or "", wanted=rule.version)

    def pinned(self, canonical: str) -> str:
        """The canonical of an imported value set with the version that the rules lead to."""
        url, version = split(canonical)
        return joined(url, self.version(url, version, for_value_sets=True)[0])

    def with_value_set(self, value_set: ValueSet, *, is_open: bool) -> "Wanted":
        """With what a value set itself asks for: expansion parameters, supplements, and its language if none is wanted.

        What the request says comes first. Raises RefusedError if the value set's language list is none.
        """
        said = Arguments(values=dict(_own_parameters(value_set.resource)))
        own = wanted_of(said, self.catalog, self.limits, header=None, is_open=is_open)
        header = self.header
        if header is None and value_set.resource.get("language"):
            header = _languages("ValueSet.language", value_set.resource["language"], is_open=is_open)
        return replace(
            self,
            display=self.display or own.display,
            header=header,
            rules=(*self.rules, *own.rules),
            supplements=self.supplements | own.supplements | _required_supplements(value_set.resource),
            is_active_only=own.is_active_only if self.is_active_only is None else self.is_active_only,
        )


def wanted_of(arguments: Arguments, catalog: Catalog, limits: Limits, *, header: str | None, is_open: bool) -> Wanted:
    """What the arguments of an operation want; `is_open` says that a display in another language is better than none."""
    language = arguments.one("displayLanguage")
    return Wanted(
        catalog=catalog,
        limits=limits,
        display=_languages("displayLanguage", language, is_open=is_open) if language else None,
        header=_languages("Accept-Language", header, is_open=is_open) if header else None,
        rules=tuple(_rule(name, text) for name in _RULES for text in arguments.all(name)),
        supplements=frozenset(arguments.all("useSupplement")),
        is_active_only=arguments.one("activeOnly"),
    )


def _rule(name: str, text: str) -> VersionRule:
    url, version = split(text)
    if not url or not version:
        raise messages.WRONG_VERSION_RULE.refusal(name, name=name)
    return VersionRule(parameter=name, url=url, version=version)


def _languages(name: str, text: str, *, is_open: bool) -> Languages:
    try:
        return read_languages(text, is_open=is_open)
    except LanguageError:
        raise messages.WRONG_LANGUAGES.refusal(name, name=name) from None


def _own_parameters(resource: Mapping[str, Any]) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """The expansion parameters that a value set states in extensions of its compose."""
    found: dict[str, tuple[Any, ...]] = {}
    for each in (resource.get("compose") or {}).get("extension") or ():
        if each.get("url") in _EXPANSION_PARAMETER:
            parts = {str(part.get("url")): value_of(part) for part in each.get("extension") or ()}
            name = str(parts.get("name"))
            value = parts.get("value")
            found[name] = (*found.get(name, ()), value if isinstance(value, bool) else str(value))
    yield from found.items()


def _required_supplements(resource: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(str(value_of(each)) for each in resource.get("extension") or () if each.get("url") == _SUPPLEMENT)


def _only(rules: list[VersionRule], message: messages.Message) -> tuple[str | None, VersionRule | None]:
    other = next((rule for rule in rules if rule.version != rules[0].version), None)
    if other:
        raise message.refusal(system=other.url, first=rules[0].version, second=other.version)
    return rules[0].version, rules[0]
