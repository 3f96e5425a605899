"""The terminology as functions with FHIR's names: questions and answers are frozen values, and nothing here knows of Parameters.

What is asked about stands in a RequestContext: the definitions, and what the request says of languages and versions. What cannot
be carried out is an OperationRefusedError. `wire/` reads requests into these questions, and writes the answers.
"""

from collections.abc import Collection

from adapter.terminology import messages
from adapter.terminology.canonical import split
from adapter.terminology.catalog import ValueSet
from adapter.terminology.code_system.concept import Concept
from adapter.terminology.code_system.definition import CodeSystem
from adapter.terminology.code_system.details import ConceptDetails, details_of
from adapter.terminology.code_system.subsumption import Subsumption, subsumption
from adapter.terminology.coding import Coding
from adapter.terminology.request_context import RequestContext, for_value_set
from adapter.terminology.translation_request import Translation, TranslationRequest, translation
from adapter.terminology.value_set.expanded import Expanded, Expansion, ExpansionRequest, Task
from adapter.terminology.value_set.expansion import expanded
from adapter.terminology.value_set.prepare import UnresolvedError, prepared
from adapter.terminology.value_set.text_filter import Search
from adapter.terminology.value_set.validation import Question, ValidationAnswer, unresolved, validate
from adapter.terminology.value_set.whole_system import SystemReference, validate_in_system


def lookup(context: RequestContext, coding: Coding, *, properties: Collection[str] = ()) -> ConceptDetails:
    """What is known of a code, of its properties only those that are named, if some are.

    Raises OperationRefusedError if the code, its system or a supplement is not here.
    """
    system = context.needed_code_system(coding.system, coding.version)
    context.need_supplements(system)
    return details_of(system, _concept(system, coding.code, place="code"), context.languages, properties=properties)


def subsumes(context: RequestContext, first: Coding, second: Coding) -> Subsumption:
    """How the first of two codes of one system stands to the second; raises OperationRefusedError if one is not here."""
    if first.system != second.system:
        raise messages.DIFFERENT_SYSTEMS.refusal()
    system = context.needed_code_system(first.system, first.version)
    return subsumption(_concept(system, first.code), _concept(system, second.code))


def validate_code(context: RequestContext, question: Question, within: ValueSet | SystemReference) -> ValidationAnswer:
    """Whether codings are right and in a value set, or in a code system as a whole; raises OperationRefusedError.

    If a definition is not here, that is the answer: the question was a good one, but nothing can be said of the codings.
    """
    try:
        if isinstance(within, SystemReference):
            return validate_in_system(context, question, within)
        return validate(prepared(within, context, question.rules), question)
    except UnresolvedError as error:
        return unresolved(context, question, error)


def expand(context: RequestContext, value_set: ValueSet, request: ExpansionRequest) -> Expansion:
    """The codes of a value set, or a page of them; raises OperationRefusedError."""
    context = for_value_set(context, value_set, is_open=True)
    expansion = expanded(value_set, _task(context, request))
    _need_supplements(context, expansion)
    is_tree = expansion.is_tree and (request.count is None or request.count > expansion.total)
    return Expansion(
        value_set=value_set,
        languages=context.languages,
        entries=tuple(expansion.roots if is_tree else expansion.entries[request.offset - expansion.passed :][: request.count]),
        total=expansion.total if expansion.is_counted else None,
        used=tuple(expansion.parameters),
        is_tree=is_tree,
        is_fragment=expansion.is_fragment,
        shows_versions=expansion.shows_versions,
        versions_match=expansion.versions_match,
    )


def translate(context: RequestContext, request: TranslationRequest) -> Translation:
    """What concept maps say of codings; raises OperationRefusedError."""
    return translation(context, request)


def _task(context: RequestContext, request: ExpansionRequest) -> Task:
    start, count = request.offset, request.count
    return Task(
        context=context,
        search=Search(request.text),
        is_flat=request.is_flat or bool(start),
        leaves_out_abstract=request.leaves_out_abstract,
        versions_match=request.versions_match,
        limit=context.limits.expansion if count is None else None,
        page=None if count is None else (start, start + count),
    )


def _need_supplements(context: RequestContext, expansion: Expanded) -> None:
    """Raise OperationRefusedError if a supplement that has to be there was not used."""
    used = {
        name for parameter, value in expansion.parameters if parameter == "used-supplement" for name in (value, split(value)[0])
    }
    missing = [required_supplement for required_supplement in context.required_supplements if required_supplement not in used]
    if missing:
        raise messages.supplements_missing(missing)


def _concept(system: CodeSystem, code: str, place: str | None = None) -> Concept:
    concept = system.find(code)
    if concept is None:
        raise messages.UNKNOWN_CODE_HERE.refusal(place=place, code=code, system=system.url)
    return concept
