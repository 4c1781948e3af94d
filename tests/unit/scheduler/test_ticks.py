"""The clockwork, orders and upkeep."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta

import pytest

from crawler.scheduler import ticks as ticks_module
from crawler.scheduler.orders import Orders
from crawler.scheduler.ticks import Ticks
from crawler.scheduler.upkeep import is_upkeep_due, read_instant

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


async def follow_until(ticks: Ticks, work, is_enough, *, start: bool = True, share: float = 1.0) -> None:
    """Follows until it is enough, however long a busy machine takes to come to that."""
    if start:
        ticks.start()
    worker = asyncio.create_task(ticks.follow("due", work, share=share))
    async with asyncio.timeout(60):
        while not is_enough():  # noqa: ASYNC110 - it watches a list
            await asyncio.sleep(0.005)
    ticks.stop()
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)


def test_a_worker_runs_at_the_start_and_with_every_tick():
    runs = []

    async def work():
        runs.append(asyncio.get_running_loop().time())

    asyncio.run(follow_until(Ticks({"due": 0.05}), work, lambda: len(runs) == 5))
    assert runs[4] - runs[0] > 0.1  # a tick each, and no more


def test_ticks_fall_together_while_a_worker_runs(caplog):
    caplog.set_level(logging.INFO)
    runs, ended = [], []

    async def work():
        runs.append(1)
        await asyncio.sleep(0.2)  # ten ticks
        ended.append(1)

    asyncio.run(follow_until(Ticks({"due": 0.02}), work, lambda: len(ended) == 2))
    assert len(runs) <= 3
    assert "maximum number of running instances" not in caplog.text


def test_a_mistake_does_not_stop_a_worker(caplog):
    runs = []

    async def work():
        runs.append(1)
        raise ZeroDivisionError

    asyncio.run(follow_until(Ticks({"due": 0.05}), work, lambda: len(runs) == 3))
    assert "the due worker made a mistake" in caplog.text


def test_a_worker_that_hears_no_tick_starts_by_itself(monkeypatch):
    monkeypatch.setattr(ticks_module, "PATIENCE", 2)
    runs = []

    async def work():
        runs.append(1)

    asyncio.run(follow_until(Ticks({"due": 0.02}), work, lambda: len(runs) == 3, start=False))


def test_a_worker_can_be_woken_between_ticks():
    runs = []
    ticks = Ticks({"due": 3600})

    async def work():
        runs.append(1)
        if len(runs) == 1:
            ticks.wake("due")

    asyncio.run(follow_until(ticks, work, lambda: len(runs) == 2))


def test_a_worker_that_wakes_itself_works_for_its_share_of_the_time():
    runs, pauses, now = [], [], [0.0]

    async def pause(seconds):
        pauses.append(round(seconds, 6))
        await asyncio.sleep(0)

    ticks = Ticks({"due": 10.0}, pause=pause, monotonic=lambda: now[0])

    async def work():
        runs.append(1)
        now[0] += len(runs)
        ticks.wake("due")

    asyncio.run(follow_until(ticks, work, lambda: len(pauses) >= 4, share=0.2))
    assert pauses[:4] == [4.0, 8.0, 10.0, 10.0]  # a rest is never longer than its own interval


def test_the_second_order_to_stop_is_one_to_hurry():
    orders = Orders()
    orders.stop()
    assert (orders.stopping.is_set(), orders.hurrying.is_set()) == (True, False)
    orders.stop()
    assert orders.hurrying.is_set()


@pytest.mark.parametrize(
    ("last_at", "quiet", "due"),
    [
        (None, True, True),
        (None, False, False),
        (NOON - DAY, True, True),
        (NOON - DAY, False, False),
        (NOON - 2 * DAY, False, True),
        (NOON - DAY / 2, True, False),
        (NOON + DAY, True, True),
    ],
)
def test_upkeep_is_due_once_a_day_at_a_quiet_time(last_at, quiet, due):
    assert is_upkeep_due(last_at, now=NOON, is_quiet=quiet) is due


@pytest.mark.parametrize("value", [None, "", "yesterday", "2026-03-02T12:00:00"])
def test_an_instant_that_cannot_be_read_is_none(value):
    assert read_instant(value) is None
    assert read_instant(NOON.isoformat()) == NOON


def test_a_worker_can_be_cancelled_at_any_moment():
    async def work():
        await asyncio.sleep(0)

    async def stop_after(seconds: float) -> int:
        ticks = Ticks({"due": 0.01})
        worker = asyncio.create_task(ticks.follow("due", work))
        bells = asyncio.get_running_loop().call_later(seconds, ticks.wake, "due")
        await asyncio.sleep(seconds)
        worker.cancel()
        _, stuck = await asyncio.wait([worker], timeout=30)
        bells.cancel()
        worker.cancel()
        return len(stuck)

    async def live():
        return [await stop_after(0.001) for _ in range(100)]

    assert sum(asyncio.run(live())) == 0


def test_ticks_go_on_at_once_where_a_clock_set_back_had_left_them_far_ahead(monkeypatch):
    monkeypatch.setattr(ticks_module, "PATIENCE", 10_000)
    runs = []
    ticks = Ticks({"due": 0.05})

    async def work():
        runs.append(1)
        if len(runs) == 2:
            ticks._scheduler.modify_job("due", next_run_time=datetime.now(UTC) + 4000 * DAY)
            ticks.start_over()

    asyncio.run(follow_until(ticks, work, lambda: len(runs) == 6))
