"""`POST /workbench/convert`: what became of the documents of an encounter, and why, down to the character."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, partial

from flask import Request, Response

from adapter.assembly import Runtime
from adapter.conversion import Conversion
from adapter.export.claim_sheet import claim_sheet
from adapter.export.lineage_drawing import lineage_drawing
from adapter.export.order_card import order_cards
from adapter.fhir.bundle import element_pointers, expression_roots
from adapter.issues import Issue
from adapter.json_types import JsonObject
from adapter.lineage import LineageEntry
from adapter.readers.span import Spans
from adapter.rules.description import describe_explanation
from adapter.rules.judgement import judgement_of
from adapter.rules.policy import Policies
from adapter.web.access import current_caller
from adapter.web.answer import JSON, bytes_answer, json_answer
from adapter.web.query import check_parameters
from adapter.web.refusal import not_there
from adapter.web.service import Service
from adapter.web.workbench.workload import Drawing, Workload, asked_of

SVG = "image/svg+xml"
STEPS_OF_DRAFTS = 200_000
"""How many values may be read and elements made with drafts of maps: loops within loops are found by whoever is waiting."""


def convert(service: Service, request: Request) -> Response:
    """`POST /workbench/convert`: documents, switches and drafts in; everything that can be shown of the conversion out.

    Of documents that nothing can be made of there are issues and no Bundle: the status is 200 all the same, since whoever is
    typing wants to see them where the Bundle would stand. Mistakes in drafts are a 422 with their file, line and column.
    """
    check_parameters(request, ())
    return json_answer(view_of(service, asked_of(request, Workload)), media_type=JSON)


def view_of(service: Service, workload: Workload) -> JsonObject:
    """Everything that can be shown of a conversion."""
    runtime = service.drafted.of(workload.drafts)
    view = _View(conversion=conversion_of(runtime, workload))
    for place, key in enumerate(workload.payers):
        _check_payer(key, place, runtime.policies)
    return view.to_json() | {"payers": [view.judged_by(key, runtime.policies) for key in workload.payers]}


def draw(service: Service, request: Request) -> Response:
    """`POST /workbench/drawing`: what the elements of one resource were made from, as a drawing (SVG)."""
    check_parameters(request, ())
    drawing = asked_of(request, Drawing)
    conversion = conversion_of(service.drafted.of(drawing.drafts), drawing)
    roots = expression_roots(conversion.bundle or {})
    if drawing.resource >= len(roots):
        rule, text = "workbench/resource", "there is no such resource in the Bundle"
        raise not_there(rule, text, f"it has {len(roots)}, counted from 0", location=("body#/resource",))
    root = roots[drawing.resource]
    return bytes_answer(lineage_drawing(conversion.lineage.of(root), root), media_type=SVG)


def conversion_of(runtime: Runtime, workload: Workload, **more: object) -> Conversion:
    """The conversion that is asked for, with lineage and with more options; drafts of maps may take fewer steps than files."""
    changes: dict[str, object] = {**current_caller().settings, **workload.options.model_dump(exclude_none=True), **more}
    if workload.drafts:
        changes["max_steps"] = min(runtime.settings.max_steps, STEPS_OF_DRAFTS)
    return runtime.convert(workload.to_documents(), changes=changes, lineage=True)


def _check_payer(key: str, place: int, policies: Policies) -> None:
    if key not in policies.by_key:
        rule, text = "workbench/payer", "there is no payer policy of this key"
        raise not_there(rule, text, "GET /payers lists them", location=(f"body#/payers/{place}",))


@dataclass(frozen=True, kw_only=True)
class _View:
    """A conversion as the workbench shows it."""

    conversion: Conversion

    def to_json(self) -> JsonObject:
        conversion = self.conversion
        return {
            "bundle": conversion.bundle,
            "elements": list(map(self._element, conversion.lineage.entries)),
            "unread": [
                {"field": field.field, "reason": field.reason, "places": self._places(field.positions)}
                for field in conversion.unread_fields.fields
            ],
            "issues": self._issues(conversion.issues),
            "rules": describe_explanation(conversion.explanation) if conversion.explanation else None,
            "sheet": self._sheet(),
            "orders": order_cards(conversion.case) if conversion.case else None,
        }

    def judged_by(self, key: str, policies: Policies) -> JsonObject:
        """What this payer would say of the case, as with the switch `payer`; no issues where there is no case."""
        case, trail = self.conversion.case, self.conversion.trail
        payer: JsonObject = {"key": key, "name": policies.by_key[key][-1].name}
        if case is None or trail is None:
            return payer | {"claim": None, "issues": []}
        judgement = judgement_of(self.conversion.facts_by(case, policies.choose(case, key)))
        return payer | {"claim": judgement.claim, "issues": self._issues([*map(trail.with_places, judgement.issues)])}

    @cached_property
    def _spans(self) -> Spans:
        return Spans(documents=self.conversion.documents)

    @cached_property
    def _pointer_of(self) -> Callable[[str], str]:
        return element_pointers(self.conversion.bundle or {})

    def _element(self, entry: LineageEntry) -> JsonObject:
        return {
            "pointer": self._pointer_of(entry.element),
            "element": entry.element,
            "fields": entry.fields,
            "places": self._places(entry.positions),
            "line": entry.place,
            "text": entry.text,
            "functions": entry.functions,
            "constant": entry.constant,
            "through": entry.through,
        }

    def _issues(self, issues: Sequence[Issue]) -> list[JsonObject]:
        return [
            {
                "severity": issue.severity.value,
                "rule": issue.rule,
                "text": issue.text,
                "suggestion": issue.suggestion,
                "source": issue.source,
                "field": issue.field,
                "places": self._places(issue.location),
                "expression": issue.expression,
                "pointers": issue.pointer,
            }
            for issue in issues
        ]

    def _places(self, positions: Iterable[str]) -> list[JsonObject]:
        return [*map(self._place, positions)]

    @cached_property
    def _place(self) -> Callable[[str], JsonObject]:
        """A position as it is named, in a document also where it stands in its text; many elements are made from one."""
        # Of the spans alone: a cache of a method of this view would keep all of it until the garbage collector comes, which then
        # takes longer than a conversion.
        return cache(partial(_located, self._spans))

    def _sheet(self) -> JsonObject | None:
        case, judgement = self.conversion.case, self.conversion.judgement
        if case is None or judgement is None or case.billing is None:
            return None
        sheet = claim_sheet(case, judgement)
        return {"head": sheet.head, "entries": sheet.entries}


def _located(spans: Spans, position: str) -> JsonObject:
    located = spans.find(position)
    if located is None:
        return {"position": position}
    document, span = located
    start, end = (span.line, span.column), (span.end_line, span.end_column)
    return {"position": position, "document": document, "from": start, "to": end}
