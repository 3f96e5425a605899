"""Reads the policies of payers from YAML files: strictly, each mistake with its file, line and column."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from types import MappingProxyType

from adapter.json_types import JsonMapping, JsonObject
from adapter.rules.policy import DEFAULT, PayerPolicy, Policies
from adapter.rules.policy_field import FIELDS, PolicyReader, known
from adapter.strict_yaml.nodes import MappingNode, Node, TextNode, read_yaml
from adapter.strict_yaml.problem import BadFileError, Mark

_NEUTRAL = PayerPolicy()
_OWN = ("name", "names", "payer_ids", "start", "end")
"""What is inherited from a policy of the same key only: who the payer is, and when the policy holds."""


class BadPolicyError(BadFileError):
    """Policy files that cannot be used; raised with all of their problems at once."""

    file_kind = "policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """A policy as it stands in its file; `layer` is 0 for the files of the adapter and 1 for the user's."""

    key: str
    layer: int
    mark: Mark
    extends: TextNode | None
    values: JsonMapping


def load_policies(*layers: Mapping[str, str]) -> Policies:
    """The policies of these files (name to text): the adapter's, and then the user's, which add to them and replace them.

    Raises BadPolicyError with every mistake of all files.
    """
    loader = _Loader()
    for layer, files in enumerate(layers):
        for file, text in files.items():
            loader.read(text, file=file, layer=layer)
    policies = loader.policies()
    if loader.reader.problems:
        # A cycle is met once from each policy that leads into it.
        raise BadPolicyError(
            list({(problem.mark, problem.code): problem for problem in reversed(loader.reader.problems)}.values())
        )
    return policies


class _Loader:
    """Collects drafts, and makes policies of them once all are there."""

    def __init__(self) -> None:
        self.reader = PolicyReader()
        self.drafts: dict[tuple[str, int], list[_Draft]] = {}

    def read(self, text: str, *, file: str, layer: int) -> None:
        documents, problems = read_yaml(text, file=file)
        self.reader.problems += problems
        for node in documents:
            draft = self._draft(node, layer)
            if draft is not None:
                self.drafts.setdefault((draft.key, layer), []).append(draft)

    def _draft(self, node: Node, layer: int) -> _Draft | None:
        entries = {key.text: value for key, value in node.entries} if isinstance(node, MappingNode) else {}
        key = entries.get("policy")
        if not isinstance(node, MappingNode) or not isinstance(key, TextNode) or not key.text:
            self.reader.say("not-a-policy", node.mark, "this is not a policy", "begin with `policy: key`")
            return None
        values: JsonObject = {}
        for name, value in node.entries:
            if name.text in FIELDS:
                values |= FIELDS[name.text](self.reader, value)
            elif name.text not in ("policy", "extends"):
                hint = known(name.text, ("policy", "extends", *FIELDS))
                self.reader.say("unknown-key", name.mark, f"there is no key `{name.text}` in a policy", hint)
        self._check_whole(node.mark, values)
        extends = self.reader.text(entries["extends"]) if "extends" in entries else None
        return _Draft(key=key.text, layer=layer, mark=node.mark, extends=extends, values=values)

    def _check_whole(self, mark: Mark, values: JsonMapping) -> None:
        if values.get("verified") and not values.get("source"):
            self.reader.say("source", mark, "a verified policy needs its source", "cite the payer's document as `source`")
        if values.get("end") and values.get("start", "") > values["end"]:
            self.reader.say("effective", mark, "the policy ends before it starts", "correct `effective`")

    def policies(self) -> Policies:
        made: dict[str, tuple[PayerPolicy, ...]] = {}
        for key in dict.fromkeys(key for key, _ in self.drafts):
            drafts = self._visible(key)
            resolved = [(self._resolve(draft, ()), draft.mark) for draft in drafts]
            resolved.sort(key=lambda each: each[0].start or "")
            self._check_periods(resolved)
            made[key] = tuple(policy for policy, _ in resolved)
        return Policies(by_key=MappingProxyType({DEFAULT: (_NEUTRAL,)} | made))

    def _visible(self, key: str, below: int | None = None) -> list[_Draft]:
        """The drafts of a key in the highest layer that has any, or the highest below a layer."""
        layers = [layer for each, layer in self.drafts if each == key and (below is None or layer < below)]
        return self.drafts[key, max(layers)] if layers else []

    def _resolve(self, draft: _Draft, way: tuple[_Draft, ...]) -> PayerPolicy:
        way = (*way, draft)
        parent = self._parent(draft, way)
        base = self._resolve(parent, way) if parent else _NEUTRAL
        values: JsonObject = {"source": _NEUTRAL.source, "source_date": None, "verified": False, "published": ()}
        if parent is None or parent.key != draft.key:
            values |= {name: getattr(_NEUTRAL, name) for name in _OWN} | {"name": draft.key}
        values |= draft.values
        values["key"] = draft.key
        values["parents"] = (*base.parents, *([parent.key] if parent and parent.key != draft.key else []))
        values["severities"] = MappingProxyType({**base.severities, **values.get("severities", {})})
        values["telehealth"] = replace(base.telehealth, **values.get("telehealth", {}))
        return replace(base, **values)

    def _parent(self, draft: _Draft, way: tuple[_Draft, ...]) -> _Draft | None:
        if draft.extends is None:
            return None
        wanted, mark = draft.extends.text, draft.extends.mark
        found = self._visible(wanted, draft.layer if wanted == draft.key else None)
        if any(each is found[0] for each in way) if found else wanted == draft.key:
            ring = " → ".join([each.key for each in way] + [wanted])
            self.reader.say("cycle", mark, f"the policy extends itself: {ring}", "let one of them extend `default`")
            return None
        if not found:
            hint = known(wanted, tuple(key for key, _ in self.drafts))
            self.reader.say("unknown-policy", mark, f"there is no policy `{wanted}`", hint)
            return None
        if len(found) > 1:
            self.reader.say("periods", mark, f"`{wanted}` has several periods", "extend a policy that has one")
        return found[0]

    def _check_periods(self, resolved: list[tuple[PayerPolicy, Mark]]) -> None:
        for (before, _), (after, mark) in pairwise(resolved):
            if before.end is None or after.start is None or after.start <= before.end:
                hint = "give each an `effective` with `start` and `end` that leaves the others their days"
                self.reader.say("periods", mark, f"two policies `{after.key}` hold on one day", hint)
