"""Reads the policies of payers from YAML files: strictly, each mistake with its file, line and column."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from adapter.issues import Severity
from adapter.rules.policy import DEFAULT, PayerPolicy, Policies, PolicyTerms, Telehealth
from adapter.rules.registry import RULE
from adapter.strict_yaml.model import known, read_model
from adapter.strict_yaml.nodes import MappingNode, Node, TextNode, read_yaml
from adapter.strict_yaml.problem import BadFileError, Mark, Problem, problem

_NEUTRAL = PayerPolicy()
_IDENTITY = ("name", "names", "payer_ids", "effective")
"""What is inherited from a policy of the same key only: who the payer is, and when the policy holds."""
_STANDING = ("source", "source_date", "verified", "published")
"""What is never inherited: what the policy rests on."""


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
    terms: PolicyTerms


def load_policies(*layers: Mapping[str, str]) -> Policies:
    """The policies of these files (name to text): the adapter's, and then the user's, which add to them and replace them.

    Raises BadPolicyError with every mistake of all files.
    """
    loader = _Loader()
    for layer, files in enumerate(layers):
        for file, text in files.items():
            loader.read(text, file=file, layer=layer)
    policies = loader.policies()
    if loader.problems:
        # A cycle is met once from each policy that leads into it.
        raise BadPolicyError(list({(problem.mark, problem.code): problem for problem in reversed(loader.problems)}.values()))
    return policies


class _Loader:
    """Collects drafts, and makes policies of them once all are there."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.drafts: dict[tuple[str, int], list[_Draft]] = {}

    def read(self, text: str, *, file: str, layer: int) -> None:
        documents, problems = read_yaml(text, file=file)
        self.problems += problems
        for node in documents:
            draft = self._draft(node, layer)
            if draft is not None:
                self.drafts.setdefault((draft.key, layer), []).append(draft)

    def _draft(self, node: Node, layer: int) -> _Draft | None:
        entries = {key.text: value for key, value in node.entries} if isinstance(node, MappingNode) else {}
        key, extends = entries.get("policy"), entries.get("extends")
        if not isinstance(node, MappingNode) or not isinstance(key, TextNode) or not key.text:
            self.problems.append(problem("not-a-policy", node.mark, "this is not a policy", "begin with `policy: key`"))
            return None
        if extends is not None and not isinstance(extends, TextNode):
            self.problems.append(
                problem("value", extends.mark, "the key of another policy is needed here", "extend one policy, such as `default`")
            )
            extends = None
        terms = self._terms(node)
        return _Draft(key=key.text, layer=layer, mark=node.mark, extends=extends, terms=terms)

    def _terms(self, node: MappingNode) -> PolicyTerms:
        own = tuple((key, value) for key, value in node.entries if key.text not in ("policy", "extends"))
        terms, problems = read_model(PolicyTerms, MappingNode(mark=node.mark, entries=own))
        self.problems += problems
        self._check_severities({key.text: value for key, value in own}.get("severities"), terms)
        if terms.verified and "source" not in terms.model_fields_set:
            self.problems.append(
                problem("source", node.mark, "a verified policy needs its source", "cite the payer's document as `source`")
            )
        start, end = terms.effective.start, terms.effective.end
        if start and end and start > end:
            self.problems.append(problem("effective", node.mark, "the policy ends before it starts", "correct `effective`"))
        return terms

    def _check_severities(self, node: Node | None, terms: PolicyTerms) -> None:
        for key, value in node.entries if isinstance(node, MappingNode) else ():
            if key.text not in RULE:
                self.problems.append(problem("unknown-rule", key.mark, f"there is no rule `{key.text}`", known(key.text, RULE)))
            elif (
                RULE[key.text].severity is Severity.ERROR and terms.severities.get(key.text, Severity.ERROR) is not Severity.ERROR
            ):
                hint = "leave it an error; a payer's policy can soften warnings only"
                self.problems.append(
                    problem("silenced", value.mark, f"{key.text} is a fact that no payer changes: it stays an error", hint)
                )

    def policies(self) -> Policies:
        by_key: dict[str, tuple[PayerPolicy, ...]] = {}
        for key in dict.fromkeys(key for key, _ in self.drafts):
            resolved = [(self._resolve(draft, ()), draft.mark) for draft in self._visible(key)]
            resolved.sort(key=lambda pair: pair[0].effective.start or "")
            self._check_periods(resolved)
            by_key[key] = tuple(policy for policy, _ in resolved)
        return Policies(by_key=MappingProxyType({DEFAULT: (_NEUTRAL,)} | by_key))

    def _visible(self, key: str, below: int | None = None) -> list[_Draft]:
        """The drafts of a key in the highest layer that has any, or the highest below a layer."""
        layers = [layer for other, layer in self.drafts if other == key and (below is None or layer < below)]
        return self.drafts[key, max(layers)] if layers else []

    def _resolve(self, draft: _Draft, way: tuple[_Draft, ...]) -> PayerPolicy:
        way = (*way, draft)
        parent = self._parent(draft, way)
        base = self._resolve(parent, way) if parent else _NEUTRAL
        is_other = parent is None or parent.key != draft.key
        neutral = {name: getattr(_NEUTRAL, name) for name in (*_STANDING, *(_IDENTITY if is_other else ()))}
        own = {name: getattr(draft.terms, name) for name in draft.terms.model_fields_set}
        return base.model_copy(
            update={
                **neutral,
                **({"name": draft.key} if is_other else {}),
                **own,
                "key": draft.key,
                "parents": (*base.parents, *([parent.key] if parent and is_other else [])),
                "severities": MappingProxyType({**base.severities, **draft.terms.severities}),
                "telehealth": _over(base.telehealth, draft.terms.telehealth),
            }
        )

    def _parent(self, draft: _Draft, way: tuple[_Draft, ...]) -> _Draft | None:
        if draft.extends is None:
            return None
        name, mark = draft.extends.text, draft.extends.mark
        parents = self._visible(name, draft.layer if name == draft.key else None)
        if any(step is parents[0] for step in way) if parents else name == draft.key:
            ring = " → ".join([step.key for step in way] + [name])
            self.problems.append(problem("cycle", mark, f"the policy extends itself: {ring}", "let one of them extend `default`"))
            return None
        if not parents:
            self.problems.append(
                problem("unknown-policy", mark, f"there is no policy `{name}`", known(name, (key for key, _ in self.drafts)))
            )
            return None
        if len(parents) > 1:
            self.problems.append(problem("periods", mark, f"`{name}` has several periods", "extend a policy that has one"))
        return parents[0]

    def _check_periods(self, resolved: list[tuple[PayerPolicy, Mark]]) -> None:
        for (before, _), (after, mark) in pairwise(resolved):
            end, start = before.effective.end, after.effective.start
            if end is None or start is None or start <= end:
                hint = "give each an `effective` with `start` and `end` that leaves the others their days"
                self.problems.append(problem("periods", mark, f"two policies `{after.key}` hold on one day", hint))


def _over(base: Telehealth, own: Telehealth) -> Telehealth:
    """The parent's terms, with those that the policy itself states."""
    return base.model_copy(update={name: getattr(own, name) for name in own.model_fields_set})
