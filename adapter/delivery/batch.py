"""What a group of writes leaves for the end of its transaction: rows of new encounters, and which encounters have work."""

from collections.abc import Sequence

from sqlalchemy import Connection

from adapter.delivery.prepared import Parameters, Prepared


class Batch:
    """Rows that nobody outside the group can ask for yet; one by one each would cost a statement and, on a server, a wait.

    Whoever may ask for one of them within the group has them written before.
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self.due: dict[str, float] = {}
        self._rows: dict[Prepared, list[Parameters]] = {}

    def add(self, insert: Prepared, rows: Sequence[Parameters]) -> None:
        """Leave rows of a table for the end; what is added first is written first."""
        self._rows.setdefault(insert, []).extend(rows)

    def rows(self, insert: Prepared) -> Sequence[Parameters]:
        """The rows of a table that are still to be written."""
        return self._rows.get(insert, ())

    def write(self, connection: Connection) -> None:
        """Write them."""
        for insert, rows in self._rows.items():
            insert.insert(connection, rows)
        self._rows.clear()

    def announce(self, encounter: str, seconds: float) -> None:
        """Note that an encounter has work in so many seconds."""
        self.due[encounter] = min(seconds, self.due.get(encounter, seconds))
