"""Opens the store: one database, its schema brought up to date, everything the ports ask of it."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from types import TracebackType

from crawler.errors import StoreError
from storage.agenda import Agenda
from storage.database import Database
from storage.facts import Facts
from storage.grounds import Grounds
from storage.outbox import Outbox
from storage.posting import Posting
from storage.rulings import Rulings
from storage.schema import ensure_schema
from storage.search import Search
from storage.sources import SourceCare
from storage.sqlite import SqliteDatabase

BUSY_TIMEOUT = timedelta(seconds=5)
_SQLITE = "sqlite:///"
_POSTGRES = "postgresql+psycopg://"


class SqlStore(Rulings, Agenda, Facts, Grounds, Outbox, Posting, Search, SourceCare):
    """What is remembered, on SQLite or PostgreSQL; satisfies ``crawler.ports.Store``.

    ``created`` tells that the database was empty when it was opened.
    """

    def __init__(self, database: Database, *, url: str, created: bool) -> None:
        self.database = database
        self.url = url
        self.created = created

    def close(self) -> None:
        """Gives the connection back."""
        self.database.close()

    def __enter__(self) -> SqlStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_store(url: str, *, create: bool = True, busy_timeout: timedelta = BUSY_TIMEOUT) -> SqlStore:
    """Opens the database at ``sqlite:///absolute/path`` or ``postgresql+psycopg://…``.

    Makes it where there is none (unless ``create`` is false), upgrades an older schema after a backup.
    ``busy_timeout`` is how long to wait for another program. Raises ``StoreLocked``, ``StoreNewer``, ``StoreError``.
    """
    database = _open_sqlite(url, create, busy_timeout) if url.startswith(_SQLITE) else _open_postgres(url, busy_timeout)
    try:
        created = ensure_schema(database, url)
        if isinstance(database, SqliteDatabase):
            database.use_write_ahead_log()
    except BaseException:
        database.close()
        raise
    return SqlStore(database, url=url, created=created)


def _open_sqlite(url: str, create: bool, busy_timeout: timedelta) -> Database:
    path = Path(url.removeprefix(_SQLITE))
    if not path.name or path.name == ":memory:":
        raise StoreError(f"{url} names no file; a database in memory would forget what was promised")
    if not create and not os.path.exists(path):  # unlike Path.exists, never raises
        raise StoreError(f"there is no database at {path.absolute()}; `gazette crawl` makes it")
    return SqliteDatabase(path.absolute(), busy_timeout=busy_timeout)


def _open_postgres(url: str, busy_timeout: timedelta) -> Database:
    if not url.startswith(_POSTGRES):
        kind = url.partition(":")[0]
        raise StoreError(f"{kind} is no database Gazette knows; use sqlite:///path or postgresql+psycopg://…")
    from storage.postgres import PostgresDatabase

    return PostgresDatabase(url, busy_timeout=busy_timeout)
