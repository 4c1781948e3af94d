"""Signs of life over real crawls: what people are told though nothing happened, and that they are told it once."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from crawler.bootstrap import open_database
from crawler.model import DeliveryState
from crawler.scheduler.daemon import Intervals, run_daemon
from crawler.scheduler.orders import Orders
from crawler.settings import load_settings
from tests.crawling import Watch
from tests.newsroom import source_block, write_config

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
MONDAY_EVENING = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # 20:00 in Shanghai
PEOPLE = """
[[channel]]
name = "screen"
kind = "console"
[[subscription]]
name = "operator"
channel = "screen"
changes = []
incidents = true
coverage = "weekly mon 09:00"
timezone = "Asia/Shanghai"
[[subscription]]
name = "digest"
channel = "screen"
changes = ["new"]
rhythm = "daily 08:00"
when_empty = "send"
timezone = "Asia/Shanghai"
"""


@pytest.fixture
def watch(tmp_path, site, room):
    source = source_block("harbour", room.feed)
    return Watch(write_config(tmp_path, site, source, more=PEOPLE), now=MONDAY_EVENING)


def told(watch: Watch, prefix: str) -> list[tuple[str, str]]:
    """Window and message of what was promised in such windows, oldest first."""
    with watch.store() as store:
        found = [each for each in store.list_deliveries(limit=1000) if each.window.startswith(prefix)]
    assert all(each.state is DeliveryState.SENT for each in found)
    return sorted((each.window, each.payload.decode()) for each in found)


def windows(watch: Watch, prefix: str) -> list[str]:
    return [window for window, _ in told(watch, prefix)]


def test_a_fortnight_has_one_coverage_report_a_week_and_one_empty_digest_a_day(watch, room, capfd):
    for _ in range(14 * 4):
        watch.crawl(after=timedelta(hours=6))

    assert windows(watch, "coverage:") == ["coverage:2026-03-09T01:00:00Z", "coverage:2026-03-16T01:00:00Z"]
    assert windows(watch, "empty:") == [f"empty:2026-03-{day:02d}T00:00:00Z" for day in range(3, 17)]
    first, second = (text for _, text in told(watch, "coverage:"))
    assert "1 of 1 source checked, none with gaps, 0 changes since 2026-03-02 20:00 +08:00" in first
    assert "0 changes since 2026-03-09 09:00 +08:00 (until 2026-03-16 09:00 +08:00)" in second
    assert "Next report: 2026-03-23 09:00 +08:00" in second
    assert capfd.readouterr().out.count("Nothing changed. 1 of 1 source checked.") == 14


def test_a_day_with_news_has_its_digest_and_no_empty_one(watch, room):
    watch.crawl()
    room.publish("lock")
    watch.crawl(after=HOUR)
    watch.crawl(after=DAY)
    watch.crawl(after=DAY)
    assert windows(watch, "digest:") == ["digest:2026-03-03T00:00:00Z"]
    assert windows(watch, "empty:") == ["empty:2026-03-04T00:00:00Z"]


def test_the_week_counts_what_changed_in_it_whoever_asked_for_it(watch, room):
    watch.crawl()
    room.publish("lock")
    room.edit("bridge-2", "120 euros", "150 euros")
    watch.crawl(after=DAY)
    watch.crawl(after=6 * DAY)
    ((_, text),) = told(watch, "coverage:")
    assert "2 changes since" in text
    assert "Changes: 1 new, 1 edited" in text


def test_a_source_that_fails_is_a_gap_with_its_reason(watch, room):
    watch.crawl()
    watch.crawl(after=DAY)
    room.break_feed()
    watch.crawl(after=DAY)
    watch.crawl(after=5 * DAY)
    ((_, text),) = told(watch, "coverage:")
    assert "1 of 1 source checked, 1 with gaps" in text
    assert "harbour: failing, last well 2026-03-03 20:00 +08:00 (" in text
    assert "500" in text
    assert (
        "No change was seen, but not every source could be read: 0 of 1 source checked." in told(watch, "empty:")[-1][1]
    )


def test_after_a_long_silence_only_the_last_window_is_told(watch):
    watch.crawl()
    watch.crawl(after=7 * DAY)
    watch.crawl(after=21 * DAY)
    watch.crawl(after=HOUR)
    assert windows(watch, "coverage:") == ["coverage:2026-03-09T01:00:00Z", "coverage:2026-03-30T01:00:00Z"]
    text = told(watch, "coverage:")[-1][1]
    assert "since 2026-03-09 09:00 +08:00 (until 2026-03-30 09:00 +08:00)" in text
    assert "2 reports before this one were not made" in text
    assert windows(watch, "empty:") == ["empty:2026-03-09T00:00:00Z", "empty:2026-03-30T00:00:00Z"]


@pytest.mark.parametrize("how", [{"alerts": False}, {"dry": True}])
def test_a_crawl_that_tells_nobody_reports_nothing(watch, how):
    watch.crawl()
    watch.crawl(after=8 * DAY, **how)
    assert told(watch, "coverage:") + told(watch, "empty:") == []


def test_nothing_is_reported_before_anything_was_read(watch, room):
    room.break_feed()
    watch.crawl()
    watch.crawl(after=8 * DAY)
    assert told(watch, "coverage:") + told(watch, "empty:") == []


def test_whoever_subscribes_later_hears_nothing_of_the_time_before(watch):
    everybody = watch.config.read_text()
    watch.config.write_text(everybody.replace(PEOPLE, ""))
    watch.crawl()
    watch.config.write_text(everybody)
    watch.crawl(after=8 * DAY)
    assert windows(watch, "") == ["welcome", "welcome"]
    watch.crawl(after=DAY)
    assert windows(watch, "empty:") == ["empty:2026-03-11T00:00:00Z"]


def test_programs_get_no_reports(tmp_path, site, room):
    more = PEOPLE.replace('kind = "console"', 'kind = "file"\npath = "told.jsonl"')
    watch = Watch(write_config(tmp_path, site, source_block("harbour", room.feed), more=more), now=MONDAY_EVENING)
    watch.crawl()
    watch.crawl(after=8 * DAY)
    assert told(watch, "coverage:") + told(watch, "empty:") == []
    assert not (tmp_path / "told.jsonl").exists()


class MovableClock:
    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


def test_a_daemon_reports_when_the_hour_comes_though_no_source_is_due(watch):
    watch.crawl()
    settings = load_settings(watch.config, {})
    clock, orders = MovableClock(MONDAY_EVENING + timedelta(seconds=1)), Orders()

    async def until_promised(prefix: str) -> None:
        async with asyncio.timeout(60):
            while not any(window.startswith(prefix) for window in promised()):  # noqa: ASYNC110 - it is in a file
                await asyncio.sleep(0.02)

    def promised() -> list[str]:
        with open_database(settings) as store:
            return [each.window for each in store.list_deliveries(limit=100)]

    async def live() -> None:
        quick = Intervals(due=60, outbox=0.02, heartbeat=0.05, upkeep=60)
        daemon = asyncio.create_task(run_daemon(settings, orders, load=lambda: settings, clock=clock, intervals=quick))
        try:
            await asyncio.sleep(0.2)
            assert promised() == ["welcome", "welcome"]
            clock.at = MONDAY_EVENING + 7 * DAY
            await until_promised("coverage:")
            await until_promised("empty:")
        finally:
            orders.stop()
            await daemon

    asyncio.run(live())
    assert windows(watch, "coverage:") == ["coverage:2026-03-09T01:00:00Z"]
    assert windows(watch, "empty:") == ["empty:2026-03-09T00:00:00Z"]
