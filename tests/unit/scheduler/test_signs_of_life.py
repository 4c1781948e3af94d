"""The heartbeat, and what a health check makes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.cli.health import Health, find_lags, judge
from crawler.model import SchedulePolicy, Source, SourceState
from crawler.scheduler.heartbeat import Heartbeat, read_heartbeat, write_heartbeat

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BEAT = Heartbeat(ticked_at=NOON, pid=71, version="1.0")
MINUTE = timedelta(minutes=1)
SOURCE = Source(id="harbour", kind="feed", url="https://www.example.org/", schedule=SchedulePolicy(every=30 * MINUTE))


def test_a_heartbeat_is_read_as_it_was_written():
    assert read_heartbeat(write_heartbeat(BEAT)) == BEAT
    assert read_heartbeat(write_heartbeat(replace(BEAT, stopped=True))) == replace(BEAT, stopped=True)


@pytest.mark.parametrize("value", [None, "", "{", "[]", "7", '{"instant": "soon", "pid": 1}', '{"instant": 3}'])
def test_what_is_no_heartbeat_is_none(value):
    assert read_heartbeat(value) is None


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=40))
def test_no_text_makes_reading_a_heartbeat_fail(text):
    assert read_heartbeat(text) is None or isinstance(read_heartbeat(text), Heartbeat)


def judged(beat: Heartbeat | None, after: timedelta) -> tuple[bool, str]:
    return judge(beat, now=NOON + after, max_age=2 * MINUTE)


def test_a_young_tick_is_well():
    assert judged(BEAT, timedelta(seconds=4)) == (True, "last tick 4 s ago, pid 71")
    assert judged(BEAT, 2 * MINUTE)[0]


def test_an_old_tick_is_a_fault():
    well, text = judged(BEAT, 5 * MINUTE)
    assert not well
    assert text.startswith("last tick 5 min ago, pid 71: it was killed, hangs")


def test_a_daemon_that_never_ran_is_a_fault_with_what_to_do():
    well, text = judged(None, MINUTE)
    assert not well
    assert "gazette daemon" in text


def test_a_daemon_that_was_stopped_is_a_fault_at_once():
    well, text = judged(replace(BEAT, stopped=True), timedelta(seconds=1))
    assert not well
    assert text.startswith("the daemon was stopped 1 s ago (pid 71)")


def test_a_tick_from_the_future_is_a_fault_of_the_clock():
    well, text = judged(BEAT, -5 * MINUTE)
    assert not well
    assert "check the clock" in text


@pytest.mark.parametrize(
    ("late", "state"),
    [
        (True, SourceState(source_id="harbour", due_at=NOON - 31 * MINUTE)),
        (False, SourceState(source_id="harbour", due_at=NOON - 29 * MINUTE)),
        (False, SourceState(source_id="harbour", due_at=NOON - 31 * MINUTE, muted=True)),
        (False, SourceState(source_id="harbour")),
        (False, None),
    ],
)
def test_a_source_lags_when_it_waits_longer_than_its_own_interval(late, state):
    assert list(find_lags([SOURCE], {"harbour": state} if state else {}, NOON)) == ([31 * MINUTE] if late else [])


def test_a_lag_is_told_and_is_no_fault():
    health = Health(is_well=True, text="last tick 4 s ago, pid 71", sources=15, overdue=1, lag=60 * MINUTE)
    expected = "well: last tick 4 s ago, pid 71, 15 sources, 1 overdue (not keeping up: one waits for 60 min)"
    assert health.line == expected
    assert replace(health, overdue=0).line == "well: last tick 4 s ago, pid 71, 15 sources, 0 overdue"
