"""What is asked of a store on every request and at every look for work is answered by an index, however much is kept."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import pytest
from psycopg import RawCursor
from sqlalchemy import Connection, Engine, event, text

from adapter.delivery.again import redeliver
from adapter.delivery.outbox import Outbox
from adapter.delivery.prepared import DriverStatement, Parameters, Prepared
from adapter.delivery.removal import remove
from adapter.delivery.shipment import Delivered, Failed
from adapter.json_types import JsonObject
from tests.delivery.ground import Bench, bench, encounter_document, message, outlet, stored_documents

Asked = tuple[str, Mapping[str, object] | Sequence[object]]
"""A statement with its parameters."""


@pytest.fixture
def desk(store_address: str) -> Iterator[Bench]:
    with bench(store_address) as opened:
        opened.post(encounter_document(1))
        opened.run()
        yield opened


def plans(engine: Engine, statements: list[Asked]) -> list[str]:
    """How the database would carry out statements; a server is kept from reading small tables as a whole."""
    found = []
    with engine.connect() as connection:
        is_file = engine.dialect.name == "sqlite"
        if not is_file:
            connection.execute(text("SET enable_seqscan = off"))
        for statement, parameters in statements:
            explained = f"{'EXPLAIN QUERY PLAN' if is_file else 'EXPLAIN'} {statement}"
            found.append("\n".join(map(str, _rows(connection, explained, parameters))))
    return found


def _rows(connection: Connection, statement: str, parameters: Mapping[str, object] | Sequence[object]) -> Iterable[object]:
    """The rows of a statement as `Prepared` or SQLAlchemy has it for the driver."""
    if "$1" in statement:
        driver: Any = connection.connection.driver_connection
        return RawCursor(driver).execute(statement.encode(), list(parameters)).fetchall()
    return connection.exec_driver_sql(statement, parameters if isinstance(parameters, dict) else tuple(parameters))


def asked(desk: Bench, monkeypatch: pytest.MonkeyPatch) -> list[Asked]:
    """Carry out everything that is asked again and again; gives the statements that read or change rows."""
    noted: list[Asked] = []
    text_of = Prepared.text

    def note_prepared(prepared: Prepared, connection: Connection, parameters: Parameters, *, rows: int = 1) -> DriverStatement:
        statement = text_of(prepared, connection, parameters, rows=rows)
        if statement.text.startswith(("SELECT", "UPDATE")):
            noted.append((statement.text, statement.filled(parameters)))
        return statement

    monkeypatch.setattr(Prepared, "text", note_prepared)

    def note(
        _connection: Connection, _cursor: object, statement: str, parameters: Sequence[object], _context: object, many: object
    ) -> None:
        if statement.startswith(("SELECT", "UPDATE")) and "pgqueuer" not in statement and not many:
            noted.append((statement, parameters))

    event.listen(desk.store.engine, "before_cursor_execute", note)
    encounter = desk.post(encounter_document(1, **{"delayed speech": "late speech"}), key="once").encounter
    desk.post(message("3-oru-r01", 2))
    desk.run()
    with desk.store.reading() as connection:
        desk.store.oldest_due(connection)
        desk.store.encounters(connection, state="made", after=(1.0, ""))
        desk.store.encounters(connection, business_key="nobody")
        desk.store.events(connection, encounter)
        desk.store.events_of_none(connection, most=1)
        stored_documents(desk.store, connection, encounter)
        Outbox(desk.store).in_state(connection, "parked")
        Outbox(desk.store).counted(connection, "delivered")
        Outbox(desk.store).oldest(connection)
    event.remove(desk.store.engine, "before_cursor_execute", note)
    return noted


def test_no_query_reads_a_table_as_a_whole(desk: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    statements = asked(desk, monkeypatch)

    found = dict(zip((statement for statement, _ in statements), plans(desk.store.engine, statements), strict=True))

    assert len(found) > 12
    assert any("known_order" in statement for statement in found)
    whole = {statement: plan for statement, plan in found.items() if "Seq Scan" in plan or _is_scan(plan)}
    assert whole == {}


def _is_scan(plan: str) -> bool:
    """Whether SQLite would read a table, or all of an index, from end to end."""
    harmless = ("USING INDEX encounter_", "SCAN CONSTANT ROW")
    return any("SCAN" in line and not any(words in line for words in harmless) for line in plan.splitlines())


class Taker:
    """Takes everything but what it is told to refuse for good."""

    refuses = False

    def ship(self, bundle: JsonObject, *, is_again: bool) -> Delivered | Failed:
        if self.refuses:
            return Failed(issues=(), status=400, is_final=True)
        return Delivered(changed=len(bundle["entry"]) * (not is_again))


def test_deliveries_are_counted_without_reading_them(store_address: str) -> None:
    taker = Taker()
    with bench(store_address, outlet(taker, "clinical"), outlet(Taker(), "payer")) as desk:
        first, second, third = (desk.post(encounter_document(number)).encounter for number in (1, 2, 3))
        desk.run()
        taker.refuses = True
        for encounter in (first, second):
            desk.store.write(partial(redeliver, desk.store, encounter=encounter, caller="operator", target="clinical"))
        desk.run()
        desk.store.write(partial(remove, desk.store, encounter=second, caller="officer"))
        desk.store.write(partial(redeliver, desk.store, encounter=third, caller="operator"))

        with desk.store.reading() as connection:
            counts = {state: Outbox(desk.store).counted(connection, state) for state in ("pending", "delivered", "parked")}

    assert counts == {"pending": {"clinical": 1, "payer": 1}, "delivered": {"payer": 1}, "parked": {"clinical": 1}}
