"""`POST /convert`: documents of one encounter in, FHIR out; nothing is kept."""

from flask import Request, Response

from adapter.issues import Severity
from adapter.web.answer import FHIR_JSON, JSON, bytes_answer, json_answer, refusal_answer
from adapter.web.request import changes_of, check_parameters, documents_of, wanted_type
from adapter.web.service import Service


def convert(service: Service, request: Request) -> Response:
    """`POST /convert`: documents of one encounter in, a Bundle (or that with outcome, lineage, coverage) out; nothing is kept."""
    check_parameters(request, ("form", "profiles", "ai_label"))
    media_type = wanted_type(request)
    made = service.runtime.convert(documents_of(request), changes=changes_of(request), lineage=media_type == JSON)
    if made.content is None:
        return refusal_answer(made, service.base)
    answer = bytes_answer(made.content) if media_type == FHIR_JSON else json_answer(made.to_answer(service.base), media_type=JSON)
    counts = (f"{name}={sum(each.severity is severity for each in made.problems)}" for name, severity in _COUNTED)
    answer.headers["Adapter-Issues"] = ", ".join(counts)
    return answer


_COUNTED = (("error", Severity.ERROR), ("warning", Severity.WARNING), ("information", Severity.INFORMATION))
