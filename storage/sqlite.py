"""SQLite: one file, write-ahead log, one writer at a time."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from crawler.errors import StoreError, StoreLocked
from storage.database import Database

_SMALLEST = 512  # bytes: the smallest page there is
_DAMAGED = "is not a SQLite database or is damaged; restore a backup, or name another file in [storage] url"
_READ_ONLY = "cannot be written; the file and its folder must belong to the user that runs Gazette"
_DISK = "could not be written to disk; free some space and check the disk; what is known stays known"

#: What to say for a primary result code of SQLite (https://sqlite.org/rescode.html).
_ADVICE = {
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_CANTOPEN: "cannot be opened; check that the folder exists and belongs to the user that runs Gazette",
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_FULL: _DISK,
    sqlite3.SQLITE_IOERR: _DISK,
}


class SqliteDatabase(Database):
    """A database file. Raises ``StoreError`` when it cannot be opened."""

    driver_error = sqlite3.Error
    arrival = "rowid"

    def __init__(self, path: Path, *, busy_timeout: timedelta) -> None:
        super().__init__()
        self.path = path
        self.name = str(path)
        self._busy_timeout = busy_timeout
        _refuse_other_files(path)
        try:
            self._connection = self._connect()
        except sqlite3.Error as error:
            raise self.explain(error) from error

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path,
            timeout=self._busy_timeout.total_seconds(),
            isolation_level=None,  # transactions begin where we say so
            check_same_thread=False,  # guarded by our own lock
            cached_statements=256,
        )
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA temp_store=MEMORY")
        return connection

    def use_write_ahead_log(self) -> None:
        """Lets readers and the writer work at the same time. Kept by the file from then on."""
        if self.fetch("PRAGMA journal_mode") != [("wal",)]:
            self.run("PRAGMA journal_mode=WAL")

    def close(self) -> None:
        """Closes the file. The last one to close it folds the write-ahead log into it."""
        self._connection.close()

    def among(self, column: str) -> str:
        """See ``Database.among``."""
        return f"{column} IN (SELECT value FROM json_each(?))"  # noqa: S608 - our own names

    def listed(self, values: Sequence[str]) -> object:
        """See ``Database.listed``."""
        try:
            return json.dumps(list(values), ensure_ascii=False)
        except TypeError as error:  # SQLite keeps bytes in a column of texts, if somebody puts them there
            raise StoreError(f"{self.name} holds a name that is no text ({error}); restore a backup") from error

    def queue_commits(self) -> None:
        """Nothing to do: ``BEGIN IMMEDIATE`` lets only one writer in."""

    def _begin(self, *, durable: bool) -> None:
        # The pragma has no effect inside a transaction.
        self._connection.execute("PRAGMA synchronous=FULL" if durable else "PRAGMA synchronous=NORMAL")
        # A deferred transaction that reads and then writes fails at once, whatever the busy timeout.
        self._connection.execute("BEGIN IMMEDIATE")

    def _execute(self, sql: str, parameters: Sequence[object]) -> sqlite3.Cursor:
        return self._connection.execute(sql, parameters)

    def _execute_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        self._connection.executemany(sql, rows)

    def explain(self, error: Exception) -> StoreError:
        """See ``Database.explain``."""
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # extended codes keep the primary one in the low byte
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            seconds = self._busy_timeout.total_seconds()
            return StoreLocked(
                f"{self.name} is held by another program for more than {seconds:g} s; "
                "wait for it to finish, or stop the other gazette (docs/operations.md#when-the-database-cannot-be-used)"
            )
        return StoreError(f"{self.name} {_ADVICE.get(code, 'cannot be used')} ({error})")


def _refuse_other_files(path: Path) -> None:
    """SQLite would not name the first mistake, and takes a short file of anything for an empty database.

    By looking only: to open and close the file here would drop the locks that this process holds on it elsewhere
    (https://sqlite.org/howtocorrupt.html, §2.2).
    """
    try:
        found = path.stat()
    except OSError:
        return  # new, or for SQLite to explain
    if stat.S_ISDIR(found.st_mode):
        raise StoreError(f"{path} is a folder; [storage] url must name a file")
    if 0 < found.st_size < _SMALLEST:
        raise StoreError(f"{path} {_DAMAGED}")


def copy_file(path: Path, target: Path, *, overwrite: bool = False) -> None:
    """Copies the database at ``path``, consistent even while it is written to, and all or nothing.

    Raises ``FileExistsError`` unless ``overwrite``, ``OSError`` and ``sqlite3.Error``.
    """
    partial = target.with_name(f"{target.name}.{os.getpid()}.partial")
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("VACUUM INTO ?", (str(partial),))
        _sync(partial)
        _publish(partial, target, overwrite=overwrite)
    finally:
        connection.close()
        partial.unlink(missing_ok=True)


def _publish(partial: Path, target: Path, *, overwrite: bool) -> None:
    if overwrite:
        partial.replace(target)
    else:
        target.hardlink_to(partial)  # unlike a rename, refuses to replace a file that is there


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
