"""What is due: which sources are to be visited, and which have articles to be looked at again."""

from __future__ import annotations

from datetime import datetime

from storage import rows
from storage.database import Database

_DUE_SOURCES = (
    "SELECT source_id FROM source_state WHERE NOT muted AND (due_at IS NULL OR due_at <= ?) "
    "ORDER BY due_at IS NULL, due_at, source_id"
)
# One step into the index for each source, however many articles there are; DISTINCT would walk through all of them.
_SOURCES_WITH_DUE_ARTICLES = (
    "SELECT source_id FROM (SELECT source_id, "
    "(SELECT min(due_at) FROM article WHERE article.source_id = source_state.source_id) AS first_due_at "
    "FROM source_state WHERE NOT muted) AS planned WHERE first_due_at <= ? ORDER BY first_due_at, source_id"
)


class Agenda:
    """What a daemon asks every other second; cheap when nothing is due."""

    database: Database

    def due_sources(self, *, now: datetime) -> list[str]:
        """Sources that are due by ``now``, longest overdue first, then those remembered but never checked.

        Not those that are muted, and not those that nothing is remembered of.
        """
        return [source_id for (source_id,) in self.database.fetch(_DUE_SOURCES, (rows.to_column(now),))]

    def sources_with_due_articles(self, *, now: datetime) -> list[str]:
        """Sources that are not muted and own an article that is due by ``now``, longest overdue first."""
        return [source_id for (source_id,) in self.database.fetch(_SOURCES_WITH_DUE_ARTICLES, (rows.to_column(now),))]
