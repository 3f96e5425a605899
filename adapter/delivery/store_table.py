"""The tables of the store; `migrations` makes them, and a test holds the two together."""

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Table, text

METADATA = MetaData()

_NUMBER = BigInteger().with_variant(Integer(), "sqlite")  # SQLite counts up only what it calls INTEGER

ENCOUNTER = Table(
    "encounter",
    METADATA,
    Column("id", String, primary_key=True),
    Column("patient", String, nullable=False),  # a digest
    Column("anchor", LargeBinary),  # sealed
    Column("state", String, nullable=False),
    Column("received", Integer, nullable=False),
    Column("made", Integer, nullable=False),
    Column("created", Float, nullable=False),
    Column("changed", Float, nullable=False),
    Column("due", Float),
    Index("encounter_due", "due", sqlite_where=text("due IS NOT NULL"), postgresql_where=text("due IS NOT NULL")),
    Index("encounter_created", "created", "id"),
    Index("encounter_state", "state", "created", "id"),
    Index("encounter_patient", "patient"),
)
"""An encounter: how many documents were `received`, how many of them are in what was `made`, and when it is `due` again."""

KNOWN_AS = Table(
    "known_as",
    METADATA,
    Column("digest", String, primary_key=True),
    Column("encounter", String, ForeignKey("encounter.id"), nullable=False, index=True),
)
"""By which business keys an encounter is known, as keyed digests."""

KNOWN_ORDER = Table(
    "known_order",
    METADATA,
    Column("digest", String, primary_key=True),
    Column("encounter", String, ForeignKey("encounter.id"), nullable=False, index=True),
)
"""The numbers of an encounter's orders, as keyed digests: no other patient's order has them."""

DOCUMENT = Table(
    "document",
    METADATA,
    Column("id", _NUMBER, primary_key=True, autoincrement=True),
    Column("encounter", String, ForeignKey("encounter.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("subject", String, nullable=False),  # a digest: a later document of the same subject takes the place of this one
    Column("form", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("size", Integer, nullable=False),
    Column("received", Float, nullable=False),
    Column("caller", String, nullable=False),
    Column("settings", String, nullable=False),
    Column("content", LargeBinary),  # sealed; nothing when it was removed
    Column("control_id", String),  # of a message: a digest; nothing when its content was removed
    Index("document_encounter", "encounter", "number", unique=True),
    Index("document_subject", "encounter", "subject", "number"),
    Index(
        "document_control_id",
        "control_id",
        "id",
        sqlite_where=text("control_id IS NOT NULL"),
        postgresql_where=text("control_id IS NOT NULL"),
    ),
    Index(
        "document_received", "received", sqlite_where=text("content IS NOT NULL"), postgresql_where=text("content IS NOT NULL")
    ),
)

MADE = Table(
    "made",
    METADATA,
    Column("encounter", String, ForeignKey("encounter.id"), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("at", Float, nullable=False),
    Column("conversion", LargeBinary),  # sealed
    Column("outgoing", LargeBinary),  # sealed
    Column("digest", String, nullable=False),
)
"""The newest Conversion of an encounter, and the Bundle that its targets are to hold."""

MERGED = Table(
    "merged",
    METADATA,
    Column("former", String, primary_key=True),  # a digest
    Column("patient", String, nullable=False, index=True),  # a digest
    Column("former_name", LargeBinary, nullable=False),  # sealed
    Column("name", LargeBinary, nullable=False),  # sealed
    Column("content", LargeBinary, nullable=False),  # sealed
    Column("at", Float, nullable=False),
)
"""Which patient another one became, with both of their business keys and the message that said so."""

RECEIPT = Table(
    "receipt",
    METADATA,
    Column("key", String, primary_key=True),
    Column("body", String, nullable=False),
    Column("encounter", String, nullable=False),
    Column("at", Float, nullable=False),
)
"""Which Idempotency-Key (a digest) came with which body (a digest), and which encounter was the answer."""

DELIVERY = Table(
    "delivery",
    METADATA,
    Column("encounter", String, ForeignKey("encounter.id"), primary_key=True),
    Column("target", String, primary_key=True),
    Column("state", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due", Float),
    Column("changed", Float, nullable=False),
    Column("since", Float),
    Index("delivery_state", "state", "target", "since"),
)
"""What a target is to hold of an encounter (the digest of the Bundle), how far that has come, and since when it is wanted."""

FIGURE = Table(
    "figure",
    METADATA,
    Column("name", String, primary_key=True),
    Column("labels", String, primary_key=True),
    Column("value", Float, nullable=False),
)
"""What all processes of the store have counted together; labels as JSON."""

DELIVERY_COUNT = Table(
    "delivery_count",
    METADATA,
    Column("state", String, primary_key=True),
    Column("target", String, primary_key=True),
    Column("shard", Integer, primary_key=True),
    Column("number", BigInteger, nullable=False),
)
"""How many deliveries are in a state, by target, as the sum of some rows; triggers of the database keep it."""

EVENT = Table(
    "event",
    METADATA,
    Column("id", _NUMBER, primary_key=True, autoincrement=True),
    Column("encounter", String),
    Column("at", Float, nullable=False),
    Column("caller", String, nullable=False),
    Column("what", String, nullable=False),
    Column("target", String),
    Column("detail", String, nullable=False),
    Column("sealed", LargeBinary),  # what a server said, which may quote patient data
    Index("event_encounter", "encounter", "id"),
)
"""The audit trail: who did what, when, with hashes and outcomes and no clinical content."""

SECRET = Table("secret", METADATA, Column("name", String, primary_key=True), Column("value", LargeBinary, nullable=False))
"""What digests are made with, sealed."""
