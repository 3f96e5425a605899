"""The confirmatory orders of a case as a card (CDS Hooks 2.0): which are there, and what each lacks; none is invented."""

from collections.abc import Iterator
from dataclasses import dataclass

from adapter.case import Case, Order
from adapter.code_tables.cpt import ONE_GENE
from adapter.json_types import JsonObject

_SOURCE = "0731T adapter: orders of the case"
_NONE = "The case has no confirmatory order, and none is suggested."
_STANDS = {
    "proposed": "proposed, not ordered",
    "active": "ordered",
    "completed": "done",
    "revoked": "withdrawn",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRemark:
    """An order that the case has: its place there, how it stands, and what is missing, each with what to do."""

    place: int
    order: Order
    standing: str
    missing: tuple[str, ...]


def order_remarks(case: Case) -> tuple[OrderRemark, ...]:
    """Every order of a case, in its order; what was withdrawn lacks nothing."""
    return tuple(
        OrderRemark(place=place, order=order, standing=_standing(order), missing=tuple(_missing(order)))
        for place, order in enumerate(case.orders)
    )


def order_cards(case: Case) -> JsonObject:
    """The CDS Hooks answer `{"cards": […]}` with one card; it has no `suggestions`: what to order is the clinician's choice."""
    remarks = order_remarks(case)
    lacking = sum(bool(remark.missing) for remark in remarks)
    card = {
        "summary": _summary(len(remarks), lacking),
        "detail": "\n".join(map(_line, remarks)) or _NONE,
        "indicator": "warning" if lacking else "info",
        "source": {"label": _SOURCE},
    }
    return {"cards": [card]}


def _summary(orders: int, lacking: int) -> str:
    if not orders:
        return _NONE
    count = "one confirmatory order" if orders == 1 else f"{orders} confirmatory orders"
    return f"The case has {count}; " + (
        f"{lacking} of them lack what the laboratory or payer asks for." if lacking else "nothing is missing."
    )


def _line(remark: OrderRemark) -> str:
    words = f": {remark.order.text}" if remark.order.text else ""
    missing = "".join(f"; missing: {part}" for part in remark.missing)
    return f"- {remark.order.code}{words} ({remark.standing}{missing})"


def _standing(order: Order) -> str:
    by_ai = order.status == "proposed" and order.proposed_by == "ai"
    return _STANDS[order.status] + (" (by the AI tool)" if by_ai else "")


def _missing(order: Order) -> Iterator[str]:
    if order.status == "revoked":
        return
    if order.reason is None:
        yield "the reason for the test"
    if order.code == ONE_GENE and order.gene is None:
        yield f"the gene ({ONE_GENE} is for one gene; for a panel choose the panel's code)"
    if order.status != "proposed" and order.ordered_by is None:
        yield "who ordered it"
