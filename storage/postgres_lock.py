"""The daemon's lock on PostgreSQL: held by a session, gone with it."""

from __future__ import annotations

import os
import secrets
import socket
from typing import Any

import psycopg

from crawler.errors import StoreError
from storage.exclusive import DaemonLock, taken
from storage.postgres import connect

#: Any fixed number other than that of commits; advisory locks are counted for each database apart.
DAEMON_LOCK = int.from_bytes(b"gazetted", "big")
_TAKE = "SELECT pg_try_advisory_lock(%s)"
# A bigint's halves are two columns of pg_locks.
_HOLDER = (
    "SELECT application_name, pid FROM pg_stat_activity JOIN pg_locks USING (pid) "
    "WHERE locktype = 'advisory' AND granted AND (classid::bigint << 32) + objid::bigint = %s AND objsubid = 1 "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


class AdvisoryLock(DaemonLock):
    """The lock of a PostgreSQL database, on a connection that does nothing else."""

    def __init__(self, url: str) -> None:
        self._address = url
        # Shown to a daemon that is refused, and to whoever looks at pg_stat_activity. The mark tells our own sessions.
        self._name = f"pid {os.getpid()} on {socket.gethostname()}"[:50] + f" #{secrets.token_hex(4)}"
        self._connection = self._take()

    def _take(self) -> psycopg.Connection[tuple[Any, ...]]:
        try:
            connection = connect(self._address, application_name=self._name)
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
            holder, pid = connection.execute(_HOLDER, (DAEMON_LOCK,)).fetchone() or ("", 0)
            if holder == self._name:
                # The network broke, and the server has not noticed: the session is ours, and nobody is behind it.
                connection.execute("SELECT pg_terminate_backend(%s)", (pid,))
                raise StoreError("the daemon's lock on PostgreSQL was held by a broken session of ours; it is ended")
        except psycopg.Error as error:
            raise _cannot(error) from error
        raise taken(holder.partition(" #")[0] or "elsewhere", f"PostgreSQL {connection.info.dbname}")

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
