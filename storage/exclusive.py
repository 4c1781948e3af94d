"""One daemon for one database: a lock that ends with its holder, however that one ends.

SQLite: an advisory lock (flock) on ``<database>.daemon.lock``, which also holds the pid. The file stays when the daemon
ends; it is the lock that counts. PostgreSQL: a session's advisory lock, on a connection of its own.
"""

from __future__ import annotations

import fcntl
import os
from abc import ABC, abstractmethod
from pathlib import Path

from crawler.errors import StoreError, StoreLocked

_SQLITE = "sqlite:///"
_ADVICE = "stop it first, or name another database in [storage] url"


class AnotherDaemon(StoreLocked):
    """A daemon works on this database, and it is not us."""


class DaemonLock(ABC):
    """The right to be the only daemon of a database. Released at the latest when the process ends."""

    @abstractmethod
    def renew(self) -> None:
        """Makes sure that it is still ours, and takes it again where it was lost.

        Raises ``AnotherDaemon`` when another one has it now, ``StoreError`` when that cannot be told.
        """

    @abstractmethod
    def release(self) -> None:
        """Lets the next daemon in."""

    def __enter__(self) -> DaemonLock:
        return self

    def __exit__(self, *trouble: object) -> None:
        self.release()


def lock_daemon(url: str) -> DaemonLock:
    """Takes the lock of the database at ``url``. Raises ``AnotherDaemon``, ``StoreError``."""
    if url.startswith(_SQLITE):
        return FileLock(Path(url.removeprefix(_SQLITE)))
    from storage.postgres_lock import AdvisoryLock

    return AdvisoryLock(url)


class FileLock(DaemonLock):
    """The lock beside a SQLite file."""

    def __init__(self, database: Path) -> None:
        self._database = database
        # Two names of one file (a symbolic link) are one database.
        resolved = database.resolve()
        self._path = resolved.with_name(f"{resolved.name}.daemon.lock")
        self._descriptor = self._take()

    def _take(self) -> int:
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise StoreError(f"{self._path} cannot be written ({error.strerror})") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.truncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(descriptor)
            raise taken(f"pid {holder}", str(self._database)) from error
        except OSError as error:
            os.close(descriptor)
            raise StoreError(f"{self._path} cannot be locked ({error.strerror})") from error
        return descriptor

    def renew(self) -> None:
        """See ``DaemonLock.renew``. Somebody may have tidied the file away: the next daemon would not meet our lock."""
        if self._is_in_place():
            return
        fresh = self._take()
        os.close(self._descriptor)
        self._descriptor = fresh

    def _is_in_place(self) -> bool:
        try:
            return os.path.samestat(self._path.stat(), os.fstat(self._descriptor))
        except OSError:
            return False

    def release(self) -> None:
        """See ``DaemonLock.release``."""
        os.close(self._descriptor)


def taken(holder: str, database: str) -> AnotherDaemon:
    """The refusal of a second daemon, in words."""
    return AnotherDaemon(f"another daemon ({holder}) works on this database ({database}); {_ADVICE}")
