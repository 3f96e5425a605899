"""Whether a coding is in a value set: the compose is walked for this one code, nothing is expanded."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from adapter.fhir.resource import Element
from adapter.terminology import messages
from adapter.terminology.catalog import ValueSet
from adapter.terminology.code_system.concept import Concept
from adapter.terminology.code_system.definition import STANDARDS_STATUS, CodeSystem, designation_of, extension_value
from adapter.terminology.code_system.designation import Designation
from adapter.terminology.code_system.filters import filters_of
from adapter.terminology.coding import Coding
from adapter.terminology.definition_status import status_issue
from adapter.terminology.findings import CodeQuery, silently, unknown_code, unknown_system
from adapter.terminology.request_context import RequestContext
from adapter.terminology.value_set.included_version import included_version, picked_version
from adapter.terminology.value_set.listed import listed_code_system
from adapter.terminology.version import order

_UNKNOWN_CODE = frozenset({messages.UNKNOWN_CODE.id, messages.UNKNOWN_CODE_WITHOUT_VERSION.id})
_DEPRECATED = "http://hl7.org/fhir/StructureDefinition/valueset-deprecated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How strict a validation is: whether abstract concepts count, and whether only membership is asked for."""

    is_abstract_allowed: bool = True
    is_membership_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """A value set that codes are looked for in; `imports` are those that it imports, by canonical, ready as well."""

    value_set: ValueSet
    context: RequestContext
    rules: Rules
    imports: Mapping[str, "Members"] = field(default_factory=dict)

    def has(self, query: CodeQuery) -> bool | None:
        """Whether a coding is a member; None if that cannot be known, since its code system is not here.

        Raises OperationRefusedError if the rules of versions contradict each other, or the value set imports far too much.
        """
        query.report.step(self.value_set.canonical)
        compose = self.value_set.compose
        if compose is None:
            return self._in_expansion(query)
        result = self._in_includes(compose, query)
        if result and self._leaves_out_inactive and query.facts.inactive:
            # It came from an import, which may have it; here it does not count.
            query.report.add(messages.INACTIVE_NOT_ALLOWED.issue(query.coding.at("code"), code=query.coding.code))
            return False
        if result and any(self._is_excluded(exclude, query) for exclude in compose.get("exclude") or ()):
            return False
        return result

    def systems(self) -> list[str]:
        """The code systems that the value set takes codes from, imported ones included, each once."""
        compose = self.value_set.compose or {}
        own = [str(include["system"]) for include in compose.get("include") or () if include.get("system")]
        listed = [] if compose else [str(row["system"]) for row in self.value_set.listed if row.get("system")]
        return list(dict.fromkeys([*own, *listed, *(url for imported in self.imports.values() for url in imported.systems())]))

    def _includes(self, compose: Element, coding: Coding) -> Iterator[Element]:
        """The includes that can hold the coding; those of a code system from its newest version to its oldest."""
        includes = list(compose.get("include") or ())
        picked = picked_version(self.context, includes, coding)
        versions = {include.get("version") for include in includes if include.get("system") == coding.system}
        for include in sorted(includes, key=lambda listed: order(listed.get("version") or None), reverse=True):
            version = include.get("version")
            fits = coding.version in {None, version} or coding.version not in versions
            if not include.get("system") or (include["system"] == coding.system and picked in {None, version} and fits):
                yield include

    def _in_includes(self, compose: Element, query: CodeQuery) -> bool | None:
        """Whether one of the includes has the coding; then it is of no interest that an earlier one does not know the code."""
        result: bool | None = False
        for include in self._includes(compose, query.coding):
            result = self._in_include(include, query)
            if result:
                query.report.take_back(_UNKNOWN_CODE, query.coding.at("code"))
            if result or (result is None and include.get("system")):
                break
        return result

    def _in_include(self, include: Element, query: CodeQuery) -> bool | None:
        result: bool | None = True
        if include.get("system"):
            result = self._in_system(include, query)
        for canonical in include.get("valueSet") or ():
            other = self.imports[self.context.pinned(canonical)[0]]
            self._mention(other.value_set.resource, query)
            if result:
                result = other.has(query)
        return result

    def _in_system(self, include: Element, query: CodeQuery) -> bool | None:
        coding, facts = query.coding, query.facts
        listed = listed_code_system(self.context, include)
        if listed:
            return self._is_in_list(include, listed, query)
        version = included_version(self.context, include, query)
        system = self.context.ruled_code_system(coding.system, version)
        if system is None:
            return None if self._says_unknown(version, query) else False
        for issue in self.context.version_issues(system):
            query.report.add(issue)
        facts.language = system.language or "en"
        self._mention(system.resource, query)
        is_in = self._is_selected(include, system, query)
        if is_in:
            facts.version = system.version
        return is_in

    def _is_in_list(self, include: Element, listed: CodeSystem, query: CodeQuery) -> bool:
        """Whether an include lists a code of a code system that nobody here may hold."""
        coding, facts = query.coding, query.facts
        facts.is_only_listed = True
        query.report.add(messages.ONLY_LISTED.issue(coding.at("system"), system=coding.system))
        is_version = None in {listed.version, coding.version} or listed.version == coding.version
        return is_version and self._is_listed(include, listed, query)

    def _says_unknown(self, version: str | None, query: CodeQuery) -> bool:
        """Whether it is to be said that the code system is not here."""
        if self.rules.is_membership_only:
            return False
        coding = query.coding
        unknown = unknown_system(self.context.catalog, coding.system, version, place=coding.at("system"))
        query.report.add_unknown(*unknown)
        return True

    def _is_selected(self, include: Element, system: CodeSystem, query: CodeQuery) -> bool:
        """Whether an include of a code system that is here selects the code."""
        concept = system.find(query.coding.code)
        if include.get("concept"):
            return self._is_listed(include, system, query)
        if include.get("filter"):
            filters = filters_of(include, system, value_set=self.value_set.canonical)
            if concept is None or not all(test.passes(concept) for test in filters):
                return False
        if concept is None:
            if not self.rules.is_membership_only:
                query.report.add(unknown_code(system, query.coding))
            return not system.is_complete
        return self._is_usable(system, concept, query)

    def _is_listed(self, include: Element, system: CodeSystem, query: CodeQuery) -> bool:
        concept = system.find(query.coding.code)
        for row in include["concept"]:
            if concept and system.find(str(row.get("code"))) is concept:
                if not self._is_usable(system, concept, query, more=_designations(row)):
                    return False
                self._mention_deprecation(row, query)
                return True
        return False

    def _is_usable(
        self, system: CodeSystem, concept: Concept, query: CodeQuery, *, more: list[Designation] | None = None
    ) -> bool:
        """Whether a selected concept counts: it may be abstract or inactive."""
        coding, facts, report = query.coding, query.facts, query.report
        facts.see(system, concept, more)
        if concept.code != coding.code:
            facts.normal = concept.code
            message = messages.CODE_CASE_DIFFERENCE
            report.add(message.issue(coding.at("code"), code=coding.code, right=concept.code, system=system.canonical))
        if system.is_abstract(concept) and not self.rules.is_abstract_allowed:
            if not self.rules.is_membership_only:
                report.add(messages.ABSTRACT_CODE.issue(coding.at("code"), system=system.url, code=coding.code))
            return False
        facts.see_status(system, concept)
        if self._leaves_out_inactive and system.is_inactive(concept):
            report.add(messages.INACTIVE_NOT_ALLOWED.issue(coding.at("code"), code=coding.code))
            return False
        return True

    @property
    def _leaves_out_inactive(self) -> bool:
        return self.context.is_active_only is True or (self.value_set.compose or {}).get("inactive") is False

    def _is_excluded(self, exclude: Element, query: CodeQuery) -> bool:
        """Whether an exclude takes the code out; what it finds on the way is of no interest to anyone."""
        silent = silently(query.coding)
        silent.report.steps = query.report.steps
        is_out = self._is_in_excluded_system(exclude, silent) if exclude.get("system") else True
        for canonical in exclude.get("valueSet") or ():
            is_out = is_out and self.imports[self.context.pinned(canonical)[0]].has(silent) is True
        query.report.steps = silent.report.steps
        return is_out

    def _is_in_excluded_system(self, exclude: Element, silent: CodeQuery) -> bool:
        if exclude["system"] != silent.coding.system:
            return False
        url, version = silent.coding.system, exclude.get("version") or None
        system = self.context.ruled_code_system(url, version) or listed_code_system(self.context, exclude)
        return system is not None and self._is_selected(exclude, system, silent)

    def _in_expansion(self, query: CodeQuery) -> bool:
        """Whether a value set without compose lists the code in its expansion."""
        coding, facts = query.coding, query.facts
        for row in self.value_set.listed:
            version = row.get("version") or coding.version
            if (row.get("system"), row.get("code")) == (coding.system, coding.code) and coding.version in {None, version}:
                facts.version = version
                facts.designations = _designations(row)
                return True
        return False

    def _mention(self, resource: Element, query: CodeQuery) -> None:
        issue = status_issue(resource, self.value_set.resource)
        if issue:
            query.report.add(issue)

    def _mention_deprecation(self, element: Element, query: CodeQuery) -> None:
        status = extension_value(element, STANDARDS_STATUS)
        if status not in {"withdrawn", "deprecated"} and extension_value(element, _DEPRECATED) == "true":
            status = "deprecated"
        if status in {"withdrawn", "deprecated"}:
            message, coding = messages.CONCEPT_DEPRECATED_IN_VALUE_SET, query.coding
            issue = message.issue(
                coding.at("code"), code=coding.code, system=coding.system, value_set=self.value_set.canonical, status=status
            )
            query.report.add(issue)


def _designations(element: Element) -> list[Designation]:
    """The display and the designations that a value set gives a concept."""
    display = element.get("display")
    own = [Designation(value=str(display).strip(), is_main=True)] if display else []
    return [*own, *(designation_of(designation) for designation in element.get("designation") or ())]
