"""Pulse: what the checks of a source have shown of its life, for choosing when to look again.

Revision 0006.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("source_state", sa.Column("pulse", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("source_state", "pulse")
