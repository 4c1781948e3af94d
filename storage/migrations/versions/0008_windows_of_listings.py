"""Listings: what each named when it was last read, so that what is missing from its midst is looked for.

Revision 0008.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "listing_window",
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("keys", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("source_id", name=op.f("pk_listing_window")),
    )


def downgrade() -> None:
    op.drop_table("listing_window")
