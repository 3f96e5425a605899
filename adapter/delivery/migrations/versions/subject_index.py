"""An index by which the newest document of a subject is found at once, however many an encounter has."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make it."""
    op.create_index("document_subject", "document", ["encounter", "subject", "number"])
