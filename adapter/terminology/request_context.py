"""What a request wants, whatever the operation: languages, versions, and which concepts count."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from adapter.issues import Issue
from adapter.terminology import messages
from adapter.terminology.canonical import joined, split
from adapter.terminology.catalog import Catalog, ValueSet
from adapter.terminology.code_system.definition import CodeSystem, value_of
from adapter.terminology.concept_map.index import ConceptMap
from adapter.terminology.language import LanguageError, Languages, read_languages
from adapter.terminology.version import is_match

_SUPPLEMENT = "http://hl7.org/fhir/StructureDefinition/valueset-supplement"
_WITH_CODES = frozenset({"complete", "fragment"})
_FORCE, _DEFAULT, _CHECK = "force", "default", "check"
RULES = {
    "system-version": (_DEFAULT, False),
    "check-system-version": (_CHECK, False),
    "force-system-version": (_FORCE, False),
    "default-valueset-version": (_DEFAULT, True),
    "check-valueset-version": (_CHECK, True),
    "force-valueset-version": (_FORCE, True),
}
"""The parameters that rule versions: whether they force, default or check, and whether value sets are meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRule:
    """What a parameter such as `force-system-version` says of one code system or value set."""

    parameter: str
    url: str
    version: str

    @property
    def mode(self) -> str:
        """Whether the version is forced, a default, or only checked."""
        return RULES[self.parameter][0]

    @property
    def is_for_value_sets(self) -> bool:
        """Whether the rule is about a value set."""
        return RULES[self.parameter][1]

    @property
    def canonical(self) -> str:
        """As the parameter had it."""
        return joined(self.url, self.version)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpansionLimits:
    """What one request may cost: codes in an answer without paging, codes looked at, and levels of imports."""

    expansion: int = 1_000
    internal: int = 400_000
    depth: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestContext:
    """The catalog and the parameters that most operations share.

    `display` are the languages of `displayLanguage`, `header` those of Accept-Language (or of the value set, if neither is
    said); `supplements` are the canonicals that have to be there. An `is_active_only` of None was not said.
    """

    catalog: Catalog
    limits: ExpansionLimits
    display: Languages | None = None
    header: Languages | None = None
    rules: tuple[VersionRule, ...] = ()
    supplements: frozenset[str] = frozenset()
    is_active_only: bool | None = None
    _by_target: Mapping[tuple[str, str, bool], list[VersionRule]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the rules, so that a list of codings does not search them all for each coding."""
        index: dict[tuple[str, str, bool], list[VersionRule]] = {}
        for rule in self.rules:
            index.setdefault((rule.url, rule.mode, rule.is_for_value_sets), []).append(rule)
        object.__setattr__(self, "_by_target", index)

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
        yield from self._by_target.get((url, mode, for_value_sets), ())

    def version(self, url: str, included: str | None, *, for_value_sets: bool = False) -> tuple[str | None, VersionRule | None]:
        """The version to use, and the rule that decided: forced, else the included one, else the default, else the checked one.

        Raises OperationRefusedError if rules contradict each other.
        """
        forced = list(self.rules_of(url, _FORCE, for_value_sets=for_value_sets))
        if forced:
            return _only(forced, messages.SEVERAL_VERSIONS_FORCED)
        if included:
            return included, None
        for mode in (_DEFAULT, _CHECK):
            rules = list(self.rules_of(url, mode, for_value_sets=for_value_sets))
            if rules:
                return _only(rules, messages.SEVERAL_DEFAULT_VERSIONS) if mode == _DEFAULT else (rules[0].version, rules[0])
        return None, None

    def code_system(self, url: str, version: str | None) -> CodeSystem | None:
        """A code system in exactly this version, or the newest, whatever the rules say; only one that has codes."""
        system = self.catalog.code_system(url, version, self.supplements)
        return system if system and system.content in _WITH_CODES else None

    def ruled_code_system(self, url: str, version: str | None) -> CodeSystem | None:
        """A code system in the version that the rules lead to."""
        return self.code_system(url, self.version(url, version)[0])

    def version_issues(self, system: CodeSystem) -> Iterator[Issue]:
        """The checks of versions that a code system does not stand."""
        for rule in self.rules_of(system.url, _CHECK):
            if not is_match(rule.version, system.version):
                yield messages.VERSION_NOT_ALLOWED.issue(system=system.url, version=system.version or "", wanted=rule.version)

    def value_set(self, canonical: str, version: str | None = None) -> ValueSet | None:
        """A value set by its canonical; raises OperationRefusedError if a parameter wants another version of it."""
        value_set = self.catalog.value_set(canonical, version)
        if value_set is None:
            return None
        for rule in self.rules_of(value_set.url, _CHECK, for_value_sets=True):
            if not is_match(rule.version, value_set.version):
                message = messages.VALUE_SET_VERSION_NOT_ALLOWED
                raise message.refusal(value_set=value_set.url, version=value_set.version or "", wanted=rule.version)
        return value_set

    def pinned(self, canonical: str) -> tuple[str, VersionRule | None]:
        """The canonical of an imported value set with the version that the rules lead to, and the rule that decided."""
        url, included = split(canonical)
        version, rule = self.version(url, included, for_value_sets=True)
        return joined(url, version), rule

    def needed_code_system(self, url: str, version: str | None) -> CodeSystem:
        """A code system in the version that the rules lead to; raises OperationRefusedError if it is not here."""
        system = self.ruled_code_system(url, version)
        if system is None:
            raise messages.UNKNOWN_SYSTEM_HERE.refusal(place="system", system=joined(url, version))
        return system

    def needed_value_set(self, url: str, version: str | None) -> ValueSet:
        """A value set in the version that the rules lead to; raises OperationRefusedError if it is not here."""
        ruled, _ = self.version(url, version, for_value_sets=True)
        value_set = self.value_set(url, ruled)
        if value_set is None:
            raise messages.UNKNOWN_VALUE_SET.refusal(value_set=joined(url, ruled))
        return value_set

    def needed_concept_maps(self, url: str | None, version: str | None) -> tuple[ConceptMap, ...]:
        """The concept map of a URL, or all if none is named; raises OperationRefusedError if it is not here."""
        if url is None:
            return tuple(self.catalog.concept_maps)
        concept_map = self.catalog.concept_map(url, version)
        if concept_map is None:
            raise messages.UNKNOWN_CONCEPT_MAP.refusal(place="url", concept_map=url)
        return (concept_map,)

    def need_supplements(self, system: CodeSystem) -> None:
        """Raise OperationRefusedError if a supplement that has to be there does not belong to a code system."""
        missing = [
            required_supplement
            for required_supplement in self.required_supplements
            if not system.has_supplement(required_supplement)
        ]
        if missing:
            raise messages.supplements_missing(missing)

    @property
    def required_supplements(self) -> list[str]:
        """The supplements that have to be there, in order."""
        return sorted(self.supplements)


def for_value_set(context: RequestContext, value_set: ValueSet, *, is_open: bool) -> RequestContext:
    """What is wanted, with the supplements that a value set needs, and with its language if no other is wanted."""
    header, language = context.header, value_set.resource.get("language")
    if header is None and language:
        header = languages_of("ValueSet.language", str(language), is_open=is_open)
    own = (
        str(value_of(extension)) for extension in value_set.resource.get("extension") or () if extension.get("url") == _SUPPLEMENT
    )
    return replace(context, header=header, supplements=context.supplements | set(own))


def languages_of(name: str, text: str, *, is_open: bool) -> Languages:
    """The languages of a parameter or header; raises OperationRefusedError for text that names none."""
    try:
        return read_languages(text, is_open=is_open)
    except LanguageError:
        raise messages.WRONG_LANGUAGES.refusal(name, name=name) from None


def _only(rules: list[VersionRule], message: messages.Wording) -> tuple[str | None, VersionRule | None]:
    other = next((rule for rule in rules if rule.version != rules[0].version), None)
    if other:
        raise message.refusal(system=other.url, first=rules[0].version, second=other.version)
    return rules[0].version, rules[0]
