"""The store as a check sees it: read what is known, commit what came of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from crawler.model import Bearer, Change, Incident, IncidentState, KnownArticle, Outcome, Revision, Sought, SourceState
from storage import rows
from storage.births import drop_second_births
from storage.chain import append_observations
from storage.database import Database, Row
from storage.promises import write_promises
from storage.relatives import find_bearers, load_relatives, write_hallmarks, write_translations
from storage.statements import select
from storage.ties import pass_on, settle_ties
from storage.writing import (
    write_articles,
    write_changes,
    write_held,
    write_incidents,
    write_revisions,
    write_signs,
    write_states,
    write_windows,
)

_DUE = select("article", rows.ARTICLE, "WHERE source_id = ? AND due_at <= ? ORDER BY due_at, id LIMIT ?")
_ALL = select("article", rows.ARTICLE, "WHERE source_id = ? ORDER BY due_at IS NULL, due_at, id LIMIT ?")
_WINDOW = select("listing_window", ("keys",), "WHERE source_id = ?")
_LATEST = select("revision", rows.REVISION, "WHERE article_id = ? ORDER BY number DESC LIMIT 1")


class Checks:
    """See ``crawler.ports.Store``, the part for checks."""

    database: Database

    def source_states(self, source_ids: Iterable[str]) -> dict[str, SourceState]:
        """The states of those sources that were ever checked."""
        sql = select("source_state", rows.SOURCE_STATE, "WHERE " + self.database.among("source_id"))
        found = self.database.fetch(sql, (self.database.listed(list(source_ids)),))
        return {row[0]: rows.source_state(row) for row in found}

    def find_articles(self, keys: Iterable[str]) -> dict[str, KnownArticle]:
        """Key to article, for those keys that are known."""
        stored = {key: rows.storable_key(key) for key in keys}
        sql = select("article_key", ("key", "article_id"), "WHERE " + self.database.among("key"))
        owners: dict[str, str] = dict(self.database.fetch(sql, (self.database.listed(list(stored.values())),)))
        articles = {article.id: article for article in self.load_articles(set(owners.values()))}
        return {key: articles[owners[short]] for key, short in stored.items() if short in owners}

    def load_articles(self, ids: Iterable[str]) -> list[KnownArticle]:
        """The articles of those ids, in no order."""
        wanted = list(ids)
        if not wanted:
            return []
        sql = select("article", rows.ARTICLE, "WHERE " + self.database.among("id"))
        return self.complete_articles(self.database.fetch(sql, (self.database.listed(wanted),)))

    def complete_articles(self, found: Sequence[Row]) -> list[KnownArticle]:
        """Rows of ``rows.ARTICLE`` with their keys, sightings and relatives, in the same order."""
        if not found:
            return []
        keys = self._lists("article_key", "key", found)
        sightings = self._lists("article_sighting", "source_id", found)
        relatives = load_relatives(self.database, found)
        return [rows.known_article(row, keys[row[0]], sightings[row[0]], relatives.get(row[0], ())) for row in found]

    def _lists(self, table: str, column: str, found: Sequence[Row]) -> defaultdict[str, list[str]]:
        lists: defaultdict[str, list[str]] = defaultdict(list)
        rest = f"WHERE {self.database.among('article_id')} ORDER BY position"
        sql = select(table, ("article_id", column), rest)
        for article_id, value in self.database.fetch(sql, (self.database.listed([row[0] for row in found]),)):
            lists[article_id].append(value)
        return lists

    def due_articles(self, source_id: str, *, now: datetime | None, limit: int) -> list[KnownArticle]:
        """Articles the source owns that are due at ``now`` (None: all of them), longest overdue first."""
        if now is None:
            return self.complete_articles(self.database.fetch(_ALL, (source_id, limit)))
        return self.complete_articles(self.database.fetch(_DUE, (source_id, rows.to_column(now), limit)))

    def listing_window(self, source_id: str) -> tuple[str, ...]:
        """The keys of what the source's listing named when it was last read well, in its order."""
        row = self.database.fetch_one(_WINDOW, (source_id,))
        with rows.intact("listing_window", source_id):
            return () if row is None else rows.from_json(tuple[str, ...], row[0])

    def owners_of_due_articles(self, source_ids: Iterable[str], *, now: datetime) -> list[str]:
        """Which of these sources, all checked before, own an article that is due at ``now``."""
        due = "(SELECT min(due_at) FROM article WHERE article.source_id = source_state.source_id) <= ?"
        sql = select("source_state", ("source_id",), f"WHERE {self.database.among('source_id')} AND {due}")
        found = self.database.fetch(sql, (self.database.listed(list(source_ids)), rows.to_column(now)))
        return [source_id for (source_id,) in found]

    def find_twins(self, source_id: str, fingerprints: Iterable[str]) -> list[KnownArticle]:
        """Articles the source owns that say exactly the same as one of ``fingerprints``; the newest 100."""
        rest = f"WHERE source_id = ? AND {self.database.among('fingerprint')} ORDER BY first_seen_at DESC LIMIT 100"
        sql = select("article", rows.ARTICLE, rest)
        wanted = self.database.listed(list(fingerprints))
        return self.complete_articles(self.database.fetch(sql, (source_id, wanted)))

    def find_alike(self, sought: Sequence[Sought], *, limit: int) -> list[list[Bearer]]:
        """For each question the articles that bear the most of its marks, those with the most first."""
        return find_bearers(self.database, sought, limit)

    def latest_revision(self, article_id: str) -> Revision | None:
        """The newest revision with its full text."""
        row = self.database.fetch_one(_LATEST, (article_id,))
        return None if row is None else rows.revision(row)

    def open_incidents_of(self, source_ids: Iterable[str]) -> list[Incident]:
        """The incidents of these sources that have not closed, oldest first."""
        rest = f"WHERE state = '{IncidentState.OPEN}' AND {self.database.among('source')} ORDER BY opened_at, id"
        sql = select("incident", ("id", "opening"), rest)
        return [rows.incident(*row) for row in self.database.fetch(sql, (self.database.listed(list(source_ids)),))]

    def commit(self, outcomes: Sequence[Outcome]) -> list[Change]:
        """Writes whole checks in one transaction and returns their changes with ``seq``, in commit order.

        Committing the same outcome twice equals committing it once. Changes, tellings and promises survive a power cut
        from here on: a mailed change must not vanish.
        """
        if not outcomes:
            return []
        durable = any(outcome.changes or outcome.incidents or outcome.promises for outcome in outcomes)
        with self.database.writing(durable=durable):
            self.database.queue_commits()
            return self._write(outcomes)

    def _write(self, outcomes: Sequence[Outcome]) -> list[Change]:
        database = self.database
        outcomes, heirs = settle_ties(database, drop_second_births(database, outcomes))
        write_articles(database, outcomes)
        pass_on(database, heirs)
        write_translations(database, (each for outcome in outcomes for each in outcome.translations))
        write_hallmarks(database, (each for outcome in outcomes for each in outcome.hallmarks))
        write_revisions(database, (revision for outcome in outcomes for revision in outcome.revisions))
        append_observations(database, (observation for outcome in outcomes for observation in outcome.observations))
        changes = write_changes(database, [change for outcome in outcomes for change in outcome.changes])
        write_incidents(database, (incident for outcome in outcomes for incident in outcome.incidents))
        write_held(database, (each for outcome in outcomes for each in outcome.held))
        write_signs(database, (sign for outcome in outcomes for sign in outcome.signs))
        write_promises(database, outcomes)
        write_states(database, outcomes)
        write_windows(database, outcomes)
        return changes
