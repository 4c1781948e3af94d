"""The languages of an article beside its marks: what is told in the same one is no translation.

Revision 0011.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("hallmark", sa.Column("languages", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("hallmark", "languages")
