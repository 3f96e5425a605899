"""By which numbers orders are known: a number of one patient's order is not another patient's, and finds the encounter."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import zip_longest

from sqlalchemy import Connection, bindparam, exists, insert, select

from adapter.delivery.prepared import Prepared
from adapter.delivery.record import Arrival, OrderName
from adapter.delivery.store import Store
from adapter.delivery.store_table import ENCOUNTER, KNOWN_AS, KNOWN_ORDER
from adapter.issues import InvalidError, Issue, IssueType, Severity

_ACCOUNT = "account"
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
    """Numbers (digests) that no encounter has yet, and the encounters that documents belong to by the others."""

    unknown: tuple[str, ...] = ()
    encounters: frozenset[str] = frozenset()


class KnownOrders:
    """The numbers of all orders; each call is part of a transaction of the caller's."""

    def __init__(self, store: Store) -> None:
        """Keep them in a store."""
        self._store = store

    def find(self, connection: Connection, arrival: Arrival, *, patient: str, named: AbstractSet[str]) -> OrdersFound:
        """What is known of the numbers, beside the encounters that were found by name.

        Several visits may tell of one order; what names no visit is about that of the order, or the only one of the account.
        Raises InvalidError for a number of another patient's order (`patient` is a digest).
        """
        names = {self._digest(order, patient): order for order in arrival.orders}
        if not names:
            return OrdersFound()
        marks = {one: self._store.seal.digest("shared", one) for one, order in names.items() if order.kind == _ACCOUNT}
        rows = self._rows(connection, [*names, *marks.values()])
        _check_owner([names[digest] for digest, _, owner, _ in rows if digest in names and owner != patient])
        known = {digest: encounter for digest, encounter, _, _ in rows}
        visits = {encounter for _, encounter, _, has_name in rows if has_name}
        says_visit = bool(arrival.names) and not arrival.is_by_account
        unknown = [one for one in names if one not in known]
        if says_visit:  # a second visit of an account: from now on the account alone does not say which is meant
            unknown += [mark for one, mark in marks.items() if mark not in known and known.get(one) in visits - named]
        telling = {known[one] for one in names if one in known and marks.get(one) not in known}
        if says_visit or (arrival.is_by_account and named):  # whoever names a visit means that one
            telling -= visits
        return OrdersFound(unknown=tuple(unknown), encounters=frozenset(telling))

    def _digest(self, order: OrderName, patient: str) -> str:
        """A number as it is kept; an account, which a family may share, as one of the patient's."""
        owner = (patient,) if order.kind == _ACCOUNT else ()
        return self._store.seal.digest("order", order.kind, order.system, order.number, *owner)

    def know(self, connection: Connection, digests: Sequence[str], encounter: str, *, is_new: bool) -> None:
        """Note that an encounter has these numbers."""
        rows = [{"digest": digest, "encounter": encounter} for digest in digests]
        if is_new:
            self._store.add(connection, _KNOW, rows)
        else:
            _KNOW.insert(connection, rows)

    def _rows(self, connection: Connection, digests: Sequence[str]) -> list[tuple[str, str, str, int]]:
        """Of each number that is known its encounter, the patient of that, and whether it has a name."""
        self._store.settle(connection, _KNOW, column="digest", values=set(digests))
        parts = (digests[begin : begin + len(_AT_ONCE)] for begin in range(0, len(digests), len(_AT_ONCE)))
        filled = (dict(zip_longest(_AT_ONCE, part, fillvalue=part[-1])) for part in parts)
        return [row for part in filled for row in _OWNERS.rows(connection, part)]


def _check_owner(others: Sequence[OrderName]) -> None:
    """Raise InvalidError if there are numbers of another patient's orders."""
    if others:
        raise InvalidError(*(another_patient(f"{order.kind} number", order.places()) for order in dict.fromkeys(others)))


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
