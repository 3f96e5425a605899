"""Whether the service lives and is ready, and what it does in numbers, for whoever runs it."""

from collections.abc import Iterator
from http import HTTPStatus

from flask import Request, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily

from adapter.delivery.figures import AnyMetric
from adapter.delivery.outbox import Outbox
from adapter.delivery.record import DeliveryState
from adapter.dispatch import Dispatch
from adapter.issues import UnavailableError
from adapter.web.answer import JSON, bytes_answer, json_answer
from adapter.web.query import check_parameters
from adapter.web.service import Service

_LONGEST_AGE = 900.0
"""After so many seconds without being done, work is overdue, and the service is not ready for more."""

_STATES: tuple[DeliveryState, ...] = ("pending", "delivered", "parked")
_METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def live(service: Service, request: Request) -> Response:
    """`GET /health/live`: whether the process answers."""
    check_parameters(request, ())
    return json_answer({"status": "ok"}, media_type=JSON)


def ready(service: Service, request: Request) -> Response:
    """`GET /health/ready`: whether the store can be opened, work is done in time, and which destinations are left alone."""
    check_parameters(request, ())
    dispatch = service.dispatch
    # Of another process that delivers, this one does not know which destinations it leaves alone.
    outlets = dispatch.work.outlets if service.is_working else ()
    destinations = {outlet.destination.destination: not outlet.breaker.is_open for outlet in outlets}
    try:
        dispatch.store.check_writable()
        age = _oldest_age(dispatch)
        is_ready = age < _LONGEST_AGE
        waiting = {target: round(seconds, 1) for target, seconds in _undelivered(dispatch).items()}
        body = {"store": True, "oldestWorkSeconds": round(age, 1), "undeliveredSeconds": waiting, "destinations": destinations}
        body |= {} if is_ready else {"why": "work has been due for too long: see what workers and destinations do"}
    except UnavailableError as error:
        why = "; ".join(filter(None, (error.issues[0].text, error.issues[0].suggestion)))
        is_ready, body = False, {"store": False, "destinations": destinations, "why": why}
    status = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
    return json_answer({"status": "ok" if is_ready else "not ready", **body}, status, media_type=JSON)


def metrics(service: Service, request: Request) -> Response:
    """`GET /metrics`: what is kept and delivered, in Prometheus' form; labels are states and names of destinations only."""
    check_parameters(request, ())
    registry = CollectorRegistry()
    registry.register(_StoreCollector(service.dispatch))
    return bytes_answer(generate_latest(registry), media_type=_METRICS_TYPE)


class _StoreCollector:
    """Figures that are read from the store when somebody asks."""

    def __init__(self, dispatch: Dispatch) -> None:
        self._dispatch = dispatch

    def collect(self) -> Iterator[AnyMetric]:
        yield from self._dispatch.tally.all()
        store = self._dispatch.store
        undelivered = GaugeMetricFamily(
            "adapter_oldest_undelivered_seconds", "For how long the oldest pending delivery is wanted", labels=["target"]
        )
        for target, age in _undelivered(self._dispatch).items():
            undelivered.add_metric([target], age)
        yield undelivered
        deliveries = GaugeMetricFamily("adapter_deliveries", "Deliveries by state and destination", labels=["state", "target"])
        with store.reading() as connection:
            for state in _STATES:
                for target, count in Outbox(store).counted(connection, state).items():
                    deliveries.add_metric([state, target], count)
        yield deliveries
        yield GaugeMetricFamily("adapter_oldest_work_seconds", "Age of the oldest work that is due", _oldest_age(self._dispatch))


def _undelivered(dispatch: Dispatch) -> dict[str, float]:
    """For how many seconds the delivery is wanted that waits longest, by destination."""
    with dispatch.store.reading() as connection:
        oldest = Outbox(dispatch.store).oldest(connection)
    return {target: max(0.0, dispatch.store.now() - since) for target, since in oldest.items()}


def _oldest_age(dispatch: Dispatch) -> float:
    """For how many seconds the oldest work has been due; 0 where nothing is."""
    with dispatch.store.reading() as connection:
        due = dispatch.store.oldest_due(connection)
    return max(0.0, dispatch.store.now() - due) if due is not None else 0.0
