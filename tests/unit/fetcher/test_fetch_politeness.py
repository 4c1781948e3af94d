"""Turns at a host: order, limits, pauses, and what a host asks for."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.fetcher.politeness import LONGEST_BACK_OFF, Politeness, TooSoon, read_http_date, read_retry_after
from tests.fetching import NOON


class FakeTime:
    """Real seconds that pass only when somebody sleeps."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now

    async def sleep(self, seconds):
        self.now += seconds
        await asyncio.sleep(0)


def polite(time, concurrency=64):
    return Politeness(concurrency=concurrency, sleep=time.sleep, monotonic=time)


async def visit(politeness, log, name="h:80", *, limit=1, delay=0.0, patience=20.0, stay=0):
    async with politeness.turn(name, limit=limit, delay=delay, patience=patience):
        log.append(("in", name))
        for _ in range(stay):
            await asyncio.sleep(0)
        log.append(("out", name))


def most_at_once(log, name=None):
    level = peak = 0
    for what, host in log:
        if name in (None, host):
            level += 1 if what == "in" else -1
            peak = max(peak, level)
    return peak


def run_visits(count, *, concurrency=64, hosts=1, **settings):
    time, log = FakeTime(), []

    async def run():
        politeness = polite(time, concurrency)
        await asyncio.gather(*(visit(politeness, log, f"h{n % hosts}:80", stay=3, **settings) for n in range(count)))

    asyncio.run(run())
    return time.now - 1000.0, log


def test_a_host_is_visited_by_one_request_at_a_time():
    _, log = run_visits(10)
    assert most_at_once(log) == 1
    assert len(log) == 20


def test_a_host_takes_as_many_requests_as_it_is_said_to():
    _, log = run_visits(10, limit=3)
    assert most_at_once(log) == 3


def test_hosts_do_not_wait_for_each_other():
    _, log = run_visits(8, hosts=4)
    assert most_at_once(log) == 4


def test_all_hosts_together_stay_below_the_limit():
    _, log = run_visits(30, hosts=30, concurrency=5)
    assert most_at_once(log) == 5


def test_the_pause_lies_between_the_starts_of_two_requests():
    took, _ = run_visits(5, delay=1.5)
    assert took == pytest.approx(6.0)


def test_requests_at_a_host_keep_their_order():
    time, order = FakeTime(), []

    async def run():
        politeness = polite(time)

        async def one(number):
            async with politeness.turn("h:80", limit=1, delay=0, patience=1):
                order.append(number)
                await asyncio.sleep(0)

        await asyncio.gather(*(one(number) for number in range(20)))

    asyncio.run(run())
    assert order == list(range(20))


def test_a_host_that_asked_for_a_long_pause_is_not_visited():
    async def run():
        politeness = polite(FakeTime())
        politeness.back_off("h:80", timedelta(seconds=300))
        with pytest.raises(TooSoon) as caught:
            await visit(politeness, [], patience=20)
        await visit(politeness, [], "other:80", patience=20)
        return caught.value.seconds

    assert asyncio.run(run()) == pytest.approx(300)


@pytest.mark.parametrize(("patience", "visited_at"), [(20, 1015.0), (10, None)])
def test_a_pause_asked_for_counts_for_a_request_that_waits_its_delay_already(patience, visited_at):
    time, asked = FakeTime(), asyncio.Event()

    async def sleep(seconds):
        until = time.now + seconds
        await asked.wait()
        time.now = max(time.now, until)

    async def run():
        politeness, log = Politeness(concurrency=64, sleep=sleep, monotonic=time), []
        await visit(politeness, log, limit=4, delay=1.0)
        planned = asyncio.create_task(visit(politeness, log, limit=4, delay=1.0, patience=patience))
        await asyncio.sleep(0)
        politeness.note_answer("h:80", 429, timedelta(seconds=15))
        asked.set()
        if visited_at is None:
            with pytest.raises(TooSoon):
                await planned
            return len(log)
        await planned
        return len(log)

    assert asyncio.run(run()) == (2 if visited_at is None else 4)
    assert visited_at in (None, time.now)


def test_a_host_that_asked_for_a_short_pause_is_visited_after_it():
    time = FakeTime()

    async def run():
        politeness = polite(time)
        politeness.back_off("h:80", timedelta(seconds=7))
        await visit(politeness, [], patience=20)

    asyncio.run(run())
    assert time.now == pytest.approx(1007)


def test_whoever_queued_before_the_host_asked_for_a_pause_learns_of_it():
    async def run():
        politeness = polite(FakeTime())

        async def scolded():
            async with politeness.turn("h:80", limit=1, delay=0, patience=20):
                await asyncio.sleep(0)
                politeness.back_off("h:80", timedelta(hours=1))

        first, second = await asyncio.gather(scolded(), visit(politeness, []), return_exceptions=True)
        return first, second

    first, second = asyncio.run(run())
    assert first is None
    assert isinstance(second, TooSoon)


def test_a_shorter_pause_does_not_shorten_a_longer_one():
    async def run():
        politeness = polite(FakeTime())
        politeness.back_off("h:80", timedelta(hours=1))
        politeness.back_off("h:80", timedelta(seconds=1))
        with pytest.raises(TooSoon):
            await visit(politeness, [])

    asyncio.run(run())


@given(st.lists(st.booleans(), min_size=1, max_size=12), st.integers(1, 3))
@settings(max_examples=60, deadline=None)
def test_cancelled_requests_never_cost_a_place(cancelled, limit):
    async def run():
        politeness, log = polite(FakeTime()), []
        tasks = [asyncio.create_task(visit(politeness, log, limit=limit, stay=2)) for _ in cancelled]
        for task, is_cancelled in zip(tasks, cancelled, strict=True):
            await asyncio.sleep(0)
            if is_cancelled:
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.wait_for(visit(politeness, log, limit=1), 5)

    asyncio.run(run())


def test_idle_hosts_are_forgotten_before_they_fill_the_memory(monkeypatch):
    monkeypatch.setattr("crawler.fetcher.politeness._MANY_HOSTS", 50)
    time = FakeTime()

    async def run():
        politeness = polite(time)
        politeness.back_off("angry:80", timedelta(hours=1))
        for number in range(500):
            time.now += 5
            await visit(politeness, [], f"h{number}:80")
        with pytest.raises(TooSoon):
            await visit(politeness, [], "angry:80")
        return len(politeness._hosts)

    assert asyncio.run(run()) <= 60


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("99999", 3600),
        ("9" * 400, 3600),
        ("Mon, 02 Mar 2026 12:05:00 GMT", 300),
        ("Mon, 02 Mar 2026 11:00:00 GMT", 0),
        ("Mon, 02 Mar 2027 12:00:00 GMT", 3600),
        ("Monday, 02-Mar-26 12:05:00 GMT", 300),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("", None),
        ("１２", None),
        ("Mon, 99 Mar 2026 12:05:00 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms_and_clamped_to_an_hour(value, seconds):
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert read_retry_after(value, now=NOON) == expected


@given(st.text(max_size=80))
@settings(max_examples=300, deadline=None)
def test_no_header_value_breaks_the_reading_of_dates(text):
    read_retry_after(text, now=NOON)
    read_http_date(text)


def test_a_date_without_a_zone_is_greenwich():
    assert read_http_date("Mon, 02 Mar 2026 12:00:00 -0000") == datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(("status", "pauses"), [(429, [30, 60, 120, 240]), (503, [0, 30, 60, 120]), (500, [0, 0])])
def test_a_host_that_has_too_many_requests_is_left_alone_for_longer_each_time(status, pauses):
    time = [1000.0]
    politeness = Politeness(concurrency=4, monotonic=lambda: time[0])
    found = []
    for _ in pauses:
        politeness.note_answer("host:80", status, None)
        found.append(max(0.0, politeness._host("host:80").closed_until - time[0]))
        time[0] += 10_000
    assert found == pauses
    politeness.note_answer("host:80", 200, None)
    politeness.note_answer("host:80", 429, None)
    assert politeness._host("host:80").closed_until - time[0] == 30


def test_the_pause_a_host_names_beats_ours():
    politeness = Politeness(concurrency=4, monotonic=lambda: 0.0)
    politeness.note_answer("host:80", 429, timedelta(seconds=7))
    assert politeness._host("host:80").closed_until == 7
    for _ in range(60):
        politeness.note_answer("host:80", 429, None)
    assert politeness._host("host:80").closed_until == LONGEST_BACK_OFF.total_seconds()
