"""Raw bodies as received, compressed, stored once under their SHA-256; in a folder or in the database."""

from __future__ import annotations

import os
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import zstandard

from crawler.errors import SnapshotLost, StoreError
from crawler.model import digest
from storage.database import Row
from storage.statements import delete, insert_new, select
from storage.store import SqlStore

_LEVEL = 3  # the knee of the curve for pages: a quarter of the size at an eighth of a millisecond
_LARGEST = 1 << 30  # bytes; what claims to be larger is no body we stored
_SYNCS = 16  # at once; twenty times faster than one after the other
_SYNCERS = ThreadPoolExecutor(_SYNCS, thread_name_prefix="fsync")  # kept: threads cost more than what they do here
_LOST = "restore it from a backup"


class FolderSnapshots:
    """One file per body: ``ab/cd/<sha256>.zst`` under ``path``."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def put(self, bodies: Sequence[bytes]) -> list[str]:
        """Stores bodies durably and returns their SHA-256 names; storing again is free. Raises ``StoreError``."""
        names = [digest(body) for body in bodies]
        files = {self._file(name): body for name, body in zip(names, bodies, strict=True)}
        try:
            _write_files({file: body for file, body in files.items() if not file.exists()})
        except OSError as error:
            raise StoreError(f"snapshots cannot be written to {self._path} ({error.strerror or error})") from error
        return names

    def get(self, sha256: str) -> bytes:
        """The body of that name, verified. Raises ``SnapshotLost``."""
        try:
            packed = self._file(sha256).read_bytes()
        except OSError as error:
            reason = error.strerror or error
            raise SnapshotLost(f"snapshot {sha256} cannot be read from {self._path} ({reason}); {_LOST}") from error
        return _unpack(packed, sha256)

    def names(self) -> Iterator[str]:
        """The names of all stored bodies, in order."""
        return (file.stem for file in sorted(self._path.glob("??/??/*.zst")))

    def remove(self, names: Iterable[str]) -> int:
        """Forgets bodies; returns how many were there. Raises ``StoreError``."""
        count = 0
        for name in names:
            try:
                self._file(name).unlink()
            except FileNotFoundError:
                continue
            except OSError as error:
                raise StoreError(f"snapshots cannot be removed from {self._path} ({error.strerror})") from error
            count += 1
        return count

    def _file(self, name: str) -> Path:
        if len(name) != 64 or not name.isalnum():
            raise SnapshotLost(f"{name[:80]!r} is no SHA-256; the row that names it was damaged")
        return self._path / name[:2] / name[2:4] / f"{name}.zst"


class DatabaseSnapshots:
    """Bodies as rows of the store's own database: nothing else to back up."""

    def __init__(self, store: SqlStore) -> None:
        self._database = store.database

    def put(self, bodies: Sequence[bytes]) -> list[str]:
        """Stores bodies and returns their SHA-256 names; storing again is free. Raises ``StoreError``.

        They are on disk no later than the commit that refers to them, which follows in the same log.
        """
        bodies_by_name = {digest(body): body for body in bodies}
        missing = bodies_by_name.keys() - self._known(list(bodies_by_name))
        compressor = zstandard.ZstdCompressor(level=_LEVEL)
        rows: list[Row] = [
            (name, len(bodies_by_name[name]), compressor.compress(bodies_by_name[name])) for name in sorted(missing)
        ]
        if rows:
            with self._database.writing(durable=False):
                self._database.run_many(insert_new("snapshot", ("sha256", "size", "body")), rows)
        return [digest(body) for body in bodies]

    def _known(self, names: Sequence[str]) -> set[str]:
        sql = select("snapshot", ("sha256",), "WHERE " + self._database.among("sha256"))
        return {name for (name,) in self._database.fetch(sql, (self._database.listed(names),))}

    def get(self, sha256: str) -> bytes:
        """The body of that name, verified. Raises ``SnapshotLost``."""
        row = self._database.fetch_one("SELECT body FROM snapshot WHERE sha256 = ?", (sha256,))
        if row is None:
            raise SnapshotLost(f"snapshot {sha256} is not in {self._database.name}; {_LOST}")
        return _unpack(row[0], sha256)

    def names(self) -> Iterator[str]:
        """The names of all stored bodies, in order."""
        return (name for (name,) in self._database.fetch("SELECT sha256 FROM snapshot ORDER BY sha256"))

    def remove(self, names: Iterable[str]) -> int:
        """Forgets bodies; returns how many were there. Raises ``StoreError``."""
        sql = delete("snapshot", self._database.among("sha256"))
        with self._database.writing(durable=False):
            return self._database.run(sql, (self._database.listed(list(names)),))


def _unpack(packed: bytes, sha256: str) -> bytes:
    """The body, whose size is checked before a byte is unpacked, and its hash after."""
    try:
        size = zstandard.get_frame_parameters(packed).content_size
        if size > _LARGEST:
            raise SnapshotLost(f"snapshot {sha256} claims to hold {size} bytes and was not unpacked; {_LOST}")
        body = zstandard.ZstdDecompressor().decompress(packed, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise SnapshotLost(f"snapshot {sha256} is damaged ({error}); {_LOST}") from error
    if digest(body) != sha256:
        raise SnapshotLost(f"snapshot {sha256} holds other bytes than were stored; {_LOST}")
    return body


def _write_files(files: Mapping[Path, bytes]) -> None:
    """Writes new files, each all or nothing, and returns when all of them are on disk. Raises ``OSError``."""
    compressor = zstandard.ZstdCompressor(level=_LEVEL)  # not to be shared between threads
    partials: dict[Path, Path] = {}
    folders: set[Path] = set()
    try:
        for file, body in files.items():
            folders |= _make_folder(file.parent)
            partials[file] = file.with_name(f".{file.stem}.{os.getpid()}.{threading.get_ident()}")
            partials[file].write_bytes(compressor.compress(body))
        _sync(partials.values())
        for file, partial in partials.items():
            partial.replace(file)
        _sync(folders)  # a name is safe only once its folder is on disk
    finally:
        for partial in partials.values():
            partial.unlink(missing_ok=True)


def _make_folder(folder: Path) -> set[Path]:
    """Makes a folder two levels down. Returns it and those whose entries changed."""
    if folder.exists():
        return {folder}
    folder.mkdir(parents=True, exist_ok=True)
    return {folder, folder.parent, folder.parent.parent}


def _sync(paths: Collection[Path]) -> None:
    """Brings files and folders to disk, side by side: a file system commits many at once as fast as one."""
    list(_SYNCERS.map(_sync_one, paths))


def _sync_one(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
