"""What is due: which sources are to be visited, and which have articles to be looked at again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from storage import rows
from storage.database import Database
from storage.statements import update

#: Two programs' clocks may differ by so much.
CLOCK_DRIFT = timedelta(minutes=2)
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
_DUE_DELIVERIES = "SELECT min(due_at) FROM delivery WHERE state = 'pending' AND due_at <= ?"
_DELIVERIES = "SELECT state, count(*) FROM delivery WHERE state <> 'sent' GROUP BY state"
_MENDED = (
    update("source_state", "due_at = ?", "due_at > ?"),
    update("article", "due_at = ?", "due_at > ?"),
    update("article", "due_at = ?", "fetched_at > ?"),  # perhaps thought too old to be watched
    update("delivery", "due_at = ?", "state = 'pending' AND due_at > ?"),
    update("delivery", "lease_until = ?", "state = 'leased' AND lease_until > ?"),
)
_OPEN_INCIDENTS = "SELECT count(*) FROM incident WHERE state = 'open'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What waits to be told: since when at the longest, how many messages, how many of them for ever; open troubles."""

    oldest_due_at: datetime | None
    waiting: int
    dead: int
    incidents: int


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

    def standing(self, *, now: datetime) -> Standing:
        """How the outbox and the incidents stand."""
        fetch = self.database.fetch
        states: dict[str, int] = dict(fetch(_DELIVERIES))
        return Standing(
            oldest_due_at=rows.maybe_instant(fetch(_DUE_DELIVERIES, (rows.to_column(now),))[0][0]),
            waiting=sum(count for state, count in states.items() if state != "dead"),
            dead=states.get("dead", 0),
            incidents=fetch(_OPEN_INCIDENTS)[0][0],
        )

    def mend_due_times(self, *, now: datetime, listings: datetime, articles: datetime, deliveries: datetime) -> int:
        """Makes due now what is due later than it can be: a clock was wrong when that was written. Returns how many.

        The same for articles that were looked at in the future.
        """
        limits = (listings, articles, now + CLOCK_DRIFT, deliveries, deliveries)
        with self.database.writing(durable=True):
            return sum(
                self.database.run(sql, (rows.to_column(now), rows.to_column(limit)))
                for sql, limit in zip(_MENDED, limits, strict=True)
            )
