"""The tables of the first store, as they were then."""

from alembic import op
from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Table, text

revision = "0001"
down_revision = None

_TABLES = MetaData()


_NUMBER = BigInteger().with_variant(Integer(), "sqlite")

Table(
    "encounter",
    _TABLES,
    Column("id", String, primary_key=True),
    Column("patient", String, nullable=False),
    Column("anchor", LargeBinary),
    Column("state", String, nullable=False),
    Column("received", Integer, nullable=False),
    Column("made", Integer, nullable=False),
    Column("created", Float, nullable=False),
    Column("changed", Float, nullable=False),
    Column("due", Float),
    Index("encounter_due", "due", sqlite_where=text("due IS NOT NULL"), postgresql_where=text("due IS NOT NULL")),
    Index("encounter_created", "created", "id"),
    Index("encounter_state", "state", "created", "id"),
)

Table(
    "known_as",
    _TABLES,
    Column("digest", String, primary_key=True),
    Column("encounter", String, ForeignKey("encounter.id"), nullable=False, index=True),
)

Table(
    "document",
    _TABLES,
    Column("id", _NUMBER, primary_key=True, autoincrement=True),
    Column("encounter", String, ForeignKey("encounter.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("subject", String, nullable=False),
    Column("form", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("size", Integer, nullable=False),
    Column("received", Float, nullable=False),
    Column("caller", String, nullable=False),
    Column("settings", String, nullable=False),
    Column("content", LargeBinary),
    Index("document_encounter", "encounter", "number", unique=True),
    Index(
        "document_received", "received", sqlite_where=text("content IS NOT NULL"), postgresql_where=text("content IS NOT NULL")
    ),
)

Table(
    "made",
    _TABLES,
    Column("encounter", String, ForeignKey("encounter.id"), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("at", Float, nullable=False),
    Column("conversion", LargeBinary),
    Column("outgoing", LargeBinary),
    Column("digest", String, nullable=False),
)

Table(
    "receipt",
    _TABLES,
    Column("key", String, primary_key=True),
    Column("body", String, nullable=False),
    Column("encounter", String, nullable=False),
    Column("at", Float, nullable=False),
)

Table(
    "delivery",
    _TABLES,
    Column("encounter", String, ForeignKey("encounter.id"), primary_key=True),
    Column("target", String, primary_key=True),
    Column("state", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due", Float),
    Column("changed", Float, nullable=False),
    Index("delivery_state", "state", "target"),
)

Table(
    "event",
    _TABLES,
    Column("id", _NUMBER, primary_key=True, autoincrement=True),
    Column("encounter", String),
    Column("at", Float, nullable=False),
    Column("caller", String, nullable=False),
    Column("what", String, nullable=False),
    Column("target", String),
    Column("detail", String, nullable=False),
    Column("sealed", LargeBinary),
    Index("event_encounter", "encounter", "id"),
)

Table("secret", _TABLES, Column("name", String, primary_key=True), Column("value", LargeBinary, nullable=False))


def upgrade() -> None:
    """Make them."""
    _TABLES.create_all(op.get_bind())
