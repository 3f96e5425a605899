"""Makes a value set ready for the question whether codes are in it: its imports are found, its filters understood."""

from adapter.fhir.resource import Element
from adapter.issues import Issue
from adapter.terminology import messages
from adapter.terminology.catalog import ValueSet
from adapter.terminology.code_system.filters import filters_of
from adapter.terminology.operation_error import OperationRefusedError
from adapter.terminology.request_context import RequestContext, for_value_set
from adapter.terminology.value_set.membership import Members, Rules

_WITHOUT_MEANING = ("modifierExtension", "implicitRules")


class UnresolvedError(OperationRefusedError):
    """A definition that is not here: the code cannot be validated, but the question was a good one.

    `unknown` is the canonical of the code system that is not here, if it is one.
    """

    def __init__(self, *issues: Issue, unknown: str | None = None) -> None:
        """Keep the issues, at least one, and the canonical."""
        super().__init__(*issues)
        self.unknown = unknown


def prepared(value_set: ValueSet, context: RequestContext, rules: Rules) -> Members:
    """The value set with all that it imports.

    Raises UnresolvedError for an import that is not here, OperationRefusedError for imports in a circle or too deep, filters that
    are not understood, required supplements that are not here, and modifiers.
    """
    context = for_value_set(context, value_set, is_open=False)
    members = _Preparation(context, rules).members(value_set, ())
    _check_supplements(members)
    return members


def check_modifiers(value_set: ValueSet) -> None:
    """Raise OperationRefusedError if something changes the meaning of the value set in a way that nobody here knows."""
    compose = value_set.compose or {}
    parts = [compose, *(compose.get("include") or ()), *(compose.get("exclude") or ())]
    if any(value_set.resource.get(name) for name in _WITHOUT_MEANING) or any(part.get("modifierExtension") for part in parts):
        raise messages.MODIFIER_EXTENSION.refusal(value_set=value_set.canonical)
    if compose.get("lockedDate"):
        raise messages.LOCKED_DATE.refusal(value_set=value_set.canonical)


def imported_value_set(context: RequestContext, source: ValueSet, canonical: str) -> ValueSet | None:
    """The value set that an include imports: contained (`#id`), or by canonical; OperationRefusedError for a wrong version."""
    return source.contained(canonical) if canonical.startswith("#") else context.value_set(canonical)


def deeper(context: RequestContext, value_set: ValueSet, path: tuple[str, ...]) -> tuple[str, ...]:
    """The path of imports with one more on it; raises OperationRefusedError if it is a circle or too long."""
    canonical = value_set.canonical
    if canonical and canonical in path:
        raise messages.CIRCULAR_VALUE_SET.refusal(value_set=canonical, path=f"[{', '.join(path)}]")
    if len(path) >= context.limits.depth:
        raise messages.IMPORTS_TOO_DEEP.refusal(value_set=canonical, limit=context.limits.depth)
    return (*path, canonical)


class _Preparation:
    """One preparation: every imported value set is made ready once."""

    def __init__(self, context: RequestContext, rules: Rules) -> None:
        self._context = context
        self._rules = rules
        self._done: dict[str, Members] = {}

    def members(self, value_set: ValueSet, path: tuple[str, ...]) -> Members:
        path = deeper(self._context, value_set, path)
        check_modifiers(value_set)
        imports: dict[str, Members] = {}
        compose = value_set.compose or {}
        for part in ("include", "exclude"):
            for position, element in enumerate(compose.get(part) or ()):
                for canonical in element.get("valueSet") or ():
                    pinned, _ = self._context.pinned(canonical)
                    imports[pinned] = self._imported(value_set, pinned, path)
                self._check_filters(value_set, element, place=f"ValueSet.compose.{part}[{position}]")
        return Members(value_set=value_set, context=self._context, rules=self._rules, imports=imports)

    def _imported(self, source: ValueSet, canonical: str, path: tuple[str, ...]) -> Members:
        if canonical in self._done:
            return self._done[canonical]
        imported = imported_value_set(self._context, source, canonical)
        if imported is None:
            raise UnresolvedError(messages.UNKNOWN_VALUE_SET.issue(value_set=canonical))
        members = self.members(imported, path)
        if not imported.is_contained:
            self._done[canonical] = members
        return members

    def _check_filters(self, value_set: ValueSet, element: Element, *, place: str) -> None:
        url = str(element.get("system") or "")
        system = self._context.ruled_code_system(url, str(element.get("version") or "") or None) if url else None
        if system:
            filters_of(element, system, value_set=value_set.canonical, place=place)


def _check_supplements(members: Members) -> None:
    """Raise OperationRefusedError if a supplement that is asked for belongs to no code system of the value set."""
    context = members.context
    systems = [context.ruled_code_system(url, None) for url in members.systems()] if context.supplements else []
    missing = [
        required_supplement
        for required_supplement in context.required_supplements
        if not any(system and system.has_supplement(required_supplement) for system in systems)
    ]
    if missing:
        raise messages.supplements_missing(missing)
