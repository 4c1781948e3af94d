"""What the machine does to a daemon: disks that are full or locked, clocks that jump, names that do not resolve.

Each ends in a clear line in the log, and in recovery without a restart.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from datetime import timedelta
from itertools import pairwise

import pytest

from crawler.errors import StoreError
from crawler.fetcher import connect
from crawler.model import SourceState
from storage.sqlite import SqliteDatabase
from tests.daemoning import MINUTE, NOON, TOLD, rewrite, set_up
from tests.newsroom import source_block, write_config

DAY = timedelta(days=1)


@pytest.fixture
def running(tmp_path, site, room):
    return set_up(write_config(tmp_path, site, source_block("harbour", room.feed), confirm="20s", more=TOLD))


@pytest.fixture
def databases(monkeypatch):
    """Every database that is opened, in order."""
    opened: list[SqliteDatabase] = []
    connect_before = SqliteDatabase._connect

    def remember(self):
        opened.append(self)
        return connect_before(self)

    monkeypatch.setattr(SqliteDatabase, "_connect", remember)
    return opened


def own(databases) -> SqliteDatabase:
    """The daemon's, at a moment when the test has none open."""

    def is_open(database: SqliteDatabase) -> bool:
        try:
            return database.fetch("SELECT 1") == [(1,)]
        except StoreError:
            return False

    return next(each for each in databases if is_open(each))


def troubles(caplog) -> list[str]:
    said = [record.getMessage().partition(";")[0] for record in caplog.records]
    return [each for each in said if each.startswith("the database can")]


# -- the disk --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trouble", "relief", "words"),
    [
        ("PRAGMA query_only=ON", "PRAGMA query_only=OFF", "cannot be written"),
        ("PRAGMA max_page_count=1", "PRAGMA max_page_count=1000000", "could not be written to disk; free some space"),
    ],
    ids=["read-only", "full"],
)
def test_a_database_that_cannot_be_written_is_told_once_and_used_again(
    running, room, databases, caplog, monkeypatch, trouble, relief, words
):
    caplog.set_level(logging.INFO, "crawler.scheduler")

    async def live():
        async with running.work():
            await running.until(lambda: len(running.changes()) == 3)
            database = own(databases)
            database.run(trouble)
            for number in range(30):  # long enough texts that pages run out
                room.publish(f"lock-{number}", text=("The lock is closed. " * 200,))
            running.pass_time(40 * MINUTE)
            await running.until(lambda: "the database cannot be used" in caplog.text)
            database.run(relief)
            await running.until(lambda: "can be used again" in caplog.text)
            running.pass_time(2 * MINUTE)  # it was left alone for a while
            await running.until(lambda: len(running.told()) == 20)

    asyncio.run(live())
    assert words in caplog.text
    assert troubles(caplog)[:2] == ["the database cannot be used", "the database can be used again"]
    assert "Traceback" not in caplog.text


def test_snapshots_that_cannot_be_written_are_trouble_and_nothing_is_lost(running, room, caplog, monkeypatch):
    caplog.set_level(logging.INFO, "crawler.scheduler")
    folder = running.settings.storage.snapshots

    async def live():
        async with running.work():
            await running.until(lambda: len(running.changes()) == 3)
            folder.rename(folder.with_name("away"))
            folder.write_text("a file where the folder was")
            room.publish("lock")
            running.pass_time(40 * MINUTE)
            await running.until(lambda: "snapshots cannot be written" in caplog.text)
            folder.unlink()
            folder.with_name("away").rename(folder)
            running.pass_time(2 * MINUTE)
            await running.until(running.told)

    asyncio.run(live())
    assert running.told() == [("new", "Notice on the lock works")]


# -- the clock -------------------------------------------------------------------------------------------------------


def test_a_machine_that_slept_catches_up_and_says_so(running, room, caplog):
    caplog.set_level(logging.INFO, "crawler.scheduler")

    async def live():
        async with running.work():
            await running.until(lambda: len(running.changes()) == 3)
            room.publish("lock")
            running.pass_time(timedelta(hours=9))
            await running.until(running.told)

    asyncio.run(live())
    assert "the clock is 9 h ahead" in caplog.text


def test_what_a_wrong_clock_planned_is_done_when_it_is_set_back(running, room, caplog):
    caplog.set_level(logging.INFO, "crawler.scheduler")

    async def live():
        async with running.work():
            await running.until(lambda: len(running.changes()) == 3)
            running.pass_time(4000 * DAY)
            await running.until(lambda: running.state().checked_at > NOON + 3000 * DAY)
            room.publish("lock")
            running.pass_time(-4000 * DAY)
            await running.until(running.told)
            assert running.state().due_at < NOON + DAY

    asyncio.run(live())
    assert "the clock was set back by 4000 d" in caplog.text
    with running.store() as store:
        dues = [each.due_at for each in store.due_articles("harbour", now=None, limit=9)]
    assert all(due_at and due_at < NOON + 61 * DAY for due_at in dues)


def test_a_daemon_that_starts_after_the_clock_was_mended_does_not_wait_for_years(running, room):
    async def live():
        async with running.work():
            await running.until(lambda: len(running.changes()) == 3)
        running.at = NOON + 4000 * DAY
        async with running.work():
            await running.until(lambda: running.state().checked_at > NOON + 3000 * DAY)
        room.publish("lock")
        running.at = NOON + MINUTE
        async with running.work():
            await running.until(running.told)

    asyncio.run(live())


def test_the_night_in_which_the_clocks_change_has_no_visit_twice_and_no_hour_without_one(tmp_path, site, room):
    running = set_up(
        write_config(
            tmp_path,
            site,
            source_block("harbour", room.feed, timezone='"Europe/Paris"', every='"30m"', hours='"01:30-04:30"'),
        )
    )
    running.at = NOON.replace(month=3, day=29, hour=0, minute=20)  # 01:20 in Paris; at 02:00 it becomes 03:00
    visits = set()

    def is_visited() -> bool:
        state = running.state()
        return state is not None and state.due_at is not None and state.due_at > running.at

    async def live():
        async with running.work():
            for _ in range(24):
                await running.until(is_visited)
                visits.add(running.state().checked_at)
                running.pass_time(5 * MINUTE)

    asyncio.run(live())
    seen = sorted(visits)
    gaps = [later - earlier for earlier, later in pairwise(seen)]
    assert min(gaps) >= 25 * MINUTE
    assert max(gaps) <= 45 * MINUTE
    assert len(seen) >= 4


# -- the network -----------------------------------------------------------------------------------------------------


def test_names_that_do_not_resolve_are_an_outage_that_ends(tmp_path, site, room, caplog, monkeypatch):
    caplog.set_level(logging.INFO, "crawler.scheduler")
    config = write_config(tmp_path, site, source_block("harbour", room.feed.replace("127.0.0.1", "localhost")))
    config.write_text(config.read_text().replace("127.0.0.1:", "localhost:"))
    running = set_up(config)
    is_down = True
    look_up = connect._look_up

    def fail_to_look_up(host, port):
        if is_down:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return look_up(host, port)

    monkeypatch.setattr(connect, "_look_up", fail_to_look_up)

    nothing = SourceState(source_id="harbour")

    async def live():
        nonlocal is_down
        async with running.work():
            for failures in (1, 2, 3):
                await running.until(lambda failures=failures: (running.state() or nothing).failures == failures)
                running.pass_time(timedelta(hours=3))
            is_down = False
            running.pass_time(timedelta(hours=3))
            await running.until(lambda: len(running.changes()) == 3)

    asyncio.run(live())
    told = [record for record in caplog.records if record.getMessage() in ("source fails", "source is well again")]
    assert [record.getMessage() for record in told] == ["source fails", "source is well again"]
    assert told[0].verdict == "unreachable"


# -- the configuration -----------------------------------------------------------------------------------------------


def test_articles_of_a_source_that_is_watched_no_longer_are_taken_over_when_the_configuration_is_read_again(
    tmp_path, site, room
):
    blocks = [source_block("harbour", room.feed), source_block("port", room.feed + "?again")]
    site.compute("/news/feed.xml?again", lambda _: room._feed())
    running = set_up(write_config(tmp_path, site, *blocks, confirm="20s", more=TOLD))

    async def live():
        async with running.work():
            await running.until(lambda: running.state("harbour") and running.state("port"))
            await running.until(lambda: len(running.changes()) == 3)
            with running.store() as store:
                owner = store.list_articles()[0][0].source_id
            heir = "port" if owner == "harbour" else "harbour"
            rewrite(running, site, next(block for block in blocks if f'"{heir}"' in block))
            running.orders.reload()
            with running.store() as store:
                await running.until(lambda: {each.source_id for each, _ in store.list_articles()} == {heir})

    asyncio.run(live())


# -- what is shown outside -------------------------------------------------------------------------------------------


def test_the_heartbeat_address_is_called_while_all_goes_well_and_its_silence_holds_nothing_up(running, site, room):
    site.route("/alive", "", delay=30)
    text = running.config.read_text()
    running.config.write_text(f'[schedule]\nheartbeat_url = "{site.url("/alive")}"\n' + text)

    async def live():
        async with running.work():
            await running.until(lambda: len(running.changes()) == 3)  # what is published sooner belongs to the baseline
            await running.until(lambda: site.count("/alive") == 1)
            room.publish("lock")
            running.pass_time(40 * MINUTE)
            await running.until(running.told)

    asyncio.run(live())
    assert site.count("/alive") == 1


def test_no_address_is_called_while_the_database_cannot_be_used(running, site, room, databases, caplog):
    site.route("/alive", "")
    text = running.config.read_text()
    running.config.write_text(f'[schedule]\nheartbeat_url = "{site.url("/alive")}"\n' + text)

    async def live():
        async with running.work():
            await running.until(lambda: bool(databases))
            own(databases).run("PRAGMA query_only=ON")
            await running.until(lambda: "the database cannot be used" in caplog.text)
            await running.rest(1)  # a call that is on its way may come in
            called = site.count("/alive")
            await running.rest(0.3)
            assert site.count("/alive") == called

    asyncio.run(live())


def test_measures_are_written_by_outcome_and_never_by_address(running, site, room):
    file = running.config.parent / "gazette.prom"
    running.config.write_text(running.config.read_text() + '\n[metrics]\nfile = "gazette.prom"\n')

    async def live():
        async with running.work():
            await running.until(lambda: len(running.changes()) == 3)
            room.break_feed(503)
            running.pass_time(40 * MINUTE)
            await running.until(lambda: file.exists() and "sources_failing 1.0" in file.read_text())

    asyncio.run(live())
    text = file.read_text()
    assert 'gazette_checks_total{outcome="ok"} 1.0' in text
    assert 'gazette_fetches_total{outcome="ok"} 4.0' in text
    assert "gazette_due_lag_seconds" in text
    assert "gazette_dead_letters 0.0" in text
    assert "127.0.0.1" not in text
    assert "harbour" not in text


def test_the_dashboard_is_given_the_same_measures_where_it_is_to_show_them(running):
    written = running.config.read_text()
    file = running.config.parent / "gazette.prom"
    running.config.write_text(written + '\n[metrics]\nfile = "gazette.prom"\nweb = true\n')

    async def live():
        async with running.work():
            checked = 'gazette_checks_total{outcome="ok"} 1.0'  # comes after all that was fetched for it
            await running.until(lambda: file.exists() and checked in file.read_text())
            shown = running.measures()
            assert shown.media_type.startswith("text/plain; version=0.0.4")
            assert names_in(shown.body.decode()) == names_in(file.read_text())
            assert 'gazette_fetches_total{outcome="ok"} 4.0' in shown.body.decode()
            running.config.write_text(written)
            running.orders.reload()
            await running.until(lambda: running.measures() is None)

    asyncio.run(live())


def names_in(text: str) -> list[str]:
    """What a Prometheus text measures, labels included."""
    return [line.rpartition(" ")[0] for line in text.splitlines() if not line.startswith("#")]


def test_a_file_of_measures_that_cannot_be_written_is_told_once(running, room, caplog):
    running.config.write_text(running.config.read_text() + '\n[metrics]\nfile = "nowhere/gazette.prom"\n')

    async def live():
        async with running.work():
            await running.until(lambda: len(running.changes()) == 3)
            await running.until(lambda: "the file of measures cannot be written" in caplog.text)
            await running.rest(0.3)
            room.publish("lock")
            running.pass_time(40 * MINUTE)
            await running.until(running.told)

    asyncio.run(live())
    assert caplog.text.count("the file of measures cannot be written") == 1
