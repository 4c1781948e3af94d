"""What search goes through: the revisions in the order in which they were written.

Revision 0010. The words themselves are not here: SQLite keeps them in a table that search makes when it is first
asked, PostgreSQL beside each entry.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "search_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_entry")),
        sa.UniqueConstraint("article_id", "number", name=op.f("uq_search_entry_article_id_number")),
        sqlite_autoincrement=True,
    )
    op.execute(
        "INSERT INTO search_entry (article_id, number) "
        "SELECT article_id, number FROM revision ORDER BY seen_at, article_id, number"
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE search_entry ADD COLUMN terms tsvector")
        op.execute("CREATE INDEX ix_search_entry_terms ON search_entry USING gin (terms)")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE IF EXISTS search_terms")
    op.drop_table("search_entry")
