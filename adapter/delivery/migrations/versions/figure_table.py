"""Figures of all processes together, and since when a delivery has been wanted."""

from alembic import op
from sqlalchemy import Column, Float, String

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the table and the column; of deliveries that are wanted already, their last change is all that is known."""
    op.create_table(
        "figure",
        Column("name", String, primary_key=True),
        Column("labels", String, primary_key=True),
        Column("value", Float, nullable=False),
    )
    op.add_column("delivery", Column("since", Float))
    op.execute("UPDATE delivery SET since = changed WHERE state = 'pending'")
    op.drop_index("delivery_state", table_name="delivery")
    op.create_index("delivery_state", "delivery", ["state", "target", "since"])
