"""Articles that repeat others, or tell them in another language, and what they are found by.

Revision 0009.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_TIES = ("copy_of", "translation_of")


def upgrade() -> None:
    for column in _TIES:
        op.add_column("article", sa.Column(column, sa.String(), nullable=True))
        only = sa.text(f"{column} IS NOT NULL")
        op.create_index(op.f(f"ix_article_{column}"), "article", [column], sqlite_where=only, postgresql_where=only)
    op.create_table(
        "hallmark",
        sa.Column("mark", sa.BigInteger(), nullable=False, autoincrement=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("mark", "day", "article_id", name=op.f("pk_hallmark")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("hallmark")
    for column in _TIES:
        op.drop_index(op.f(f"ix_article_{column}"), table_name="article")
        op.drop_column("article", column)
