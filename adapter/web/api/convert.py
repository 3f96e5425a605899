"""`POST /convert`: documents of one encounter in, FHIR out; nothing is kept."""

from flask import Request, Response

from adapter.issues import Severity
from adapter.web.access import current_caller
from adapter.web.answer import FHIR_JSON, JSON, bytes_answer, refusal_answer
from adapter.web.negotiation import answer_type
from adapter.web.request import changes_of, documents_of
from adapter.web.service import Service


def convert(service: Service, request: Request) -> Response:
    """`POST /convert`: documents of one encounter in, a Bundle (or that with outcome, lineage, coverage) out; nothing is kept."""
    media_type, changes = answer_type(request, (FHIR_JSON, JSON)), {**current_caller().settings, **changes_of(request)}
    conversion = service.runtime.convert(documents_of(request), changes=changes, lineage=media_type == JSON)
    if conversion.content is None:
        return refusal_answer(conversion, service.base)
    content = conversion.content if media_type == FHIR_JSON else conversion.to_answer(service.base)
    answer = bytes_answer(content, media_type=media_type)
    counts = (f"{name}={sum(problem.severity is severity for problem in conversion.problems)}" for name, severity in _COUNTED)
    answer.headers["Adapter-Issues"] = ", ".join(counts)
    return answer


_COUNTED = (("error", Severity.ERROR), ("warning", Severity.WARNING), ("information", Severity.INFORMATION))
