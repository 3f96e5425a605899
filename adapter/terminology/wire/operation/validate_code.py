"""`$validate-code` of CodeSystem and ValueSet.

http://hl7.org/fhir/R4/codesystem-operation-validate-code.html, http://hl7.org/fhir/R4/valueset-operation-validate-code.html
"""

from dataclasses import replace

from adapter.json_types import JsonMapping
from adapter.terminology import messages
from adapter.terminology.canonical import is_absolute, joined
from adapter.terminology.catalog import Catalog, ValueSet
from adapter.terminology.code_system.definition import CodeSystem
from adapter.terminology.coding import Coding
from adapter.terminology.findings import unknown_system
from adapter.terminology.request_context import RequestContext
from adapter.terminology.tx_issue import OperationRefusedError, TerminologyIssue, operation_outcome
from adapter.terminology.value_set.membership import Members, Rules
from adapter.terminology.value_set.prepare import UnresolvedError, prepared, supplements_missing
from adapter.terminology.value_set.validation import Question, ValidationAnswer, validate
from adapter.terminology.wire.context import LanguageHeader, of_value_set, wanted_of
from adapter.terminology.wire.operation.common import (
    DATE,
    DISPLAY_LANGUAGE,
    REQUEST_LABELS,
    TX_RESOURCE,
    USE_SUPPLEMENT,
    VERSIONS,
    Invocation,
    OperationContext,
    Resource,
    check_resource,
    overlaid,
    parameter,
    parameters,
)
from adapter.terminology.wire.parameter import Arguments, OperationParameter, ParameterType, Table

Element = JsonMapping

_CODED = (
    OperationParameter(name="code", kind=ParameterType.CODE, says="the code to validate"),
    OperationParameter(name="coding", kind=ParameterType.CODING, says="the coding to validate"),
    OperationParameter(
        name="codeableConcept", kind=ParameterType.CONCEPT, says="the codings to validate: one that is right is enough"
    ),
    OperationParameter(name="display", kind=ParameterType.TEXT, says="the display to check, beside code"),
    OperationParameter(
        name="abstract",
        kind=ParameterType.BOOLEAN,
        says="whether concepts that only group others are valid; they are unless this is false",
    ),
    OperationParameter(
        name="lenient-display-validation", kind=ParameterType.BOOLEAN, says="whether a wrong display is a warning only"
    ),
    OperationParameter(
        name="mode",
        kind=ParameterType.CODE,
        says="an older way to ask for lenient display validation",
        only=("lenient-display-validation",),
    ),
    DISPLAY_LANGUAGE,
    USE_SUPPLEMENT,
    *VERSIONS,
    TX_RESOURCE,
    DATE,
    *REQUEST_LABELS,
)
CODE_SYSTEM_TABLE = Table(
    operation="CodeSystem/$validate-code",
    rows=(
        OperationParameter(name="url", kind=ParameterType.URI, says="the code system", also=("system",)),
        OperationParameter(name="codeSystem", kind=ParameterType.RESOURCE, says="the code system itself", holds=("CodeSystem",)),
        OperationParameter(
            name="version", kind=ParameterType.TEXT, says="the version of the code system", also=("systemVersion",)
        ),
        *_CODED,
    ),
)
VALUE_SET_TABLE = Table(
    operation="ValueSet/$validate-code",
    rows=(
        OperationParameter(name="url", kind=ParameterType.CANONICAL, says="the value set"),
        OperationParameter(name="valueSet", kind=ParameterType.RESOURCE, says="the value set itself", holds=("ValueSet",)),
        OperationParameter(name="valueSetVersion", kind=ParameterType.TEXT, says="the version of the value set"),
        OperationParameter(
            name="context", kind=ParameterType.URI, says="an element whose binding names the value set", is_supported=False
        ),
        OperationParameter(name="system", kind=ParameterType.URI, says="the system of code"),
        OperationParameter(name="systemVersion", kind=ParameterType.TEXT, says="the version of the system of code"),
        OperationParameter(
            name="inferSystem",
            kind=ParameterType.BOOLEAN,
            says="whether the value set is to tell the system of a code without one; it is unless this is false",
        ),
        OperationParameter(
            name="valueset-membership-only",
            kind=ParameterType.BOOLEAN,
            says="whether only membership is asked for, not what is wrong with a code that is no member",
        ),
        OperationParameter(name="activeOnly", kind=ParameterType.BOOLEAN, says="whether inactive concepts are no members"),
        *_CODED,
    ),
)


def validate_in_value_set(surroundings: OperationContext, call: Invocation) -> Resource:
    """`ValueSet/$validate-code`: the Parameters with the answer; raises OperationRefusedError."""
    arguments = call.arguments
    question = _question(arguments, system=arguments.one("system"), version=arguments.one("systemVersion"))
    arguments.refuse_issues()
    wanted = _wanted(surroundings, call)
    value_set = value_set_of(surroundings, call, wanted)
    merged = of_value_set(VALUE_SET_TABLE, arguments, value_set)
    wanted = wanted_of(merged, wanted.catalog, wanted.limits, header=LanguageHeader(languages=call.header, is_open=False))
    try:
        members = prepared(value_set, wanted, _rules(arguments))
    except UnresolvedError as error:
        return _unresolved(error, question, wanted, arguments=arguments)
    return _said(validate(members, question), question, arguments)


def validate_in_code_system(surroundings: OperationContext, call: Invocation) -> Resource:
    """`CodeSystem/$validate-code`: the Parameters with the answer; raises OperationRefusedError."""
    arguments = call.arguments
    question = _question(arguments, system=arguments.one("url"), version=arguments.one("version"), of_code_system=True)
    arguments.refuse_issues()
    wanted = _wanted(surroundings, call)
    first = question.codings[0] if question.codings else Coding(system="", code="")
    try:
        system = _code_system(surroundings, call, wanted, first=first)
    except UnresolvedError as error:
        return _unresolved(error, question, wanted, arguments=arguments)
    missing = [each for each in wanted.required_supplements if not system.has_supplement(each)]
    if missing:
        raise supplements_missing(missing)
    catalog = _with(wanted.catalog, system)
    include = {"system": system.url, **({"version": system.version} if system.version else {})}
    value_set = ValueSet(resource={"resourceType": "ValueSet", "status": "active", "compose": {"include": [include]}})
    members = Members(value_set=value_set, wanted=replace(wanted, catalog=catalog), rules=_rules(arguments))
    codings = tuple(each if each.system else replace(each, system=system.url) for each in question.codings)
    return _said(validate(members, replace(question, codings=codings)), question, arguments)


def _with(catalog: Catalog, system: CodeSystem) -> Catalog:
    """The catalog in which a code system that came as parameter is found as well."""
    known = catalog.code_system(system.url, system.version)
    return catalog if known and known.definition is system.definition else catalog.overlaid([system.resource])


def _question(arguments: Arguments, *, system: str | None, version: str | None, of_code_system: bool = False) -> Question:
    """What is to be validated; raises OperationRefusedError if that is nothing, or several things."""
    forms = [name for name in ("codeableConcept", "coding", "code") if arguments.has(name)]
    # Clients that know no system send none, and mean that the value set tells it, unless they say otherwise.
    infers = not system and not of_code_system and arguments.one("inferSystem") is not False
    if not forms or (forms == ["code"] and not (system or infers or of_code_system)):
        raise messages.NO_CODE_TO_VALIDATE.refusal()
    if len(forms) > 1:
        raise messages.SEVERAL_CODES.refusal(names=", ".join(forms))
    form = forms[0]
    return Question(
        form=form,
        codings=tuple(_codings(arguments, form, system=system, version=version)),
        is_lenient=bool(arguments.one("lenient-display-validation")) or arguments.has("mode"),
        is_system_inferred=infers and form == "code",
        is_of_code_system=of_code_system,
    )


def _codings(arguments: Arguments, form: str, *, system: str | None, version: str | None) -> list[Coding]:
    if form == "code":
        display = arguments.one("display")
        return [Coding(system=system or "", code=arguments.one("code"), version=version, display=display)]
    if form == "coding":
        return [_coding(arguments.one("coding"), "Coding")]
    listed = arguments.one("codeableConcept").get("coding", [])
    return [_coding(each, f"CodeableConcept.coding[{place}]") for place, each in enumerate(listed)]


def _coding(element: Element, place: str) -> Coding:
    return Coding(
        system=element.get("system") or "",
        code=element.get("code") or "",
        version=element.get("version") or None,
        display=element.get("display") or None,
        place=place,
    )


def _wanted(surroundings: OperationContext, call: Invocation) -> RequestContext:
    catalog = overlaid(surroundings, call.arguments)
    return wanted_of(call.arguments, catalog, surroundings.limits, header=LanguageHeader(languages=call.header, is_open=False))


def _rules(arguments: Arguments) -> Rules:
    return Rules(
        is_abstract_allowed=arguments.one("abstract") is not False,
        is_membership_only=bool(arguments.one("valueset-membership-only")),
    )


def value_set_of(surroundings: OperationContext, call: Invocation, wanted: RequestContext) -> ValueSet:
    """The value set that is meant; raises OperationRefusedError if it is not here."""
    arguments = call.arguments
    if call.instance is not None:
        return ValueSet(resource=instance(surroundings, "ValueSet", call.instance))
    if arguments.has("valueSet"):
        check_resource(surroundings, "valueSet", arguments.one("valueSet"))
        return ValueSet(resource=arguments.one("valueSet"))
    url = arguments.one("url")
    if url is None:
        raise messages.MISSING_PARAMETER.refusal(place="url", names="url (or valueSet)")
    version, _ = wanted.version(url, arguments.one("valueSetVersion"), for_value_sets=True)
    found = wanted.value_set(url, version)
    if found is None:
        raise messages.UNKNOWN_VALUE_SET.refusal(value_set=joined(url, version))
    return found


def instance(surroundings: OperationContext, kind: str, identity: str) -> Element:
    """The definition of the service that an operation is called on; raises OperationRefusedError if there is none."""
    found = surroundings.catalog.by_id(kind, identity)
    if found is None:
        raise messages.NOT_FOUND.refusal(type=kind)
    return found


def _code_system(surroundings: OperationContext, call: Invocation, wanted: RequestContext, *, first: Coding) -> CodeSystem:
    """The code system that is meant; raises UnresolvedError if it is not here, OperationRefusedError if none is named."""
    arguments = call.arguments
    if call.instance is not None:
        resource = instance(surroundings, "CodeSystem", call.instance)
        return _own(wanted, resource)
    if arguments.has("codeSystem"):
        check_resource(surroundings, "codeSystem", arguments.one("codeSystem"))
        return _own(wanted, arguments.one("codeSystem"))
    url = arguments.one("url") or first.system
    if not url:
        raise UnresolvedError(messages.NO_SYSTEM.issue(first.place or None))
    included = arguments.one("version") or (None if arguments.has("url") else first.version)
    version, _ = wanted.version(url, included)
    found = wanted.code_system(url, version)
    if found is None:
        raise _unknown(wanted, url, version, coding=first)
    return found


def _own(wanted: RequestContext, resource: Element) -> CodeSystem:
    found = Catalog.of([resource]).overlaid([]).code_system(str(resource.get("url") or ""))
    if found is None:
        raise messages.SYSTEM_IS_SUPPLEMENT.refusal(system=resource.get("url"))
    known = wanted.code_system(found.url, found.version)
    return CodeSystem(found.definition, known.supplements if known else ())


def _unknown(wanted: RequestContext, url: str, version: str | None, *, coding: Coding) -> UnresolvedError:
    place = coding.at("system")
    supplement = wanted.catalog.supplement(url)
    if wanted.catalog.value_set(url):
        return UnresolvedError(messages.SYSTEM_IS_VALUE_SET.issue(place, system=url))
    if supplement:
        return UnresolvedError(messages.SYSTEM_IS_SUPPLEMENT.issue(place, system=supplement.canonical))
    issue, canonical = unknown_system(wanted.catalog, url, version, place=place)
    relative = [] if is_absolute(url) else [messages.RELATIVE_SYSTEM.issue(place)]
    return _UnknownSystemError(canonical, issue, *relative)


class _UnknownSystemError(UnresolvedError):
    """A code system that is not here; its canonical is part of the answer."""

    def __init__(self, canonical: str, *issues: TerminologyIssue) -> None:
        super().__init__(*issues)
        self.canonical = canonical


def _unresolved(error: OperationRefusedError, question: Question, wanted: RequestContext, *, arguments: Arguments) -> Resource:
    """The answer when something that the question needs is not here."""
    coding = question.codings[0] if question.codings and question.form != "codeableConcept" else None
    known = wanted.code_system(coding.system, None) if coding and coding.system else None
    version = (coding.version or (known.version if known else None)) if coding else None
    return parameters(
        parameter("result", "valueBoolean", value=False),
        parameter("message", "valueString", value=str(error)),
        parameter("system", "valueUri", value=coding.system or None if coding else None),
        parameter("version", "valueString", value=version),
        parameter("code", "valueCode", value=coding.code if coding else None),
        parameter("codeableConcept", "valueCodeableConcept", value=arguments.one("codeableConcept")),
        parameter("x-caused-by-unknown-system", "valueCanonical", value=getattr(error, "canonical", None)),
        parameter("issues", "resource", value=operation_outcome(error.issues)),
    )


def _said(answer: ValidationAnswer, question: Question, arguments: Arguments) -> Resource:
    """The Parameters of an answer."""
    coding, report = answer.coding, answer.report
    unknown = "x-unknown-system" if answer.is_member is False else "x-caused-by-unknown-system"
    shows_status = coding is not None
    status = answer.found.status
    return parameters(
        parameter("result", "valueBoolean", value=answer.is_valid),
        parameter("system", "valueUri", value=(coding.system or None) if coding else None),
        *(parameter(unknown, "valueCanonical", value=each) for each in report.unknown if not answer.is_valid),
        parameter("normalized-code", "valueCode", value=answer.found.normal),
        parameter("code", "valueCode", value=coding.code if coding else None),
        parameter("version", "valueString", value=answer.version if coding and coding.system else None),
        parameter("display", "valueString", value=answer.display),
        parameter("inactive", "valueBoolean", value=True if shows_status and answer.found.inactive else None),
        parameter("status", "valueCode", value=_status(status, is_inactive=answer.found.inactive) if shows_status else None),
        parameter("message", "valueString", value=report.message or None),
        parameter("codeableConcept", "valueCodeableConcept", value=arguments.one("codeableConcept")),
        parameter("issues", "resource", value=operation_outcome(report.issues) if report.issues else None),
        parameter("diagnostics", "valueString", value=_diagnostics(question) if arguments.one("diagnostics") else None),
    )


def _status(status: str | None, *, is_inactive: bool) -> str | None:
    """The status to show: that of an inactive concept if it says more, and that of a deprecated one."""
    if is_inactive:
        return status if status != "inactive" else None
    return "deprecated" if status and status.lower() == "deprecated" else None


def _diagnostics(question: Question) -> str:
    return f"codings validated: {len(question.codings)}, in the form {question.form}"
