"""A code system as a whole asked like a value set: which one is meant, and what can be wrong with that."""

from dataclasses import dataclass, replace

from adapter.json_types import JsonMapping
from adapter.terminology import messages
from adapter.terminology.canonical import is_absolute
from adapter.terminology.catalog import Catalog, ValueSet
from adapter.terminology.code_system.definition import CodeSystem
from adapter.terminology.coding import Coding
from adapter.terminology.findings import misnamed_system, unknown_system
from adapter.terminology.request_context import RequestContext
from adapter.terminology.value_set.membership import Members, Rules
from adapter.terminology.value_set.prepare import UnresolvedError
from adapter.terminology.value_set.validation import Question, ValidationAnswer, validate


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemReference:
    """A code system by URL and version, or (`resource`) itself; without either the one of the first coding is meant."""

    url: str | None = None
    version: str | None = None
    resource: JsonMapping | None = None


def validate_in_system(context: RequestContext, question: Question, reference: SystemReference) -> ValidationAnswer:
    """Validate codings against a code system; those without a system are of it.

    Raises UnresolvedError if the code system is not here, OperationRefusedError for what cannot be carried out.
    """
    system = _given(context, reference.resource) if reference.resource is not None else _named(context, reference, question)
    context.need_supplements(system)
    if not all(coding.system for coding in question.codings):
        codings = tuple(coding if coding.system else replace(coding, system=system.url) for coding in question.codings)
        question = replace(question, codings=codings)
    return validate(_members(context, system, question.rules), question)


def _members(context: RequestContext, system: CodeSystem, rules: Rules) -> Members:
    """All codes of a code system as members."""
    include = {"system": system.url, **({"version": system.version} if system.version else {})}
    value_set = ValueSet(resource={"resourceType": "ValueSet", "status": "active", "compose": {"include": [include]}})
    return Members(value_set=value_set, context=_with(context, system), rules=rules)


def _given(context: RequestContext, resource: JsonMapping) -> CodeSystem:
    """A code system that came along, with the supplements of the one that is known under its URL."""
    system = Catalog.of([resource]).code_system(str(resource.get("url") or ""))
    if system is None:
        raise messages.SYSTEM_IS_SUPPLEMENT.refusal(system=resource.get("url"))
    known = context.code_system(system.url, system.version)
    return CodeSystem(system.definition, known.supplements if known else ())


def _named(context: RequestContext, reference: SystemReference, question: Question) -> CodeSystem:
    first = question.codings[0] if question.codings else Coding(system="", code="")
    url = reference.url or first.system
    if not url:
        raise UnresolvedError(messages.NO_SYSTEM.issue(first.place or None))
    version, _ = context.version(url, reference.version or (None if reference.url else first.version))
    system = context.code_system(url, version)
    if system is None:
        raise _unknown(context.catalog, url, version, place=first.at("system"))
    return system


def _unknown(catalog: Catalog, url: str, version: str | None, *, place: str) -> UnresolvedError:
    misnamed = misnamed_system(catalog, url, place=place)
    if misnamed:
        return UnresolvedError(misnamed)
    issue, canonical = unknown_system(catalog, url, version, place=place)
    relative = [] if is_absolute(url) else [messages.RELATIVE_SYSTEM.issue(place)]
    return UnresolvedError(issue, *relative, unknown=canonical)


def _with(context: RequestContext, system: CodeSystem) -> RequestContext:
    """The context in which a code system that came as parameter is found as well."""
    known = context.catalog.code_system(system.url, system.version)
    is_found = known is not None and known.definition is system.definition
    return context if is_found else replace(context, catalog=context.catalog.overlaid([system.resource]))
