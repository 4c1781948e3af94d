"""A daemon in this process, over real HTTP and a real database, with a clock that the test moves."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

import pytest

from crawler.scheduler.daemon import run_daemon
from crawler.scheduler.heartbeat import FACT, read_heartbeat
from crawler.scheduler.orders import Orders
from storage.exclusive import AnotherDaemon
from tests.daemoning import MINUTE, TOLD, rewrite, set_up
from tests.newsroom import Newsroom, source_block, write_config


@pytest.fixture
def running(tmp_path, site, room):
    patient = source_block("harbour", room.feed, fetch='{ timeout = "300s" }')  # pages that never come are waited for
    return set_up(write_config(tmp_path, site, patient, confirm="20s", more=TOLD))


# -- what is due -----------------------------------------------------------------------------------------------------


def test_a_source_is_checked_at_once_and_again_when_it_is_due(running, room):
    async def live():
        async with running.work():
            await running.until(lambda: len(running.changes()) == 3)
            room.publish("lock")
            await running.rest()
            assert running.told() == []
            running.pass_time(40 * MINUTE)
            await running.until(running.told)
            await running.until(running.delivered)

    asyncio.run(live())
    assert running.told() == [("new", "Notice on the lock works")]
    assert [each["article"]["title"] for each in running.delivered()] == ["Notice on the lock works"]


def test_articles_are_looked_at_again_without_their_listing_and_an_edit_waits_for_its_second_look(running, room, site):
    async def live():
        async with running.work():
            await running.until(lambda: len(running.changes()) == 3)
            site.forget()
            room.edit("bridge-2", "120 euros", "150 euros")
            running.pass_time(11 * MINUTE)
            await running.until(lambda: running.paused)
            assert running.told() == []
            running.pass_time(timedelta(seconds=20))
            running.waits.set()
            await running.until(running.told)

    asyncio.run(live())
    assert running.told() == [("edited", "Notice on the bridge-2 works")]
    assert site.count("/news/feed.xml") == 0
    assert site.count("/news/bridge-2.html") == 2
    assert running.paused == [20.0]
    assert running.state().checks == 1


def test_an_edit_seen_before_the_end_is_told_by_the_next_daemon(running, room):
    async def see():
        async with running.work():
            await running.until(lambda: len(running.changes()) == 3)
            room.edit("bridge-2", "120 euros", "150 euros")
            running.pass_time(11 * MINUTE)
            await running.until(lambda: running.paused)

    async def tell():
        running.waits.set()
        async with running.work():
            await running.until(running.told)

    asyncio.run(see())
    assert running.told() == []
    running.pass_time(MINUTE)
    asyncio.run(tell())
    assert running.told() == [("edited", "Notice on the bridge-2 works")]


def test_absence_is_not_believed_while_the_source_is_not_well(running, room):
    async def live():
        async with running.work():
            await running.until(lambda: len(running.changes()) == 3)
            room.break_feed(404)
            running.pass_time(40 * MINUTE)
            await running.until(lambda: running.state().failures)
            room.break_page("bridge-1")
            for _ in range(5):
                running.pass_time(timedelta(days=1))
                await running.rest()
        return running.told()

    assert asyncio.run(live()) == []


def test_overdue_sources_are_all_worked_through_after_a_long_sleep(tmp_path, site):
    rooms = [Newsroom(site, name=f"room{number}") for number in range(6)]
    for each in rooms:
        each.publish_many(1, name=each.name)
    blocks = [source_block(each.name, each.feed) for each in rooms]
    running = set_up(write_config(tmp_path, site, *blocks))

    async def live():
        async with running.work():
            await running.until(lambda: len(running.changes()) == 6)
            for each in rooms:
                each.publish(f"{each.name}-lock")
            running.pass_time(timedelta(days=30))
            await running.until(lambda: len(running.told()) == 6)

    asyncio.run(live())


def test_with_one_place_sources_are_visited_in_the_order_of_the_configuration(tmp_path, site):
    rooms = [Newsroom(site, name=name) for name in ("delta", "alpha", "mole")]
    for each in rooms:
        each.publish_many(1, name=each.name)
    config = write_config(tmp_path, site, *(source_block(each.name, each.feed) for each in rooms))
    config.write_text(config.read_text().replace("[fetch]", "[fetch]\nconcurrency = 1"))
    running = set_up(config)

    async def live():
        async with running.work():
            await running.until(lambda: len(running.changes()) == 3)

    asyncio.run(live())
    listings = [asked.path for asked in site.requests if asked.path.endswith("feed.xml")]
    assert listings == ["/delta/feed.xml", "/alpha/feed.xml", "/mole/feed.xml"]


def test_a_muted_source_is_left_alone_until_it_is_woken(running, site):
    with running.store() as store:
        store.mute_sources(["harbour"], muted=True)

    async def live():
        async with running.work():
            await running.rest()
            assert site.count() == 0
            with running.store() as store:
                store.mute_sources(["harbour"], muted=False)
            await running.until(lambda: len(running.changes()) == 3)

    asyncio.run(live())


def test_a_source_that_fails_is_logged_once_and_tried_again_when_due(running, room, site, caplog):
    caplog.set_level(logging.INFO, "crawler.scheduler")

    async def live():
        async with running.work():
            await running.until(lambda: len(running.changes()) == 3)
            room.break_feed()
            for failures in (1, 2, 3):
                running.pass_time(timedelta(hours=3))
                await running.until(lambda failures=failures: running.state().failures == failures)
            await running.rest()
            assert running.state().failures == 3
            room.mend_feed()
            running.pass_time(timedelta(hours=3))
            await running.until(lambda: running.state().failures == 0)

    asyncio.run(live())
    told = [record.getMessage() for record in caplog.records if "source" in record.getMessage()]
    assert told == ["source fails", "source is well again"]


# -- the configuration -----------------------------------------------------------------------------------------------


def test_a_configuration_read_again_adds_and_removes_sources(running, room, site):
    other = Newsroom(site, name="other")
    other.publish_many(2, name="pier")

    async def live():
        async with running.work():
            await running.until(lambda: len(running.changes()) == 3)
            rewrite(running, site, source_block("other", other.feed))
            running.orders.reload()
            await running.until(lambda: len(running.changes()) == 5)
            site.forget()
            running.pass_time(timedelta(hours=3))
            await running.until(lambda: site.count("/other/feed.xml"))
            await running.rest()

    asyncio.run(live())
    assert site.count("/news/feed.xml") == 0


def test_a_new_address_is_visited_as_soon_as_the_configuration_is_read_again(running, room, site):
    other = Newsroom(site, name="other")
    other.publish_many(2, name="pier")

    async def live():
        async with running.work():
            await running.until(lambda: len(running.changes()) == 3)
            rewrite(running, site, source_block("harbour", other.feed))
            running.orders.reload()
            await running.until(lambda: len(running.changes()) == 5)

    asyncio.run(live())
    assert running.told() == []


def test_a_broken_configuration_is_refused_in_one_line_and_the_old_one_goes_on(running, room, caplog):
    whole = running.config.read_text()

    async def live():
        async with running.work():
            await running.until(lambda: len(running.changes()) == 3)
            running.config.write_text(
                whole.replace("host_delay", "host_dealy").replace('kind = "feed"', 'kind = "fed"')
            )
            running.orders.reload()
            await running.until(lambda: "cannot be used" in caplog.text)
            room.publish("lock")
            running.pass_time(40 * MINUTE)
            await running.until(running.told)

    asyncio.run(live())
    (refusal,) = [record for record in caplog.records if "the configuration cannot be used" in record.getMessage()]
    assert len(refusal.problems) == 2
    assert any("host_dealy" in problem for problem in refusal.problems)


def test_another_database_is_not_taken_while_running(running, room, tmp_path, caplog):
    async def live():
        async with running.work():
            await running.until(lambda: len(running.changes()) == 3)
            running.config.write_text(running.config.read_text().replace("gazette.db", "other.db"))
            running.orders.reload()
            await running.until(lambda: "needs a restart" in caplog.text)

    asyncio.run(live())
    assert not (tmp_path / "data" / "other.db").exists()


# -- the end, and the database ---------------------------------------------------------------------------------------


def test_the_end_waits_for_the_check_under_way(running, room, site):
    site.route("/news/bridge-1.html", "<p>late</p>", delay=0.5)

    async def live():
        async with running.work():
            await running.until(lambda: site.count("/news/bridge-1.html"))

    asyncio.run(live())
    assert len(running.changes()) == 3


def test_a_second_order_to_stop_ends_at_once(running, site):
    site.route("/news/bridge-1.html", "<p>late</p>", delay=300)

    async def live():
        async with running.work(grace=300) as daemon:
            await running.until(lambda: site.count("/news/bridge-1.html"))
            running.orders.stop()
            running.orders.stop()
            await asyncio.wait_for(daemon, 60)

    asyncio.run(live())
    assert running.changes() == []


def test_the_heartbeat_follows_the_clock_and_says_when_it_ended(running):
    def beat():
        with running.store() as store:
            return read_heartbeat(store.read_fact(FACT))

    async def live():
        async with running.work():
            await running.until(lambda: beat() is not None)
            running.pass_time(5 * MINUTE)
            await running.until(lambda: beat().ticked_at == running.at)
            assert not beat().stopped

    asyncio.run(live())
    assert beat().stopped


def test_a_second_daemon_is_refused_and_the_first_goes_on(running):
    async def live():
        async with running.work() as first:
            await running.until(lambda: len(running.changes()) == 3)
            with pytest.raises(AnotherDaemon, match="another daemon"):
                await run_daemon(running.load(), Orders(), load=running.load, clock=running)
            assert not first.done()

    asyncio.run(live())


@pytest.mark.slow
def test_a_database_that_is_lost_for_a_while_is_found_again(running, room, caplog):
    caplog.set_level(logging.INFO, "crawler.scheduler")

    async def live():
        async with running.work():
            await running.until(lambda: len(running.changes()) == 3)
            with running.store() as other, other.database.writing(durable=False):
                await running.until(lambda: "the database cannot be used" in caplog.text)
                room.publish("lock")
                running.pass_time(40 * MINUTE)
            await running.until(lambda: "can be used again" in caplog.text)
            await running.until(running.told)

    asyncio.run(live())
    told = [record.getMessage() for record in caplog.records if "the database" in record.getMessage()]
    assert [each.partition(";")[0] for each in told if "is new" not in each] == [
        "the database cannot be used",
        "the database can be used again",
    ]


def test_retention_is_applied_once_a_day(running, room):
    running.config.write_text(running.config.read_text() + '\n[retention]\nchanges = "10d"\n')

    async def live():
        async with running.work():
            await running.until(lambda: len(running.changes()) == 3)
            running.pass_time(timedelta(days=20))
            await running.until(lambda: not running.changes())

    asyncio.run(live())


def test_what_is_too_old_to_be_found_again_by_goes_though_everything_is_kept(running, room):
    def marks() -> int:
        with running.store() as store:
            return store.database.fetch("SELECT count(*) FROM hallmark")[0][0]

    async def live():
        async with running.work():
            await running.until(lambda: len(running.changes()) == 3)
            assert marks() > 0
            running.pass_time(timedelta(days=100))
            await running.until(lambda: marks() == 0)

    asyncio.run(live())
    assert len(running.changes()) == 3
