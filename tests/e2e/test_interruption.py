"""Stopped in mid-crawl, gently or not: what was committed stays, and the next crawl goes on from there."""

from __future__ import annotations

import os
import signal
import sqlite3
import time

import pytest

from tests.commanding import Gazette
from tests.newsroom import Newsroom, source_block

SLOW = 120.0


@pytest.fixture
def half_slow(configure, room, site) -> Gazette:
    """One source that answers at once, and one whose articles never come."""
    slow = Newsroom(site, name="slow")
    slow.publish_many(3, name="pier")
    for post in slow.posts:
        site.route(f"/slow/{post.slug}.html", "<p>late</p>", delay=SLOW)
    slow_block = source_block("slow", slow.feed, fetch='{ timeout = "60s" }')
    return configure(source_block("harbour", room.feed), slow_block)


def wait_until(is_true, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.02)


def count_changes(database) -> int:
    if not database.exists():
        return 0
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        return connection.execute("SELECT count(*) FROM change").fetchone()[0]
    except sqlite3.OperationalError:  # not made yet
        return 0
    finally:
        connection.close()


def is_whole(database) -> bool:
    connection = sqlite3.connect(database)
    try:
        fine = connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return fine and connection.execute("PRAGMA foreign_key_check").fetchall() == []
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_what_was_committed_stays_and_the_next_crawl_goes_on(half_slow, site, room, database, number, code):
    with half_slow.start("crawl") as process:
        wait_until(lambda: count_changes(database) == 3 and site.count("/slow/pier-1.html"))
        process.send_signal(number)
        began = time.monotonic()
        _, err = process.communicate(timeout=60)

    assert process.returncode == code
    assert time.monotonic() - began < 30  # the answer would take two minutes
    assert b"Traceback" not in err
    if number != signal.SIGKILL:
        assert b"interrupted" in err
    assert is_whole(database)
    slow = Newsroom(site, name="slow")
    slow.publish_many(3, name="pier")
    room.publish("lock")
    records = half_slow.json("crawl")
    told = {(record["source"], record["baseline"]) for record in records[:-1]}
    assert told == {("harbour", False), ("slow", True)}
    assert records[-1]["articles"] == 7
    assert is_whole(database)


@pytest.mark.slow
def test_killed_while_it_writes_again_and_again_it_loses_and_doubles_nothing(gazette, room, site, database):
    room.window = 60
    gazette.run("crawl")
    for number in range(8):
        room.publish_many(3, name=f"berth-{number}")
        site.forget()
        with gazette.start("crawl", "--recheck", "all") as process:
            wait_until(lambda: site.count("/news/bridge-1.html"))
            time.sleep(0.02 * number)
            process.kill()
            process.communicate()

    gazette.run("crawl")

    changes = gazette.json("changes", "--limit", "1000")
    assert len(changes) == 27
    assert len({change["article"]["url"] for change in changes}) == 27
    assert is_whole(database)


def test_interrupted_while_edits_wait_for_their_second_look_they_are_told_by_the_next_crawl(configure, room, database):
    gazette = configure(source_block("harbour", room.feed), confirm="60s")
    gazette.run("crawl", "--as-of", "2026-03-02T12:00:00Z")
    room.publish("lock")
    room.edit("bridge-1", "120 euros", "150 euros")
    with gazette.start("crawl", "--recheck", "all") as process:
        wait_until(lambda: count_changes(database) == 4)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)

    records = gazette.json("crawl", "--as-of", "2036-01-01T00:00:00Z")
    assert process.returncode == 130
    assert [record["kind"] for record in records[:-1]] == ["edited"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_command_that_only_reads_ends_the_same_way(begun, tmp_path, number, code):
    os.mkfifo(tmp_path / "pipe")
    with begun.start("inspect", "pipe") as process:
        writer = os.open(tmp_path / "pipe", os.O_WRONLY)  # waits until the command reads
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
        os.close(writer)

    assert (process.returncode, b"Traceback" in err) == (code, False)
