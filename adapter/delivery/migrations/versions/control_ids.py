"""Under which control id (MSH-10) of which sender each message came, and an index by which the first one is found."""

from alembic import op
from sqlalchemy import Column, String, text

revision = "0006"
down_revision = "0005"

_HAS_ONE = text("control_id IS NOT NULL")


def upgrade() -> None:
    """Make both; of what is kept already the control ids are not known."""
    op.add_column("document", Column("control_id", String))
    op.create_index("document_control_id", "document", ["control_id", "id"], sqlite_where=_HAS_ONE, postgresql_where=_HAS_ONE)
