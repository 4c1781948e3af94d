"""A home that goes wrong: mistakes in the configuration, a full disk. Clear words, and the old state goes on."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.commanding import COMMAND, Gazette, clean_environment
from tests.e2e.test_daemon import daemon, kinds, quick, until
from tests.newsroom import source_block

BLOCK = '\n[[source]]\nid = "council"\nkind = "feed"\nurl = "https://www.example.org/feed.xml"\n'
HOOK = '\n[[channel]]\nname = "hook"\nkind = "webhook"\nurl = "https://example.org/hook"\nsecret = "file:hook-secret"\n'
#: What is written below a good configuration, and the words of the answer: which key, and what to do.
MISTAKES = {
    "a key under the wrong table": (
        BLOCK + "host_delay = '1s'\n",
        ("[[source]] host_delay", "`host_delay` belongs to [source.fetch]"),
    ),
    "a typo": (BLOCK + "titel = 'Council'\n", ("titel", "did you mean `title`?")),
    "every below min_every": (BLOCK + "every = '1m'\nmin_every = '5m'\n", ("every", "min_every", "5m")),
    "a missing secret file": (HOOK, ("secret", "hook-secret cannot be read", "set it, or write the value itself")),
    "an id used twice": (BLOCK + BLOCK, ('"council" is taken', "the other one is at gazette.toml:")),
    "an address without scheme": (
        BLOCK.replace("https://", ""),
        ("url", "did you mean https://www.example.org/feed.xml?"),
    ),
}


@pytest.fixture
def rows(database):
    from contextlib import closing
    from sqlite3 import OperationalError, connect

    def read(sql: str) -> list[tuple]:
        if not database.exists():
            return []
        with closing(connect(f"file:{database}?mode=ro", uri=True)) as connection:
            try:
                return connection.execute(sql).fetchall()
            except OperationalError:  # not made yet
                return []

    return read


# -- the configuration -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_says_where_and_what_to_do_and_nothing_is_lost(begun, room, database, name):
    good = begun.config.read_text()
    text, words = MISTAKES[name]
    begun.config.write_text(good + text)
    before = database.read_bytes()
    said = begun.run("crawl", code=2).err
    assert "gazette.toml:" in said
    assert [word for word in words if word not in said] == [], said
    assert said.count("gazette: ") == 1, said
    assert database.read_bytes() == before
    room.publish("lock")
    begun.config.write_text(good)
    assert begun.json("crawl")[-1]["new"] == 1


def test_a_daemon_refuses_every_such_configuration_and_goes_on_with_the_old_one(configure, room, rows):
    gazette = configure(*quick(source_block("harbour", room.feed)))
    good = gazette.config.read_text()
    with daemon(gazette) as running:
        until(lambda: len(rows("SELECT 1 FROM article")) == 3)
        for number, (text, words) in enumerate(MISTAKES.values(), start=1):
            gazette.config.write_text(good + text)
            running.signal(signal.SIGHUP)
            until(lambda number=number: len(running.said("the configuration cannot be used")) == number)
            (problem,) = running.said("the configuration cannot be used")[-1]["problems"]
            assert [word for word in words if word not in problem] == []
        room.publish("lock")
        until(lambda: kinds(rows) == ["new"])
        gazette.config.write_text(good)
        running.signal(signal.SIGHUP)
        until(lambda: running.said("configuration read again"))
        running.signal(signal.SIGTERM)
        assert running.end() == 0


def test_an_unset_secret_is_told_once_and_not_again_as_a_wrong_value(configure):
    channel = (
        '[[channel]]\nname = "desk"\nkind = "smtp"\nhost = "env:NO_HOST"\nto = ["env:NO_DESK"]\nfrom = "a@example.org"'
    )
    said = configure(more=channel).run("config", "check", code=2).err.splitlines()
    assert [("NO_HOST" in line, "NO_DESK" in line) for line in said] == [(True, False), (False, True)]


def test_without_any_configuration_it_says_how_to_begin(tmp_path):
    done = subprocess.run(
        [*COMMAND, "crawl"], cwd=tmp_path, env=clean_environment(), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2
    assert f"{tmp_path}/config: there is no configuration here" in done.stderr
    assert "`gazette init`" in done.stderr
    assert "docs/getting-started.md" in done.stderr


# -- the disk --------------------------------------------------------------------------------------------------------


def on_full_disk(gazette: Gazette, blocks: int, *words: str) -> subprocess.CompletedProcess[str]:
    """The command where no file may grow beyond so many blocks of 512 bytes: the nearest thing that needs no rights."""
    command = [*COMMAND, "--config", str(gazette.config), *words]
    return subprocess.run(
        ["sh", "-c", f'ulimit -f {blocks} && exec "$@"', "sh", *command],
        cwd=gazette.folder,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_database_that_cannot_grow_is_exit_3_and_takes_up_where_it_was(begun, room, database):
    room.publish("lock")
    full = on_full_disk(begun, 8, "crawl")
    assert full.returncode == 3
    assert str(database) in full.stderr
    assert "free some space" in full.stderr
    assert "Traceback" not in full.stderr
    assert len(begun.json("changes")) == 3
    assert begun.json("crawl")[-1]["new"] == 1
    assert [each["kind"] for each in begun.json("changes", "--limit", 1)] == ["new"]


def test_snapshots_that_cannot_be_written_are_exit_3_and_nothing_refers_to_them(begun, room, database, tmp_path):
    title, text = "The great list of berths", tuple(os.urandom(3000).hex() for _ in range(200))  # does not compress
    room.publish("berths", title=title, text=text)
    full = on_full_disk(begun, 2 * (database.stat().st_size + 40_000) // 1024, "crawl")
    assert full.returncode == 3
    assert "snapshots cannot be written" in full.stderr
    assert list((tmp_path / "data" / "snapshots").rglob(".*")) == []
    assert len(begun.json("changes")) == 3
    assert begun.json("crawl")[-1]["new"] == 1


def test_an_export_that_does_not_fit_leaves_the_file_that_was_there(begun, room, tmp_path):
    there = tmp_path / "revisions.jsonl"
    there.write_text("of yesterday\n")
    room.publish("berths", text=("A list of berths and fees. " * 20_000,))
    begun.run("crawl")
    full = on_full_disk(begun, 200, "export", "revisions", "-o", str(there))
    assert (full.returncode, "Traceback" in full.stderr) == (2, False)
    assert "cannot be written" in full.stderr
    assert there.read_text() == "of yesterday\n"
    assert [path.name for path in tmp_path.glob("*.partial")] + [
        path.name for path in tmp_path.glob(".*.partial")
    ] == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("command", ["changes", "export", "status"])
def test_a_full_disk_beneath_stdout_is_one_clear_line(begun, command):
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [*COMMAND, "--config", str(begun.config), command],
            stdout=full,
            stderr=subprocess.PIPE,
            env=clean_environment(),
            text=True,
            timeout=60,
        )
    assert (done.returncode, done.stderr) == (1, "gazette: the output could not be written: No space left on device\n")


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("mount"), reason="only root may mount a small disk")
def test_a_daemon_waits_on_a_full_disk_and_goes_on_when_there_is_room(configure, room, tmp_path, rows):
    small = tmp_path / "data"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", small], capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"this system lets nobody mount a small disk: {mounted.stderr.strip()}")
    try:
        gazette = configure(*quick(source_block("harbour", room.feed)))
        with daemon(gazette) as running:
            until(lambda: len(rows("SELECT 1 FROM article")) == 3)
            until(lambda: gazette.run("health").out.startswith("well"))
            fill(small / "filler")
            room.publish("lock")
            until(lambda: running.said("the database cannot be used; checks and messages wait until it can"), 30)
            assert len(gazette.json("changes")) == 3
            (small / "filler").unlink()
            until(lambda: running.said("the database can be used again"), 30)
            until(lambda: kinds(rows) == ["new"], 90)
            running.signal(signal.SIGTERM)
            assert running.end() == 0
    finally:
        subprocess.run(["umount", "-l", small], check=False)


def fill(path: Path) -> None:
    """Writes until nothing more fits."""
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return
