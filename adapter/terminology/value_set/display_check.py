"""Whether the display of a coding is one of the concept's, in a language that is wanted."""

from adapter.issues import Issue, Severity
from adapter.terminology import messages
from adapter.terminology.code_system.designation import Designation, Match, in_languages, listed, match, preferred
from adapter.terminology.findings import CodeQuery
from adapter.terminology.language import Depth, Languages
from adapter.terminology.request_context import RequestContext


def check_member_display(query: CodeQuery, context: RequestContext, *, is_lenient: bool) -> None:
    """Check the display of a coding that is in the value set.

    A display in another language than the wanted ones is a note if it is right in the language of the code system; a designation
    that is no longer current is a warning.
    """
    coding, facts, report = query.coding, query.facts, query.report
    display = coding.display
    if not display or not facts.designations:
        return
    severity = Severity.WARNING if is_lenient else None
    welcome = in_languages(facts.designations, context.languages)
    same = match(display, welcome)
    if same is Match.SAME:
        if match(display, [designation for designation in welcome if designation.is_current]) is not Match.SAME:
            report.add(_inactive(query, display))
    elif _count(facts.designations, context.languages):
        report.add(_wrong(query, context, same, severity=severity), is_said=True)
    else:
        report.add(_none_for_language(query, context, severity), is_said=True)


def check_other_display(query: CodeQuery, context: RequestContext, *, is_lenient: bool) -> None:
    """Check the display of a coding that is not in the value set, but in its code system."""
    coding, facts, report = query.coding, query.facts, query.report
    display = coding.display
    if not display or not facts.designations:
        return
    same = match(display, in_languages(facts.designations, context.languages, facts.language))
    if same is Match.SAME:
        return
    if not _displays(facts.designations, context.languages):
        message = messages.NO_DISPLAY_AT_ALL
        issue = message.issue(
            coding.at("display"), display=display, system=coding.system, code=coding.code, languages=context.language_names
        )
        report.add(issue, is_said=True)
    else:
        severity = Severity.WARNING if is_lenient else None
        report.add(_wrong(query, context, same, severity=severity), is_said=True)


def _displays(designations: list[Designation], languages: Languages | None) -> list[Designation]:
    """The displays in the wanted languages."""
    return [in_language for in_language in in_languages(designations, languages) if in_language.is_display]


def _count(designations: list[Designation], languages: Languages | None) -> int:
    """How many designations there are in a wanted language, displays if there are some."""
    return len(_displays(designations, languages) or in_languages(designations, languages))


def _wrong(query: CodeQuery, context: RequestContext, same: Match, *, severity: Severity | None) -> Issue:
    coding, designations = query.coding, query.facts.designations
    message = messages.WRONG_WHITESPACE if same is Match.WHITESPACE else messages.WRONG_DISPLAY
    displays = _displays(designations, context.languages)
    count = len(_closest(displays, context.languages))
    choices = listed(displays or [designation for designation in designations if designation.is_display])
    if not displays:
        # There are designations in the language, but none that could stand as display.
        severity, count = Severity.WARNING, _count(designations, context.languages)
    return message.issue(
        coding.at("display"),
        severity=severity,
        display=coding.display,
        system=coding.system,
        code=coding.code,
        choices=choices if count == 1 else f"one of {count} choices: {choices}",
        languages=context.language_names,
    )


def _closest(designations: list[Designation], languages: Languages | None) -> list[Designation]:
    """Those whose language tag is wanted as it is, else with its region, else the language alone; those without one always."""
    if languages is None:
        return designations
    for depth in Depth:
        closest = [
            designation
            for designation in designations
            if designation.language is None
            or any(preference.is_match(designation.language, depth) for preference in languages.preferences)
        ]
        if closest:
            return closest
    return designations


def _none_for_language(query: CodeQuery, context: RequestContext, severity: Severity | None) -> Issue:
    coding, facts = query.coding, query.facts
    best = preferred(facts.designations, None)
    own = in_languages(facts.designations, context.languages, facts.language)
    is_right = match(str(coding.display), own) is Match.SAME
    message = messages.DISPLAY_OF_DEFAULT_LANGUAGE if is_right else messages.WRONG_DISPLAY_NONE_FOR_LANGUAGE
    return message.issue(
        coding.at("display"),
        severity=None if is_right else severity,
        display=coding.display,
        system=coding.system,
        code=coding.code,
        languages=context.language_names,
        default=best.value if best else "",
    )


def _inactive(query: CodeQuery, display: str) -> Issue:
    coding, designations = query.coding, query.facts.designations
    status = next(designation.status for designation in designations if match(display, [designation]) is Match.SAME)
    right = [designation.value for designation in designations if designation.is_current and designation.is_display]
    choices = f"'{right[0]}'" if len(right) == 1 else f"one of {', '.join(right)}"
    message = messages.INACTIVE_DISPLAY
    return message.issue(coding.at("display"), display=display, code=coding.code, status=status, choices=choices)
