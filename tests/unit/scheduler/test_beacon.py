"""The dead man's switch: called after good rounds, not too often, and never in the way."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

import pytest

from crawler.scheduler.beacon import Beacon, call
from crawler.settings import load_settings
from tests.newsroom import write_config


@pytest.fixture
def settings(tmp_path, site):
    path = write_config(tmp_path, site)
    return replace(load_settings(path, {}), heartbeat_url=site.url("/alive"))


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> float:
        return self.seconds


async def rounds(beacon: Beacon, settings, clock: Clock, number: int, pause: float) -> None:
    for _ in range(number):
        beacon.round_was_good(settings)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        clock.seconds += pause


def test_the_address_is_called_once_a_minute_at_most(settings):
    calls, clock = [], Clock()

    async def note(_):
        calls.append(clock.seconds)

    asyncio.run(rounds(Beacon(now=clock.now, call=note), settings, clock, 31, 10))
    assert calls == [0, 60, 120, 180, 240, 300]


def test_without_an_address_nothing_is_called(settings):
    clock = Clock()

    async def fail(_):
        raise AssertionError

    asyncio.run(rounds(Beacon(now=clock.now, call=fail), replace(settings, heartbeat_url=""), clock, 3, 100))


def test_a_call_that_takes_long_is_not_joined_by_another(settings):
    calls, clock = [], Clock()

    async def live():
        async def hang(_):
            calls.append(1)
            await asyncio.Event().wait()

        beacon = Beacon(now=clock.now, call=hang)
        await rounds(beacon, settings, clock, 5, 100)
        await beacon.close()

    asyncio.run(live())
    assert calls == [1]


def test_failures_are_told_once_and_so_is_their_end(settings, caplog):
    caplog.set_level(logging.INFO, "crawler.scheduler")
    clock, outcomes = Clock(), [OSError("no"), RuntimeError("strange"), None, None, OSError("no")]

    async def answer(_):
        if (trouble := outcomes.pop(0)) is not None:
            raise trouble

    asyncio.run(rounds(Beacon(now=clock.now, call=answer), settings, clock, 5, 100))
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == [
        "the heartbeat address cannot be called",
        "the heartbeat address can be called again",
        "the heartbeat address cannot be called",
    ]


def test_a_call_is_one_plain_get(settings, site):
    site.route("/alive", "OK")
    asyncio.run(call(settings))
    assert site.last("/alive").path == "/alive"
    assert site.count() == 1


@pytest.mark.parametrize(("status", "words"), [(404, "it answered 404"), (302, "it answered 302")])
def test_an_answer_that_is_no_success_is_a_failure(settings, site, status, words):
    site.route("/alive", "", status=status)
    with pytest.raises(OSError, match=words):
        asyncio.run(call(settings))


def test_the_address_is_guarded_like_those_of_sources(settings, site):
    guarded = replace(settings, fetch=replace(settings.fetch, private_hosts=()))
    with pytest.raises(OSError, match="private"):
        asyncio.run(call(guarded))
    assert site.count() == 0
