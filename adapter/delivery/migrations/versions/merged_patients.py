"""Patients that became others, and an index by which the encounters of a patient are found."""

from alembic import op
from sqlalchemy import Column, Float, LargeBinary, String

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make both."""
    op.create_table(
        "merged",
        Column("former", String, primary_key=True),
        Column("patient", String, nullable=False, index=True),
        Column("former_name", LargeBinary, nullable=False),
        Column("name", LargeBinary, nullable=False),
        Column("content", LargeBinary, nullable=False),
        Column("at", Float, nullable=False),
    )
    op.create_index("encounter_patient", "encounter", ["patient"])
