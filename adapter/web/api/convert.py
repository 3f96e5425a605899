"""`POST /convert`: documents of one encounter in, FHIR out; nothing is kept."""

from flask import Request, Response

from adapter.issues import Severity
from adapter.web.answer import FHIR_JSON, JSON, bytes_answer, json_answer, outcome_answer, status_of
from adapter.web.request import check_parameters, documents_of, options_of, wanted_type
from adapter.web.service import Service


def convert(service: Service, request: Request) -> Response:
    """`POST /convert`: documents of one encounter in, a Bundle (or that with outcome, lineage, coverage) out; nothing is kept."""
    check_parameters(request, ("form", "profiles", "ai_label"))
    media_type = wanted_type(request)
    options = options_of(request, service.runtime.options)
    made = service.runtime.pipeline.convert(documents_of(request), options, lineage=media_type == JSON)
    if made.content is None:
        return outcome_answer(made.issues, status_of(made.issues), service.base)
    answer = bytes_answer(made.content) if media_type == FHIR_JSON else json_answer(made.whole(service.base), media_type=JSON)
    counts = (f"{name}={sum(each.severity is severity for each in made.found)}" for name, severity in _COUNTED)
    answer.headers["Adapter-Issues"] = ", ".join(counts)
    return answer


_COUNTED = (("error", Severity.ERROR), ("warning", Severity.WARNING), ("information", Severity.INFORMATION))
