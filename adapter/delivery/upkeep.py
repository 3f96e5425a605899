"""The upkeep of a store: a backup while it is in use, putting one back, and new keys for all that is kept."""

import os
import sqlite3
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

from sqlalchemy import Table, select, update
from sqlalchemy.engine import make_url

from adapter.delivery.database import ROLES, lock_of, only_one, unavailable
from adapter.delivery.store import Store, Transaction
from adapter.delivery.store_table import DOCUMENT, ENCOUNTER, EVENT, MADE, MERGED, SECRET
from adapter.issues import Issue, IssueType, NotSupportedError, SetupError, Severity

_OWNER_ONLY = 0o600
_SEALED = (  # the secret first: from then on, no process without the first key writes any more
    (SECRET, "value"),
    (ENCOUNTER, "anchor"),
    (DOCUMENT, "content"),
    (MADE, "conversion"),
    (MADE, "outgoing"),
    (EVENT, "sealed"),
    (MERGED, "former_name"),
    (MERGED, "name"),
    (MERGED, "content"),
)
_ROWS_AT_ONCE = 200


def back_up(store_url: str, target: Path) -> None:
    """Copy the store to a new file while it is in use; the copy is as of one moment, and needs the same keys.

    Raises SetupError if the file is there already, NotSupportedError for a store on a server.
    """
    source = file_of(store_url)
    if target.exists():
        raise SetupError(_issue("store/backup", "there is a file of this name already, and it is left as it is"))
    with unavailable():
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OWNER_ONLY))
        try:
            with closing(sqlite3.connect(source)) as reading, closing(sqlite3.connect(target)) as writing:
                reading.backup(writing)  # in one step: after each of several it would begin anew if somebody wrote meanwhile
        except BaseException:
            target.unlink()
            raise


def put_back(backup: Path, store_url: str) -> None:
    """Put a backup in the place of the store, which nobody may be using; raises SetupError otherwise, or if it is damaged."""
    target = file_of(store_url)
    with ExitStack() as stack, unavailable():
        for role in ROLES:
            stack.enter_context(only_one(lock_of(target, role)))
        _check_whole(backup)
        fresh = Path(f"{target}.restored")
        fresh.unlink(missing_ok=True)
        os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OWNER_ONLY))
        with closing(sqlite3.connect(backup)) as reading, closing(sqlite3.connect(fresh)) as writing:
            reading.backup(writing)
        for rest in ("-wal", "-shm"):
            Path(f"{target}{rest}").unlink(missing_ok=True)
        fresh.replace(target)


def _check_whole(backup: Path) -> None:
    with closing(sqlite3.connect(f"file:{backup}?mode=ro", uri=True)) as connection:
        try:
            is_whole = connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            is_ours = connection.execute("SELECT count(*) FROM secret").fetchone() == (1,)
        except sqlite3.DatabaseError:
            is_whole = is_ours = False
    if not (is_whole and is_ours):
        raise SetupError(_issue("store/damaged", "this is not a whole backup of a store, so nothing was changed"))


def file_of(store_url: str) -> Path:
    """The file of a store; raises NotSupportedError for a store on a server."""
    url = make_url(store_url)
    if url.get_backend_name() != "sqlite":
        text = "a store on PostgreSQL is backed up with its own tools: pg_dump and pg_restore, or an archive of its log"
        raise NotSupportedError(_issue("store/server", text))
    return Path(url.database or "")


def rotate(store: Store) -> int:
    """Encrypt all that is kept with the first key, some rows at a time, while the store is in use; gives how many rows."""
    return sum(_rotate_column(store, table, column) for table, column in _SEALED)


def _rotate_column(store: Store, table: Table, column: str) -> int:
    done, last = 0, None
    key = next(iter(table.primary_key.columns))
    while True:
        query = select(key).where(table.c[column].is_not(None)).order_by(key).limit(_ROWS_AT_ONCE)
        with store.reading() as connection:
            keys = list(connection.scalars(query if last is None else query.where(key > last)))
        if not keys:
            return done
        store.write(partial(_seal_anew, store, table, column, keys))
        done, last = done + len(keys), keys[-1]


def _seal_anew(store: Store, table: Table, column: str, keys: list[object], connection: Transaction) -> None:  # noqa: PLR0917 - partial
    key = next(iter(table.primary_key.columns))
    for row in connection.execute(select(key, table.c[column]).where(key.in_(keys), table.c[column].is_not(None))).all():
        connection.execute(update(table).where(key == row[0]).values({column: store.seal.anew(row[1])}))


def _issue(rule: str, text: str) -> Issue:
    return Issue(severity=Severity.ERROR, code=IssueType.PROCESSING, rule=rule, text=text)
