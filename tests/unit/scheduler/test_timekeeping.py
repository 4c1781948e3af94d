"""Clocks that jump, against one that only goes forward."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.model import RecheckPolicy, SchedulePolicy, Source
from crawler.scheduler.timekeeping import NOTABLE, Timekeeper, longest_pauses

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@given(st.lists(st.floats(0, 1e6), max_size=20))
def test_time_that_passes_as_it_should_is_no_jump(steps):
    keeper, steady, now = Timekeeper(0.0, NOON), 0.0, NOON
    for seconds in steps:
        steady, now = steady + seconds, now + timedelta(seconds=seconds)
        assert keeper.jump(steady, now) == timedelta(0)


@pytest.mark.parametrize("jump", [9 * HOUR, -9 * HOUR, NOTABLE, -NOTABLE])
def test_a_jump_is_told_once_and_by_how_much(jump):
    keeper = Timekeeper(100.0, NOON)
    assert keeper.jump(101.0, NOON + timedelta(seconds=1) + jump) == jump
    assert keeper.jump(102.0, NOON + timedelta(seconds=2) + jump) == timedelta(0)


def test_small_corrections_are_everyday_life():
    keeper = Timekeeper(0.0, NOON)
    assert keeper.jump(60.0, NOON + timedelta(seconds=90)) == timedelta(0)


def test_nothing_can_be_due_later_than_the_longest_pause_of_any_source():
    slow = Source(
        id="slow",
        kind="feed",
        url="",
        schedule=SchedulePolicy(every=9 * DAY, max_every=9 * DAY),
        recheck=RecheckPolicy(then_every=400 * DAY),
    )
    assert longest_pauses([]) == (2 * DAY, 2 * DAY)
    assert longest_pauses([slow]) == (18 * DAY, 800 * DAY)
