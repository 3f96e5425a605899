"""Checks the body of a map against the type that it makes, and binds its expressions."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from adapter.mapping.check.argument import arguments_of
from adapter.mapping.check.bound import Item, Leaf, ListNode, Loop, Node, ObjectNode, Wrapped, is_broken
from adapter.mapping.check.expression import Binder
from adapter.mapping.check.frame import Frame
from adapter.mapping.check.list_form import item_of
from adapter.mapping.check.literal import literal_of, why_not
from adapter.mapping.check.value import BROKEN, Scope, Value
from adapter.mapping.syntax.map_file import STRUCTURE_KEYS, FragmentSource, LoopHead, Text, read_structure
from adapter.mapping.types import Field, Kind, Shape, accepts
from adapter.strict_yaml.nodes import MappingNode, SequenceNode, TextNode
from adapter.strict_yaml.nodes import Node as YamlNode
from adapter.strict_yaml.problem import Mark, Problem

_CALL = re.compile(r"^\s*([A-Za-z_]\w*)\s*\(", re.DOTALL)
_MOST_FRAGMENTS = 1_000
_PATH = re.compile(r"([A-Za-z_]\w*)(\.[A-Za-z_]\w*)+")


@dataclass(frozen=True, slots=True)
class BodyBinder:
    """Binds bodies within one frame; `pattern` gives the pattern of a FHIR primitive, `whole` demands required elements."""

    frame: Frame
    binder: Binder
    fragments: Mapping[str, FragmentSource]
    pattern: Callable[[str], re.Pattern[str] | None]
    used_fragments: set[str]
    whole: bool = True

    def thing(
        self, node: MappingNode, shape: Shape, scope: Scope, *, item: bool = False, stack: tuple[str, ...] = ()
    ) -> ObjectNode:
        """The object that a YAML mapping describes."""
        problems: list[Problem] = []
        heads, when_text, let_texts = read_structure(node, problems)
        for problem in problems:
            self.frame.report(problem)
        loops: list[Loop] = []
        for head in heads:
            loop, scope = self.loop(head, scope)
            loops += [loop] if loop else []
        lets, scope = self.lets(let_texts, scope)
        when = self.binder.text(when_text.text, when_text.mark, scope) if when_text else None
        inner = scope.knowing(when.known) if when else scope
        entries, more_lets, broken = self._entries(node, shape, inner, stack)
        self.check_lets(let_texts, lets)
        node_made = ObjectNode(
            mark=node.mark,
            entries=tuple(entries.items()),
            loops=tuple(loops),
            lets=lets,
            when=when,
            arguments=tuple(more_lets),
            rivals=_rivals(entries, shape),
        )
        if self.whole or item:
            self._check_required(node_made, shape, broken)
        return node_made

    def loop(self, head: LoopHead, scope: Scope) -> tuple[Loop | None, Scope]:
        """The loop of an object, and the scope in which its item is known."""
        source = self.binder.text(head.source.text, head.source.mark, scope)
        if source is None:
            return None, scope.with_name(head.name, BROKEN)
        local, index = self.frame.fresh("x"), self.frame.fresh("i")
        if not source.many:
            item = source.named(local)._replace(optional=False)
            loop = Loop(mark=head.source.mark, local=local, index=index, source=source, kind="single")
            return loop, scope.with_name(head.name, item).knowing(source.known)
        item = item_of(source, local, scope, index)
        loop = Loop(mark=head.source.mark, local=local, index=index, source=source, kind="list")
        return loop, scope.with_name(head.name, item).knowing(frozenset({item.key}))

    def lets(self, texts: tuple[tuple[str, Text], ...], scope: Scope) -> tuple[tuple[tuple[str, Value], ...], Scope]:
        """The locals that a `let` needs with their values, and the scope that knows its names."""
        bound = []
        for name, text in texts:
            value = self.binder.text(text.text, text.mark, scope)
            local = self.frame.fresh("v")
            if value is None:
                value = BROKEN
                self.frame.used.add(local)
            bound.append((local, value))
            scope = scope.with_name(name, value.named(local))
        return tuple(bound), scope

    def check_lets(self, texts: tuple[tuple[str, Text], ...], bound: tuple[tuple[str, Value], ...]) -> None:
        """Report the names that nothing has used."""
        for (name, text), (local, _) in zip(texts, bound, strict=True):
            if local not in self.frame.used:
                self.frame.error("unused-let", text.mark, f"nothing uses `{name}`", "use it or take it out")

    def _entries(
        self, node: MappingNode, shape: Shape, scope: Scope, stack: tuple[str, ...]
    ) -> tuple[dict[str, Node], list[tuple[str, Value]], frozenset[str]]:
        """The entries, the locals of fragments, and the elements that are there but have a mistake, which was reported."""
        entries: dict[str, Node] = {}
        lets: list[tuple[str, Value]] = []
        broken: set[str] = set()
        choices: dict[str, tuple[str, Leaf | None]] = {}
        for key, value in node.entries:
            name = key.text
            if name == "use" and (_is_call(value) or name not in shape.fields):
                shared, more = self._use(value, shape, scope, stack)
                lets += more
                broken |= set() if shared else set(shape.fields)
                self._join(entries, shared, value.mark)
            elif name in shape.fields and name not in ("for", "when", "let"):
                if name in entries:
                    self.frame.error(
                        "duplicate-key", key.mark, f"`{name}` is already made by the fragment", "take it out on one side"
                    )
                before = self.frame.errors
                child = self._element(value, shape.fields[name], scope, stack)
                if child is not None:
                    entries[name] = child
                    self._check_choice(shape.fields[name], child, choices, key.mark)
                elif self.frame.errors > before:
                    broken.add(name)
            elif name not in STRUCTURE_KEYS:
                self.frame.unknown("unknown-element", key.mark, f"{shape} has no element `{name}`", name, shape.fields)
        return entries, lets, frozenset(broken)

    def _join(self, entries: dict[str, Node], shared: Mapping[str, Node], mark: Mark) -> None:
        for twice in entries.keys() & shared.keys():
            self.frame.error("duplicate-key", mark, f"the fragment makes `{twice}` again", "take it out on one side")
        entries |= shared

    def _check_choice(self, field: Field, child: Node, choices: dict[str, tuple[str, Leaf | None]], mark: Mark) -> None:
        if field.choice is None:
            return
        if field.choice in choices:
            other, leaf = choices[field.choice]
            if leaf is None or leaf.certain:
                hint = "make the first one a conditional expression (`… if … else None`)"
                self.frame.error(
                    "choice-clash", mark, f"`{other}` and `{field.name}` are one choice: only one can be there", hint
                )
        choices[field.choice] = (field.name, child if isinstance(child, Leaf) else None)

    def _use(
        self, node: YamlNode, shape: Shape, scope: Scope, stack: tuple[str, ...]
    ) -> tuple[dict[str, Node], list[tuple[str, Value]]]:
        call = _CALL.match(node.text) if isinstance(node, TextNode) else None
        fragment = self.fragments.get(call[1]) if call else None
        if not isinstance(node, TextNode) or fragment is None or call is None:
            name = call[1] if call else "?"
            self.frame.unknown("unknown-fragment", node.mark, f"there is no fragment `{name}`", name, self.fragments)
            return {}, []
        self.used_fragments.add(fragment.name)
        if fragment.name in stack or fragment.target != shape.name:
            fault = "uses itself" if fragment.name in stack else f"makes {fragment.target}, but {shape} is needed"
            self.frame.error("fragment", node.mark, f"the fragment `{fragment.name}` {fault}", "use another one")
            return {}, []
        arguments = arguments_of(self.binder, node, fragment, scope) if self._may_use_more(node.mark) else None
        if arguments is None:
            return {}, []
        inner, lets = Scope(names={}, facts=scope.facts, roots=scope.roots), []
        for name, value in arguments:
            local = value.code if value.simple or value.is_constant else self.frame.fresh("v")
            if local != value.code:
                lets.append((local, value))
            inner = inner.with_name(name, value.named(local))
        thing = self.thing(fragment.body, shape.with_optional_fields(), inner, stack=(*stack, fragment.name))
        if thing.loops or thing.when:
            hint = "put `for` and `when` where the fragment is used"
            self.frame.error("fragment", fragment.mark, "a fragment has no `for` and no `when` of its own", hint)
        return dict(thing.entries), [*lets, *thing.lets, *thing.arguments]

    def _may_use_more(self, mark: Mark) -> bool:
        """Whether one more fragment may be used; that it may not is reported once."""
        self.frame.fragments += 1
        if self.frame.fragments == _MOST_FRAGMENTS + 1:
            hint = "write out what is made so often, or make it with a `for`"
            self.frame.error(
                "fragment", mark, f"the map uses more than {_MOST_FRAGMENTS} fragments, those in fragments included", hint
            )
        return self.frame.fragments <= _MOST_FRAGMENTS

    def _element(self, node: YamlNode, field: Field, scope: Scope, stack: tuple[str, ...]) -> Node | None:
        if isinstance(node, SequenceNode):
            if not field.many:
                self.frame.error("list-vs-single", node.mark, f"`{field.name}` does not repeat", "take the dash away")
                return None
            items = [self._item(item, field, scope, stack) for item in node.items]
            return ListNode(mark=node.mark, items=tuple(item for item in items if item is not None))
        if isinstance(node, MappingNode):
            return self._object(node, field, scope, stack)
        return self._leaf(node, field, scope, many=field.many)

    def _object(self, node: MappingNode, field: Field, scope: Scope, stack: tuple[str, ...]) -> Node | None:
        if field.many:
            self.frame.error("list-vs-single", node.mark, f"`{field.name}` repeats", "begin the entry with a dash")
            return None
        if isinstance(field.type, Kind):
            self.frame.error(
                "type-clash", node.mark, f"`{field.name}` is a plain {field.type}", "give a literal or an expression"
            )
            return None
        return self._pointing(self.thing(node, field.type, scope, stack=stack), field)

    def _item(self, node: YamlNode, field: Field, scope: Scope, stack: tuple[str, ...]) -> Item | None:
        if isinstance(node, MappingNode) and _is_wrapped(node, field.type):
            return self._wrapped(node, field, scope)
        if isinstance(node, MappingNode) and isinstance(field.type, Shape):
            return self._pointing(self.thing(node, field.type, scope, item=True, stack=stack), field)
        if isinstance(node, TextNode):
            return self._leaf(node, field, scope, many=False)
        self.frame.error("list-vs-single", node.mark, "a list within a list", "FHIR has no lists of lists")
        return None

    def _pointing(self, thing: ObjectNode, field: Field) -> ObjectNode:
        """The object, once it is seen that a Reference that is written out points where its element allows."""
        leaf = dict(thing.entries).get("reference")
        if isinstance(leaf, Leaf):
            self._check_targets(leaf.value, field, leaf.mark)
        return thing

    def _wrapped(self, node: MappingNode, field: Field, scope: Scope) -> Item | None:
        item = Field(name="value", type=field.type, targets=field.targets)
        thing = self.thing(node, Shape(f"an entry of {field.name}", {"value": item}), scope, item=True)
        if all(key.text != "value" for key, _ in node.entries):
            self.frame.error(
                "required-missing", node.mark, f"an entry of {field.name} needs `value`", "write `value: =expression`"
            )
        leaf = dict(thing.entries).get("value")
        return Wrapped(thing=replace(thing, entries=()), leaf=leaf) if isinstance(leaf, Leaf) else None

    def _leaf(self, node: TextNode, field: Field, scope: Scope, *, many: bool) -> Leaf | None:
        if node.text.startswith("="):
            value = self.binder.text(node.text[1:], node.mark, scope)
            if value is None or (value.is_constant and value.constant is None):
                return None
            if not self._check_value(value, field, node.mark, many=many):
                return None
            kind = field.type.name if isinstance(field.type, Kind) else ""
            if value.is_constant and (reason := why_not(value.constant, kind)):
                self.frame.error(
                    "literal", node.mark, f"`{field.name}` cannot hold this: {reason}", "write a value that it can hold"
                )
                return None
            return Leaf(mark=node.mark, value=value, text=node.text)
        literal = self._literal(node, field, scope, many=many)
        return Leaf(mark=node.mark, value=literal, text=node.text) if literal else None

    def _literal(self, node: TextNode, field: Field, scope: Scope, *, many: bool) -> Value | None:
        if many:
            self.frame.error("list-vs-single", node.mark, f"`{field.name}` repeats", "begin the entry with a dash")
            return None
        if isinstance(field.type, Shape):
            message = f"`{field.name}` is a {field.type}, not plain text"
            self.frame.error("type-clash", node.mark, message, "write its elements below it")
            return None
        if not node.text:
            self.frame.error("literal", node.mark, f"`{field.name}` has no value", "give it one or take it out")
            return None
        if node.plain and self._leads_somewhere(node.text, scope):
            message = f"`{node.text}` is text here, but it looks like a path"
            self.frame.error("forgotten-sign", node.mark, message, f"write `={node.text}`; if it is a text, put it into quotes")
            return None
        return self._plain(node, field.type)

    def _leads_somewhere(self, text: str, scope: Scope) -> bool:
        """Whether a literal reads as a path of something that is known here: its `=` was forgotten."""
        path = _PATH.fullmatch(text)
        if path is None:
            return False
        value = scope.names.get(path[1]) or scope.roots.get(path[1])
        return value is not None and isinstance(value.type, Shape) and text.split(".")[1] in value.type.fields

    def _plain(self, node: TextNode, kind: Kind) -> Value | None:
        constant = literal_of(node.text, kind.name)
        pattern = self.pattern(kind.name)
        if constant is None or (isinstance(constant, str) and pattern and not pattern.fullmatch(constant)):
            self.frame.error("literal", node.mark, f"{node.text!r} is not of type {kind}", f"write it as FHIR writes {kind}")
            return None
        if kind.codes is not None and node.text not in kind.codes:
            self.frame.unknown(
                "not-in-binding", node.mark, f"{node.text!r} is not one of the codes allowed here", node.text, kind.codes
            )
            return None
        code = self.frame.constant(constant) if isinstance(constant, Decimal) else repr(constant)
        return Value(code=code, key=code, type=kind, constant=constant)

    def _check_value(self, value: Value, field: Field, mark: Mark, *, many: bool) -> bool:
        if value.many != many:
            fault = "is a list, but one value is needed" if value.many else "is one value, but a list is needed"
            hint = "say `first(…)` or write a list entry with `for`" if value.many else "begin the entry with a dash"
            self.frame.error("list-vs-single", mark, f"`{value.key}` {fault}", hint)
            return False
        if value.type is None:
            return True
        if isinstance(field.type, Shape):
            return self._check_shape(value, field, mark)
        return self._check_kind(value, field.type, field.name, mark)

    def _check_shape(self, value: Value, field: Field, mark: Mark) -> bool:
        if not isinstance(value.type, Shape) or value.type.name != str(field.type):
            hint = "write the element's parts below it" if isinstance(value.type, Kind) else f"make a {field.type}"
            self.frame.error("type-clash", mark, f"`{field.name}` is a {field.type}, the expression gives a {value.type}", hint)
            return False
        if not self._check_targets(value, field, mark):
            return False
        if field.codes and isinstance(value.constant, dict):
            pair = (value.constant.get("system"), value.constant.get("code"))
            if pair not in field.codes:
                hint = "see the required binding of this element in the FHIR specification"
                self.frame.error("not-in-binding", mark, f"{pair[1]!r} of {pair[0]} is not one of the codes allowed here", hint)
                return False
        return True

    def _check_targets(self, value: Value, field: Field, mark: Mark) -> bool:
        wrong = [target for target in value.targets if field.targets and not {target, "Resource"} & set(field.targets)]
        if wrong:
            hint = "allowed are: " + ", ".join(field.targets)
            self.frame.error("target-not-allowed", mark, f"`{field.name}` cannot refer to a {wrong[0]}", hint)
        return not wrong

    def _check_kind(self, value: Value, kind: Kind, name: str, mark: Mark) -> bool:
        if isinstance(value.type, Shape):
            self.frame.error(
                "type-clash", mark, f"`{name}` is a plain {kind}, `{value.key}` is a {value.type}", "take one of its parts"
            )
            return False
        assert value.type is not None  # noqa: S101 - the caller has seen to it
        if kind.codes is not None:
            return self._check_codes(value, value.type.codes, kind.codes, name, mark)
        if isinstance(value.constant, str):
            return self._plain(TextNode(mark=mark, text=value.constant, plain=False), kind) is not None
        each_fits = value.type.codes is not None and all(self._fits(code, kind) for code in value.type.codes)
        if not each_fits and not accepts(kind.name, value.type.name):
            hint = "convert it with a function, see docs/mapping-language.md"
            self.frame.error("type-clash", mark, f"`{name}` is a {kind}, `{value.key}` is a {value.type}", hint)
            return False
        return True

    def _check_codes(self, value: Value, codes: frozenset[str] | None, allowed: frozenset[str], name: str, mark: Mark) -> bool:
        outside = (codes or frozenset()) - allowed
        if codes is not None and not outside:
            return True
        fault = f"can be {', '.join(map(repr, sorted(outside)))}" if outside else "can be any text"
        hint = f"allowed are: {', '.join(sorted(allowed)[:40])}; use `translate(…)` or a condition"
        self.frame.error("not-in-binding", mark, f"`{value.key}` {fault}, outside the codes allowed for `{name}`", hint)
        return False

    def _fits(self, code: str, kind: Kind) -> bool:
        pattern = self.pattern(kind.name)
        return accepts(kind.name, "code") or bool(pattern and pattern.fullmatch(code))

    def _check_required(self, thing: ObjectNode, shape: Shape, broken: frozenset[str]) -> None:
        """Report what an object needs and does not have; what has another mistake is not missing beside it."""
        entries = dict(thing.entries)
        needed: dict[str, list[str]] = {}
        for name, field in shape.fields.items():
            if field.required and name != "resourceType":
                needed.setdefault(field.choice or name, []).append(name)
        for label, names in needed.items():
            present = [entries[name] for name in names if name in entries]
            reasons = [entries["_" + name] for name in names if "_" + name in entries]
            if any(present or reason.certain for reason in reasons):
                continue  # the reason for its absence stands in for it
            if not present and broken.isdisjoint(names):
                hint = "add it, or leave the object out with `when`"
                self.frame.error("required-missing", thing.mark, f"{shape} needs `{label}`", hint)
            elif len(present) == 1 and not (present[0].certain or is_broken(present[0])):
                hint = "guard the object with a `when` that asks for it"
                self.frame.error("required-missing", present[0].mark, f"`{label}` may end up missing, but {shape} needs it", hint)


def _rivals(entries: Mapping[str, Node], shape: Shape) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """For each member of a choice that does not stand first, the members before it."""
    members: dict[str, list[str]] = {}
    for name in entries:
        choice = shape.fields[name].choice
        if choice is not None:
            members.setdefault(choice, []).append(name)
    return tuple((name, tuple(member[:at])) for member in members.values() for at, name in enumerate(member) if at)


def _is_wrapped(node: MappingNode, kind: Kind | Shape) -> bool:
    """Whether a list entry says `value:` for what it is, rather than for an element of that name."""
    has_value = any(key.text == "value" for key, _ in node.entries)
    return isinstance(kind, Kind) or (has_value and "value" not in kind.fields)


def _is_call(node: YamlNode) -> bool:
    """Whether `use` means a fragment: FHIR has elements of that name (`Claim.use`), but no code of theirs is a call."""
    return isinstance(node, TextNode) and _CALL.match(node.text) is not None
