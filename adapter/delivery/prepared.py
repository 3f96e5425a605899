"""Statements of every encounter: put together once for each database, and handed to its driver as they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from sqlalchemy import Connection, Delete, Insert, Select, Update

Parameters: TypeAlias = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverStatement:
    """A statement as a driver takes it: its text, parameters of its own, and their order where the text does not name them."""

    text: str
    own: Parameters
    order: tuple[str, ...] | None

    def filled(self, parameters: Parameters) -> list[object] | Parameters:
        """The parameters as the driver takes them."""
        given = {**self.own, **parameters} if self.own else parameters
        return [given[name] for name in self.order] if self.order is not None else given


class Prepared:
    """A statement of SQLAlchemy Core, carried out by the driver on the connection of a transaction.

    What SQLAlchemy does for each statement costs several times what SQLite needs to carry it out. Values go to the driver, and
    come from it, as they are (texts, numbers, bytes, None), and its errors are put into words by `transaction`.
    """

    def __init__(self, statement: "Select[Any] | Insert | Update | Delete") -> None:
        """Take a statement, put together when it is first needed; its parameters are `bindparam`s, and columns that are set."""
        self._statement = statement.inline() if isinstance(statement, Insert) else statement
        self._texts: dict[tuple[str, ...], DriverStatement] = {}

    def rows(self, connection: Connection, parameters: Parameters) -> list[tuple[Any, ...]]:
        """The rows that it finds, with the columns in the order in which they were asked for."""
        text = self.text(connection, parameters)
        cursor = connection.connection.cursor()
        cursor.execute(text.text, text.filled(parameters))
        found = list(cursor.fetchall())
        cursor.close()
        return found

    def first(self, connection: Connection, parameters: Parameters) -> tuple[Any, ...] | None:
        """The first row that it finds, or None."""
        return next(iter(self.rows(connection, parameters)), None)

    def change(self, connection: Connection, rows: Sequence[Parameters]) -> int:
        """Carry it out for each of some rows, which have the same columns; gives how many rows of the database that changed."""
        if not rows:
            return 0
        text = self.text(connection, rows[0])
        cursor = connection.connection.cursor()
        if len(rows) == 1:
            cursor.execute(text.text, text.filled(rows[0]))
        else:
            cursor.executemany(text.text, cast("Sequence[Parameters]", [text.filled(row) for row in rows]))
        changed: int = cursor.rowcount
        cursor.close()
        return changed

    def text(self, connection: Connection, parameters: Parameters) -> DriverStatement:
        """The statement with these parameters, for the driver of a connection."""
        dialect = connection.dialect
        key = (dialect.name, *parameters)
        known = self._texts.get(key)
        if known is None:
            compiled = self._statement.compile(dialect=dialect, column_keys=list(parameters))
            own = {name: value for name, value in compiled.params.items() if name not in parameters}
            order = tuple(compiled.positiontup or ()) if compiled.positional else None
            known = self._texts[key] = DriverStatement(text=compiled.string, own=own, order=order)
        return known
