"""What the arguments of an operation want of terminology, whatever the operation."""

from dataclasses import replace

from adapter.json_types import JsonMapping
from adapter.terminology import messages
from adapter.terminology.canonical import split
from adapter.terminology.catalog import Catalog, ValueSet
from adapter.terminology.code_system.definition import text_of
from adapter.terminology.coding import Coding
from adapter.terminology.request_context import RULES, RequestContext, VersionRule, languages_of
from adapter.terminology.wire.operation.common import Invocation, OperationContext, checked, instance, overlaid
from adapter.terminology.wire.parameter import Arguments, Table, read_parameters

_EXPANSION_PARAMETER = frozenset(
    {
        "http://hl7.org/fhir/StructureDefinition/valueset-expansion-parameter",
        "http://hl7.org/fhir/tools/StructureDefinition/valueset-expansion-parameter",
    }
)


def context_of(surroundings: OperationContext, call: Invocation, *, is_open: bool = True) -> RequestContext:
    """What a call wants; `is_open` says that a display in another language than those of the header is better than none.

    Raises OperationRefusedError for arguments that cannot be taken, and for languages and versions that are none.
    """
    call.arguments.refuse_issues()
    return _context(surroundings, call, overlaid(surroundings, call.arguments), is_open=is_open)


def value_set_of(
    surroundings: OperationContext, call: Invocation, table: Table, *, is_open: bool
) -> tuple[ValueSet, RequestContext, Arguments]:
    """The value set that is meant, and what is wanted of it: by the call, and where that is silent by the value set itself.

    Raises OperationRefusedError if the value set is not here.
    """
    context = context_of(surroundings, call, is_open=is_open)
    value_set = _value_set(surroundings, call, context)
    merged = _with_own(table, call.arguments, value_set)
    if merged is not call.arguments:
        context = _context(surroundings, replace(call, arguments=merged), context.catalog, is_open=is_open)
    return value_set, context, merged


def coding_of(element: JsonMapping, place: str = "") -> Coding:
    """A Coding of FHIR as coding, whatever is missing in it."""
    return Coding(
        system=element.get("system") or "",
        code=element.get("code") or "",
        version=element.get("version") or None,
        display=element.get("display") or None,
        place=place,
    )


def _context(surroundings: OperationContext, call: Invocation, catalog: Catalog, *, is_open: bool) -> RequestContext:
    arguments, header = call.arguments, call.header
    language = arguments.one("displayLanguage")
    return RequestContext(
        catalog=catalog,
        limits=surroundings.limits,
        display=languages_of("displayLanguage", language, is_open=is_open) if language else None,
        header=languages_of("Accept-Language", header, is_open=is_open) if header else None,
        rules=tuple(_rule(name, text) for name in RULES for text in arguments.all(name)),
        supplements=frozenset(arguments.all("useSupplement")),
        is_active_only=arguments.one("activeOnly"),
    )


def _value_set(surroundings: OperationContext, call: Invocation, context: RequestContext) -> ValueSet:
    arguments = call.arguments
    if call.instance is not None:
        return ValueSet(resource=instance(surroundings, "ValueSet", call.instance))
    if arguments.has("valueSet"):
        return ValueSet(resource=checked(surroundings, "valueSet", arguments.one("valueSet")))
    url = arguments.one("url")
    if url is None:
        raise messages.MISSING_PARAMETER.refusal(place="url", names="url (or valueSet)")
    return context.needed_value_set(url, arguments.one("valueSetVersion"))


def _with_own(table: Table, arguments: Arguments, value_set: ValueSet) -> Arguments:
    """The arguments with those that a value set states for itself, in extensions of its compose; the request's come first.

    What the operation does not know is passed over: the extensions are for all servers.
    """
    own = [
        _parameter(extension)
        for extension in (value_set.compose or {}).get("extension") or ()
        if extension.get("url") in _EXPANSION_PARAMETER
    ]
    known = [parameter for parameter in own if parameter.get("name") in table.by_name and len(parameter) > 1]
    if not known:
        return arguments
    read = read_parameters(table, {"resourceType": "Parameters", "parameter": known})
    values = dict(arguments.values)
    for name, added in read.values.items():
        repeats = table.by_name[name].repeats
        values[name] = (*values[name], *added) if name in values and repeats else values.get(name, added)
    return Arguments(values=values, issues=arguments.issues)


def _parameter(extension: JsonMapping) -> JsonMapping:
    """The parameter that an extension states, as Parameters have it; without a name or a value if the extension lacks one."""
    parts = {part.get("url"): part for part in extension.get("extension") or ()}
    value = {key: content for key, content in parts.get("value", {}).items() if key.startswith("value")}
    return {**({"name": text_of(parts["name"])} if "name" in parts else {}), **value}


def _rule(name: str, text: str) -> VersionRule:
    url, version = split(text)
    if not url or not version:
        raise messages.WRONG_VERSION_RULE.refusal(name, name=name)
    return VersionRule(parameter=name, url=url, version=version)
