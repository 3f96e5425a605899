"""What the arguments of an operation want of terminology, whatever the operation."""

from dataclasses import dataclass

from adapter.terminology import messages
from adapter.terminology.canonical import split
from adapter.terminology.catalog import Catalog, ValueSet
from adapter.terminology.code_system.definition import text_of
from adapter.terminology.request_context import RULES, ExpansionLimits, RequestContext, VersionRule, languages_of
from adapter.terminology.wire.parameter import Arguments, Table, read_parameters

_EXPANSION_PARAMETER = frozenset(
    {
        "http://hl7.org/fhir/StructureDefinition/valueset-expansion-parameter",
        "http://hl7.org/fhir/tools/StructureDefinition/valueset-expansion-parameter",
    }
)


def of_value_set(table: Table, arguments: Arguments, value_set: ValueSet) -> Arguments:
    """The arguments with those that a value set states for itself, in extensions of its compose; the request's come first.

    What the operation does not know is passed over: the extensions are for all servers.
    """
    own = []
    for each in (value_set.compose or {}).get("extension") or ():
        if each.get("url") in _EXPANSION_PARAMETER:
            parts = {part.get("url"): part for part in each.get("extension") or ()}
            named, value = parts.get("name"), parts.get("value")
            if named and value and text_of(named) in table.by_name:
                own.append({"name": text_of(named), **{key: said for key, said in value.items() if key.startswith("value")}})
    read = read_parameters(table, {"resourceType": "Parameters", "parameter": own})
    values = dict(arguments.values)
    for name, found in read.values.items():
        repeats = table.by_name[name].repeats
        values[name] = (*values[name], *found) if name in values and repeats else values.get(name, found)
    return Arguments(values=values, issues=arguments.issues)


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageHeader:
    """What the HTTP header says of languages; `is_open` says that a display in another language is better than none."""

    languages: str | None
    is_open: bool


def wanted_of(arguments: Arguments, catalog: Catalog, limits: ExpansionLimits, *, header: LanguageHeader) -> RequestContext:
    """What the arguments of an operation want; raises OperationRefusedError for languages and versions that are none."""
    language, is_open = arguments.one("displayLanguage"), header.is_open
    return RequestContext(
        catalog=catalog,
        limits=limits,
        display=languages_of("displayLanguage", language, is_open=is_open) if language else None,
        header=languages_of("Accept-Language", header.languages, is_open=is_open) if header.languages else None,
        rules=tuple(_rule(name, text) for name in RULES for text in arguments.all(name)),
        supplements=frozenset(arguments.all("useSupplement")),
        is_active_only=arguments.one("activeOnly"),
    )


def _rule(name: str, text: str) -> VersionRule:
    url, version = split(text)
    if not url or not version:
        raise messages.WRONG_VERSION_RULE.refusal(name, name=name)
    return VersionRule(parameter=name, url=url, version=version)
