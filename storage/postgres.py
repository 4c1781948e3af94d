"""PostgreSQL, for more than one machine. Needs the extra ``gazette[postgres]``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

from crawler.errors import StoreError, StoreLocked
from storage.database import Database

try:
    import psycopg
    from psycopg import errors
    from psycopg.conninfo import conninfo_to_dict, make_conninfo
except ImportError as missing:
    raise StoreError("PostgreSQL needs its driver: install gazette[postgres]") from missing

#: The advisory lock under which commits (and migrations) form a queue; any fixed number does.
COMMIT_LOCK = int.from_bytes(b"gazette", "big")
_CONNECT_TIMEOUT = 10  # seconds
#: A network that swallows packets must not hold us, or at the server a session of ours, for the two hours that systems
#: wait by themselves. What the address says itself holds.
_KEEPALIVES = {"keepalives_idle": 20, "keepalives_interval": 5, "keepalives_count": 4, "tcp_user_timeout": 40_000}
_KEEPALIVES_THERE = b"SET tcp_keepalives_idle = 20; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 4"


def connect(address: str, **parameters: str) -> psycopg.Connection[tuple[Any, ...]]:
    """A connection that notices when the other side is gone. Raises ``psycopg.Error``."""
    given = conninfo_to_dict(address.replace("postgresql+psycopg://", "postgresql://", 1))
    kept = {"connect_timeout": _CONNECT_TIMEOUT, **_KEEPALIVES, **given, **parameters}
    connection = psycopg.connect(make_conninfo("", **kept), autocommit=True)
    connection.execute(_KEEPALIVES_THERE)
    return connection


class PostgresDatabase(Database):
    """A connection that comes back by itself: the transaction in which it broke fails, the next one connects anew."""

    driver_error = psycopg.Error
    skip_locked = " FOR UPDATE SKIP LOCKED"
    lock_row = " FOR UPDATE"

    def __init__(self, url: str, *, busy_timeout: timedelta) -> None:
        super().__init__()
        self._address = url
        self._busy_timeout = busy_timeout
        self.name = "PostgreSQL"
        try:
            self._connection = self._connect()
        except psycopg.Error as error:
            raise StoreError(f"PostgreSQL cannot be reached; check [storage] url ({_first_line(error)})") from error
        where = self._connection.info
        self.name = f"PostgreSQL database {where.dbname} at {where.host or 'localhost'}"

    def _connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        # Instants travel as UTC texts without an offset, as SQLite keeps them.
        milliseconds = int(self._busy_timeout.total_seconds() * 1000)
        connection = connect(self._address)
        connection.execute(f"SET TIME ZONE 'UTC'; SET lock_timeout = {milliseconds}".encode())
        return connection

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()

    def among(self, column: str) -> str:
        """See ``Database.among``."""
        return f"{column} = ANY(?)"

    def listed(self, values: Sequence[str]) -> object:
        """See ``Database.listed``."""
        return list(values)

    def queue_commits(self) -> None:
        """Takes a lock that ends with the transaction, after its changes became visible."""
        self.run("SELECT pg_advisory_xact_lock(?)", (COMMIT_LOCK,))

    def _begin(self, *, durable: bool) -> None:
        self._reconnect()
        self._connection.execute(b"BEGIN; SET LOCAL synchronous_commit = " + (b"on" if durable else b"off"))

    def _reconnect(self) -> None:
        if self._connection.closed and not self._in_transaction:  # half a transaction must not become a new one
            self._connection = self._connect()

    def _execute(self, sql: str, parameters: Sequence[object]) -> psycopg.Cursor[tuple[Any, ...]]:
        self._reconnect()
        return self._connection.execute(_translate(sql), parameters or None)

    def _execute_many(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        with self._connection.cursor() as cursor:
            cursor.executemany(_translate(sql), rows)

    def explain(self, error: Exception) -> StoreError:
        """See ``Database.explain``."""
        if isinstance(error, errors.LockNotAvailable | errors.DeadlockDetected):
            return StoreLocked(f"{self.name} is busy with another gazette's transaction; try again")
        if isinstance(error, errors.InsufficientPrivilege):
            return StoreError(f"{self.name} refuses our user; grant it its own schema ({_first_line(error)})")
        return StoreError(f"{self.name} cannot be used ({_first_line(error)})")


@lru_cache(maxsize=256)
def _translate(sql: str) -> bytes:
    """Our ``?`` in psycopg's spelling; none of our statements holds either sign otherwise."""
    return sql.replace("%", "%%").replace("?", "%s").encode()


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
