"""How many deliveries of each destination are in each state, counted as they change: a look at the figures reads no delivery."""

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, String

revision = "0004"
down_revision = "0003"

_ADD = """INSERT INTO delivery_count (state, target, shard, number) VALUES ({row}.state, {row}.target, {shard}, {change})
ON CONFLICT (state, target, shard) DO UPDATE SET number = delivery_count.number + ({change});"""
_EVENTS = {"insert": ("NEW",), "delete": ("OLD",), "update": ("OLD", "NEW")}
_CHANGES = {"NEW": 1, "OLD": -1}
# Each of the server's processes counts in one of sixteen rows, so that workers do not wait for one another.
_FUNCTION = """CREATE FUNCTION count_delivery() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF TG_OP <> 'INSERT' THEN {less} END IF; IF TG_OP <> 'DELETE' THEN {more} END IF; RETURN NULL; END $$"""
_TRIGGER = """CREATE TRIGGER delivery_counted AFTER INSERT OR DELETE OR UPDATE OF state ON delivery
FOR EACH ROW EXECUTE FUNCTION count_delivery()"""


def upgrade() -> None:
    """Make the table, count what is there, and have each change counted."""
    op.create_table(
        "delivery_count",
        Column("state", String, primary_key=True),
        Column("target", String, primary_key=True),
        Column("shard", Integer, primary_key=True),
        Column("number", BigInteger, nullable=False),
    )
    op.execute(
        "INSERT INTO delivery_count (state, target, shard, number) "
        "SELECT state, target, 0, count(*) FROM delivery GROUP BY state, target"
    )
    if op.get_context().dialect.name == "postgresql":
        less, more = (_ADD.format(row=row, shard="mod(pg_backend_pid(), 16)", change=_CHANGES[row]) for row in ("OLD", "NEW"))
        op.execute(_FUNCTION.format(less=less, more=more))
        op.execute(_TRIGGER)
        return
    for event, rows in _EVENTS.items():
        steps = " ".join(_ADD.format(row=row, shard="0", change=_CHANGES[row]) for row in rows)
        when = "UPDATE OF state" if event == "update" else event.upper()
        op.execute(f"CREATE TRIGGER delivery_counted_{event} AFTER {when} ON delivery BEGIN {steps} END")
