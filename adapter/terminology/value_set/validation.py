"""Validates codings against a value set and says what became of them, as `$validate-code` answers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from adapter.fhir.resource import Element
from adapter.issues import Issue, Severity
from adapter.terminology import messages
from adapter.terminology.canonical import is_absolute, joined
from adapter.terminology.code_system.concept import Concept
from adapter.terminology.code_system.definition import CodeSystem
from adapter.terminology.code_system.designation import preferred
from adapter.terminology.coding import Coding
from adapter.terminology.definition_status import status_issue
from adapter.terminology.findings import CodeFacts, CodeQuery, Report, misnamed_system, silently, unknown_code, unknown_system
from adapter.terminology.request_context import RequestContext
from adapter.terminology.value_set.display_check import check_member_display, check_other_display
from adapter.terminology.value_set.membership import Members, Rules
from adapter.terminology.value_set.prepare import UnresolvedError
from adapter.terminology.version import latest


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is to be validated: codings, in the form they came in (`code`, `coding` or `codeableConcept`).

    `is_system_inferred` says that the code came without a system, which the value set is to tell. `is_of_code_system` says that
    the question is about a code system as a whole, so that no value set is to be named in the answer.
    """

    form: str
    codings: tuple[Coding, ...]
    rules: Rules
    is_lenient: bool = False
    is_system_inferred: bool = False
    is_of_code_system: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ValidationAnswer:
    """What became of the codings: the one that counts (if any did), what is known of it, and all findings.

    `is_member` is None if that cannot be known; then `unknown` names the code systems that are not here. An answer that is not
    `is_resolved` says only which definition is missing.
    """

    is_valid: bool
    is_member: bool | None
    coding: Coding | None
    version: str | None
    message: str
    issues: tuple[Issue, ...]
    unknown: tuple[str, ...]
    display: str | None = None
    normalized_code: str | None = None
    is_inactive: bool = False
    status: str | None = None
    is_resolved: bool = True


@dataclass(slots=True)
class _State:
    """What is known after each coding: all of them, the first that is a member, and the places of all members."""

    report: Report = field(default_factory=Report)
    is_member: bool | None = False
    right: CodeQuery | None = None
    all: list[CodeQuery] = field(default_factory=list)
    members: set[str] = field(default_factory=set)


def validate(members: Members, question: Question) -> ValidationAnswer:
    """Validate codings; raises OperationRefusedError for what cannot be carried out."""
    state = _State()
    value_set = members.value_set
    if not question.is_of_code_system:
        _add(state.report, status_issue(value_set.resource, value_set.resource))
    shown = []
    for candidate in question.codings:
        coding = _with_system(candidate, members, state.report) if question.is_system_inferred else candidate
        shown.append(coding.shown)
        query = CodeQuery(coding=coding, facts=CodeFacts(), report=state.report)
        is_in = _judge(query, members, question)
        _keep(query, state, is_in=is_in)
    if question.form == "codeableConcept" and state.right:
        state.report.replace(list(_softened(question, state)))
    if state.is_member is False:
        _say_not_in(members, question, state.report, shown=shown)
    return _answer(members.context, question, state)


def _with_system(coding: Coding, members: Members, report: Report) -> Coding:
    """A coding without a system with the one that the value set tells; what is in the way of that is reported."""
    systems = inferred_systems(members, coding)
    value_set = members.value_set.canonical
    if len(systems) == 1:
        return replace(coding, system=systems[0])
    if systems:
        message, listed = messages.SYSTEM_AMBIGUOUS, ",".join(systems)
        report.add(message.issue("code", code=coding.code, value_set=value_set, systems=listed))
    else:
        report.add(messages.SYSTEM_NOT_INFERRED.issue("code", code=coding.code, value_set=value_set))
    return coding


def inferred_systems(members: Members, coding: Coding) -> list[str]:
    """The code systems that a code without one can be of, so that the value set is about it."""
    compose = members.value_set.compose or {}
    is_plain = not any(include.get("valueSet") or not include.get("system") for include in compose.get("include") or ())
    if (
        compose
        and is_plain
        and not any(exclude.get("valueSet") or exclude.get("filter") for exclude in compose.get("exclude") or ())
    ):
        systems = [str(include["system"]) for include in compose["include"] if _can_hold(include, members.context, coding.code)]
        return list(dict.fromkeys(systems))
    codings = [replace(coding, system=url) for url in members.systems()]
    return [coding.system for coding in codings if members.has(silently(coding))]


def _can_hold(include: Element, context: RequestContext, code: str) -> bool:
    if include.get("concept"):
        return any(concept.get("code") == code for concept in include["concept"])
    system = context.ruled_code_system(include["system"], include.get("version") or None)
    return system is not None and system.find(code) is not None


def _judge(query: CodeQuery, members: Members, question: Question) -> bool | None:
    """Judge one coding: whether it is a member, and what is wrong with it."""
    coding, report = query.coding, query.report
    if not coding.code:
        report.add(messages.NO_CODE.issue(coding.place or "code"), is_said=True)
        return False
    is_in: bool | None = False
    if coding.system:
        is_in = members.has(query)
    elif not question.is_system_inferred:
        report.add(messages.NO_SYSTEM.issue(coding.place or None), is_said=True)
    if is_in is False and question.form == "codeableConcept" and not question.is_of_code_system:
        message = messages.THIS_CODE_NOT_IN_VALUE_SET
        report.add(message.issue(coding.at("code"), codes=coding.shown, value_set=members.value_set.canonical))
    if is_in:
        check_member_display(query, members.context, is_lenient=question.is_lenient)
    elif coding.system and not members.rules.is_membership_only and not query.facts.is_only_listed:
        _judge_outside(query, members, question)
    return is_in


def _keep(query: CodeQuery, state: _State, *, is_in: bool | None) -> None:
    """Keep a coding, and whether it is the first that is a member."""
    if state.is_member is not True and is_in is not False:
        state.is_member = is_in
    if is_in:
        state.members.add(query.coding.place)
        state.right = state.right or query
    state.all.append(query)


def _judge_outside(query: CodeQuery, members: Members, question: Question) -> None:
    """Say what is wrong with a coding that is not a member: its system, its code, or only its display."""
    coding, report, context = query.coding, query.report, members.context
    if not is_absolute(coding.system):
        place = coding.at("system") if question.form != "code" else None
        report.add(messages.RELATIVE_SYSTEM.issue(place))
    version = coding.version or _version_of(members, coding.system)
    system = context.ruled_code_system(coding.system, version)
    if system is None:
        _judge_system(query, context, version)
        return
    for issue in context.version_issues(system):
        report.add(issue)
    _add(report, status_issue(system.resource, members.value_set.resource))
    concept = system.find(coding.code)
    if concept is None:
        report.add(unknown_code(system, coding))
        return
    _see(system, concept, query.facts)
    check_other_display(query, context, is_lenient=question.is_lenient)


def _see(system: CodeSystem, concept: Concept, facts: CodeFacts) -> None:
    facts.see(system, concept)
    facts.version = system.version
    if not facts.inactive and system.is_inactive(concept):
        facts.inactive, facts.status = True, system.status(concept)


def _judge_system(query: CodeQuery, context: RequestContext, version: str | None) -> None:
    """Say what a system is that is not a code system here."""
    url, place, report = query.coding.system, query.coding.at("system"), query.report
    misnamed = misnamed_system(context.catalog, url, place=place)
    if misnamed:
        report.add(misnamed)
    else:
        report.add_unknown(*unknown_system(context.catalog, url, version, place=place))


def _version_of(members: Members, system: str) -> str | None:
    """The newest version of a code system that the value set names."""
    includes = (members.value_set.compose or {}).get("include") or ()
    return latest(include["version"] for include in includes if include.get("system") == system and include.get("version"))


def _softened(question: Question, state: _State) -> Iterator[Issue]:
    """The issues of a CodeableConcept that one coding makes valid: codings of unknown systems do not spoil it, they only warn."""
    systems = {coding.at("system"): coding for coding in question.codings if coding.place not in state.members}
    for issue in state.report.issues:
        coding = systems.get(issue.place or "")
        if coding and issue.severity is Severity.ERROR and issue.message_id in _NOT_CHECKED:
            softer = messages.CODING_NOT_CHECKED.issue(issue.place, system=joined(coding.system, coding.version))
            state.report.words[softer.text] = None
            yield softer
        else:
            yield issue


_NOT_CHECKED = frozenset({messages.UNKNOWN_SYSTEM.id, messages.UNKNOWN_SYSTEM_VERSION.id, messages.UNKNOWN_SYSTEM_NO_VERSIONS.id})


def _say_not_in(members: Members, question: Question, report: Report, *, shown: Sequence[str]) -> None:
    """Say that nothing is in the value set, unless the code system has said why already."""
    value_set = members.value_set.canonical
    if question.is_of_code_system and report.has_errors:
        return
    if question.form == "codeableConcept" and not question.is_of_code_system:
        report.add(messages.NO_VALID_CODING.issue(value_set=value_set))
    elif question.codings and all(coding.code for coding in question.codings):
        place = question.codings[0].at("code")
        report.add(messages.NOT_IN_VALUE_SET.issue(place, codes=", ".join(shown), value_set=value_set))


def _answer(context: RequestContext, question: Question, state: _State) -> ValidationAnswer:
    kept = state.right or next(iter(state.all), None)
    facts = kept.facts if kept else CodeFacts()
    coding = kept.coding if kept and (state.right or question.form != "codeableConcept") else None
    _comment_status(question, state)
    display = preferred(facts.designations, context.languages) or preferred(facts.designations, None)
    return ValidationAnswer(
        is_valid=state.is_member is True and not state.report.has_errors,
        is_member=state.is_member,
        coding=coding,
        version=facts.version or (coding.version if coding else None),
        message=state.report.message,
        issues=tuple(state.report.issues),
        unknown=tuple(state.report.unknown),
        display=display.value if display and coding else None,
        normalized_code=facts.normal,
        is_inactive=facts.inactive,
        status=facts.status,
    )


def unresolved(context: RequestContext, question: Question, error: UnresolvedError) -> ValidationAnswer:
    """The answer when something that the question needs is not here."""
    coding = question.codings[0] if question.codings and question.form != "codeableConcept" else None
    known = context.code_system(coding.system, None) if coding and coding.system else None
    return ValidationAnswer(
        is_valid=False,
        is_member=None,
        coding=coding,
        version=(coding.version or (known.version if known else None)) if coding else None,
        message=str(error),
        issues=error.issues,
        unknown=(error.unknown,) if error.unknown else (),
        is_resolved=False,
    )


def _comment_status(question: Question, state: _State) -> None:
    """Say that a concept is inactive (the first one that is), or else that the last one is deprecated."""
    inactive = next((member for member in state.all if member.facts.inactive), None)
    if inactive:
        code, status = inactive.coding.code, inactive.facts.status or "inactive"
        words = status if status == "inactive" else f"{status} and inactive"
        place = inactive.coding.place or "code"
        state.report.add(messages.INACTIVE_CONCEPT.issue(place, code=code, status=words), is_said=True)
    elif state.all and (state.all[-1].facts.status or "").lower() == "deprecated":
        code = state.all[-1].coding.code
        state.report.add(messages.DEPRECATED_CONCEPT.issue(_PLACES[question.form], code=code), is_said=True)


_PLACES = {"code": "code", "coding": "Coding", "codeableConcept": "CodeableConcept"}


def _add(report: Report, issue: Issue | None) -> None:
    if issue:
        report.add(issue)
