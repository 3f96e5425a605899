"""Whether the display of a coding is one of the concept's, in a language that is wanted."""

from adapter.issues import Severity
from adapter.terminology import messages
from adapter.terminology.code_system.designation import Designation, Match, in_languages, listed, match, preferred
from adapter.terminology.findings import CodeQuery
from adapter.terminology.language import Depth, Languages
from adapter.terminology.request_context import RequestContext
from adapter.terminology.tx_issue import TerminologyIssue


def check_member_display(sought: CodeQuery, wanted: RequestContext, *, is_lenient: bool) -> None:
    """Check the display of a coding that is in the value set.

    A display in another language than the wanted ones is a note if it is right in the language of the code system; a designation
    that is no longer current is a warning.
    """
    coding, found, report = sought.coding, sought.found, sought.report
    display = coding.display
    if not display or not found.designations:
        return
    severity = Severity.WARNING if is_lenient else None
    welcome = in_languages(found.designations, wanted.languages)
    same = match(display, welcome)
    if same is Match.SAME:
        if match(display, [each for each in welcome if each.is_current]) is not Match.SAME:
            report.add(_inactive(sought, display))
    elif _count(found.designations, wanted.languages):
        report.add(_wrong(sought, wanted, same, severity=severity), is_said=True)
    else:
        report.add(_none_for_language(sought, wanted, severity), is_said=True)


def check_other_display(sought: CodeQuery, wanted: RequestContext, *, is_lenient: bool) -> None:
    """Check the display of a coding that is not in the value set, but in its code system."""
    coding, found, report = sought.coding, sought.found, sought.report
    display = coding.display
    if not display or not found.designations:
        return
    same = match(display, in_languages(found.designations, wanted.languages, found.language))
    if same is Match.SAME:
        return
    if not _displays(found.designations, wanted.languages):
        said = messages.NO_DISPLAY_AT_ALL
        issue = said.issue(
            coding.at("display"), display=display, system=coding.system, code=coding.code, languages=wanted.language_names
        )
        report.add(issue, is_said=True)
    else:
        severity = Severity.WARNING if is_lenient else None
        report.add(_wrong(sought, wanted, same, severity=severity), is_said=True)


def _displays(designations: list[Designation], languages: Languages | None) -> list[Designation]:
    """The displays in the wanted languages."""
    return [each for each in in_languages(designations, languages) if each.is_display]


def _count(designations: list[Designation], languages: Languages | None) -> int:
    """How many designations there are in a wanted language, displays if there are some."""
    return len(_displays(designations, languages) or in_languages(designations, languages))


def _wrong(sought: CodeQuery, wanted: RequestContext, same: Match, *, severity: Severity | None) -> TerminologyIssue:
    coding, designations = sought.coding, sought.found.designations
    message = messages.WRONG_WHITESPACE if same is Match.WHITESPACE else messages.WRONG_DISPLAY
    displays = _displays(designations, wanted.languages)
    count = len(_closest(displays, wanted.languages))
    choices = listed(displays or [each for each in designations if each.is_display])
    if not displays:
        # There are designations in the language, but none that could stand as display.
        severity, count = Severity.WARNING, _count(designations, wanted.languages)
    return message.issue(
        coding.at("display"),
        severity=severity,
        display=coding.display,
        system=coding.system,
        code=coding.code,
        choices=choices if count == 1 else f"one of {count} choices: {choices}",
        languages=wanted.language_names,
    )


def _closest(designations: list[Designation], languages: Languages | None) -> list[Designation]:
    """Those whose language tag is wanted as it is, else with its region, else the language alone; those without one always."""
    if languages is None:
        return designations
    for depth in Depth:
        found = [
            each
            for each in designations
            if each.language is None or any(wanted.is_match(each.language, depth) for wanted in languages.preferences)
        ]
        if found:
            return found
    return designations


def _none_for_language(sought: CodeQuery, wanted: RequestContext, severity: Severity | None) -> TerminologyIssue:
    coding, found = sought.coding, sought.found
    best = preferred(found.designations, None)
    own = in_languages(found.designations, wanted.languages, found.language)
    is_right = match(str(coding.display), own) is Match.SAME
    message = messages.DISPLAY_OF_DEFAULT_LANGUAGE if is_right else messages.WRONG_DISPLAY_NONE_FOR_LANGUAGE
    return message.issue(
        coding.at("display"),
        severity=None if is_right else severity,
        display=coding.display,
        system=coding.system,
        code=coding.code,
        languages=wanted.language_names,
        default=best.value if best else "",
    )


def _inactive(sought: CodeQuery, display: str) -> TerminologyIssue:
    coding, designations = sought.coding, sought.found.designations
    status = next(each.status for each in designations if match(display, [each]) is Match.SAME)
    right = [each.value for each in designations if each.is_current and each.is_display]
    choices = f"'{right[0]}'" if len(right) == 1 else f"one of {', '.join(right)}"
    said = messages.INACTIVE_DISPLAY
    return said.issue(coding.at("display"), display=display, code=coding.code, status=status, choices=choices)
