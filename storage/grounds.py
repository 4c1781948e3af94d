"""What a newer reader makes of articles that are known: read in order, renewed beside running checks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from crawler.model import KnownArticle, Observation, Revision, Verdict
from storage import rows
from storage.database import Database, Row
from storage.statements import select, update
from storage.writing import write_revisions

_OBSERVATION = ("url", "fetched_at", "status", "verdict", "sha256", "reason", "headers", "article_id")
_READABLE = "WHERE fetched_at >= ? AND sha256 <> '' AND verdict = 'ok' AND article_id <> ''"
# A check that has gone on meanwhile knows better: its step stands, and the reader meets the article there.
_RENEW = update(
    "article", "revision = ?, fingerprint = ?, title = ?, reader = ?, suspicion = NULL", "id = ? AND revision = ?"
)
_AGREE = update("article", "fingerprint = ?, reader = ?", "id = ? AND revision = ?")


class Grounds:
    """Renews what articles are compared with, and reads what was seen of them."""

    database: Database

    def sightings(self, *, since: datetime) -> dict[str, list[str]]:
        """The ids of what was answered with a readable body at or after ``since``, by article, oldest first."""
        sql = select("observation", ("id", "article_id"), _READABLE + " ORDER BY fetched_at, seq")
        found: dict[str, list[str]] = {}
        for identity, article_id in self.database.fetch(sql, (rows.to_column(since),)):
            found.setdefault(article_id, []).append(identity)
        return found

    def observations(self, ids: Sequence[str]) -> list[Observation]:
        """The observations of those ids, in the same order."""
        sql = select("observation", ("id", *_OBSERVATION), "WHERE " + self.database.among("id"))
        stored = {row[0]: row[1:] for row in self.database.fetch(sql, (self.database.listed(list(ids)),))}
        return [_observation(stored[each]) for each in ids if each in stored]

    def renew_grounds(self, renewed: Sequence[tuple[KnownArticle, Revision | None]]) -> int:
        """Writes what articles stand on now; without a revision they stand where they stood. Returns how many took it.

        An article that a check has taken further meanwhile is left as that check left it.
        """
        with self.database.writing(durable=True):
            self.database.queue_commits()
            return sum(self._renew(known, revision) for known, revision in renewed)

    def _renew(self, known: KnownArticle, revision: Revision | None) -> int:
        if revision is None:
            return self.database.run(_AGREE, (known.fingerprint, known.reader, known.id, known.revision))
        values = (revision.number, known.fingerprint, rows.storable(known.title), known.reader)
        taken = self.database.run(_RENEW, (*values, known.id, revision.number - 1))
        if taken:
            write_revisions(self.database, [revision])
        return taken


def _observation(row: Row) -> Observation:
    with rows.intact("observation", row[0]):
        return Observation(
            url=row[0],
            fetched_at=rows.instant(row[1]),
            status=row[2],
            verdict=Verdict(row[3]),
            sha256=row[4],
            reason=row[5],
            headers=rows.from_json(tuple[tuple[str, str], ...], row[6]),
            article_id=row[7],
        )
