"""By which numbers the orders of an encounter are known: what is kept already is known once a document says it again."""

from alembic import op
from sqlalchemy import Column, ForeignKey, String

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "known_order",
        Column("digest", String, primary_key=True),
        Column("encounter", String, ForeignKey("encounter.id"), nullable=False, index=True),
    )
