"""`GET /maps/words`: the words that a mapping file can use, so that an editor can complete and explain them."""

import inspect
from collections.abc import Iterable, Iterator, Mapping

from flask import Request, Response

from adapter import case
from adapter.json_types import JsonObject
from adapter.mapping.check.form import FORM_NAMES
from adapter.mapping.function import Function
from adapter.mapping.shape import FhirShapes
from adapter.mapping.syntax.map_file import MapSource
from adapter.mapping.types import Field, Kind, Shape
from adapter.web.answer import JSON, json_answer
from adapter.web.query import single
from adapter.web.refusal import not_there
from adapter.web.service import Service

_PARTS: Mapping[str, type[case.Part]] = {
    name: model for name, model in vars(case).items() if isinstance(model, type) and issubclass(model, case.Part)
}


def vocabulary(service: Service, request: Request) -> Response:
    """`GET /maps/words`: functions and forms, the names that expressions see with their fields, and the elements of the target.

    `target` is the type that a map makes (`Claim`, `Case`), `source` the input form that it reads, if it makes a Case; of a map
    that extends another, `extends` says both. `above` are the lines of that other map that give names to expressions.
    """
    chosen = single(request, {"target": (), "source": (), "extends": ()})
    extended = _extended(service, chosen.get("extends"))
    roots = _roots(service, extended.source if extended else chosen.get("source"))
    targets = [*_targets(service, extended.target if extended else chosen.get("target"))]
    content: JsonObject = {
        "functions": [_function(function) for _, function in sorted(service.runtime.mapping_context.functions.items())],
        "forms": sorted(FORM_NAMES),
        "roots": {name: shape.name for name, shape in roots.items()},
        "types": {shape.name: _fields(service, shape) for shape in _reached(roots.values())},
        "target": targets[0].name if targets else None,
        "elements": {shape.name: _fields(service, shape) for shape in _reached(targets)},
        "above": [*_lines_with_names(extended)] if extended else [],
    }
    return json_answer(content, media_type=JSON)


def _extended(service: Service, name: str | None) -> MapSource | None:
    if name is None:
        return None
    maps = {found.name: found.source for found in (*service.runtime.fhir_library.maps, *service.runtime.source_library.maps)}
    if name not in maps:
        rule, text = "workbench/map", "there is no map of this name to extend"
        raise not_there(rule, text, f"known are: {', '.join(maps)}")
    return maps[name]


def _lines_with_names(source: MapSource) -> Iterator[str]:
    yield from (f"for: {loop.name} in {loop.source.text}" for loop in source.loops)
    yield from (f"  {name}: ={value.text}" for name, value in source.lets)


def _roots(service: Service, source: str | None) -> Mapping[str, Shape]:
    """The types of the names that expressions see; the empty name stands for the fields of the document itself."""
    roots, sources = service.runtime.mapping_context.roots, service.runtime.source_shapes
    if source is None:
        return roots
    if source not in sources:
        rule, text = "workbench/source", "there is no input form of this name"
        raise not_there(rule, text, f"known are: {', '.join(sources)}")
    return {"": sources[source], "options": roots["options"]}


def _targets(service: Service, target: str | None) -> Iterator[Shape]:
    if target is None:
        return
    context = service.runtime.mapping_context
    shape = context.targets(target) or FhirShapes(context.table)(target)
    if not (target == "Case" or target in context.table) or not isinstance(shape, Shape):
        rule, text = "workbench/target", "there is no such type to make"
        raise not_there(rule, text, "name a type of FHIR R4 that has elements, such as Claim or HumanName, or Case")
    yield shape


def _reached(shapes: Iterable[Shape]) -> Iterator[Shape]:
    """These types and all that their fields lead to, each once."""
    waiting = [*shapes]
    seen = {shape.name for shape in waiting}
    while waiting:
        shape = waiting.pop()
        yield shape
        for field in shape.fields.values():
            if isinstance(field.type, Shape) and field.type.name not in seen:
                seen.add(field.type.name)
                waiting.append(field.type)


def _fields(service: Service, shape: Shape) -> JsonObject:
    return {name: _field(service, shape, field) for name, field in shape.fields.items()}


def _field(service: Service, shape: Shape, field: Field) -> JsonObject:
    """A field of a type: what it holds, how often it stands there, and what it means if it is one of ours."""
    words: JsonObject = {"type": field.type.name, "many": field.many, "required": field.required}
    if isinstance(field.type, Kind) and field.type.codes:
        words["codes"] = sorted(field.type.codes)
    part = _PARTS.get(shape.name)
    remarks = service.runtime.document_words.all_of(part, field.name) if part else ()
    if remarks:
        words["says"] = remarks[0].description
    return words


def _function(function: Function) -> JsonObject:
    return {
        "name": function.name,
        "takes": [*map(str, function.takes), *([f"{function.rest} …"] if function.rest else [])],
        "gives": function.result,
        "says": " ".join((inspect.getdoc(function.call) or "").split()),
    }
