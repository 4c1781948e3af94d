"""Sources: what is learned of how their good pages look.

Revision 0003.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("source_state", sa.Column("expectation", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("source_state", "expectation")
