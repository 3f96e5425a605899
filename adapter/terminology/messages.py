"""The wording of every issue of the terminology operations.

Ids, kinds and the sentences that a client compares are those of HL7's terminology test cases (CC0); the others are ours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from adapter.issues import Issue, IssueType, Severity
from adapter.terminology.operation_error import OperationRefusedError

_ERROR, _WARNING, _NOTE = Severity.ERROR, Severity.WARNING, Severity.INFORMATION


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A sentence with `{gaps}`, and what an issue that says it is by default."""

    text: str
    code: IssueType
    severity: Severity = _ERROR
    kind: str | None = None
    id: str | None = None

    def issue(self, place: str | None = None, *, severity: Severity | None = None, **values: object) -> Issue:
        """The issue that says this sentence of a place in the input."""
        return Issue(
            severity=severity or self.severity,
            code=self.code,
            detail=self.kind,
            message_id=self.id,
            text=self.text.format(**values),
            rule=f"terminology/{self.kind}" if self.kind else "terminology",
            location=(place,) if place else (),
        )

    def refusal(self, place: str | None = None, **values: object) -> OperationRefusedError:
        """The error that refuses the operation with this sentence."""
        return OperationRefusedError(self.issue(place, severity=None, **values))


# What an issue is, by what it is about: its code and its tx-issue-type.
_not_found = partial(Wording, code=IssueType.NOT_FOUND, kind="not-found")
_bad_data = partial(Wording, code=IssueType.INVALID, kind="invalid-data")
_bad_value_set = partial(Wording, code=IssueType.INVALID, kind="vs-invalid")
_too_costly = partial(Wording, code=IssueType.TOO_COSTLY, kind="too-costly")
_version_error = partial(Wording, code=IssueType.EXCEPTION, kind="version-error")
_bad_display = partial(Wording, code=IssueType.INVALID, kind="invalid-display")
_comment = partial(Wording, code=IssueType.BUSINESS_RULE, kind="code-comment", severity=_WARNING)
_unsupported_value_set = partial(Wording, code=IssueType.NOT_SUPPORTED, kind="vs-invalid")
_not_in = partial(Wording, code=IssueType.CODE_INVALID, kind="not-in-vs")
_bad_code = partial(Wording, code=IssueType.CODE_INVALID, kind="invalid-code")
_code_rule = partial(Wording, code=IssueType.BUSINESS_RULE, kind="code-rule")
_not_inferred = partial(Wording, code=IssueType.NOT_FOUND, kind="cannot-infer")
_unsupported = partial(Wording, code=IssueType.NOT_SUPPORTED, kind="not-supported")

# ------------------------------------------------------------------------------------------------- membership in a value set

NOT_IN_VALUE_SET = _not_in(
    id="None_of_the_provided_codes_are_in_the_value_set_one",
    text="The provided code {codes} was not found in the value set '{value_set}'",
)
THIS_CODE_NOT_IN_VALUE_SET = Wording(
    id=NOT_IN_VALUE_SET.id, code=IssueType.CODE_INVALID, severity=_NOTE, kind="this-code-not-in-vs", text=NOT_IN_VALUE_SET.text
)
NO_VALID_CODING = _not_in(
    id="TX_GENERAL_CC_ERROR_MESSAGE",
    text="No valid coding was found for the value set '{value_set}'",
)
CONCEPT_DEPRECATED_IN_VALUE_SET = _comment(
    id="CONCEPT_DEPRECATED_IN_VALUESET",
    text="The presence of the concept '{code}' in the system '{system}' in the value set {value_set} is marked with a status of "
    "{status} and its use should be reviewed",
)

# -------------------------------------------------------------------------------------------------------------- the code itself

UNKNOWN_CODE = _bad_code(
    id="Unknown_Code_in_Version",
    text="Unknown code '{code}' in the CodeSystem '{system}' version '{version}'",
)
UNKNOWN_CODE_WITHOUT_VERSION = _bad_code(
    id="Unknown_Code_in",
    text="Unknown code '{code}' in the CodeSystem '{system}'",
)
UNKNOWN_CODE_IN_FRAGMENT = _bad_code(
    id="UNKNOWN_CODE_IN_FRAGMENT",
    severity=_WARNING,
    text="Unknown Code '{code}' in the CodeSystem '{system}' version '{version}' - note that the code system is labeled as a "
    "fragment, so the code may be valid in some other fragment",
)
CODE_CASE_DIFFERENCE = _code_rule(
    id="CODE_CASE_DIFFERENCE",
    severity=_NOTE,
    text="The code '{code}' differs from the correct code '{right}' by case. Although the code system '{system}' is case "
    "insensitive, implementers are strongly encouraged to use the correct case anyway",
)
ABSTRACT_CODE = _code_rule(
    id="ABSTRACT_CODE_NOT_ALLOWED",
    text="Code '{system}#{code}' is abstract, and not allowed in this context",
)
INACTIVE_NOT_ALLOWED = _code_rule(
    id="STATUS_CODE_WARNING_CODE",
    text="The concept '{code}' is valid but is not active",
)
INACTIVE_CONCEPT = _comment(
    id="INACTIVE_CONCEPT_FOUND",
    text="The concept '{code}' has a status of {status} and its use should be reviewed",
)
DEPRECATED_CONCEPT = _comment(
    id="DEPRECATED_CONCEPT_FOUND",
    text="The concept '{code}' is deprecated and its use should be reviewed",
)

# ------------------------------------------------------------------------------------------------------------------ code systems

NO_SYSTEM = _bad_data(
    id="Coding_has_no_system__cannot_validate",
    severity=_WARNING,
    text="Coding has no system. A code with no system has no defined meaning, and it cannot be validated. A system should be "
    "provided",
)
NO_CODE = _bad_data(severity=_WARNING, text="The coding has no code, so it cannot be validated")
RELATIVE_SYSTEM = _bad_data(
    id="Terminology_TX_System_Relative",
    text="Coding.system must be an absolute reference, not a local reference",
)
SYSTEM_IS_VALUE_SET = _bad_data(
    id="Terminology_TX_System_ValueSet2",
    text="The Coding references a value set, not a code system ('{system}')",
)
SYSTEM_IS_SUPPLEMENT = _bad_data(
    id="CODESYSTEM_CS_NO_SUPPLEMENT",
    text="CodeSystem {system} is a supplement, so can't be used as a value in Coding.system",
)
UNKNOWN_SYSTEM = _not_found(
    id="UNKNOWN_CODESYSTEM",
    text="A definition for CodeSystem '{system}' could not be found, so the code cannot be validated",
)
UNKNOWN_SYSTEM_VERSION = _not_found(
    id="UNKNOWN_CODESYSTEM_VERSION",
    text="A definition for CodeSystem '{system}' version '{version}' could not be found, so the code cannot be validated. "
    "Valid versions: {versions}",
)
UNKNOWN_SYSTEM_NO_VERSIONS = _not_found(
    id="UNKNOWN_CODESYSTEM_VERSION_NONE",
    text="A definition for CodeSystem '{system}' version '{version}' could not be found, so the code cannot be validated. "
    "No versions of this code system are known",
)
CODING_NOT_CHECKED = _not_found(
    id="UNKNOWN_CODESYSTEM_CODING_NOT_CHECKED",
    severity=_WARNING,
    text="A definition for the code system '{system}' could not be found, so this coding was not checked. The CodeableConcept is "
    "still valid: another coding is in the value set",
)
ONLY_LISTED = Wording(
    code=IssueType.INFORMATIONAL,
    severity=_NOTE,
    kind="process-note",
    text="The code system '{system}' is not held here, so it was only checked whether the value set lists the code",
)
SYSTEM_NOT_INFERRED = _not_inferred(
    id="UNABLE_TO_INFER_CODESYSTEM",
    text="The System URI could not be determined for the code '{code}' in the ValueSet '{value_set}'",
)
SYSTEM_AMBIGUOUS = _not_inferred(
    id="Unable_to_resolve_system__value_set_has_multiple_matches",
    text="The System URI could not be determined for the code '{code}' in the ValueSet '{value_set}': value set expansion has "
    "multiple matches: {systems}",
)

# --------------------------------------------------------------------------------------------------------------------- versions

VERSION_MISMATCH = _bad_value_set(
    id="VALUESET_VALUE_MISMATCH",
    text="The code system '{system}' version '{version}' in the ValueSet include is different to the one in the value "
    "('{given}')",
)
VERSION_MISMATCH_CHANGED = _bad_value_set(
    id="VALUESET_VALUE_MISMATCH_CHANGED",
    text="The code system '{system}' version '{version}' resulting from the version '{included}' in the ValueSet include is "
    "different to the one in the value ('{given}')",
)
VERSION_MISMATCH_DEFAULT = _bad_value_set(
    id="VALUESET_VALUE_MISMATCH_DEFAULT",
    text="The code system '{system}' version '{version}' for the versionless include in the ValueSet include is different to the "
    "one in the value ('{given}')",
)
VERSION_NOT_ALLOWED = _version_error(
    id="VALUESET_VERSION_CHECK",
    text="The version '{version}' is not allowed for system '{system}': required to be '{wanted}' by a version-check parameter",
)
VALUE_SET_VERSION_NOT_ALLOWED = _version_error(
    text="The version '{version}' of the value set '{value_set}' is not allowed: check-valueset-version wants '{wanted}'",
)
SEVERAL_VERSIONS_FORCED = _version_error(
    id="SYSTEM_VERSION_MULTIPLE_OVERRIDE",
    text="Multiple version overrides found for system {system}: '{first}', '{second}'",
)
SEVERAL_DEFAULT_VERSIONS = _version_error(
    id="SYSTEM_VERSION_MULTIPLE_DEFAULT",
    text="Multiple default versions found for system {system}: '{first}', '{second}'",
)

# --------------------------------------------------------------------------------------------------------------------- displays

WRONG_DISPLAY = _bad_display(
    id="Display_Name_for__should_be_one_of__instead_of",
    text="Wrong Display Name '{display}' for {system}#{code}. Valid display is {choices} (for the language(s) '{languages}')",
)
WRONG_WHITESPACE = _bad_display(
    id="Display_Name_WS_for__should_be_one_of__instead_of",
    text="Wrong whitespace in Display Name '{display}' for {system}#{code}. Valid display is {choices} (for the language(s) "
    "'{languages}')",
)
NO_DISPLAY_AT_ALL = _bad_display(
    id="NO_VALID_DISPLAY_AT_ALL",
    severity=_WARNING,
    text="Cannot validate display '{display}' for {system}#{code} in language {languages}: No displays are known",
)
DISPLAY_OF_DEFAULT_LANGUAGE = _bad_display(
    id="NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_OK",
    severity=_NOTE,
    text="There are no valid display names found for the code {system}#{code} for language(s) '{languages}'. The display is "
    "'{display}' which is a valid display for the default language",
)
WRONG_DISPLAY_NONE_FOR_LANGUAGE = _bad_display(
    id="NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_ERR",
    text="Wrong Display Name '{display}' for {system}#{code}. There are no valid display names found for language(s) "
    "'{languages}'. Default display is '{default}'",
)
INACTIVE_DISPLAY = Wording(
    id="INACTIVE_DISPLAY_FOUND",
    code=IssueType.INVALID,
    severity=_WARNING,
    kind="display-comment",
    text="'{display}' is no longer considered a correct display for code '{code}' (status = {status}). "
    "The correct display is {choices}",
)

# ------------------------------------------------------------------------------------------------------- value sets and filters

UNKNOWN_VALUE_SET = _not_found(
    id="Unable_to_resolve_value_Set_",
    text="A definition for the value Set '{value_set}' could not be found",
)
UNKNOWN_IMPORT = _not_found(
    id="VS_EXP_IMPORT_UNK",
    text="Unable to find included value set '{value_set}'",
)
UNKNOWN_IMPORT_VERSION = _not_found(
    id="VS_EXP_IMPORT_UNK_PINNED",
    text="Unable to find included value set '{value_set}' version '{version}'",
)
UNKNOWN_SYSTEM_OF_EXPANSION = _not_found(
    id="UNKNOWN_CODESYSTEM_EXP",
    text="A definition for CodeSystem '{system}' could not be found, so the value set cannot be expanded",
)
UNKNOWN_VERSION_OF_EXPANSION = _not_found(
    id="UNKNOWN_CODESYSTEM_VERSION_EXP",
    text="A definition for CodeSystem '{system}' version '{version}' could not be found, so the value set cannot be expanded. "
    "Valid versions: {versions}",
)
NO_VERSIONS_OF_EXPANSION = _not_found(
    id="UNKNOWN_CODESYSTEM_VERSION_EXP_NONE",
    text="A definition for CodeSystem '{system}' version '{version}' could not be found, so the value set cannot be expanded. "
    "No versions of this code system are known",
)
CIRCULAR_VALUE_SET = Wording(
    id="VALUESET_CIRCULAR_REFERENCE",
    code=IssueType.PROCESSING,
    kind="vs-invalid",
    text="Found a circularity pointing to {value_set} processing ValueSet with pathway {path}",
)
IMPORTS_TOO_DEEP = _too_costly(
    text="The value set '{value_set}' imports value sets more than {limit} levels deep; flatten the imports",
)
EXPANSION_TOO_COSTLY = Wording(
    code=IssueType.TOO_COSTLY,
    id="VALUESET_TOO_COSTLY",
    text="The value set '{value_set}' expansion has too many codes to produce (>{limit})",
)
PATTERN_TOO_COSTLY = _too_costly(
    text="A regular expression of value set '{value_set}' is not valid, is too large, or needs back references or lookaround. "
    "Write a simpler one.",
)
FILTER_WITHOUT_VALUE = _bad_value_set(
    id="UNABLE_TO_HANDLE_SYSTEM_FILTER_WITH_NO_VALUE",
    text="The system {system} filter with property = {property}, op = {op} has no value",
)
FILTER_NOT_UNDERSTOOD = _unsupported_value_set(
    id="FILTER_NOT_UNDERSTOOD",
    text='The filter "{property} {op} {value}" from the value set {value_set} was not understood in the context of {system}',
)
LOCKED_DATE = _unsupported_value_set(
    text="The value set '{value_set}' has a compose.lockedDate; only current versions of code systems are here",
)
MODIFIER_EXTENSION = _unsupported_value_set(
    text="The value set '{value_set}' has a modifierExtension or implicitRules, which change its meaning in a way that is not "
    "known here",
)
SUPPLEMENT_MISSING = _not_found(
    id="VALUESET_SUPPLEMENT_MISSING",
    text="Required supplement not found: {supplements}",
)
SUPPLEMENTS_MISSING = _not_found(
    id="VALUESET_SUPPLEMENT_MISSING",
    text="Required supplements not found: {supplements}",
)

# ------------------------------------------------------------------------------------------------------- status of definitions

STATUS_MESSAGES = {
    status: Wording(
        id=f"MSG_{status.upper()}",
        code=IssueType.BUSINESS_RULE,
        severity=_NOTE,
        kind="status-check",
        text=f"Reference to {status} {{type}} {{canonical}}",
    )
    for status in ("deprecated", "withdrawn", "retired", "experimental", "draft")
}
"""What is said of a definition that is not fit for use, by what it is."""

# ---------------------------------------------------------------------------------------------------------- the request itself

NO_CODE_TO_VALIDATE = Wording(
    code=IssueType.INVALID,
    text="Unable to find code to validate (looked for coding | codeableConcept | code+system | code+inferSystem in parameters",
)
"""Word for word (with its open bracket) as HL7's batch test case has it."""
SEVERAL_CODES = _bad_data(text="Send one of {names}, not several: it is not clear which is meant")
MISSING_PARAMETER = Wording(code=IssueType.REQUIRED, kind="invalid-data", text="The parameter {names} is missing; send it")
UNKNOWN_PARAMETER = Wording(
    code=IssueType.NOT_SUPPORTED,
    kind="not-supported",
    text="The operation {operation} has no parameter of this name; nothing is ignored, so the request is refused. Known are: "
    "{names}",
)
UNSUPPORTED_PARAMETER = _unsupported(
    text="The parameter {name} of the operation {operation} is not supported here; leave it out",
)
UNSUPPORTED_VALUE = _unsupported(
    text="The parameter {name} is supported with the value {values} only",
)
REPEATED_PARAMETER = _bad_data(text="The parameter {name} may be sent once only")
WRONG_TYPE = Wording(code=IssueType.VALUE, text="The parameter {name} must be {type}")
NOT_PARAMETERS = Wording(
    code=IssueType.STRUCTURE,
    kind="invalid-data",
    text="The body must be a Parameters resource whose parameters have a name and one value, resource or part each; {what}",
)
WRONG_RESOURCE = _bad_data(
    text="The parameter {name} must hold a {types} in FHIR R4; {what}",
)
NOT_FOUND = _not_found(text="There is no {type} of this id here")
WRONG_LANGUAGES = Wording(
    code=IssueType.VALUE, kind="invalid-data", text="{name} must be a list of languages such as de, en;q=0.5"
)
WRONG_VERSION_RULE = Wording(
    code=IssueType.VALUE, kind="invalid-data", text="The parameter {name} must be the URL of a system, a bar, and a version"
)
TOO_MANY = _too_costly(text="{what}: more than {limit} are not taken in one request")

# ---------------------------------------------------------------------------------------------------------- the other operations

UNKNOWN_SYSTEM_HERE = Wording(
    code=IssueType.NOT_FOUND, kind="not-found", text="A definition for CodeSystem '{system}' could not be found"
)
UNKNOWN_CODE_HERE = Wording(
    code=IssueType.NOT_FOUND, kind="invalid-code", text="Unknown code '{code}' in the CodeSystem '{system}'"
)
DIFFERENT_SYSTEMS = _bad_data(
    text="The two codings are of different code systems, so neither can subsume the other",
)
UNKNOWN_CONCEPT_MAP = _not_found(text="A definition for the ConceptMap '{concept_map}' could not be found")
NO_TRANSLATION = Wording(code=IssueType.NOT_FOUND, kind="not-found", text="No ConceptMap here says what the code becomes")


def supplements_missing(missing: Sequence[str]) -> OperationRefusedError:
    """The error for supplements that are not here."""
    message = SUPPLEMENT_MISSING if len(missing) == 1 else SUPPLEMENTS_MISSING
    return message.refusal(supplements=",".join(missing))
