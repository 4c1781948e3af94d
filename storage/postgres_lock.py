"""The daemon's lock on PostgreSQL: held by a session, gone with it."""

from __future__ import annotations

import os
import socket
from typing import Any

import psycopg

from crawler.errors import StoreError
from storage.exclusive import DaemonLock, taken

#: Any fixed number other than that of commits; advisory locks are counted for each database apart.
DAEMON_LOCK = int.from_bytes(b"gazetted", "big")
_CONNECT_TIMEOUT = 10  # seconds
_TAKE = "SELECT pg_try_advisory_lock(%s)"
# A bigint's halves are two columns of pg_locks.
_HOLDER = (
    "SELECT application_name FROM pg_stat_activity JOIN pg_locks USING (pid) WHERE locktype = 'advisory' AND granted "
    "AND (classid::bigint << 32) + objid::bigint = %s AND objsubid = 1 "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


class AdvisoryLock(DaemonLock):
    """The lock of a PostgreSQL database, on a connection that does nothing else."""

    def __init__(self, url: str) -> None:
        self._address = url.replace("postgresql+psycopg://", "postgresql://", 1)
        self._connection = self._take()

    def _take(self) -> psycopg.Connection[tuple[Any, ...]]:
        try:
            connection = psycopg.connect(
                self._address,
                autocommit=True,
                connect_timeout=_CONNECT_TIMEOUT,
                # Shown to a daemon that is refused, and to whoever looks at pg_stat_activity.
                application_name=f"pid {os.getpid()} on {socket.gethostname()}"[:60],
            )
        except psycopg.Error as error:
            raise _cannot(error) from error
        try:
            self._claim(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _claim(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        try:
            if connection.execute(_TAKE, (DAEMON_LOCK,)).fetchone() == (True,):
                return
            row = connection.execute(_HOLDER, (DAEMON_LOCK,)).fetchone()
        except psycopg.Error as error:
            raise _cannot(error) from error
        raise taken(str(row[0]) if row and row[0] else "elsewhere", f"PostgreSQL {connection.info.dbname}")

    def renew(self) -> None:
        """See ``DaemonLock.renew``. With its session the lock is gone: another daemon may have come in between."""
        try:
            self._connection.execute(b"SELECT 1")
        except psycopg.Error:
            self._connection.close()
            self._connection = self._take()

    def release(self) -> None:
        """See ``DaemonLock.release``."""
        self._connection.close()


def _cannot(error: Exception) -> StoreError:
    reason = str(error).strip().partition("\n")[0]
    return StoreError(f"the daemon's lock on PostgreSQL cannot be taken ({reason})")
