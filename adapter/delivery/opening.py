"""A store, opened with its keys."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine, insert, select
from sqlalchemy.exc import IntegrityError

from adapter.delivery.database import open_database, transaction
from adapter.delivery.seal import Seal, new_key
from adapter.delivery.store import PEPPER, Announce, Store, to_those_who_look
from adapter.delivery.store_table import SECRET
from adapter.issues import Issue, IssueType, SetupError, Severity, UnavailableError

_SECRET = select(SECRET.c.value).where(SECRET.c.name == PEPPER)


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What a store needs of the world: the time in seconds since 1970, ids that say nothing, and who tells workers.

    `most_documents` is how many documents an encounter may have.
    """

    now: Callable[[], float]
    new_id: Callable[[], str]
    announce: Announce = to_those_who_look
    most_documents: int = 1000


def open_store(url: str, keys: str, surroundings: Surroundings) -> Store:
    """The store at an address, with the keys of a text, one on a line, the newest first.

    Raises SetupError for keys that do not open it, UnavailableError where the database cannot be used.
    """
    seal = Seal([line.strip().encode() for line in keys.splitlines() if line.strip()])
    engine = open_database(url)
    try:
        seal.pepper = _pepper(engine, seal)
    except SetupError:
        engine.dispose()
        raise
    store = Store(engine, seal, now=surroundings.now, new_id=surroundings.new_id, announce=surroundings.announce)
    store.most_documents = surroundings.most_documents
    return store


def _pepper(engine: Engine, seal: Seal) -> bytes:
    """What digests are made with, made with the store; opening it shows whether the keys fit. Raises SetupError if not."""
    with transaction(engine, writes=True) as connection:
        sealed = connection.scalars(_SECRET).first()
        if sealed is not None:
            return _opened(seal, sealed)
        pepper = new_key()
        try:
            with connection.begin_nested():
                connection.execute(insert(SECRET).values(name=PEPPER, value=seal.close(pepper)))
        except IntegrityError:  # another process made it at the same moment
            return _opened(seal, connection.scalars(_SECRET).one())
        return pepper


def _opened(seal: Seal, sealed: bytes) -> bytes:
    try:
        return seal.open(sealed)
    except UnavailableError as error:
        raise SetupError(*error.issues) from None


def no_keys() -> SetupError:
    """What is wrong where a store is set, and no file of keys."""
    text = "a store needs keys: what it holds is encrypted"
    return _wrong(text, "write one with `adapter store key > store.keys`, and set ADAPTER_STORE_KEYS to that file")


def no_driver() -> SetupError:
    """What is wrong where PostgreSQL is set, and what speaks to it is not installed."""
    return _wrong("a store on PostgreSQL needs its driver and queue", "install them with pip install 'adapter-0731t[postgres]'")


def no_store() -> SetupError:
    """What is wrong where something is asked of a store, and none is set."""
    return _wrong("no store is set, so nothing is kept", "set ADAPTER_STORE, for example to sqlite:///store.db")


def _wrong(text: str, suggestion: str) -> SetupError:
    issue = Issue(severity=Severity.ERROR, code=IssueType.REQUIRED, rule="store/settings", text=text, suggestion=suggestion)
    return SetupError(issue)
