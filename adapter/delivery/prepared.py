"""Statements of every encounter: put together once for each database, and handed to its driver as they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Connection, Delete, Insert, Select, Update, bindparam
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

Parameters: TypeAlias = Mapping[str, object]

_SERVER = PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]  # as SQLAlchemy has it

_MOST_ROWS = 64
"""So many rows go to a server in one statement: of each number of rows there is a text of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriverStatement:
    """A statement as a driver takes it: its text, parameters of its own, and the names of all in their order."""

    text: str
    own: Parameters
    order: tuple[str, ...]

    def filled(self, parameters: Parameters) -> list[object]:
        """The parameters as the driver takes them."""
        given = {**self.own, **parameters} if self.own else parameters
        return [given[name] for name in self.order]


class Prepared:
    """A statement of SQLAlchemy Core, carried out by the driver on the connection of a transaction.

    What SQLAlchemy does for each statement costs several times what SQLite needs to carry it out. Values go to the driver, and
    come from it, as they are (texts, numbers, bytes, None), and its errors are put into words by `transaction`.
    """

    def __init__(self, statement: "Select[Any] | Insert | Update | Delete") -> None:
        """Take a statement, put together when it is first needed; its parameters are `bindparam`s, and columns that are set."""
        self._statement = statement.inline() if isinstance(statement, Insert) else statement
        self._texts: dict[tuple[object, ...], DriverStatement] = {}

    def rows(self, connection: Connection, parameters: Parameters) -> list[tuple[Any, ...]]:
        """The rows that it finds, with the columns in the order in which they were asked for."""
        text = self.text(connection, parameters)
        cursor = _cursor(connection)
        cursor.execute(text.text, text.filled(parameters))
        found = list(cursor.fetchall())
        cursor.close()
        return found

    def first(self, connection: Connection, parameters: Parameters) -> tuple[Any, ...] | None:
        """The first row that it finds, or None."""
        return next(iter(self.rows(connection, parameters)), None)

    def change(self, connection: Connection, parameters: Parameters) -> int:
        """Carry it out; gives how many rows of the database that changed."""
        text = self.text(connection, parameters)
        cursor = _cursor(connection)
        cursor.execute(text.text, text.filled(parameters))
        changed: int = cursor.rowcount
        cursor.close()
        return changed

    def insert(self, connection: Connection, rows: Sequence[Parameters]) -> None:
        """Insert some rows, which have the same columns: a server gets many in a statement, for each has to be waited for."""
        if not rows:
            return
        cursor = _cursor(connection)
        if _is_file(connection):
            one = self.text(connection, rows[0])
            cursor.executemany(one.text, [one.filled(row) for row in rows])
        else:
            for begin in range(0, len(rows), _MOST_ROWS):
                some = rows[begin : begin + _MOST_ROWS]
                text = self.text(connection, some[0], rows=len(some))
                cursor.execute(text.text, [value for row in some for value in text.filled(row)])
        cursor.close()

    def text(self, connection: Connection, parameters: Parameters, *, rows: int = 1) -> DriverStatement:
        """The statement with these parameters, or for so many rows of them, for the driver of a connection."""
        key = (connection.dialect.name, rows, *parameters)
        known = self._texts.get(key)
        if known is None:
            known = self._texts[key] = self._put_together(connection, parameters, rows)
        return known

    def _put_together(self, connection: Connection, parameters: Parameters, rows: int) -> DriverStatement:
        statement, names = self._statement, list(parameters)
        if rows > 1:
            assert isinstance(statement, Insert)  # noqa: S101 - only of those several rows are told
            types = {name: statement.table.c[name].type for name in names}
            of_rows = [{name: bindparam(f"{name}_{row}", type_=types[name]) for name in names} for row in range(rows)]
            compiled = statement.values(of_rows).compile(dialect=_SERVER)
            order = tuple(name.removesuffix("_0") for name in (compiled.positiontup or ())[: len(names)])
            return DriverStatement(text=compiled.string, own={}, order=order)
        dialect = connection.dialect if _is_file(connection) else _SERVER
        compiled = statement.compile(dialect=dialect, column_keys=names)
        own = {name: value for name, value in compiled.params.items() if name not in parameters}
        return DriverStatement(text=compiled.string, own=own, order=tuple(compiled.positiontup or ()))


def _cursor(connection: Connection) -> Any:  # noqa: ANN401 - of either driver
    """A cursor of the driver, which takes parameters by their place."""
    driver: Any = connection.connection.driver_connection
    return driver.cursor() if _is_file(connection) else connection.dialect.loaded_dbapi.RawCursor(driver)


def _is_file(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"
