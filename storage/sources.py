"""Care of sources by their operator: silenced, renamed, forgotten."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from crawler.errors import UsageError
from crawler.model import Incident, SourceState
from storage import rows
from storage.database import Database
from storage.held import sign
from storage.relatives import forget_originals
from storage.statements import delete, insert_new, select, update

_NEW_STATE = insert_new("source_state", rows.SOURCE_STATE)
_KNOWN = (
    "SELECT 1 FROM source_state WHERE source_id = ? UNION SELECT 1 FROM article WHERE source_id = ? "
    "UNION SELECT 1 FROM article_sighting WHERE source_id = ?"
)
_OPENINGS = select("incident", ("id", "opening"), "WHERE source = ? AND opening IS NOT NULL")
_OPEN = select("incident", ("id", "opening"), "WHERE source = ? AND state = 'open'")
# The keys that a source gives its own articles hold its id (see crawler.differ.identity).
_OWN_KEYS = update("article_key", "key = CAST(? AS VARCHAR) || substr(key, ?)", "substr(key, 1, ?) = ?")
# Who else lists an article takes it over; it is not forgotten then.
_HEIR = "SELECT min(source_id) FROM article_sighting WHERE article_id = article.id"
_INHERIT = update("article", f"source_id = ({_HEIR})", f"source_id = ? AND ({_HEIR}) IS NOT NULL")
_HEIRS_SIGHTING = delete(
    "article_sighting",
    "EXISTS (SELECT 1 FROM article WHERE id = article_sighting.article_id AND source_id = article_sighting.source_id)",
)
_MINE = "SELECT id FROM article WHERE source_id = ?"
# Changes told under an id that it had before it was renamed are its own as well.
_ITS_CHANGES = f"(source = ? OR article_id IN ({_MINE}))"
_ITS_EVENTS = (
    f"SELECT id FROM change WHERE {_ITS_CHANGES} "  # noqa: S608 - our own names
    "UNION SELECT id || ':open' FROM incident WHERE source = ? "
    "UNION SELECT id || ':closed' FROM incident WHERE source = ?"
)
_SIGNS = select("sign", ("id", "record"), "WHERE id > ? ORDER BY id LIMIT 200")
_ITS_INCIDENTS = "SELECT id FROM incident WHERE source = ?"
_UNSENT = "delivery_id IN (SELECT id FROM delivery WHERE state <> 'sent')"
_UNTOLD = f"event_id IN ({_ITS_EVENTS}) AND {_UNSENT}"
_EMPTY_DELIVERIES = (
    "state <> 'sent' AND payload IS NULL AND NOT EXISTS (SELECT 1 FROM delivery_event WHERE delivery_id = delivery.id)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What went with a source."""

    articles: int
    changes: int


class SourceCare:
    """What an operator may do to what is known of sources."""

    database: Database

    def mute_sources(self, source_ids: Iterable[str], *, muted: bool) -> None:
        """Silences sources, or wakes them, also before their first check. A check under way does not undo it."""
        with self.database.writing(durable=True):
            for source_id in source_ids:
                self.database.run(_NEW_STATE, rows.source_state_values(SourceState(source_id=source_id)))
                self.database.run(update("source_state", "muted = ?", "source_id = ?"), (muted, source_id))

    def knows_source(self, source_id: str) -> bool:
        """Whether anything is remembered under this id."""
        return self.database.fetch_one(_KNOWN, (source_id,) * 3) is not None

    def rename_source(self, old: str, new: str) -> None:
        """Everything that goes on under ``old`` goes on under ``new``; changes and closed incidents stay as told.

        Raises ``UsageError`` when something is known under ``new``.
        """
        with self.database.writing(durable=True):
            self.database.queue_commits()
            if self.knows_source(new):
                raise UsageError(f"{new} is already known in the database: choose another id, or forget it first")
            for table, column in (("source_state", "source_id"), ("article", "source_id")):
                self.database.run(update(table, f"{column} = ?", f"{column} = ?"), (new, old))
            self.database.run(update("article_sighting", "source_id = ?", "source_id = ?"), (new, old))
            prefix = f"id:{old}:"
            self.database.run(delete("listing_window", "source_id = ?"), (old,))  # it holds keys of the old id
            self.database.run(_OWN_KEYS, (f"id:{new}:", len(prefix) + 1, len(prefix), prefix))
            self._rename_incidents(old, new)

    def _rename_incidents(self, old: str, new: str) -> None:
        """Open incidents will be closed under the new id, so their opening names it too."""
        for identity, opening in self.database.fetch(_OPEN, (old,)):
            renamed = replace(rows.incident(identity, opening), source=new)
            self.database.run(update("incident", "opening = ?", "id = ?"), (rows.to_json(Incident, renamed), identity))
        self.database.run(update("incident", "source = ?", "source = ?"), (new, old))

    def forget_source(self, source_id: str) -> Forgotten:
        """Removes what is known of a source: its articles with their revisions, its changes and incidents.

        An article that another source lists too becomes that source's. Deliveries already sent and the chain of
        observations stay: they are what happened.
        """
        database = self.database
        with database.writing(durable=True):
            database.queue_commits()
            database.run(_INHERIT, (source_id,))
            database.run(_HEIRS_SIGHTING)
            forget_originals(database, _MINE, (source_id,))
            database.run(delete("delivery_event", _UNTOLD), (source_id,) * 4)
            self._forget_reminders(source_id)
            self._forget_signs(source_id)
            database.run(delete("delivery", _EMPTY_DELIVERIES))
            changes = database.run(delete("change", _ITS_CHANGES), (source_id, source_id))
            for table in ("revision", "search_entry", "article_key", "article_sighting"):
                database.run(delete(table, f"article_id IN ({_MINE})"), (source_id,))
            articles = database.run(delete("article", "source_id = ?"), (source_id,))
            for table in ("held", "ruling"):
                database.run(delete(table, f"incident_id IN ({_ITS_INCIDENTS})"), (source_id,))
            for table, column in (
                ("article_sighting", "source_id"),
                ("incident", "source"),
                ("source_state", "source_id"),
                ("listing_window", "source_id"),
            ):
                database.run(delete(table, f"{column} = ?"), (source_id,))
        return Forgotten(articles=articles, changes=changes)

    def _forget_reminders(self, source_id: str) -> None:
        """What is still to be told of the trouble that its incidents called to mind."""
        found = self.database.fetch(_OPENINGS, (source_id,))
        reminders = [each for row in found for each in rows.incident(*row).tellings if each.reminder]
        names = self.database.listed([each.event_id for each in reminders])
        self.database.run(delete("delivery_event", f"{self.database.among('event_id')} AND {_UNSENT}"), (names,))

    def _forget_signs(self, source_id: str) -> None:
        """First signs and echoes of a source and of its articles, and what is still to be told of them."""
        mine, after = {identity for (identity,) in self.database.fetch(_MINE, (source_id,))}, ""
        while batch := self.database.fetch(_SIGNS, (after,)):
            after = batch[-1][0]
            signs = [sign(*row) for row in batch]  # whose they are stands in their records alone
            gone = [each.id for each in signs if each.source == source_id or each.article.id in mine]
            among, names = self.database.among, self.database.listed(gone)
            self.database.run(delete("delivery_event", f"{among('event_id')} AND {_UNSENT}"), (names,))
            self.database.run(delete("sign", among("id")), (names,))

    def adopt_orphans(self, active: Collection[str]) -> None:
        """Gives the articles of sources that are watched no longer to an active source that lists them, if one does."""
        database = self.database
        watched = set(active)
        owners = [row[0] for row in database.fetch("SELECT source_id FROM source_state") if row[0] not in watched]
        if not owners:
            return
        heir = (
            "SELECT source_id FROM article_sighting WHERE article_id = article.id "  # noqa: S608 - our own names
            f"AND {database.among('source_id')} ORDER BY position, source_id LIMIT 1"
        )
        sql = update("article", f"source_id = ({heir})", f"source_id = ? AND EXISTS ({heir})")
        heirs = database.listed(sorted(watched))
        with database.writing(durable=False):
            for owner in owners:
                database.run(sql, (heirs, owner, heirs))
            database.run(_HEIRS_SIGHTING)
