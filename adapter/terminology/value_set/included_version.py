"""Which version of a code system an include of a value set means for a coding, and whether the coding agrees with it."""

from collections.abc import Iterable

from adapter.fhir.resource import Element
from adapter.issues import Issue, Severity
from adapter.terminology import messages
from adapter.terminology.code_system.definition import CodeSystem
from adapter.terminology.code_system.designation import Match, match
from adapter.terminology.coding import Coding
from adapter.terminology.findings import CodeQuery, unknown_system
from adapter.terminology.request_context import RequestContext
from adapter.terminology.version import is_match, latest


def included_version(context: RequestContext, include: Element, query: CodeQuery) -> str | None:
    """The version to look in; what does not fit the coding's own version is reported.

    The version of the coding counts where the include and the rules leave it open: they name none, or one with wildcards that
    allow it. Raises OperationRefusedError if rules contradict each other.
    """
    coding, report = query.coding, query.report
    included = include.get("version") or None
    version, _ = context.version(coding.system, included)
    given = coding.version
    if given is None:
        return version
    if version and is_match(version, given):
        version = given
    if not version and any(
        is_match(given, code_system_version) for code_system_version in context.catalog.code_system_versions(coding.system)
    ):
        version = given
    system = context.ruled_code_system(coding.system, version)
    if system is None and version != given:
        message = messages.VERSION_MISMATCH
        report.add(message.issue(coding.at("version"), system=coding.system, version=version or "", given=given))
    elif system and not _agrees(system, given):
        report.add(_mismatch(system, coding, version=version, included=included))
        _say_unknown(context, query)
    return version


def picked_version(context: RequestContext, includes: Iterable[Element], coding: Coding) -> str | None:
    """Of several included versions, the one to judge a coding without version by; None if it makes no difference.

    That is the newest one that knows the code (with the display that was sent), or the newest of all if none does.
    """
    if coding.version or context.code_system(coding.system, None) is None:
        return None
    versions = {
        str(include["version"]) for include in includes if include.get("system") == coding.system and include.get("version")
    }
    if len(versions) <= 1:
        return None
    fit = [version for version in versions if _knows(context.ruled_code_system(coding.system, version), coding)]
    return None if len(fit) == len(versions) else latest(fit or versions)


def _knows(system: CodeSystem | None, coding: Coding) -> bool:
    concept = system.find(coding.code) if system else None
    if system is None or concept is None:
        return False
    return coding.display is None or match(coding.display, system.designations(concept)) is Match.SAME


def _agrees(system: CodeSystem, given: str) -> bool:
    return system.version == given or (system.version is not None and is_match(given, system.version))


def _mismatch(system: CodeSystem, coding: Coding, *, version: str | None, included: str | None) -> Issue:
    place = coding.at("version")
    if not version:
        # Codes of a system whose definition does not say that versions are needed mean the same in all of them.
        severity = None if system.resource.get("versionNeeded") is True else Severity.WARNING
        message = messages.VERSION_MISMATCH_DEFAULT
        return message.issue(place, severity=severity, system=coding.system, version=system.version or "", given=coding.version)
    if version != included:
        changed = messages.VERSION_MISMATCH_CHANGED
        return changed.issue(place, system=coding.system, version=version, included=included or "", given=coding.version)
    return messages.VERSION_MISMATCH.issue(place, system=coding.system, version=version, given=coding.version)


def _say_unknown(context: RequestContext, query: CodeQuery) -> None:
    """Say so if the version of the coding is not here at all."""
    coding = query.coding
    if context.code_system(coding.system, coding.version) is None:
        place = coding.at("system")
        query.report.add_unknown(*unknown_system(context.catalog, coding.system, coding.version, place=place))
