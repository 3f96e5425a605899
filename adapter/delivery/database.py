"""The database of the store: opened, locked against a second service, and migrated forward."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from errno import errorcode
from pathlib import Path
from typing import Literal, get_args

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from adapter.issues import Issue, IssueType, SetupError, Severity, UnavailableError

Role = Literal["service", "worker", "worker-process", "mllp", "command"]
"""What a process does with a store; of each, one process at a time may use a file."""

ROLES: tuple[Role, ...] = get_args(Role)

_MIGRATIONS = Path(__file__).parent / "migrations"
_OWNER_ONLY = 0o600
_BUSY_SECONDS = 30
_MIGRATION_LOCK = 731_000
_COLLISIONS = frozenset({"40P01", "23505"})
"""deadlock_detected and unique_violation (https://www.postgresql.org/docs/current/errcodes-appendix.html)."""


def open_database(url: str) -> Engine:
    """The database at `sqlite:///FILE` or `postgresql://…`, in its newest form.

    The files of SQLite are readable by their owner only. Raises SetupError for another address, and for a store that a newer
    adapter has written; UnavailableError where the database cannot be used.
    """
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise SetupError(_issue("store/address", "ADAPTER_STORE is not the address of a database")) from None
    with unavailable():
        if parsed.get_backend_name() == "sqlite":
            _make_private(Path(parsed.database or ""))
            engine = create_engine(parsed.set(drivername="sqlite"), connect_args={"timeout": _BUSY_SECONDS})
            _speak_sqlite(engine)
        else:
            engine = create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, pool_size=16)
        try:
            _migrate(engine)
        except SetupError:
            engine.dispose()
            raise
    return engine


@contextmanager
def unavailable(engine: Engine | None = None) -> Iterator[None]:
    """Say in words of ours when the database cannot be used: it is full, read-only, damaged or gone.

    With an `engine` also what its driver says where it is used without SQLAlchemy.
    """
    of_driver: tuple[type[Exception], ...] = (engine.dialect.loaded_dbapi.Error,) if engine is not None else ()
    kinds: tuple[type[Exception], ...] = (DBAPIError, OSError, sqlite3.Error, *of_driver)
    try:
        yield
    except kinds as error:
        found = f" ({code})" if (code := _code(error)) else ""
        remedy = "see to its disk, its rights and its server, and send again"
        text = f"the store cannot be used now{found}, so nothing was kept: {remedy}"
        raise UnavailableError(_issue("store/unavailable", text, code=IssueType.TRANSIENT)) from error


def _code(error: Exception) -> str | None:
    """What the database calls what is wrong: a name of SQLite, a code of PostgreSQL, or of the system. It holds no value."""
    said = error.orig if isinstance(error, DBAPIError) else error
    named: str | None = getattr(said, "sqlite_errorname", None) or getattr(said, "sqlstate", None)
    return named or (errorcode.get(said.errno or 0) if isinstance(said, OSError) else None)


def is_collision(error: UnavailableError) -> bool:
    """Whether another process held or wrote at the same moment what this one needed, on a server: it may be tried again."""
    cause = error.__cause__
    said = cause.orig if isinstance(cause, DBAPIError) else cause
    return getattr(said, "sqlstate", None) in _COLLISIONS


@contextmanager
def transaction(engine: Engine, *, writes: bool) -> Iterator[Connection]:
    """A transaction; one that writes a file begins as such, so that it is not refused halfway. Raises UnavailableError.

    SQLAlchemy could be told to begin so by an event; it would then look for listeners at every statement.
    """
    with unavailable(engine), engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
        yield connection


@contextmanager
def only_one(file: Path) -> Iterator[None]:
    """Hold a lock for the time of a block; raises SetupError if another process holds it. It ends with its process."""
    handle = os.open(file, os.O_CREAT | os.O_RDWR, _OWNER_ONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            text = "another service uses this store: stop it, or use PostgreSQL, which many services can share"
            raise SetupError(_issue("store/in-use", text, code=IssueType.CONFLICT)) from None
        yield
    finally:
        os.close(handle)


def lock_file(engine: Engine, role: Role) -> Path | None:
    """The file that a process of this role locks; nothing for a server that many processes share."""
    return lock_of(Path(engine.url.database or ""), role) if engine.dialect.name == "sqlite" else None


def lock_of(file: Path, role: Role) -> Path:
    """The file that a process of this role locks while it uses a store in a file."""
    return Path(f"{file}.{role}.lock")


def _make_private(file: Path) -> None:
    for name in (file, Path(f"{file}-wal"), Path(f"{file}-shm")):
        if name == file:
            os.close(os.open(name, os.O_CREAT | os.O_RDWR, _OWNER_ONLY))
        if name.exists():
            name.chmod(_OWNER_ONLY)


def _speak_sqlite(engine: Engine) -> None:
    """WAL with every commit on disk."""

    @event.listens_for(engine, "connect")
    def _set(connection: object, _record: object) -> None:
        connection.isolation_level = None  # type: ignore[attr-defined]  # the driver's own connection
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]  # as above


def _migrate(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    with transaction(engine, writes=True) as connection:
        config.attributes["connection"] = connection
        if engine.dialect.name == "postgresql":  # several processes may open it at the same moment
            connection.execute(select(func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
        try:
            command.upgrade(config, "head")
        except CommandError:
            text = "a newer adapter has written this store: use that version, or restore a backup of before"
            raise SetupError(_issue("store/newer", text)) from None


def _issue(rule: str, text: str, *, code: IssueType = IssueType.VALUE) -> Issue:
    return Issue(severity=Severity.ERROR, code=code, rule=rule, text=text)
