"""`$validate-code` of CodeSystem and ValueSet.

http://hl7.org/fhir/R4/codesystem-operation-validate-code.html, http://hl7.org/fhir/R4/valueset-operation-validate-code.html
"""

from adapter.fhir.resource import Resource
from adapter.terminology import core, messages
from adapter.terminology.coding import Coding
from adapter.terminology.value_set.membership import Rules
from adapter.terminology.value_set.validation import Question, ValidationAnswer
from adapter.terminology.value_set.whole_system import SystemReference
from adapter.terminology.wire.operation.common import (
    DATE,
    DISPLAY_LANGUAGE,
    REQUEST_LABELS,
    TX_RESOURCE,
    USE_SUPPLEMENT,
    VERSIONS,
    Invocation,
    OperationContext,
    answering,
    checked,
    instance,
    parameter,
    parameters,
)
from adapter.terminology.wire.operation.context import coding_of, context_of, value_set_of
from adapter.terminology.wire.parameter import Arguments, OperationParameter, ParameterType, Table
from adapter.terminology.wire.tx_outcome import tx_outcome

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
    needed=frozenset({"code", "url"}),
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
    needed=frozenset({"code", "url"}),
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
            says="whether only membership is asked for, not what is wrong with a code that is not a member",
        ),
        OperationParameter(name="activeOnly", kind=ParameterType.BOOLEAN, says="whether inactive concepts are left out"),
        *_CODED,
    ),
)


def ask_in_value_set(surroundings: OperationContext, call: Invocation) -> ValidationAnswer:
    """What becomes of the codings of a call in a value set; raises OperationRefusedError."""
    arguments = call.arguments
    question = _question(arguments, system=arguments.one("system"), version=arguments.one("systemVersion"))
    value_set, context, _ = value_set_of(surroundings, call, VALUE_SET_TABLE, is_open=False)
    return core.validate_code(context, question, value_set)


def ask_in_code_system(surroundings: OperationContext, call: Invocation) -> ValidationAnswer:
    """What becomes of the codings of a call in a code system; raises OperationRefusedError."""
    arguments = call.arguments
    question = _question(arguments, system=arguments.one("url"), version=arguments.one("version"), of_code_system=True)
    context = context_of(surroundings, call, is_open=False)
    return core.validate_code(context, question, _system(surroundings, call))


def write_validation(answer: ValidationAnswer, call: Invocation) -> Resource:
    """`$validate-code`: the Parameters of an answer."""
    concept = parameter("codeableConcept", "valueCodeableConcept", value=call.arguments.one("codeableConcept"))
    issues = parameter("issues", "resource", value=tx_outcome(answer.issues) if answer.issues else None)
    message = parameter("message", "valueString", value=answer.message or None)
    result = parameter("result", "valueBoolean", value=answer.is_valid)
    system, *others = _coded(answer)
    if not answer.is_resolved:
        return parameters(result, message, system, *reversed(others), concept, *_unknown(answer), issues)
    return parameters(
        result,
        system,
        *_unknown(answer),
        parameter("normalized-code", "valueCode", value=answer.normalized_code),
        *others,
        parameter("display", "valueString", value=answer.display),
        *_status(answer),
        message,
        concept,
        issues,
        parameter("diagnostics", "valueString", value=_diagnostics(call.arguments)),
    )


def _question(arguments: Arguments, *, system: str | None, version: str | None, of_code_system: bool = False) -> Question:
    """What is to be validated; raises OperationRefusedError if that is nothing, or several things."""
    # Clients that know no system send none, and mean that the value set tells it, unless they say otherwise.
    infers = not system and not of_code_system and arguments.one("inferSystem") is not False
    form = _form(arguments, is_code_enough=bool(system or infers or of_code_system))
    return Question(
        form=form,
        codings=tuple(_codings(arguments, form, system=system, version=version)),
        rules=Rules(
            is_abstract_allowed=arguments.one("abstract") is not False,
            is_membership_only=bool(arguments.one("valueset-membership-only")),
        ),
        is_lenient=bool(arguments.one("lenient-display-validation")) or arguments.has("mode"),
        is_system_inferred=infers and form == "code",
        is_of_code_system=of_code_system,
    )


def _form(arguments: Arguments, *, is_code_enough: bool) -> str:
    """The one parameter that holds what is to be validated."""
    forms = _forms(arguments)
    if not forms or (forms == ["code"] and not is_code_enough):
        raise messages.NO_CODE_TO_VALIDATE.refusal()
    if len(forms) > 1:
        raise messages.SEVERAL_CODES.refusal(names=", ".join(forms))
    return forms[0]


def _forms(arguments: Arguments) -> list[str]:
    return [name for name in ("codeableConcept", "coding", "code") if arguments.has(name)]


def _codings(arguments: Arguments, form: str, *, system: str | None, version: str | None) -> list[Coding]:
    if form == "code":
        display = arguments.one("display")
        return [Coding(system=system or "", code=arguments.one("code"), version=version, display=display)]
    if form == "coding":
        return [coding_of(arguments.one("coding"), "Coding")]
    listed = arguments.one("codeableConcept").get("coding", [])
    return [coding_of(coding, f"CodeableConcept.coding[{number}]") for number, coding in enumerate(listed)]


def _system(surroundings: OperationContext, call: Invocation) -> SystemReference:
    """The code system that is meant."""
    arguments = call.arguments
    if call.instance is not None:
        return SystemReference(resource=instance(surroundings, "CodeSystem", call.instance))
    if arguments.has("codeSystem"):
        return SystemReference(resource=checked(surroundings, "codeSystem", arguments.one("codeSystem")))
    return SystemReference(url=arguments.one("url"), version=arguments.one("version"))


def _coded(answer: ValidationAnswer) -> list[Resource | None]:
    """System, code and version of the coding that counts."""
    coding = answer.coding
    has_version = coding is not None and (coding.system or not answer.is_resolved)
    return [
        parameter("system", "valueUri", value=(coding.system or None) if coding else None),
        parameter("code", "valueCode", value=coding.code if coding else None),
        parameter("version", "valueString", value=answer.version if has_version else None),
    ]


def _unknown(answer: ValidationAnswer) -> list[Resource | None]:
    """The code systems that are not here, where that made a difference."""
    name = "x-unknown-system" if answer.is_member is False else "x-caused-by-unknown-system"
    return [parameter(name, "valueCanonical", value=canonical) for canonical in answer.unknown if not answer.is_valid]


def _status(answer: ValidationAnswer) -> list[Resource | None]:
    """Whether the concept is inactive, and its status if it says more, or if it is deprecated."""
    if answer.coding is None:
        return []
    status = answer.status
    if answer.is_inactive:
        shown = status if status != "inactive" else None
    else:
        shown = "deprecated" if status and status.lower() == "deprecated" else None
    return [
        parameter("inactive", "valueBoolean", value=True if answer.is_inactive else None),
        parameter("status", "valueCode", value=shown),
    ]


def _diagnostics(arguments: Arguments) -> str | None:
    if not arguments.one("diagnostics"):
        return None
    form = _forms(arguments)[0]
    count = len(arguments.one("codeableConcept").get("coding", ())) if form == "codeableConcept" else 1
    return f"codings validated: {count}, in the form {form}"


IN_VALUE_SET = answering(ask_in_value_set, write_validation)
"""`ValueSet/$validate-code`."""

IN_CODE_SYSTEM = answering(ask_in_code_system, write_validation)
"""`CodeSystem/$validate-code`."""
