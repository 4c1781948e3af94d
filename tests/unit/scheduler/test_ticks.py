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


async def follow_for(ticks: Ticks, work, seconds: float, *, start: bool = True) -> None:
    if start:
        ticks.start()
    worker = asyncio.create_task(ticks.follow("due", work))
    await asyncio.sleep(seconds)
    ticks.stop()
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)


def test_a_worker_runs_at_the_start_and_with_every_tick():
    runs = []

    async def work():
        runs.append(1)

    asyncio.run(follow_for(Ticks({"due": 0.05}), work, 0.4))
    assert 4 <= len(runs) <= 10


def test_ticks_fall_together_while_a_worker_runs(caplog):
    caplog.set_level(logging.INFO)
    runs = []

    async def work():
        runs.append(1)
        await asyncio.sleep(0.2)

    asyncio.run(follow_for(Ticks({"due": 0.02}), work, 0.5))
    assert len(runs) <= 3
    assert "maximum number of running instances" not in caplog.text


def test_a_mistake_does_not_stop_a_worker(caplog):
    runs = []

    async def work():
        runs.append(1)
        raise ZeroDivisionError

    asyncio.run(follow_for(Ticks({"due": 0.05}), work, 0.3))
    assert len(runs) > 2
    assert "the due worker made a mistake" in caplog.text


def test_a_worker_that_hears_no_tick_starts_by_itself(monkeypatch):
    monkeypatch.setattr(ticks_module, "PATIENCE", 2)
    runs = []

    async def work():
        runs.append(1)

    asyncio.run(follow_for(Ticks({"due": 0.02}), work, 0.3, start=False))
    assert len(runs) > 2


def test_a_worker_can_be_woken_between_ticks():
    runs = []

    async def work():
        runs.append(1)

    async def live():
        ticks = Ticks({"due": 3600})
        ticks.start()
        worker = asyncio.create_task(ticks.follow("due", work))
        await asyncio.sleep(0.02)
        ticks.wake("due")
        await asyncio.sleep(0.02)
        ticks.stop()
        worker.cancel()

    asyncio.run(live())
    assert len(runs) == 2


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
        _, stuck = await asyncio.wait([worker], timeout=0.5)
        bells.cancel()
        worker.cancel()
        return len(stuck)

    async def live():
        return [await stop_after(0.001) for _ in range(100)]

    assert sum(asyncio.run(live())) == 0
