"""Articles: the reader their text agrees with. Incidents: what they stand for, and what was decided of them.

Revision 0007.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("article", sa.Column("reader", sa.Integer(), nullable=True))
    op.create_table(
        "held",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("incident_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held")),
    )
    op.create_index(op.f("ix_held_incident_id_position"), "held", ["incident_id", "position"])
    op.create_table(
        "ruling",
        sa.Column("incident_id", sa.String(), nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("ruled_at", UTCDateTime(), nullable=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_ruling")),
    )


def downgrade() -> None:
    op.drop_table("ruling")
    op.drop_index(op.f("ix_held_incident_id_position"), "held")
    op.drop_table("held")
    op.drop_column("article", "reader")
