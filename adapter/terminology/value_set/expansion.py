"""Expands a value set: which codes are in it, in order and with their hierarchy, and which definitions that rests on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice

from adapter.fhir.resource import Element
from adapter.terminology import messages
from adapter.terminology.canonical import joined, split
from adapter.terminology.catalog import ValueSet
from adapter.terminology.code_system.concept import Concept
from adapter.terminology.code_system.definition import CodeSystem
from adapter.terminology.code_system.filters import filters_of, selected
from adapter.terminology.definition_status import concern
from adapter.terminology.findings import enumerated
from adapter.terminology.operation_error import OperationRefusedError
from adapter.terminology.request_context import RequestContext
from adapter.terminology.value_set.entry import ExpansionEntry, Known
from adapter.terminology.value_set.expanded import Expanded, Task
from adapter.terminology.value_set.listed import listed_code_system
from adapter.terminology.value_set.prepare import check_modifiers, deeper, imported_value_set
from adapter.terminology.version import order

Key = tuple[str, str | None, str]


def expanded(value_set: ValueSet, task: Task) -> Expanded:
    """Expand a value set.

    Raises OperationRefusedError for imports that are not here, in a circle or too deep, code systems that are not here or not
    in the version that they must have, filters that are not understood, and too many codes.
    """
    return _Expansion(_Work(task=task), value_set, ()).expanded()


@dataclass(slots=True, kw_only=True)
class _Work:
    """What all expansions of one request share: the task, what is expanded already, and how many codes were looked at."""

    task: Task
    done: dict[str, Expanded] = field(default_factory=dict)
    count: int = 0


class _Expansion:
    """The expansion of one value set, on its way; imported value sets have one of their own."""

    def __init__(self, work: _Work, value_set: ValueSet, path: tuple[str, ...]) -> None:
        task = work.task
        self._work = work
        self._task = task
        self._context = task.context
        self._value_set = value_set
        self._path = deeper(task.context, value_set, path)
        self._expansion = Expanded(is_tree=not task.is_flat)
        self._keys: dict[Key, ExpansionEntry] = {}
        self._excluded: set[Key] = set()
        self._excluded_systems: set[tuple[str, str | None]] = set()
        compose = value_set.compose or {}
        self._includes: list[Element] = list(compose.get("include") or ())
        self._excludes: list[Element] = list(compose.get("exclude") or ())

    def expanded(self) -> Expanded:
        check_modifiers(self._value_set)
        expansion = self._expansion
        self._mention(self._value_set.resource)
        if self._value_set.compose is None:
            self._take_expansion()
            return expansion
        is_other_version = self._task.versions_match is None and self._excludes_another_version()
        expansion.shows_versions = self._names_several_versions()
        expansion.versions_match = bool(self._task.versions_match) or is_other_version
        for position, exclude in enumerate(self._excludes):
            place = f"ValueSet.compose.exclude[{position}]"
            self._exclude(exclude, place=place, each_code=is_other_version)
        for position, include in sorted(enumerate(self._includes), key=lambda pair: order(pair[1].get("version")), reverse=True):
            self._include(include, place=f"ValueSet.compose.include[{position}]")
        return expansion

    # ------------------------------------------------------------------------------------------------------------ versions

    def _names_several_versions(self) -> bool:
        """Whether includes and excludes name more than one version of a code system."""
        named: dict[str, str | None] = {}
        for include in (*self._includes, *self._excludes):
            if include.get("system") and named.setdefault(include["system"], include.get("version")) != include.get("version"):
                return True
        return False

    def _excludes_another_version(self) -> bool:
        """Whether all is one code system in fixed versions, of which others are excluded than included.

        Then codes are meant, whatever their version: or the excludes would do nothing.
        """
        every = [*self._includes, *self._excludes]
        if not self._includes or not self._excludes or len({include.get("system") for include in every}) > 1:
            return False
        kept, out = ({include.get("version") for include in some} for some in (self._includes, self._excludes))
        return None not in kept | out and not kept & out

    def _key(self, url: str, version: str | None, code: str) -> Key:
        shows = self._expansion.shows_versions and not self._expansion.versions_match
        return (url, version if shows else None, code)

    # ------------------------------------------------------------------------------------------------------------ excludes

    def _exclude(self, exclude: Element, *, place: str, each_code: bool) -> None:
        imports = list(self._imports(exclude))
        if not exclude.get("system"):
            first, *others = imports
            entries = (entry for entry in first.entries if _is_in_all(entry, others))
        else:
            system = self._code_system(exclude)
            if not (exclude.get("concept") or exclude.get("filter") or imports or each_code):
                version = exclude.get("version") if self._expansion.shows_versions else None
                self._excluded_systems.add((system.url, version))
                return
            concepts = self._concepts(exclude, system, place=place)
            members = (_entry(Known(system=system, concept=concept)) for concept in concepts)
            entries = (entry for entry in members if _is_in_all(entry, imports))
        self._excluded |= {self._key(entry.url, entry.version, entry.code) for entry in entries}

    def _is_excluded(self, entry: ExpansionEntry) -> bool:
        systems = {(entry.url, None), (entry.url, entry.version)}
        return bool(systems & self._excluded_systems) or self._key(entry.url, entry.version, entry.code) in self._excluded

    # ------------------------------------------------------------------------------------------------------------ includes

    def _include(self, include: Element, *, place: str) -> None:
        imports = list(self._imports(include))
        if imports or include.get("concept") or len(include.get("filter") or ()) > 1:
            self._expansion.is_tree = False
        if not include.get("system"):
            first, *others = imports
            for name, value in first.parameters:
                self._expansion.note(name, value)
            for entry in first.entries:
                self._add(entry, others)
            return
        self._include_system(include, self._code_system(include), imports, place=place)

    def _include_system(self, include: Element, system: CodeSystem, imports: list[Expanded], *, place: str) -> None:
        if include.get("concept"):
            self._add_listed(include, system, imports)
        elif include.get("filter"):
            self._add_selected(self._concepts(include, system, place=place), system, imports)
        elif self._task.search:
            # A text search ends when the page is full, so that it is not known how much it would have found.
            self._expansion.is_counted = self._expansion.is_tree = False
            self._add_selected(system.all(), system, imports)
        elif self._is_plain(include):
            self._add_page(system)
        else:
            self._add_all(system, imports)

    def _is_plain(self, include: Element) -> bool:
        """Whether all is one code system of which nothing is left out, so that it is known how many codes there are."""
        compose = self._value_set.compose or {}
        leaves_out = self._context.is_active_only or self._task.leaves_out_abstract or compose.get("inactive") is False
        return self._includes == [include] and not (leaves_out or self._excludes or include.get("valueSet"))

    @property
    def _is_page_full(self) -> bool:
        """Whether what would follow is neither shown nor counted one by one."""
        page, expansion = self._task.page, self._expansion
        is_counted = expansion.is_counted and expansion.known_total is None
        return (
            page is not None and not is_counted and len(self._path) == 1 and expansion.passed + len(expansion.entries) >= page[1]
        )

    @property
    def _is_before_page(self) -> bool:
        page, expansion = self._task.page, self._expansion
        return page is not None and expansion.known_total is not None and len(self._path) == 1 and expansion.passed < page[0]

    def _imports(self, element: Element) -> Iterator[Expanded]:
        """The expansions of the value sets that an include or exclude imports."""
        for canonical in element.get("valueSet") or ():
            pinned, rule = self._context.pinned(canonical)
            if rule:
                self._expansion.note(rule.parameter, rule.canonical)
            imported = imported_value_set(self._context, self._value_set, pinned)
            if imported is None:
                raise _unknown_import(pinned)
            self._mention(imported.resource)
            if not imported.is_contained:
                self._expansion.note("used-valueset", imported.canonical)
            yield self._imported(imported, pinned)

    def _imported(self, value_set: ValueSet, canonical: str) -> Expanded:
        """The expansion of an imported value set, made once for all that import it."""
        if value_set.is_contained:
            return _Expansion(self._work, value_set, self._path).expanded()
        if canonical not in self._work.done:
            self._work.done[canonical] = _Expansion(self._work, value_set, self._path).expanded()
        return self._work.done[canonical]

    def _code_system(self, element: Element) -> CodeSystem:
        """The code system of an include or exclude, noted as used; raises OperationRefusedError if it is not as it must be."""
        listed = listed_code_system(self._context, element)
        if listed:
            self._expansion.note("used-codesystem", listed.canonical)
            return listed
        url = str(element["system"])
        version, rule = self._context.version(url, element.get("version") or None)
        if rule:
            self._expansion.note(rule.parameter, rule.canonical)
        system = self._context.code_system(url, version)
        if system is None:
            raise _unknown_system(self._context, url, version)
        issues = list(self._context.version_issues(system))
        if issues:
            raise OperationRefusedError(*issues)
        self._mention(system.resource)
        self._expansion.note("used-codesystem", system.canonical)
        for supplement in system.supplements:
            self._expansion.note("used-supplement", supplement.canonical)
        if not system.is_complete:
            self._expansion.is_fragment = True
            self._expansion.note("used-fragment", system.canonical)
        return system

    def _concepts(self, element: Element, system: CodeSystem, *, place: str) -> Iterable[Concept]:
        """The concepts that an include or exclude names: listed, filtered, or all."""
        if element.get("concept"):
            return [known for concept in element["concept"] if (known := system.find(str(concept.get("code"))))]
        filters = filters_of(element, system, value_set=self._value_set.canonical, place=place)
        return selected(system, filters) if filters else system.all()

    def _add_listed(self, include: Element, system: CodeSystem, imports: list[Expanded]) -> None:
        for row in include["concept"]:
            concept = system.find(str(row.get("code")))
            if concept:
                known = Known(system=system, concept=concept)
                if self._is_wanted(known, row):
                    self._add(_entry(known, row), imports)

    def _add_selected(self, concepts: Iterable[Concept], system: CodeSystem, imports: list[Expanded]) -> None:
        """Add concepts below those of their parents that are there already."""
        for concept in concepts:
            if self._is_page_full:
                return
            known = Known(system=system, concept=concept)
            if self._is_wanted(known):
                keys = (self._key(system.url, system.version, parent.code) for parent in concept.parents)
                parent = next((self._keys[key] for key in keys if key in self._keys), None)
                self._add(_entry(known), imports, parent=parent)

    def _add_page(self, system: CodeSystem) -> None:
        """Add a whole code system, of which only the page that is shown need be looked at."""
        self._expansion.known_total = system.size
        start, _ = self._task.page or (0, 0)
        if len(self._path) > 1 or system.has_hierarchy or not start:
            self._add_all(system, [])
            return
        self._expansion.passed = min(start, system.size)
        self._add_selected(islice(system.roots, start, None), system, [])

    def _add_all(self, system: CodeSystem, imports: list[Expanded]) -> None:
        """Add a whole code system, roots first; what only hangs in a circle, so that no root leads to it, comes last."""
        seen: set[str] = set()
        for concept in chain(system.roots, system.all()):
            if self._is_page_full:
                return
            if concept.code not in seen:
                self._add_tree(Known(system=system, concept=concept), imports, seen)

    def _add_tree(self, root: Known, imports: list[Expanded], seen: set[str]) -> None:
        """Add a concept and all below it; below one that is left out for its status follow its children all the same."""
        waiting: list[tuple[Concept, ExpansionEntry | None]] = [(root.concept, None)]
        while waiting and not self._is_page_full:
            concept, parent = waiting.pop()
            if concept.code in seen:
                self._expansion.is_tree = False
                continue
            seen.add(concept.code)
            known = Known(system=root.system, concept=concept)
            below: ExpansionEntry | None = parent
            if self._is_before_page:
                self._expansion.passed += 1
            elif self._is_wanted(known):
                entry = _entry(known)
                below = entry if self._add(entry, imports, parent=parent) else None
            waiting.extend((child, below) for child in reversed(concept.children))

    def _is_wanted(self, known: Known, element: Element | None = None) -> bool:
        """Whether a concept has the text (in the words of the value set as well), and the status, that is asked for."""
        system, concept = known.system, known.concept
        if self._context.is_active_only and known.is_inactive:
            return False
        if self._task.leaves_out_abstract and system.is_abstract(concept):
            return False
        return not self._task.search or self._task.search.finds((*system.texts(concept), *_own_texts(element or {})))

    def _add(self, entry: ExpansionEntry, imports: list[Expanded], *, parent: ExpansionEntry | None = None) -> bool:
        """Add an entry, unless it is there already, is excluded, inactive where that does not count, or not in all imports."""
        leaves_out = (self._value_set.compose or {}).get("inactive") is False
        if leaves_out and entry.known and entry.known.is_inactive:
            return False
        if self._is_excluded(entry) or not _is_in_all(entry, imports):
            return False
        key = self._key(entry.url, entry.version, entry.code)
        if key in self._keys:
            self._expansion.is_tree = False
            return False
        self._check_size()
        self._keys[key] = entry
        self._expansion.entries.append(entry)
        (parent.children if parent else self._expansion.roots).append(entry)
        return True

    def _check_size(self) -> None:
        """Raise OperationRefusedError if there are too many codes: in the answer without a page, or in all that it is made of."""
        limits, limit = self._context.limits, self._task.limit
        self._work.count += 1
        is_full = limit is not None and len(self._path) == 1 and len(self._expansion.entries) >= limit
        if is_full or self._work.count > limits.internal:
            raise messages.EXPANSION_TOO_COSTLY.refusal(
                value_set=self._value_set.canonical, limit=limit if is_full else limits.internal
            )

    def _take_expansion(self) -> None:
        """The codes of a value set that has no compose, but an expansion."""
        self._expansion.is_tree = False
        for row in self._value_set.listed:
            if row.get("code"):
                version = row.get("version") or None
                self._add(ExpansionEntry(url=str(row.get("system") or ""), version=version, code=row["code"], element=row), [])

    def _mention(self, resource: Element) -> None:
        """Note a definition that is not fit for use."""
        standing = concern(resource, self._value_set.resource)
        if standing:
            self._expansion.note(f"warning-{standing}", joined(str(resource.get("url")), resource.get("version")))


def _entry(known: Known, element: Element | None = None) -> ExpansionEntry:
    system = known.system
    return ExpansionEntry(url=system.url, version=system.version, code=known.concept.code, known=known, element=element or {})


def _own_texts(element: Element) -> Iterator[str]:
    """The words that a value set has for a concept."""
    yield str(element.get("display") or "")
    for designation in element.get("designation") or ():
        yield str(designation.get("value") or "")


def _is_in_all(entry: ExpansionEntry, imports: Iterable[Expanded]) -> bool:
    return all((entry.url, entry.code) in imported.codes for imported in imports)


def _unknown_import(canonical: str) -> OperationRefusedError:
    url, version = split(canonical)
    if version:
        return messages.UNKNOWN_IMPORT_VERSION.refusal(value_set=url, version=version)
    return messages.UNKNOWN_IMPORT.refusal(value_set=url)


def _unknown_system(context: RequestContext, url: str, version: str | None) -> OperationRefusedError:
    if not version:
        return messages.UNKNOWN_SYSTEM_OF_EXPANSION.refusal(system=url)
    versions = context.catalog.code_system_versions(url)
    if not versions:
        return messages.NO_VERSIONS_OF_EXPANSION.refusal(system=url, version=version)
    return messages.UNKNOWN_VERSION_OF_EXPANSION.refusal(system=url, version=version, versions=enumerated(versions))
