"""The table of our own calls."""

from adapter.conversion import OPTION_VALUES
from adapter.web.answer import FHIR_JSON, JSON
from adapter.web.api import convert, health, page, rules, schema
from adapter.web.request import DOCUMENT_TYPES
from adapter.web.route import SOME_TEXT, Route, RouteParameter, one_of

_FORM = RouteParameter(
    name="form",
    says="The input form of the documents, if it cannot be recognised.",
    schema={"$ref": "#/components/schemas/InputForm"},
)

_PAYER = RouteParameter(name="payer", says="The key of the policy to judge by, whatever payer is named.", schema=SOME_TEXT)

API_ROUTES: tuple[Route, ...] = (
    Route(method="GET", path="/", call=page.page, says="A page that says what is here.", gives=("text/html",), statuses=(200,)),
    Route(
        method="POST",
        path="/convert",
        right="convert",
        call=convert.convert,
        says="Convert the documents of one encounter into a FHIR R4 transaction Bundle; nothing is kept.",
        takes=DOCUMENT_TYPES,
        gives=(FHIR_JSON, JSON),
        statuses=(200, 409, 422),
        parameters=(
            _FORM,
            RouteParameter(name="sender", says="The sender whose file applies to all documents.", schema=SOME_TEXT),
            _PAYER,
            RouteParameter(name="profiles", says="Which profiles resources claim.", schema=one_of(OPTION_VALUES["profiles"])),
            RouteParameter(name="ai_label", says="How AI content is labelled.", schema=one_of(OPTION_VALUES["ai_label"])),
            RouteParameter(name="check", says="What the Bundle is checked for.", schema=one_of(OPTION_VALUES["check"])),
        ),
    ),
    Route(
        method="GET",
        path="/rules",
        call=rules.rules,
        says="The coding rules for 0731T and the policies of payers.",
        gives=(JSON,),
        statuses=(200,),
    ),
    Route(
        method="POST",
        path="/rules/explain",
        right="convert",
        call=rules.explain,
        says="What becomes of every coding rule for the documents of one encounter, and which modifiers they defend.",
        takes=DOCUMENT_TYPES,
        gives=(JSON,),
        statuses=(200, 422),
        parameters=(_FORM, _PAYER),
    ),
    Route(
        method="GET",
        path="/codes/0731T",
        call=rules.code,
        says="All that is known of 0731T: indicators, dates, modifiers, payers, each with its source.",
        gives=(JSON,),
        statuses=(200,),
    ),
    Route(
        method="GET",
        path="/health",
        call=health.health,
        right=None,
        says="Whether the service works.",
        gives=(JSON,),
        statuses=(200,),
    ),
    Route(method="GET", path="/openapi.json", call=None, says="This description.", gives=(JSON,), statuses=(200,)),
    Route(
        method="GET",
        path="/schemas/encounter.json",
        call=schema.encounter_schema,
        says="The JSON Schema of encounter documents.",
        gives=("application/schema+json", JSON),
        statuses=(200,),
    ),
    Route(
        method="GET",
        path="/schemas/ai-report.json",
        call=schema.ai_report_schema,
        says="The JSON Schema of AI report documents.",
        gives=("application/schema+json", JSON),
        statuses=(200,),
    ),
)
"""Our own calls."""
