"""Raw bodies as received, compressed, stored once under their SHA-256; in a folder or in the database."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import zstandard

from crawler.errors import SnapshotGone, SnapshotLost, StoreError
from crawler.model import digest
from storage.database import Row
from storage.statements import delete, insert_new, select
from storage.store import SqlStore

T = TypeVar("T")

_LEVEL = 1  # a quarter of the size, as at 3, which takes a third longer for 3 % less
_LARGEST = 1 << 30  # bytes; what claims to be larger is no body we stored
_SHARES = 8  # of the files of a batch, each with a thread of its own
_WRITERS = ThreadPoolExecutor(_SHARES, thread_name_prefix="snapshots")  # kept, for threads cost more than a file
_LOST = "restore it from a backup"


class FolderSnapshots:
    """One file per body: ``ab/<sha256>.zst`` under ``path``.

    One level of folders, because a new folder costs as much as several files, and a file system finds a name among
    thousands as fast as among ten. Bodies stored two levels down, as earlier versions did, are found there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def put(self, bodies: Sequence[bytes]) -> list[str]:
        """Stores bodies durably and returns their SHA-256 names; storing again is free. Raises ``StoreError``."""
        names = [digest(body) for body in bodies]
        missing = {name: body for name, body in zip(names, bodies, strict=True) if self._find(name) is None}
        try:
            _write_files({self._file(name): body for name, body in missing.items()})
        except OSError as error:
            raise StoreError(f"snapshots cannot be written to {self._path} ({error.strerror or error})") from error
        return names

    def get(self, sha256: str) -> bytes:
        """The body of that name, verified. Raises ``SnapshotLost``."""
        try:
            packed = Path(self._find(sha256) or self._file(sha256)).read_bytes()
        except OSError as error:
            reason = error.strerror or error
            kind = SnapshotGone if isinstance(error, FileNotFoundError) else SnapshotLost
            raise kind(f"snapshot {sha256} cannot be read from {self._path} ({reason}); {_LOST}") from error
        return _unpack(packed, sha256)

    def names(self) -> Iterator[str]:
        """The names of all stored bodies, in order."""
        for folder in sorted(self._path.glob("??")):
            yield from sorted({file.stem for depth in ("*.zst", "??/*.zst") for file in folder.glob(depth)})

    def sizes(self) -> Iterator[tuple[str, int]]:
        """The names of all stored bodies with the bytes that each takes up, in any order. Raises ``StoreError``."""
        for folder, _, files in os.walk(self._path):
            for file in files:
                if file.endswith(".zst"):
                    with suppress(FileNotFoundError):  # another program has just removed it
                        yield file.removesuffix(".zst"), os.stat(f"{folder}/{file}").st_size

    def remove(self, names: Iterable[str]) -> int:
        """Forgets bodies; returns how many were there. Raises ``StoreError``."""
        count = 0
        for name in names:
            try:
                os.unlink(self._find(name) or self._file(name))
            except FileNotFoundError:
                continue
            except OSError as error:
                raise StoreError(f"snapshots cannot be removed from {self._path} ({error.strerror})") from error
            count += 1
        return count

    def _file(self, name: str) -> str:
        if len(name) != 64 or not name.isalnum():
            raise SnapshotLost(f"{name[:80]!r} is no SHA-256; the row that names it was damaged")
        return f"{self._path}/{name[:2]}/{name}.zst"

    def _find(self, name: str) -> str | None:
        """Where the body of that name is stored, if it is."""
        file = self._file(name)
        older = f"{self._path}/{name[:2]}/{name[2:4]}/{name}.zst"
        return next((each for each in (file, older) if os.path.exists(each)), None)


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
            raise SnapshotGone(f"snapshot {sha256} is not in {self._database.name}; {_LOST}")
        return _unpack(row[0], sha256)

    def names(self) -> Iterator[str]:
        """The names of all stored bodies, in order."""
        return (name for (name,) in self._database.fetch("SELECT sha256 FROM snapshot ORDER BY sha256"))

    def sizes(self) -> Iterator[tuple[str, int]]:
        """The names of all stored bodies with the bytes that each takes up, in any order. Raises ``StoreError``."""
        return iter(self._database.fetch("SELECT sha256, length(body) FROM snapshot"))

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


def _write_files(bodies: Mapping[str, bytes]) -> None:
    """Writes new files, each all or nothing, and returns when all of them are on disk. Raises ``OSError``."""
    compressor = zstandard.ZstdCompressor(level=_LEVEL)  # not to be shared between threads
    mark = f"{os.getpid()}.{threading.get_ident()}"
    folders: set[str] = set()
    partials: dict[str, str] = {}
    try:
        writes = []
        for file, body in bodies.items():
            folder, name = os.path.split(file)
            folders |= _make_folder(folder) if folder not in folders else set()
            partials[file] = f"{folder}/.{name}.{mark}"
            writes.append((partials[file], compressor.compress(body)))
        _side_by_side(_write_durably, writes)
        for file in bodies:
            os.replace(partials.pop(file), file)
        _side_by_side(_sync_folder, list(folders))  # a name is safe only once its folder is on disk
    finally:
        for partial in partials.values():
            with suppress(FileNotFoundError):
                os.unlink(partial)


def _make_folder(folder: str) -> set[str]:
    """Makes a folder. Returns it and those whose entries changed."""
    if os.path.exists(folder):
        return {folder}
    os.makedirs(folder, exist_ok=True)
    return {folder, os.path.dirname(folder)}


def _side_by_side(act: Callable[[T], None], all_: Sequence[T]) -> None:
    """Does ``act`` to each, in a few threads: a file system brings many files to disk as fast as one."""

    def do_share(start: int) -> None:
        for each in all_[start::_SHARES]:
            act(each)

    list(_WRITERS.map(do_share, range(min(_SHARES, len(all_)))))


def _write_durably(write: tuple[str, bytes]) -> None:
    partial, packed = write
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o666)
    try:
        rest = memoryview(packed)
        while rest:  # where the disk took only a part, until it has all or fails
            rest = rest[os.write(descriptor, rest) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_folder(folder: str) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
