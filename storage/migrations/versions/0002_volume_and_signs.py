"""Alerts: the place of a message in its subscription's hour, and first signs that an article is gone.

Revision 0002.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("delivery", sa.Column("slot_at", UTCDateTime(), nullable=True))
    op.create_table(
        "sign",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("detected_at", UTCDateTime(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign")),
    )


def downgrade() -> None:
    op.drop_table("sign")
    op.drop_column("delivery", "slot_at")
