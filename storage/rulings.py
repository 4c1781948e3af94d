"""What incidents stand for, and what an operator has decided of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crawler.model import (
    Change,
    ChangeKind,
    HeldChange,
    Incident,
    Outcome,
    Promise,
    Ruling,
    SourceState,
)
from storage import rows
from storage.held import held_change
from storage.promises import write_promises
from storage.queries import Queries, last_telling
from storage.statements import insert_new, select, update
from storage.writing import write_changes

_HELD = select("held", ("id", "record", "text"), "WHERE incident_id = ? ORDER BY position, id")
_HELD_AT = select("held", ("id", "record"), "WHERE incident_id IN (SELECT id FROM incident WHERE source = ?)")
_RULING = ("incident_id", "word", "ruled_at", "changes")
_RULE = insert_new("ruling", _RULING)
# A removal that was none: the article is looked at again at once, and its absence must be proven from the start.
_REVIVE = "state = 'present', absence = NULL, due_at = ?"


class Rulings(Queries):
    """``real``: what was held is written and promised now. ``noise``: it stays untold, and what vanished is back."""

    def find_incident(self, id_prefix: str) -> Incident:
        """The incident whose id starts so, as last told. Raises ``UsageError`` for none or several."""
        identity = self._find_id("incident", id_prefix, ("inc_", ""))
        columns = ("id", "state", "opening", "closing")
        (row,) = self.database.fetch(select("incident", columns, "WHERE id = ?"), (identity,))
        return last_telling(row)

    def held_by(self, incident: Incident) -> list[HeldChange]:
        """The changes for which an incident stands, in its order; those of the source by the name it has today."""
        return [
            HeldChange(
                incident_id=incident.id,
                change=replace(held_change(identity, record), source=incident.source),
                text=text,
            )
            for identity, record, text in self.database.fetch(_HELD, (incident.id,))
        ]

    def held_changes(self, source_id: str) -> list[Change]:
        """All changes for which an incident of the source stands."""
        return [held_change(*row) for row in self.database.fetch(_HELD_AT, (source_id,))]

    def rulings(self, incident_ids: Sequence[str]) -> dict[str, Ruling]:
        """What was decided of those incidents."""
        sql = select("ruling", _RULING, "WHERE " + self.database.among("incident_id"))
        found = self.database.fetch(sql, (self.database.listed(list(incident_ids)),))
        return {
            row[0]: Ruling(incident_id=row[0], word=row[1], ruled_at=rows.instant(row[2]), changes=row[3])
            for row in found
        }

    def rule_real(self, ruling: Ruling, changes: Sequence[Change], promises: Sequence[Promise]) -> list[Change]:
        """Writes and promises what was held, unless something was decided before. Returns what was written."""
        with self.database.writing(durable=True):
            self.database.queue_commits()
            if not self._rule(ruling):
                return []
            written = write_changes(self.database, changes)
            source = changes[0].source if changes else ""
            told = Outcome(
                source_id=source,
                state=SourceState(source_id=source),
                changes=tuple(changes),
                promises=tuple(promises),
            )
            write_promises(self.database, [told])
            return written

    def rule_noise(self, ruling: Ruling, changes: Sequence[Change]) -> bool:
        """Lets what was held stay untold, unless something was decided before. Returns whether it was not."""
        removed = [each.article.id for each in changes if each.kind is ChangeKind.REMOVED]
        with self.database.writing(durable=True):
            if not self._rule(ruling):
                return False
            condition = f"state = 'removed' AND {self.database.among('id')}"
            self.database.run(
                update("article", _REVIVE, condition), (rows.to_column(ruling.ruled_at), self.database.listed(removed))
            )
            return True

    def _rule(self, ruling: Ruling) -> bool:
        values = (ruling.incident_id, ruling.word, rows.to_column(ruling.ruled_at), ruling.changes)
        return self.database.run(_RULE, values) > 0
