"""What every place for raw bodies must do."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
import zstandard

from crawler.errors import SnapshotGone, SnapshotLost, StoreError
from storage.snapshots import DatabaseSnapshots, FolderSnapshots
from storage.store import open_store

PAGE = "<html><body>通知</body></html>".encode() * 500


@pytest.fixture(params=["folder", "database"])
def snapshots(request, tmp_path):
    if request.param == "folder":
        yield FolderSnapshots(tmp_path / "snapshots")
        return
    with open_store(f"sqlite:///{tmp_path}/gazette.db") as store:
        yield DatabaseSnapshots(store)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "snapshots"


def sha(body):
    return hashlib.sha256(body).hexdigest()


@pytest.mark.parametrize("body", [b"", b"\0", PAGE, bytes(range(256)), b"a" * 5_000_000])
def test_a_body_comes_back_byte_for_byte(snapshots, body):
    assert snapshots.put([body]) == [sha(body)]
    assert snapshots.get(sha(body)) == body


def test_names_come_in_the_order_of_the_bodies(snapshots):
    bodies = [b"one", b"two", b"one", b""]
    assert snapshots.put(bodies) == [sha(body) for body in bodies]
    assert snapshots.put([]) == []
    assert list(snapshots.names()) == sorted({sha(body) for body in bodies})


def test_storing_again_is_free(snapshots):
    snapshots.put([PAGE])
    assert snapshots.put([PAGE, b"new"]) == [sha(PAGE), sha(b"new")]
    assert len(list(snapshots.names())) == 2


def test_an_unknown_body_is_gone(snapshots):
    with pytest.raises(SnapshotGone, match="restore it from a backup"):
        snapshots.get(sha(b"never"))


def test_what_is_removed_is_gone_and_counted(snapshots):
    snapshots.put([b"one", b"two"])
    assert snapshots.remove([sha(b"one"), sha(b"never")]) == 1
    assert list(snapshots.names()) == [sha(b"two")]


def test_a_body_is_kept_compressed(folder):
    FolderSnapshots(folder).put([PAGE])
    name = sha(PAGE)
    assert (folder / name[:2] / f"{name}.zst").stat().st_size < len(PAGE) / 20


def test_a_body_stored_two_levels_down_is_found_and_not_stored_again(folder):
    snapshots, name = FolderSnapshots(folder), sha(PAGE)
    older = folder / name[:2] / name[2:4] / f"{name}.zst"
    older.parent.mkdir(parents=True)
    older.write_bytes(zstandard.compress(PAGE))
    assert snapshots.put([PAGE, b"new"]) == [name, sha(b"new")]
    assert snapshots.get(name) == PAGE
    assert list(snapshots.names()) == sorted([name, sha(b"new")])
    assert not (folder / name[:2] / f"{name}.zst").exists()
    assert snapshots.remove([name]) == 1
    assert not older.exists()


def stored_file(folder, body):
    FolderSnapshots(folder).put([body])
    return next(folder.glob("*/*.zst"))


@pytest.mark.parametrize(
    ("forgery", "words"),
    [
        (b"", "damaged"),
        (b"no zstandard at all", "damaged"),
        (zstandard.compress(b"other"), "other bytes"),
        (zstandard.compress(PAGE)[:-9], "damaged"),
        (zstandard.compress(PAGE) + b"tail", "damaged"),
    ],
)
def test_an_altered_file_is_lost_not_believed(folder, forgery, words):
    stored_file(folder, PAGE).write_bytes(forgery)
    with pytest.raises(SnapshotLost, match=words) as lost:
        FolderSnapshots(folder).get(sha(PAGE))
    assert not isinstance(lost.value, SnapshotGone)


def test_a_file_that_claims_to_be_huge_is_not_unpacked(folder):
    header = bytearray(b"\x28\xb5\x2f\xfd\xe0") + (1 << 40).to_bytes(8, "little")  # frame of 1 TiB, RFC 8878 §3.1.1
    stored_file(folder, PAGE).write_bytes(bytes(header) + b"\x01\x00\x00")
    with pytest.raises(SnapshotLost, match="was not unpacked"):
        FolderSnapshots(folder).get(sha(PAGE))


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "a" * 63, "/" * 64])
def test_a_name_that_is_no_hash_never_becomes_a_path(folder, name):
    with pytest.raises(SnapshotLost, match="no SHA-256"):
        FolderSnapshots(folder).get(name)


def test_a_folder_that_cannot_be_written_is_explained(folder):
    folder.write_text("a file where the folder should be")
    with pytest.raises(StoreError, match="snapshots cannot be written"):
        FolderSnapshots(folder).put([PAGE])


def test_nothing_half_written_is_left_under_a_name(folder, monkeypatch):
    def fail(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StoreError, match="No space left"):
        FolderSnapshots(folder).put([PAGE])
    monkeypatch.undo()
    assert [file for file in folder.rglob("*") if file.is_file()] == []
    assert FolderSnapshots(folder).put([PAGE])


def test_each_folder_is_synced_once_a_batch(folder, monkeypatch):
    synced = []
    real = os.fsync
    monkeypatch.setattr(
        os, "fsync", lambda descriptor: (synced.append(os.readlink(f"/proc/self/fd/{descriptor}")), real(descriptor))
    )
    FolderSnapshots(folder).put([str(number).encode() for number in range(40)])
    folders = [name for name in synced if os.path.isdir(name)]
    assert len(folders) == len(set(folders))
    assert {str(file.parent) for file in folder.glob("*/*.zst")} < set(folders)
    assert str(folder) in folders


def test_many_threads_may_store_the_same(folder):
    snapshots = FolderSnapshots(folder)
    bodies = [str(number % 7).encode() * 1_000 for number in range(50)]
    with ThreadPoolExecutor(8) as threads:
        names = list(threads.map(lambda body: snapshots.put([body])[0], bodies))
    assert [snapshots.get(name) for name in names] == bodies
