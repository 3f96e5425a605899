"""What a server says that it can do (its CapabilityStatement), as far as sending depends on it."""

from dataclasses import dataclass

from adapter.client.loose import list_in, text_in
from adapter.json_types import JsonMapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What a server can do; what a statement does not mention is tried.

    `transactions`: whether it takes transactions. `no_conditional_create`: the types for which it says that it does not honour
    `ifNoneExist`. `validates`: whether it has $validate, as far as that is known.
    """

    transactions: bool = True
    no_conditional_create: frozenset[str] = frozenset()
    validates: bool = True


def abilities_in(statement: JsonMapping) -> Abilities:
    """The abilities that a CapabilityStatement states."""
    servers = [rest for rest in list_in(statement, "rest") if text_in(rest, "mode") == "server"]
    interactions = {text_in(interaction, "code") for rest in servers for interaction in list_in(rest, "interaction")}
    types = [resource for rest in servers for resource in list_in(rest, "resource") if isinstance(resource, dict)]
    return Abilities(
        transactions=not interactions or "transaction" in interactions,
        no_conditional_create=frozenset(str(kind.get("type")) for kind in types if kind.get("conditionalCreate") is False),
    )
