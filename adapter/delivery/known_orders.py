"""By which numbers orders are known: a number of one patient's order is not another patient's, and finds the encounter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from sqlalchemy import Connection, bindparam, exists, insert, select

from adapter.delivery.prepared import Prepared
from adapter.delivery.record import OrderName
from adapter.delivery.store import Store
from adapter.delivery.store_table import ENCOUNTER, KNOWN_AS, KNOWN_ORDER
from adapter.issues import InvalidError, Issue, IssueType, Severity

_AT_ONCE = ("first", "second", "third", "fourth")
"""An order has four numbers at most, as a rule; more are asked for in further statements."""
_OWNERS = Prepared(
    select(KNOWN_ORDER.c.digest, ENCOUNTER.c.id, ENCOUNTER.c.patient, exists().where(KNOWN_AS.c.encounter == ENCOUNTER.c.id))
    .join(ENCOUNTER, ENCOUNTER.c.id == KNOWN_ORDER.c.encounter)
    .where(KNOWN_ORDER.c.digest.in_([bindparam(name) for name in _AT_ONCE]))
)
_KNOW = Prepared(insert(KNOWN_ORDER))


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersFound:
    """Numbers (digests) that no encounter has yet, and the encounters that have the others, each with whether it has a name."""

    unknown: tuple[str, ...] = ()
    encounters: Mapping[str, bool]


class KnownOrders:
    """The numbers of all orders; each call is part of a transaction of the caller's."""

    def __init__(self, store: Store) -> None:
        """Keep them in a store."""
        self._store = store

    def find(self, connection: Connection, orders: Sequence[OrderName], *, patient: str) -> OrdersFound:
        """What is known of these numbers; raises InvalidError for one of another patient than this (a digest)."""
        names = {self._store.seal.digest("order", order.kind, order.system, order.number): order for order in orders}
        if not names:
            return OrdersFound(encounters={})
        batch = self._store.batch
        if batch is not None and not {row["digest"] for row in batch.rows(_KNOW)}.isdisjoint(names):
            batch.write(connection)
        rows = self._owners(connection, list(names))
        others = [names[digest] for digest, _, owner, _ in rows if owner != patient]
        if others:
            raise InvalidError(*(another_patient(f"{order.kind} number", order.places()) for order in dict.fromkeys(others)))
        known = {digest for digest, *_ in rows}
        return OrdersFound(
            unknown=tuple(digest for digest in names if digest not in known),
            encounters={encounter: bool(has_name) for _, encounter, _, has_name in rows},
        )

    def know(self, connection: Connection, digests: Sequence[str], encounter: str, *, is_new: bool) -> None:
        """Note that an encounter has these numbers."""
        rows = [{"digest": digest, "encounter": encounter} for digest in digests]
        if is_new:
            self._store.add(connection, _KNOW, rows)
        else:
            _KNOW.insert(connection, rows)

    @staticmethod
    def _owners(connection: Connection, digests: Sequence[str]) -> list[tuple[str, str, str, int]]:
        """Of each number that is known its encounter, the patient of that, and whether it has a name."""
        parts = (digests[begin : begin + len(_AT_ONCE)] for begin in range(0, len(digests), len(_AT_ONCE)))
        filled = (dict(zip_longest(_AT_ONCE, part, fillvalue=part[-1])) for part in parts)
        return [row for part in filled for row in _OWNERS.rows(connection, part)]


def another_patient(number: str, places: tuple[str, ...]) -> Issue:
    """What is wrong with a number that is kept as another patient's."""
    return Issue(
        severity=Severity.ERROR,
        code=IssueType.CONFLICT,
        rule="intake/another-patient",
        text=f"the {number} belongs to another patient, of whom documents are kept",
        suggestion="correct the number, or the number of the patient; if the two are one patient, send the merge (ADT^A40) first",
        location=places,
    )
