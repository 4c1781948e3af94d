"""Single facts about the database, each under its own key."""

from __future__ import annotations

from storage import rows
from storage.database import Database

#: For who writes or reads a fact within a transaction of its own.
READ_FACT = "SELECT value FROM meta WHERE key = ?"
WRITE_FACT = "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"


class Facts:
    """What whoever works on the database leaves for others to read, such as the daemon's last tick."""

    database: Database

    def read_fact(self, key: str) -> str | None:
        """The value under ``key``, if there is one."""
        row = self.database.fetch_one(READ_FACT, (key,))
        return str(row[0]) if row else None

    def write_fact(self, key: str, value: str) -> None:
        """Puts ``value`` under ``key``, in place of what was there; a power cut may take the last few."""
        with self.database.writing(durable=False):
            self.database.run(WRITE_FACT, (key, rows.storable(value)))
