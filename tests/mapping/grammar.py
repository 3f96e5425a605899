"""Hypothesis strategies: cases, and maps over the real fields of the Case."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from hypothesis import strategies as st

from adapter.case import Case
from adapter.mapping.shape import ModelShapes
from adapter.mapping.types import Field, Fields, Kind, Shape

_FORMED = {"hpo": "HP:0000001", "sha1": "a" * 40, "currency": "USD"}
_SAMPLES: dict[str, list[Any]] = {
    "string": ["x", "two words"],
    "code": ["x", "y"],
    "url": ["https://a.invalid/x"],
    "date": ["2024-05-01", "2024-05-02"],
    "dateTime": ["2024-05-02", "2024-05-02T10:00:00+02:00"],
    "boolean": [True, False],
    "integer": [0, 1, 2],
    "decimal": [0, 1, 2],
}
_TEXTUAL = ("string", "code", "url")


_BRANCHES = ("id", "test", "patient", "encounter", "procedure", "consent", "images", "analyses", "billing", "review")


@cache
def case_shape() -> Shape:
    """The Case without some branches, so that maps and cases meet more often."""
    whole = ModelShapes("key")(Case)
    return Shape(whole.name, {name: whole.fields[name] for name in _BRANCHES}, "key")


@st.composite
def trees(draw: st.DrawFn, shape: Shape) -> dict[str, Any]:
    """A document of a shape: what is required, and some of the rest."""
    optional = [name for name, field in shape.fields.items() if not field.required]
    absent = draw(st.sets(st.sampled_from(optional))) if optional else set()
    return {name: draw(_values(field)) for name, field in shape.fields.items() if name not in absent}


def _values(field: Field) -> st.SearchStrategy[Any]:
    one = trees(field.type) if isinstance(field.type, Shape) else _plain(field.name, field.type)
    return st.lists(one, max_size=2) if field.many else one


def _plain(name: str, kind: Kind) -> st.SearchStrategy[Any]:
    if name in _FORMED:
        return st.just(_FORMED[name])
    if name == "order":
        return st.sampled_from([1, 2])
    return st.sampled_from(sorted(kind.codes) if kind.codes is not None else _SAMPLES[kind.name])


def cases() -> st.SearchStrategy[Case]:
    return trees(case_shape()).map(Case.model_validate)


def _probe() -> dict[str, Field]:
    return {
        "id": Field(name="id", type=Kind("id"), required=True),
        "text": Field(name="text", type=Kind("string")),
        "other": Field(name="other", type=Kind("string")),
        "flag": Field(name="flag", type=Kind("boolean")),
        "count": Field(name="count", type=Kind("unsignedInt")),
        "texts": Field(name="texts", type=Kind("string"), many=True),
        "eitherText": Field(name="eitherText", type=Kind("string"), choice="either[x]"),
        "eitherFlag": Field(name="eitherFlag", type=Kind("boolean"), choice="either[x]"),
        "child": Field(name="child", type=CHILD),
        "children": Field(name="children", type=CHILD, many=True),
    }


CHILD = Shape("Child", Fields(lambda: {name: each for name, each in _probe().items() if name != "id"}))
PROBE = Shape("Probe", Fields(_probe))
"""A target with an element of every sort."""


@dataclass(frozen=True)
class Seen:
    """The names that an expression can use."""

    names: tuple[tuple[str, Shape | Kind], ...]
    count: int = 0

    def more(self, made: Shape | Kind) -> tuple[str, "Seen"]:
        name = f"n{self.count}"
        return name, Seen((*self.names, (name, made)), self.count + 1)


ROOT = Seen((("case", case_shape()),))


@cache
def _paths(shape: Shape, depth: int = 3) -> tuple[tuple[str, Field], ...]:
    """All fields that steps without a list lead to."""
    found: list[tuple[str, Field]] = []
    for field in shape.fields.values():
        found.append((field.name, field))
        if isinstance(field.type, Shape) and not field.many and depth:
            found += [(f"{field.name}.{path}", each) for path, each in _paths(field.type, depth - 1)]
    return tuple(found)


def _known(seen: Seen) -> list[tuple[str, Field]]:
    found = []
    for name, made in seen.names:
        own = [(name, Field(name=name, type=made, required=True))]
        paths = [(f"{name}.{path}", field) for path, field in _paths(made)] if isinstance(made, Shape) else own
        found += paths if name == "case" else paths * 8  # the items of loops are what matters most
    return found


def _singles(seen: Seen, *kinds: str) -> list[str]:
    return [path for path, each in _known(seen) if not each.many and isinstance(each.type, Kind) and each.type.name in kinds]


def _choice(draw: st.DrawFn, *options: Any) -> Any:  # noqa: ANN401 - whatever the options are
    return draw(st.sampled_from(options))


def _listed(draw: st.DrawFn, seen: Seen, depth: int) -> tuple[str, Shape | Kind]:
    """An expression that gives a list, and the type of its items."""
    path, field = draw(st.sampled_from([each for each in _known(seen) if each[1].many]))
    if depth <= 0:
        return path, field.type
    form = _choice(draw, "path", "path", "and", "if", "or", "each", "filtered", "first")
    if form == "each":
        name, inner = seen.more(field.type)
        condition = f" if {_condition(draw, inner, depth - 1)}" if draw(st.booleans()) else ""
        return f"each({_text(draw, inner, depth - 1)} for {name} in {path}{condition})", Kind("string")
    if form == "filtered":
        name, inner = seen.more(field.type)
        return f"each({name} for {name} in {path} if {_condition(draw, inner, depth - 1)})", field.type
    if form == "first" and isinstance(field.type, Shape):
        below = [name for name, each in field.type.fields.items() if each.many]
        if below:
            part = _choice(draw, *below)
            return f"first({path}).{part}", field.type.fields[part].type
    condition = _condition(draw, seen, depth - 1)
    forms = {"and": f"({condition} and {path})", "if": f"({path} if {condition} else None)", "or": f"({path} or {path})"}
    return forms.get(form, path), field.type


Form = Callable[[st.DrawFn, Seen, int], str]


def _text(draw: st.DrawFn, seen: Seen, depth: int) -> str:
    """An expression that gives text, or nothing."""
    form = _choice(draw, *_TEXT_FORMS) if depth > 0 else _text_path
    return form(draw, seen, depth - 1)


def _text_path(draw: st.DrawFn, seen: Seen, _: int) -> str:
    return draw(st.sampled_from([*_singles(seen, *_TEXTUAL), "'z'"]))


def _text_converted(draw: st.DrawFn, seen: Seen, _: int) -> str:
    if draw(st.booleans()):
        return f"text({_choice(draw, 'date_of', 'instant')}({draw(st.sampled_from(_singles(seen, 'dateTime')))}))"
    return f"text({draw(st.sampled_from(_singles(seen, 'integer', 'decimal', 'boolean')))})"


def _text_of_list(draw: st.DrawFn, seen: Seen, less: int) -> str:
    listed, made = _listed(draw, seen, less)
    name, inner = seen.more(made)
    condition = f" if {_condition(draw, inner, less)}" if draw(st.booleans()) else ""
    return f"{_choice(draw, 'first', 'last')}({_text(draw, inner, less)} for {name} in {listed}{condition})"


def _text_of_two(draw: st.DrawFn, seen: Seen, less: int) -> str:
    one, two = _text(draw, seen, less), _text(draw, seen, less)
    return f"({one} or {two})" if draw(st.booleans()) else f"join('+', {one}, {two})"


def _text_with_condition(draw: st.DrawFn, seen: Seen, less: int) -> str:
    one, condition = _text(draw, seen, less), _condition(draw, seen, less)
    if draw(st.booleans()):
        return f"({condition} and {one})"
    return f"({one} if {condition} else {_choice(draw, _text(draw, seen, less), 'None')})"


_TEXT_FORMS: tuple[Form, ...] = (_text_path, _text_converted, _text_of_list, _text_of_two, _text_with_condition)


def _question(draw: st.DrawFn, seen: Seen, depth: int) -> str:
    """An expression that gives yes or no, perhaps nothing."""
    form = _choice(draw, *_QUESTION_FORMS) if depth > 0 else _flag
    return form(draw, seen, depth - 1)


def _flag(draw: st.DrawFn, seen: Seen, _: int) -> str:
    return draw(st.sampled_from(_singles(seen, "boolean")))


def _joined(draw: st.DrawFn, seen: Seen, less: int) -> str:
    form = _choice(draw, "not", "and", "or")
    if form == "not":
        return f"(not {_condition(draw, seen, less)})"
    left = _condition if form == "and" else _question
    return f"({left(draw, seen, less)} {form} {_question(draw, seen, less)})"


def _compared(draw: st.DrawFn, seen: Seen, _: int) -> str:
    left, right = (_choice(draw, *_singles(seen, "string"), "join('', case.id)") for _ in range(2))
    return f"({left} {_choice(draw, '==', '!=')} {right})" if draw(st.booleans()) else f"({left} in ('x', 'two words'))"


def _chosen(draw: st.DrawFn, seen: Seen, less: int) -> str:
    return f"({_question(draw, seen, less)} if {_condition(draw, seen, less)} else {_choice(draw, 'True', 'None')})"


def _asked_of_list(draw: st.DrawFn, seen: Seen, less: int) -> str:
    listed, made = _listed(draw, seen, less)
    name, inner = seen.more(made)
    form = _choice(draw, "any", "all", "count")
    return f"(count({listed}) > 1)" if form == "count" else f"{form}({_condition(draw, inner, less)} for {name} in {listed})"


_QUESTION_FORMS: tuple[Form, ...] = (_flag, _joined, _compared, _chosen, _asked_of_list)


def _condition(draw: st.DrawFn, seen: Seen, depth: int) -> str:
    """Anything that can be asked: a question, or whether something is there."""
    form = _choice(draw, "question", "text", "part", "list")
    if form == "question":
        return _question(draw, seen, depth)
    if form == "text":
        return _text(draw, seen, min(depth, 1))
    if form == "list":
        return _listed(draw, seen, min(depth, 1))[0]
    parts = _parts(seen)
    return draw(st.sampled_from(parts))[0] if parts else _question(draw, seen, depth)


def _body(draw: st.DrawFn, seen: Seen, depth: int, indent: str) -> list[str]:
    """The lines of an object's elements; at least one."""
    lines: list[str] = []
    names = draw(st.lists(st.sampled_from(list(CHILD.fields)), unique=True, min_size=1, max_size=4))
    for name in names:
        if name.startswith("either"):
            value = _text(draw, seen, 1) if name == "eitherText" else _question(draw, seen, 1)
            lines.append(f"{indent}{name}: =({value}) if {_condition(draw, seen, 1)} else None")
        elif name in ("text", "other"):
            lines.append(f"{indent}{name}: {_choice(draw, 'said', '=' + _text(draw, seen, 2))}")
        elif name == "flag":
            lines.append(f"{indent}{name}: {_choice(draw, 'true', '=' + _question(draw, seen, 2))}")
        elif name == "count":
            lines.append(f"{indent}{name}: =count({_listed(draw, seen, 2)[0]})")
        else:
            lines += _nested(draw, name, seen, depth, indent)
    return lines


def _nested(draw: st.DrawFn, name: str, seen: Seen, depth: int, indent: str) -> list[str]:
    if name == "texts" and draw(st.booleans()):
        inner = seen.more(Kind("string"))[0]
        return [f"{indent}texts: =each({_text(draw, seen, 1)} for {inner} in {_listed(draw, seen, 1)[0]})"]
    lines = [f"{indent}{name}:"]
    if name == "child":
        head, inside = _head(draw, seen, f"{indent}  ", loop=False)
        return lines + head + (_body(draw, inside, depth - 1, f"{indent}  ") if depth else [f"{indent}  text: x"])
    for _ in range(draw(st.integers(1, 2))):
        below = f"{indent}    "
        head, inside = _head(draw, seen, below, loop=draw(st.booleans()))
        if name == "texts":
            body = [f"{below}value: ={_text(draw, inside, 1)}"]
        else:
            body = _body(draw, inside, depth - 1, below) if depth else [f"{below}text: ={_text(draw, inside, 1)}"]
        entry = head + body
        lines += [f"{indent}  - {entry[0].strip()}", *entry[1:]]
    return lines


def _head(draw: st.DrawFn, seen: Seen, indent: str, *, loop: bool) -> tuple[list[str], Seen]:
    lines: list[str] = []
    if loop:
        listed, made = _listed(draw, seen, 1)
        name, seen = seen.more(made)
        lines.append(f"{indent}for: {name} in {listed}")
    elif draw(st.booleans()) and (parts := _parts(seen)):
        path, made = draw(st.sampled_from(parts))
        name, seen = seen.more(made)
        lines.append(f"{indent}for: {name} in {path}")
    form = _choice(draw, "none", "when", "let")
    if form == "when":
        lines.append(f"{indent}when: ={_condition(draw, seen, 1)}")
    elif form == "let" and (parts := _parts(seen)):
        path, made = draw(st.sampled_from(parts))
        name, seen = seen.more(made)
        used = _choice(draw, name, f"({name} or {path})", f"(not {name})")
        lines += [f"{indent}let:", f"{indent}  {name}: ={path}", f"{indent}when: ={used}"]
    return lines, seen


def _parts(seen: Seen) -> list[tuple[str, Shape]]:
    """All paths that lead to one part with parts of its own."""
    return [(path, each.type) for path, each in _known(seen) if not each.many and isinstance(each.type, Shape)]


@st.composite
def maps(draw: st.DrawFn) -> str:
    """The text of a map that makes a Probe."""
    head, seen = _head(draw, ROOT, "", loop=False)
    lines = ["map: probe", "target: Probe", *head, "resource:", "  id: one", *_body(draw, seen, 2, "  ")]
    return "\n".join(lines) + "\n"
