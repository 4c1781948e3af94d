"""Sources: where a listing has moved for good, and what is due found without reading every source.

Revision 0004.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlmodel.sql.sqltypes import UTCDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("source_state", sa.Column("moved_from", sa.String(), nullable=False, server_default=""))
    op.add_column("source_state", sa.Column("moved_to", sa.String(), nullable=False, server_default=""))
    op.add_column("source_state", sa.Column("moved_at", UTCDateTime(), nullable=True))
    op.add_column("source_state", sa.Column("moves", sa.Integer(), nullable=False, server_default="0"))
    op.create_index(op.f("ix_source_state_due_at"), "source_state", ["due_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_source_state_due_at"), "source_state")
    for column in ("moves", "moved_at", "moved_to", "moved_from"):
        op.drop_column("source_state", column)
