"""Habits: what tells noise and trouble from change, of an article and of a source.

Revision 0005.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("article", sa.Column("past", sa.String(), nullable=True))
    op.add_column("article", sa.Column("wavers", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_article_source_id_fingerprint"), "article", ["source_id", "fingerprint"])
    op.add_column("source_state", sa.Column("habits", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("source_state", "habits")
    op.drop_index(op.f("ix_article_source_id_fingerprint"), table_name="article")
    op.drop_column("article", "wavers")
    op.drop_column("article", "past")
